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
