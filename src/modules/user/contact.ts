import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { z } from 'zod';
import { AppError } from '../../errors/app-error.js';

/** Prefixes that old clients put before a mainland number (DECISIONS §1, "phone"). */
const PREFIX = /^(?:\+86|0086|86)(?=1\d{10}$)/;
const SEPARATORS = /[\s-]/g;

/** Eleven digits of a mainland mobile number, or null. */
export function parsePhone(input: string): string | null {
  if (input.length > 32) return null;
  const digits = input.replace(SEPARATORS, '').replace(PREFIX, '');
  if (!/^1\d{10}$/.test(digits)) return null;
  const number = parsePhoneNumberFromString(digits, 'CN');
  return number?.isValid() && number.getType() === 'MOBILE' ? digits : null;
}

/** The normalised number. Throws PHONE_INVALID. */
export function normalisePhone(input: string, field = 'phone'): string {
  const phone = parsePhone(input);
  if (!phone) throw new AppError('PHONE_INVALID', { field });
  return phone;
}

const EMAIL = z.email().max(254);

/** The address in lower case, or null. */
export function parseEmail(input: string): string | null {
  const email = input.trim().toLowerCase();
  return EMAIL.safeParse(email).success ? email : null;
}

/** The normalised address. Throws EMAIL_INVALID. */
export function normaliseEmail(input: string, field = 'email'): string {
  const email = parseEmail(input);
  if (!email) throw new AppError('EMAIL_INVALID', { field });
  return email;
}
