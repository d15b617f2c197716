import { DateTime } from 'luxon';
import { AppError } from '../../errors/app-error.js';
import { ZONE } from '../../zone.js';

const OLDEST = '1850-01-01';

/** Shanghai's clocks have been this far ahead of UTC, without summer time, since 1991. */
const AHEAD_MS = 8 * 3_600_000;

/** Full years since a birthday, by the calendar of Asia/Shanghai; one of 29 February comes on 1 March else. */
export function ageOf(birthday: string, now = Date.now()): number {
  const today = new Date(now + AHEAD_MS).toISOString();
  const years = Number(today.slice(0, 4)) - Number(birthday.slice(0, 4));
  return today.slice(5, 10) >= birthday.slice(5) ? years : years - 1;
}

/** A living person can be born on the date. */
export function isBirthday(text: string): boolean {
  const date = DateTime.fromISO(text, { zone: ZONE });
  return date.isValid && text >= OLDEST && date <= DateTime.now();
}

/** Throws INVALID_INPUT for what is no {@link isBirthday}. */
export function assertBirthday(birthday: string): void {
  if (!isBirthday(birthday)) throw new AppError('INVALID_INPUT', { field: 'birthday' });
}
