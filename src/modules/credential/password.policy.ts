import { AppError } from '../../errors/app-error.js';
import { COMMON_PASSWORDS } from './common-passwords.js';

/** Demands on a new password. */
export interface PasswordRule {
  /** Fewest characters (code points). */
  min: number;
  /** Most characters (code points). */
  max: number;
  /** Letters and digits only, at least one of each: `account.md` 3.2. It replaces the list of common passwords. */
  alphanumeric?: boolean;
}

/**
 * Throws PASSWORD_WEAK for a new plain-text password that breaks the rule (8 to 128 characters and
 * not common; `plus` from 6; `account` 8 to 16 letters and digits). An MD5 cannot be checked.
 */
export function assertPasswordAllowed(password: string, rule: PasswordRule): void {
  const length = Array.from(password).length;
  const allowed =
    length >= rule.min &&
    length <= rule.max &&
    (rule.alphanumeric ? isLettersAndDigits(password) : !COMMON_PASSWORDS.has(password.toLowerCase()));
  if (!allowed) throw new AppError('PASSWORD_WEAK', { field: 'password' });
}

const isLettersAndDigits = (password: string): boolean =>
  /^[A-Za-z0-9]+$/.test(password) && /[A-Za-z]/.test(password) && /[0-9]/.test(password);
