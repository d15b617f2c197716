import identityCard from 'validator/lib/isIdentityCard.js';
import { ABILITIES, hasAbility, maySeePrivate, type RequestContext } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import { normalisePhone } from '../user/contact.js';
import { normaliseText } from '../user/text.js';
import { VERIFICATION_TEXT_MAX, VerificationType } from './verification.entity.js';

/** What is submitted. Which fields are needed follows from the type; those of the other type are ignored. */
export interface VerificationFields {
  realName?: string | null;
  idNumber?: string | null;
  phoneNumber?: string | null;
  desc?: string | null;
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

/** The number of a resident identity card since 1999; those of 15 digits are void since 2013. */
const ID_NUMBER = /^\d{17}[\dX]$/;

const invalid = (field: keyof VerificationFields): AppError => new AppError('INVALID_INPUT', { field });

function requiredText(fields: VerificationFields, field: keyof VerificationFields): string {
  const text = normaliseText(fields[field] ?? null, field, VERIFICATION_TEXT_MAX);
  if (text === null) throw invalid(field);
  return text;
}

/** In upper case, its date and its check digit (GB 11643) looked at. */
function idNumberOf(fields: VerificationFields): string {
  const number = fields.idNumber?.trim().toUpperCase() ?? '';
  if (!ID_NUMBER.test(number) || !identityCard.default(number, 'zh-CN')) throw invalid('idNumber');
  return number;
}

/** The texts as they are stored. Throws INVALID_INPUT or PHONE_INVALID, naming the field. */
export function normaliseTexts(type: VerificationType, fields: VerificationFields) {
  const ofOrganisation = type === VerificationType.ORG;
  return {
    organisationName: ofOrganisation ? requiredText(fields, 'organisationName') : null,
    organisationAddress: ofOrganisation ? requiredText(fields, 'organisationAddress') : null,
    idNumber: idNumberOf(fields),
    realName: requiredText(fields, 'realName'),
    phoneNumber: normalisePhone(requiredText(fields, 'phoneNumber'), 'phoneNumber'),
    description: requiredText(fields, 'desc'),
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

/** Whether the caller may see what identifies this user: reviewers compare it with the pictures. */
export const maySeeIdentification = (ctx: RequestContext, userId: number): boolean =>
  maySeePrivate(ctx, userId) || hasAbility(ctx, ABILITIES.reviewVerification);
