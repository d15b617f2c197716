import type { Door } from '../../door.js';
import type { PasswordRule } from './password.policy.js';

const STANDARD: PasswordRule = { min: 8, max: 128 };

/** Demands on a new password, by door. */
export const PASSWORD_RULES: Readonly<Record<Door, PasswordRule>> = {
  graphql: STANDARD,
  // Its clients send MD5, which cannot be checked.
  anlife: STANDARD,
  account: { min: 8, max: 16, alphanumeric: true },
  plus: { min: 6, max: 128 },
  member: STANDARD,
  open: STANDARD,
  cli: STANDARD,
};
