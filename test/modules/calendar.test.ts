import fc from 'fast-check';
import { ageOf, assertBirthday } from '../../src/modules/user/calendar.js';
import { dateToSeconds, secondsToDate } from '../../src/rest/values.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** Days of a calendar without hours: midnight UTC of each. */
const day = (from: string, to: string): fc.Arbitrary<number> =>
  fc.integer({ min: Date.parse(from) / DAY_MS, max: Date.parse(to) / DAY_MS }).map((days) => days * DAY_MS);

/** The moment at which a day begins in Shanghai, which has been eight hours ahead since 1991. */
const beginsInShanghai = (date: string): number => Date.parse(date) - 8 * HOUR_MS;

/** Compares dates by their digits; 29 February is reached on 1 March where there is none. */
function ageByDigits(birthday: string, today: string): number {
  const years = Number(today.slice(0, 4)) - Number(birthday.slice(0, 4));
  return today.slice(5) >= birthday.slice(5) ? years : years - 1;
}

describe('age', () => {
  test('an age is the number of birthdays had, whatever the hour and whatever the clocks did', () => {
    const birthdays = day('1900-01-01', '2019-12-31').filter((ms) => !iso(ms).endsWith('02-29'));
    const hours = fc.integer({ min: 0, max: DAY_MS - 1 });
    fc.assert(
      fc.property(birthdays, day('2020-01-01', '2090-12-31'), hours, (born, today, intoTheDay) => {
        const now = beginsInShanghai(iso(today)) + intoTheDay;
        expect(ageOf(iso(born), now)).toBe(ageByDigits(iso(born), iso(today)));
      }),
    );
  });

  test('an age goes up when the birthday begins in Shanghai, not elsewhere', () => {
    fc.assert(
      fc.property(
        day('1900-01-01', '2019-12-31').filter((ms) => !iso(ms).endsWith('02-29')),
        fc.integer({ min: 2020, max: 2090 }),
        (born, year) => {
          const birthday = iso(born);
          const midnight = beginsInShanghai(`${year}${birthday.slice(4)}`);
          const turned = year - Number(birthday.slice(0, 4));
          expect(ageOf(birthday, midnight)).toBe(turned);
          expect(ageOf(birthday, midnight - 1)).toBe(turned - 1);
        },
      ),
    );
  });

  // Days on which Shanghai's clocks went forward at midnight, so that 00:00 never came.
  test.each([
    '1919-04-13',
    '1940-06-01',
    '1941-03-15',
    '1946-05-15',
    '1947-04-15',
    '1948-05-01',
    '1949-05-01',
  ])('an age knows the birthday of those born on %s, when Shanghai changed its clocks', (birthday) => {
    const midnight = beginsInShanghai(`2026${birthday.slice(4)}`);
    expect(ageOf(birthday, midnight)).toBe(2026 - Number(birthday.slice(0, 4)));
    expect(ageOf(birthday, midnight - 1)).toBe(2025 - Number(birthday.slice(0, 4)));
  });

  test('the age of those born on 29 February goes up once a year, by 1 March at the latest', () => {
    expect(ageOf('2004-02-29', beginsInShanghai('2026-02-28') - 1)).toBe(21);
    expect(ageOf('2004-02-29', beginsInShanghai('2026-03-01'))).toBe(22);
    expect(ageOf('2004-02-29', beginsInShanghai('2028-02-29') - 1)).toBe(23);
    expect(ageOf('2004-02-29', beginsInShanghai('2028-02-29'))).toBe(24);
  });
});

describe('birthdays', () => {
  test.each(['1850-01-01', '1949-10-01', '2004-02-29', iso(Date.now() - DAY_MS)])(
    'the birthday %s is accepted',
    (date) => {
      expect(() => assertBirthday(date)).not.toThrow();
    },
  );

  test.each(['1849-12-31', iso(Date.now() + 2 * DAY_MS), '9999-12-31', '2023-02-29', '2023-13-01', 'x', ''])(
    'the birthday %j is refused',
    (date) => {
      expect(() => assertBirthday(date)).toThrow(
        expect.objectContaining({ code: 'INVALID_INPUT', details: { field: 'birthday' } }),
      );
    },
  );

  test('birthdays convert to the first Unix second of their day in Shanghai and back', () => {
    fc.assert(
      fc.property(day('1850-01-01', '2090-12-31'), (ms) => {
        expect(secondsToDate(dateToSeconds(iso(ms)))).toBe(iso(ms));
      }),
    );
    expect(dateToSeconds('1990-01-01')).toBe(631_123_200);
    expect(dateToSeconds('1970-01-01')).toBe(-28_800);
  });
});
