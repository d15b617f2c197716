import { domainToASCII } from 'node:url';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import validator from 'validator';
import { AppError } from '../../errors/app-error.js';
import { compact, toAscii, trimmed, withoutMarks } from '../../text.js';

/** Prefixes that old clients put before a mainland number. */
const PREFIX = /^(?:\+86|0086|86)(?=1\d{10}$)/;
/** Separators between digits, beside blanks: dashes, brackets, dots, and those that Chinese keyboards type for them. */
const SEPARATORS = /[\p{Pd}\p{Ps}\p{Pe}\u{2212}\u{30FC}.\u{B7}\u{2022}\u{2027}\u{30FB}\u{3002}]/gu;
/** Longer than any number, however it is written. */
const PHONE_MAX = 64;

/** Eleven digits of a mainland mobile number, however they were typed or pasted; else null. */
export function parsePhone(input: string): string | null {
  if (input.length > PHONE_MAX) return null;
  const digits = compact(input).replace(SEPARATORS, '').replace(PREFIX, '');
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

/** Longer than any address, with room for marks that were pasted along. */
const EMAIL_MAX = 320;
const ASCII = /^[!-~]+$/;

/** The domain as mail is sent to it: one of other letters in its ASCII form, such as `xn--fiqs8s` for 中国. */
const domainOf = (text: string): string => (ASCII.test(text) ? text : domainToASCII(text));

/**
 * The address in lower case, or null: what RFC 5321 calls a dot-string, which is what providers give, at a domain of
 * at least two labels. Quoted names, letters beyond ASCII before the @, and addresses of machines are refused.
 */
export function parseEmail(input: string): string | null {
  if (input.length > EMAIL_MAX) return null;
  const text = toAscii(withoutMarks(trimmed(input))).toLowerCase();
  const at = text.lastIndexOf('@') + 1;
  const email = text.slice(0, at) + domainOf(text.slice(at));
  return validator.isEmail(email, { allow_utf8_local_part: false, blacklisted_chars: '"' }) ? email : null;
}

/** The normalised address. Throws EMAIL_INVALID. */
export function normaliseEmail(input: string, field = 'email'): string {
  const email = parseEmail(input);
  if (!email) throw new AppError('EMAIL_INVALID', { field });
  return email;
}
