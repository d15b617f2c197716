import { createHash } from 'node:crypto';
import { AppError } from '../../errors/app-error.js';
import { isMd5 } from '../../md5.js';

/** The form in which a route receives a password: as typed, or as its hex MD5. The route decides, never the value. */
export type PasswordFormat = 'PLAIN' | 'MD5';

/** A password as one entrance takes it: the text itself, or its MD5. */
export interface SentPassword {
  password: string;
  passwordFormat: PasswordFormat;
}

/**
 * The way from a password to the digest that is kept: `md5`, which is that of every password set here, or that of the
 * system that an account comes from. `md5-md5` is the MD5 of the hex MD5, `md5-salt:SALT` that of the hex MD5 with the
 * salt behind it, `bcrypt:SETTING` what bcrypt makes of the password itself (`$2y$COST$SALT`), without the setting.
 */
export type Scheme = 'md5' | 'md5-md5' | `md5-salt:${string}` | `bcrypt:${string}`;

/** The scheme of every password set here: computed from either format. */
export const OWN_SCHEME = 'md5' as const satisfies Scheme;

/** The highest cost of bcrypt that is taken over: about a second of a processor, of which each step more is a doubling. */
export const BCRYPT_COST_MAX = 14;
const BCRYPT_COST_MIN = 4;
/** The longest salt behind an MD5, in characters; Discuz has 6. */
export const SALT_MAX = 128;
/** Bytes of a password that bcrypt looks at. */
const BCRYPT_BYTES = 72;

const SALTED = 'md5-salt:';
const BCRYPT = 'bcrypt:';
const BCRYPT_SETTING = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{21}[.Oeu]$/;

/** What bcrypt makes of a text under a setting: the 31 characters behind it. It looks at the first 72 bytes. */
export type Bcrypt = (text: string, setting: string) => Promise<string>;

const md5 = (text: string): string => createHash('md5').update(text, 'utf8').digest('hex');

export const saltedScheme = (salt: string): Scheme => `${SALTED}${salt}`;
export const bcryptScheme = (setting: string): Scheme => `${BCRYPT}${setting}`;

/** The setting of a bcrypt scheme; null for all others. */
export const bcryptSettingOf = (scheme: string): string | null =>
  scheme.startsWith(BCRYPT) ? scheme.slice(BCRYPT.length) : null;

/** The cost in a setting of bcrypt, or in anything that begins like one; NaN where there is none. */
export const bcryptCostOf = (setting: string): number => Number(setting.slice(4, 6));

/** True for a scheme that is known, with a salt or a setting within the bounds. */
export function isScheme(text: string): text is Scheme {
  if (text === 'md5' || text === 'md5-md5') return true;
  if (text.startsWith(SALTED)) return isSalt(text.slice(SALTED.length));
  const setting = bcryptSettingOf(text);
  return setting !== null && BCRYPT_SETTING.test(setting) && isBcryptCost(bcryptCostOf(setting));
}

/** The scheme that a row names; one that is unknown is a defect. */
export function readScheme(text: string): Scheme {
  if (!isScheme(text)) throw new Error('A password is stored under a scheme that is unknown');
  return text;
}

/** A text that can be stored: the database has no NUL, and UTF-8 no half characters. */
export const isSalt = (salt: string): boolean =>
  salt.length <= SALT_MAX && salt.isWellFormed() && !salt.includes('\0');

export const isBcryptCost = (cost: number): boolean => cost >= BCRYPT_COST_MIN && cost <= BCRYPT_COST_MAX;

/**
 * The lower-case hex MD5 that both formats come down to. Plain text is neither trimmed nor normalised. Throws
 * INVALID_INPUT for what cannot be a password in its format: not well-formed UTF-16, or not 32 hex digits.
 */
export function md5Of({ password, passwordFormat }: SentPassword): string {
  const valid = passwordFormat === 'MD5' ? isMd5(password) : password.isWellFormed();
  if (!valid) throw new AppError('INVALID_INPUT', { field: 'password' });
  return passwordFormat === 'MD5' ? password.toLowerCase() : md5(password);
}

/**
 * The digest of a password under a scheme: the one place that says how it follows from what a door gets. Null where it
 * does not: bcrypt needs the password itself. Throws as {@link md5Of}.
 */
export async function digestOf(scheme: Scheme, sent: SentPassword, bcrypt: Bcrypt): Promise<string | null> {
  const own = md5Of(sent);
  if (scheme === 'md5') return own;
  if (scheme === 'md5-md5') return md5(own);
  const setting = bcryptSettingOf(scheme);
  if (setting === null) return md5(own + scheme.slice(SALTED.length));
  return sent.passwordFormat === 'PLAIN' ? bcrypt(bcryptTextOf(sent.password), setting) : null;
}

/** The text that PHP's bcrypt looks at: nothing from a NUL on. */
export const bcryptTextOf = (password: string): string => password.replace(/\0.*$/s, '');

/**
 * The scheme under which a password is kept once it was right: ours, unless its digest says nothing of a part of it. To
 * take what was typed there for the password would let a slip of the finger change it.
 */
export function lastingScheme(scheme: Scheme, { password }: SentPassword): Scheme {
  const isWhole = !password.includes('\0') && Buffer.byteLength(password) <= BCRYPT_BYTES;
  const isCut = bcryptSettingOf(scheme) !== null && !isWhole;
  return isCut ? scheme : OWN_SCHEME;
}
