import { LEGACY_SYSTEMS } from '../../src/door.js';
import { nextUserIds } from '../../src/modules/user/legacy-id.repository.js';
import { type LoneApp, startTestApp } from '../support/app.js';
import { ambiguousNumbers, bringLegacyIds, endOfImport } from '../support/legacy-ids.js';

/** Numbers of accounts at every door, while old ids come and people register. */

let app: LoneApp;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

/** Registers as the gateway does; it takes what number comes. */
const newcomer = async (): Promise<number> => {
  const [row] = await app.sql<{ id: number }>(
    `insert into users (name) values ('n' || md5(random()::text)) returning id`,
  );
  return row?.id ?? 0;
};

const newcomers = (count: number): Promise<number[]> => Promise.all(Array.from({ length: count }, newcomer));

/** Old ids as text, from one on. */
const from = (first: number, userIds: readonly number[]) =>
  userIds.map((userId, index) => ({ legacyId: String(first + index), userId }));

const lastNumber = async (): Promise<number> =>
  Number((await app.sql<{ last: string }>('select last_value as last from users_id_seq'))[0]?.last);

test('people who register while old ids come have numbers that are nobody’s old id at any door', async () => {
  const settled = await newcomers(40);
  const registering = (async () => {
    const made: number[] = [];
    for (let round = 0; round < 12; round++) made.push(...(await newcomers(5)));
    return made;
  })();
  const lowest = Math.min(...settled);
  // Old ids from below the numbers here to far above them: every batch takes numbers that people are about to get.
  for (const [index, system] of LEGACY_SYSTEMS.entries()) {
    await bringLegacyIds(app, system, from(lowest + index * 7, settled.slice(0, 20)));
    await bringLegacyIds(app, system, from((await lastNumber()) + 3, settled.slice(20)));
  }
  const made = await registering;
  await endOfImport(app);
  expect(new Set([...settled, ...made]).size).toBe(100);
  expect(await ambiguousNumbers(app)).toEqual([]);
});

test('numbers above those that are given out are stepped over, one by one and beyond 31 bits', async () => {
  const [high, higher] = await newcomers(2);
  const last = await lastNumber();
  await bringLegacyIds(app, 'anlife', [
    { legacyId: String(2 ** 31 + 5), userId: high ?? 0 },
    { legacyId: String(2 ** 30 + 1), userId: higher ?? 0 },
  ]);
  // So high an old id does not move the numbers of people who register here.
  expect(await newcomer()).toBeLessThan(last + 50);
  await app.sql(`select setval('users_id_seq', ${2 ** 30})`);
  expect(await newcomer()).toBe(2 ** 30 + 2);
  await app.sql(`select setval('users_id_seq', ${last + 100})`);
  expect(await ambiguousNumbers(app)).toEqual([]);
});

test('a number that was given here makes way when it turns out to be an old id, and is never an account’s own', async () => {
  const [native, first, second] = (await newcomers(3)) as [number, number, number];
  await bringLegacyIds(app, 'open', [{ legacyId: String(native), userId: first }]);
  const given = async () =>
    (
      await app.sql<{ number: string }>(
        `select number from legacy_ids where system = 'open' and user_id = ? and given`,
        [native],
      )
    )[0]?.number;
  const before = await given();
  expect(Number(before)).toBeGreaterThan(second);
  await bringLegacyIds(app, 'open', [{ legacyId: String(before), userId: second }]);
  const after = await given();
  expect(after).not.toBe(before);
  expect(await newcomers(10)).not.toContain(Number(after));
  await endOfImport(app);
  expect(await given()).toBe(after);
  expect(await ambiguousNumbers(app)).toEqual([]);
});

test('an account that was given a number has the old id that is found to be its own in its place', async () => {
  const [native, other] = (await newcomers(2)) as [number, number];
  await bringLegacyIds(app, 'plus', [{ legacyId: String(native), userId: other }]);
  await bringLegacyIds(app, 'plus', [{ legacyId: '987654', userId: native }]);
  expect(
    await app.sql(`select legacy_id, given from legacy_ids where system = 'plus' and user_id = ?`, [native]),
  ).toEqual([{ legacy_id: '987654', given: false }]);
  expect(await ambiguousNumbers(app)).toEqual([]);
});

test('accounts that keep their old id as their number are confused with nobody in the other systems', async () => {
  const [native] = (await newcomers(1)) as [number];
  const em = app.infrastructure.database.fork();
  const [kept] = (await nextUserIds(em, 1)) as [number];
  // Known to anlife by a number that the next account will keep from plus.
  await bringLegacyIds(app, 'anlife', [{ legacyId: String(kept), userId: native }]);
  await em.transactional(async () => {
    await em.execute(`set local gateway.given_ids = 'on'`);
    await em.execute(`insert into users (id, name) values (?, 'kept_${kept}')`, [kept]);
  });
  await bringLegacyIds(app, 'plus', [{ legacyId: String(kept), userId: kept }]);
  expect(await ambiguousNumbers(app)).toEqual([]);
  expect(
    await app.sql(`select system, given from legacy_ids where user_id = ? order by system`, [kept]),
  ).toEqual([
    { system: 'anlife', given: true },
    { system: 'plus', given: false },
  ]);
});

test('the same old ids in another order, and of accounts that are gone, leave every number with one account', async () => {
  const [a, b, c] = (await newcomers(3)) as [number, number, number];
  await app.sql('update users set status = 3, deleted_at = now() where id = ?', [b]);
  // Each is known by the number of the next one: first to one system, then backwards to another.
  await bringLegacyIds(app, 'member', [
    { legacyId: String(b), userId: a },
    { legacyId: String(c), userId: b },
    { legacyId: String(a), userId: c },
  ]);
  for (const [legacyId, userId] of [
    [a, c],
    [c, b],
    [b, a],
  ] as const) {
    await bringLegacyIds(app, 'account', [{ legacyId: String(legacyId), userId }]);
    expect(await ambiguousNumbers(app)).toEqual([]);
  }
  await endOfImport(app);
  expect(await ambiguousNumbers(app)).toEqual([]);
});

test('no account can have the number that stands for nobody', async () => {
  const insert = app.sql(`insert into users (id, name) values (2147483647, 'last')`);
  await expect(insert).rejects.toThrow(/users_id_check/);
});
