import { AppError } from '../errors/app-error.js';
import { INTEGER_MAX, NO_ACCOUNT } from '../numbers.js';

/** The id behind a GraphQL ID, or null for a text that cannot be one of ours. */
export function parseIdOrNull(id: string | number): number | null {
  const number = /^\d{1,10}$/.test(String(id)) ? Number(id) : 0;
  return number >= 1 && number <= INTEGER_MAX ? number : null;
}

/** The row that a GraphQL ID names; a text that cannot be an id of ours names none. */
export const rowIdOf = (id: string | number): number => parseIdOrNull(id) ?? 0;

/** The account that a GraphQL ID names; a text that cannot be an id of ours names nobody. */
export const accountIdOf = (id: string | number): number => parseIdOrNull(id) ?? NO_ACCOUNT;

/** The id behind a GraphQL ID. Throws INVALID_INPUT. */
export function parseId(id: string | number, field = 'id'): number {
  const number = parseIdOrNull(id);
  if (number === null) throw new AppError('INVALID_INPUT', { field });
  return number;
}
