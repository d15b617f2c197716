import { AppError } from '../../errors/app-error.js';
import { isMd5 } from '../../md5.js';
import {
  BCRYPT_COST_MAX,
  bcryptCostOf,
  bcryptScheme,
  isBcryptCost,
  isSalt,
  isScheme,
  OWN_SCHEME,
  type Scheme,
  saltedScheme,
} from './password.scheme.js';

/** A password as a record of another system has it. */
export interface ImportedPassword {
  format: 'md5' | 'md5-salt' | 'md5-md5' | 'bcrypt' | 'argon2id' | 'none';
  value?: string | null;
  /** Of `md5-salt` the salt, of `argon2id` the scheme it is over, `md5` if left out. The others have none. */
  salt?: string | null;
}

/** A digest as it came, which nothing may keep as it is; or an argon2id over one, which is kept so. */
export type ReadPassword = { scheme: Scheme } & ({ digest: string } | { hash: string });

/** Bounds of an argon2id from elsewhere: checking it must not cost far more than checking our own. */
const MEMORY_KIB_MAX = 131_072;
const PASSES_MAX = 10;
const LANES_MAX = 4;
/** The least memory of one lane, in KiB, which the algorithm needs. */
const LANE_KIB = 8;
const ARGON2ID =
  /^\$argon2id\$v=19\$m=(\d{1,10}),t=(\d{1,10}),p=(\d{1,8})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;
const BCRYPT = /^(\$2[aby]\$\d\d\$[./A-Za-z0-9]{21})([./A-Za-z0-9])([./A-Za-z0-9]{31})$/;
/** The alphabet of bcrypt's base64. */
const BCRYPT_DIGITS = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** `cause` says to operators what a code cannot; it names nothing of the password. */
const refused = (field: 'value' | 'salt', reason: string): AppError =>
  new AppError('INVALID_INPUT', { field: `password.${field}` }, { cause: new Error(reason) });

/**
 * Reads what a record says of a password; null when it says that there is none. Throws INVALID_INPUT with the field
 * `password.value` or `password.salt`, and with the reason as its cause.
 */
export function readImportedPassword({ format, value, salt }: ImportedPassword): ReadPassword | null {
  if (format === 'none') return null;
  if (!value) throw new AppError('INVALID_INPUT', { field: 'password.value', missing: true });
  if (format === 'argon2id') return readArgon2id(value, salt || OWN_SCHEME);
  if (format === 'md5-salt') return { digest: readMd5(value), scheme: readSalt(salt) };
  if (salt) throw refused('salt', `a password of the format ${format} has no salt of its own`);
  return format === 'bcrypt' ? readBcrypt(value) : { digest: readMd5(value), scheme: format };
}

function readMd5(value: string): string {
  if (!isMd5(value)) throw refused('value', 'not 32 hexadecimal digits');
  return value.toLowerCase();
}

function readSalt(salt: string | null | undefined): Scheme {
  if (!salt) throw new AppError('INVALID_INPUT', { field: 'password.salt', missing: true });
  if (!isSalt(salt)) throw refused('salt', 'the salt is too long, or cannot be stored');
  return saltedScheme(salt);
}

/** PHP ignores the last four bits of the salt's last character; some write them, so they are cleared. */
function readBcrypt(value: string): ReadPassword {
  const [, start, last = '', digest] = BCRYPT.exec(value) ?? [];
  if (!start || !digest) throw refused('value', 'not a bcrypt of the kinds 2a, 2b and 2y');
  const cost = bcryptCostOf(start);
  if (!isBcryptCost(cost))
    throw refused('value', `a bcrypt cost of ${cost}; at most ${BCRYPT_COST_MAX} is taken`);
  return { digest, scheme: bcryptScheme(start + BCRYPT_DIGITS[BCRYPT_DIGITS.indexOf(last) & 0x30]) };
}

function readArgon2id(value: string, scheme: string): ReadPassword {
  const [, memory, passes, lanes, salt = '', output = ''] = ARGON2ID.exec(value) ?? [];
  if (!memory || !isBase64(salt) || !isBase64(output))
    throw refused('value', 'not an argon2id of version 19');
  const tooDear = Number(memory) > MEMORY_KIB_MAX || Number(passes) > PASSES_MAX || Number(lanes) > LANES_MAX;
  if (tooDear) {
    const bounds = `${MEMORY_KIB_MAX} KiB, ${PASSES_MAX} passes or ${LANES_MAX} lanes`;
    throw refused('value', `an argon2id of more than ${bounds}`);
  }
  if (Number(passes) < 1 || Number(lanes) < 1 || Number(memory) < LANE_KIB * Number(lanes)) {
    throw refused('value', 'an argon2id of impossible parameters');
  }
  if (!isScheme(scheme)) throw refused('salt', 'not a scheme that an argon2id can be over');
  return { hash: value, scheme };
}

/** Whole bytes, without padding, as the PHC form has them. */
const isBase64 = (text: string): boolean =>
  Buffer.from(text, 'base64').toString('base64').replace(/=+$/, '') === text;
