import { DateTime } from 'luxon';
import { ZONE } from '../zone.js';

/** Conversions between the schema's values and those of the legacy documents, shared by the dialects. */

/** The id of an account as these systems write it. */
export const numericId = (id: string): number => Number(id);

/** Unix seconds of a date at 00:00 in Asia/Shanghai. */
export const dateToSeconds = (date: string): number => DateTime.fromISO(date, { zone: ZONE }).toSeconds();

/** The date in Asia/Shanghai of Unix seconds, which may be negative; undefined beyond the years 1 to 9999. */
export function secondsToDate(seconds: number): string | undefined {
  const date = DateTime.fromSeconds(seconds, { zone: ZONE });
  return date.isValid && date.year >= 1 && date.year <= 9999 ? date.toISODate() : undefined;
}

/** Unix seconds of a timestamp as the schema writes it. */
export const timestampToSeconds = (timestamp: string | Date): number =>
  Math.floor(new Date(timestamp).getTime() / 1000);

/** Numbers in the order of the schema's enum: 0 none, 1 male, 2 female (anlife, plus). */
export const SEX_NAMES = { 0: 'UNSPECIFIED', 1: 'MALE', 2: 'FEMALE' } as const;

export const SEX_NUMBERS: Readonly<Record<string, number>> = { UNSPECIFIED: 0, MALE: 1, FEMALE: 2 };

/** What a query answered that is null only where it was refused, and no row shows an answer of. */
export function answered<T>(data: T | null | undefined): T {
  if (data === null || data === undefined)
    throw new TypeError('a query that was not refused answered nothing');
  return data;
}
