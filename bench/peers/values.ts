import { createHash } from 'node:crypto';

/** Conversions that the peers share. */

export const SEX = ['UNSPECIFIED', 'MALE', 'FEMALE'] as const;
export const STATUS = ['', 'ACTIVE', 'DISABLED', 'DELETED'] as const;

export const STORAGE_URL = `${process.env.PUBLIC_URL}/storage`;

const HOURS_8 = 8 * 3_600_000;

/** Full years since a birthday, by the calendar of Asia/Shanghai. */
export function ageOf(birthday: string, now = Date.now()): number {
  const today = new Date(now + HOURS_8).toISOString();
  const years = Number(today.slice(0, 4)) - Number(birthday.slice(0, 4));
  return today.slice(5, 10) < birthday.slice(5) ? years - 1 : years;
}

/** What sessions are stored under. */
export const tokenHash = (authorization: string | undefined): string =>
  createHash('sha256')
    .update(authorization?.replace(/^Bearer /, '') ?? '')
    .digest('hex');

export const STATES: Readonly<Record<number, string>> = { [-1]: 'PENDING', 0: 'REFUSED', 1: 'PASSED' };
