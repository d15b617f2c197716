import { AppError } from '../../errors/app-error.js';

const OLDEST = '1850-01-01';

/** Shanghai's clocks have been this far ahead of UTC, without summer time, since 1991. */
const AHEAD_MS = 8 * 3_600_000;

/** The date in Shanghai. */
const today = (now = Date.now()): string => new Date(now + AHEAD_MS).toISOString().slice(0, 10);

/** Full years since a birthday, by the calendar of Asia/Shanghai; one of 29 February comes on 1 March else. */
export function ageOf(birthday: string, now = Date.now()): number {
  const day = today(now);
  const years = Number(day.slice(0, 4)) - Number(birthday.slice(0, 4));
  return day.slice(5) >= birthday.slice(5) ? years : years - 1;
}

/** True for a date, as YYYY-MM-DD, that a living person can be born on. */
export function isBirthday(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  // What JavaScript reads of 30 February is another day.
  const isDate = !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === text;
  return isDate && text >= OLDEST && text <= today();
}

/** Throws INVALID_INPUT for what is no {@link isBirthday}. */
export function assertBirthday(birthday: string): void {
  if (!isBirthday(birthday)) throw new AppError('INVALID_INPUT', { field: 'birthday' });
}
