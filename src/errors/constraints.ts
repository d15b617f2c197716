import { UniqueConstraintViolationException } from '@mikro-orm/core';
import { propertyOf } from '../unknown.js';
import { AppError } from './app-error.js';
import type { ErrorCode } from './codes.js';

/** The meaning of a unique constraint to a client; decided here alone. */
const MEANING: Readonly<Record<string, { code: ErrorCode; field: string }>> = {
  users_phone_unique: { code: 'PHONE_TAKEN', field: 'phone' },
  users_email_verified_unique: { code: 'EMAIL_TAKEN', field: 'email' },
  users_name_unique: { code: 'NAME_TAKEN', field: 'name' },
};

/** The name of the unique constraint that an error is about, if it is about one. */
function violatedConstraint(error: unknown): string | null {
  if (!(error instanceof UniqueConstraintViolationException)) return null;
  const told = propertyOf(error, 'constraint');
  return typeof told === 'string' ? told : (/constraint "(\w+)"/.exec(error.message)?.[1] ?? null);
}

/** The code that a violated constraint stands for; null for every other error. */
export function ofConstraint(error: unknown): AppError | null {
  const meaning = MEANING[violatedConstraint(error) ?? ''];
  return meaning ? new AppError(meaning.code, { field: meaning.field }, { cause: error }) : null;
}

/** True when somebody has taken a name since it was looked for. */
export const isNameTaken = (error: unknown): boolean => ofConstraint(error)?.code === 'NAME_TAKEN';
