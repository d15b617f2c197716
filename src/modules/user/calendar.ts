import { DateTime } from 'luxon';
import { AppError } from '../../errors/app-error.js';

/** Where the users live, and so where their days begin. */
const ZONE = 'Asia/Shanghai';
const OLDEST = '1850-01-01';

/** Full years since a birthday, by the calendar of Asia/Shanghai. */
export function ageOf(birthday: string, now = new Date()): number {
  // Dates alone are compared: there were days without a midnight in Shanghai, whose clocks went forward then.
  const today = DateTime.fromJSDate(now, { zone: ZONE })
    .setZone('utc', { keepLocalTime: true })
    .startOf('day');
  return Math.floor(today.diff(DateTime.fromISO(birthday, { zone: 'utc' }), 'years').years);
}

/** A date of birth a living person can have. Throws INVALID_INPUT. */
export function assertBirthday(birthday: string): void {
  const date = DateTime.fromISO(birthday, { zone: ZONE });
  if (!date.isValid || birthday < OLDEST || date > DateTime.now()) {
    throw new AppError('INVALID_INPUT', { field: 'birthday' });
  }
}
