import { InvalidArgumentError } from 'commander';
import { isRange } from '../infra/ip.js';
import { parseIdOrNull } from '../schema/ids.js';

/** Reads an id; anything else is wrong usage. */
export function idArgument(text: string): number {
  const id = parseIdOrNull(text);
  if (id === null) throw new InvalidArgumentError('It must be a number from 1 on.');
  return id;
}

/** Reads a whole number from `min` to `max`. */
export const countArgument =
  (min: number, max: number) =>
  (text: string): number => {
    const count = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (!(count >= min && count <= max)) {
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    }
    return count;
  };

/** Reads an address or a CIDR range. */
export function rangeArgument(text: string): string {
  if (!isRange(text)) throw new InvalidArgumentError('It must be an address or a CIDR range.');
  return text;
}

/** Reads an option that may be given several times. */
export const rangesArgument = (text: string, before: string[]): string[] => [...before, rangeArgument(text)];

const MOMENT = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/;

/** Reads a date, which is its first moment in UTC, or a time with its zone. */
export function momentArgument(text: string): Date {
  const moment = new Date(MOMENT.test(text) ? text : Number.NaN);
  // JavaScript takes the 30th of February for the 2nd of March.
  const isThere = !Number.isNaN(moment.getTime()) && isDate(text.slice(0, 10));
  if (!isThere) {
    throw new InvalidArgumentError(
      'It must be a date such as 2026-01-31 or a time such as 2026-01-31T09:30:00Z.',
    );
  }
  return moment;
}

function isDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
