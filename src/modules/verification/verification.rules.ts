import type {} from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import { compact } from '../../text.js';
import { isBirthday } from '../user/calendar.js';
import { normalisePhone } from '../user/contact.js';
import { normaliseText } from '../user/text.js';
import { VERIFICATION_TEXT_MAX, VerificationType } from './verification.entity.js';

/** The fields as submitted. The type decides which are needed; those of the other type are ignored. */
export interface VerificationFields {
  realName?: string | null;
  idNumber?: string | null;
  phoneNumber?: string | null;
  description?: string | null;
  frontImageId?: string | null;
  rearImageId?: string | null;
  organisationName?: string | null;
  organisationAddress?: string | null;
  certificateImageId?: string | null;
}

/** Pictures of each type, all required. */
const PICTURES = {
  [VerificationType.USER]: ['frontImageId', 'rearImageId'],
  [VerificationType.ORG]: ['certificateImageId'],
} as const;

export type PictureField = (typeof PICTURES)[VerificationType][number];

/**
 * The number of a card of 18 characters (GB 11643), by where it begins: with the province of a resident; 81 to 83, the
 * residence permits of people from Hong Kong, Macau and Taiwan; 9, those of foreigners who live here for good, since
 * 2023, where the region is followed by the country. Numbers of 15 characters are void, or those of older permits.
 */
const ID_NUMBER =
  /^(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|9\d)\d{4}(\d{4})(\d\d)(\d\d)\d{3}[\dX]$/;

/** Weights by the position of the digit, modulo 11 (ISO 7064, MOD 11-2). */
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK_DIGITS = '10X98765432';

const checkDigitOf = (number: string): string | undefined =>
  CHECK_DIGITS[WEIGHTS.reduce((sum, weight, position) => sum + weight * Number(number[position]), 0) % 11];

const invalid = (field: keyof VerificationFields): AppError => new AppError('INVALID_INPUT', { field });

function requiredText(fields: VerificationFields, field: keyof VerificationFields): string {
  const text = normaliseText(fields[field] ?? null, field, VERIFICATION_TEXT_MAX);
  if (text === null) throw invalid(field);
  return text;
}

/** The number as on the card, however it was typed, with its date and check digit verified. */
function idNumberOf(fields: VerificationFields): string {
  const number = compact(fields.idNumber ?? '').toUpperCase();
  const [, year, month, day] = ID_NUMBER.exec(number) ?? [];
  const known = year !== undefined && isBirthday(`${year}-${month}-${day}`);
  if (!known || checkDigitOf(number) !== number.at(-1)) throw invalid('idNumber');
  return number;
}

/** The texts as they are stored. Throws INVALID_INPUT or PHONE_INVALID, naming the field. */
export function normaliseTexts(type: VerificationType, fields: VerificationFields) {
  return { ...normaliseIdentification(type, fields), description: requiredText(fields, 'description') };
}

/** The same without the claim, which only those that are submitted here need. */
export function normaliseIdentification(type: VerificationType, fields: VerificationFields) {
  const ofOrganisation = type === VerificationType.ORG;
  return {
    organisationName: ofOrganisation ? requiredText(fields, 'organisationName') : null,
    organisationAddress: ofOrganisation ? requiredText(fields, 'organisationAddress') : null,
    idNumber: idNumberOf(fields),
    realName: requiredText(fields, 'realName'),
    phoneNumber: normalisePhone(requiredText(fields, 'phoneNumber'), 'phoneNumber'),
  };
}

/** The pictures that the type asks for, as they were named. Throws INVALID_INPUT when one is missing. */
export function requiredPictures(
  type: VerificationType,
  fields: VerificationFields,
): [PictureField, string][] {
  return PICTURES[type].map((field) => {
    const reference = fields[field]?.trim();
    if (!reference) throw invalid(field);
    return [field, reference];
  });
}
