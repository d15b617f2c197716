import type { EntityManager } from '@mikro-orm/postgresql';
import type { LegacySystem } from '../../door.js';
import { KEPT, rowsStay } from '../../infra/database/personal.js';
import { arrayOf, queryOne } from '../../infra/database/query.js';
import { firstOf, statement } from '../../infra/database/statement.js';
import { INTEGER_MAX } from '../../numbers.js';
import { LegacyId } from './legacy-id.entity.js';
import type { User } from './user.entity.js';
import { LIVE, readUsers } from './user.repository.js';

/** The account behind an old id, and the old id of an account. */
export interface LegacyIdPair {
  legacyId: string;
  userId: number;
}

const CANONICAL = /^[1-9]\d{0,15}$/;

/** An old id as a number; null where it is no positive whole one below 2^53, written as numbers are (`007` is none). */
export function numberOf(legacyId: string): number | null {
  const number = CANONICAL.test(legacyId) ? Number(legacyId) : 0;
  return number > 0 && Number.isSafeInteger(number) ? number : null;
}

/**
 * Stores old ids; a number that an account was given in their place goes. Throws on the unique constraints where the old
 * id or the account has one in this system.
 */
export async function insertLegacyIds(
  em: EntityManager,
  system: LegacySystem,
  pairs: readonly LegacyIdPair[],
): Promise<void> {
  if (pairs.length === 0) return;
  await em.execute('delete from legacy_ids where system = ? and given and user_id = any (?::int[])', [
    system,
    arrayOf(pairs.map(({ userId }) => userId)),
  ]);
  await em.execute(
    `insert into legacy_ids (system, legacy_id, number, user_id)
     select ?, legacy_id, number, user_id
     from unnest(?::text[], ?::bigint[], ?::int[]) as pair(legacy_id, number, user_id)`,
    [
      system,
      arrayOf(pairs.map(({ legacyId }) => legacyId)),
      `{${pairs.map(({ legacyId }) => numberOf(legacyId) ?? 'null').join(',')}}`,
      arrayOf(pairs.map(({ userId }) => userId)),
    ],
  );
}

interface Row {
  legacy_id: string;
  user_id: number;
}

/** Accounts whose number is somebody else's old id in a system where they have none. */
const CONFUSED = `
  select old.system, same.id as user_id
  from legacy_ids old join users same on same.id = old.number and same.id <> old.user_id
  where not exists (select 1 from legacy_ids own where own.system = old.system and own.user_id = same.id)`;

/** Old ids and accounts that have just come. */
export interface Newcomers {
  legacyIds: readonly string[];
  userIds: readonly number[];
}

/**
 * Gives a number of its own, in every system, to each account whose own is the old id of somebody else there and that
 * has no old id there. `among` looks only at what these newcomers have changed; without it, at everybody.
 */
export async function giveFreshIds(em: EntityManager, among?: Newcomers): Promise<void> {
  const numbers = arrayOf(among?.legacyIds.map(numberOf).filter((number) => number !== null) ?? []);
  // Each of the two finds its rows by an index; one condition with `or` would read everybody.
  const confused = among
    ? `${CONFUSED} and old.number = any (?::bigint[]) union ${CONFUSED} and same.id = any (?::int[])`
    : `${CONFUSED} group by 1, 2`;
  await em.execute(
    `with fresh as materialized (
       select system, user_id, next_user_id() as number from (${confused}) as confused
     )
     insert into legacy_ids (system, legacy_id, number, user_id, given)
     select system, number::text, number, user_id, true from fresh
     on conflict (system, user_id) do nothing`,
    among ? [numbers, arrayOf(among.userIds)] : [],
  );
}

/** Takes numbers that were given here from their accounts, which are given others: these are old ids after all. */
export async function makeWay(
  em: EntityManager,
  system: LegacySystem,
  legacyIds: readonly string[],
): Promise<void> {
  await em.execute(
    `with fresh as materialized (
       select legacy_id as old, next_user_id() as number
       from legacy_ids where system = ? and given and legacy_id = any (?::text[])
     )
     update legacy_ids set legacy_id = fresh.number::text, number = fresh.number
     from fresh where system = ? and given and legacy_id = fresh.old`,
    [system, arrayOf(legacyIds), system],
  );
}

/**
 * Lets new accounts begin above a number. Waits for transactions that have taken a number and not ended: after it, all
 * accounts up to the mark are to be seen. To be called in a transaction of its own, which it keeps others waiting for.
 */
export async function raiseUserIds(em: EntityManager, mark: number): Promise<void> {
  await em.execute('select raise_user_ids(?)', [mark]);
}

/** Numbers for new accounts, which nobody has and nobody had in a system before. */
export async function nextUserIds(em: EntityManager, count: number): Promise<number[]> {
  const rows = await em.execute<{ id: number }[]>('select next_user_id() as id from generate_series(1, ?)', [
    count,
  ]);
  return rows.map((row) => row.id);
}

/** The accounts of this transaction have the numbers that they are inserted with. */
export async function giveIdsHere(em: EntityManager): Promise<void> {
  await em.execute(`set local gateway.given_ids = 'on'`);
}

/** An account by the id that a system knows it by. */
export interface LegacyKey {
  system: LegacySystem;
  id: string;
}

const liveByLegacyId = readUsers(
  `u.id = (select user_id from legacy_ids where system = ? and legacy_id = ?) and ${LIVE}`,
);

/** The account that a system knows by this id, whether it gave it or it was given here. */
export const findUserByLegacyId = (em: EntityManager, { system, id }: LegacyKey): Promise<User | null> =>
  firstOf(liveByLegacyId, em, [system, id]);

const allOf = statement<Row & { system: LegacySystem }>(
  'select system, legacy_id, user_id from legacy_ids where user_id = any (?::int[]) order by system',
);

/** The ids of accounts in every system, by account. */
export async function findLegacyKeys(
  em: EntityManager,
  userIds: readonly number[],
): Promise<Map<number, LegacyKey[]>> {
  const found = new Map<number, LegacyKey[]>();
  for (const { user_id, system, legacy_id } of await allOf(em, [arrayOf(userIds)])) {
    const keys = found.get(user_id) ?? [];
    keys.push({ system, id: legacy_id });
    found.set(user_id, keys);
  }
  return found;
}

interface Numbered {
  number: number;
  user_id: number;
}

interface NumberedRow {
  number: string | null;
  user_id: number;
}

const known = statement<NumberedRow>(
  `select number, user_id from legacy_ids
   where system = ? and (number = any (?::bigint[]) or user_id = any (?::int[]))`,
);
const ofUsers = statement<NumberedRow>(
  'select number, user_id from legacy_ids where system = ? and user_id = any (?::int[]) and number is not null',
);

/** A number comes as text: it may lie beyond 32 bits. */
const readNumbers = (rows: readonly NumberedRow[]): Numbered[] =>
  rows.map(({ number, user_id }) => ({ number: Number(number), user_id }));

/**
 * Accounts by the numbers that they go by at the door of a system: its old ids, and for those without one their own.
 * Null where a number is the own one of an account that has another there; left out where it is nobody's old id, so that
 * it means the account that has it here, if there is one.
 */
export async function findByNumbers(
  em: EntityManager,
  system: LegacySystem,
  numbers: readonly number[],
): Promise<Map<number, number | null>> {
  const ids = numbers.filter((number) => number <= INTEGER_MAX);
  const rows = readNumbers(await known(em, [system, arrayOf(numbers), arrayOf(ids)]));
  const asked = new Set(numbers);
  const taken = rows
    .filter(({ user_id }) => asked.has(user_id))
    .map(({ user_id }) => [user_id, null] as const);
  const owners = rows.filter(({ number }) => asked.has(number));
  return new Map<number, number | null>([
    ...taken,
    ...owners.map(({ number, user_id }) => [number, user_id] as const),
  ]);
}

/** The numbers of accounts in a system, by account; those that it does not know are left out. */
export async function findNumbers(
  em: EntityManager,
  system: LegacySystem,
  userIds: readonly number[],
): Promise<Map<number, number>> {
  const rows = readNumbers(await ofUsers(em, [system, arrayOf(userIds)]));
  return new Map(rows.map(({ number, user_id }) => [user_id, number]));
}

/** An old id of a system that is no number; null when there is none. */
export async function findUnnumbered(em: EntityManager, system: LegacySystem): Promise<string | null> {
  const sql = 'select legacy_id from legacy_ids where system = ? and number is null limit 1';
  return (await queryOne<Row>(em, sql, [system]))?.legacy_id ?? null;
}

/** Pairs of a system after an old id, in the order of their texts: a page of all. */
export async function listLegacyIds(
  em: EntityManager,
  system: LegacySystem,
  after: string,
  limit: number,
): Promise<LegacyIdPair[]> {
  const rows = await em.execute<Row[]>(
    'select legacy_id, user_id from legacy_ids where system = ? and legacy_id > ? order by legacy_id limit ?',
    [system, after, limit],
  );
  return rows.map(({ legacy_id, user_id }) => ({ legacyId: legacy_id, userId: user_id }));
}

const outward = statement<Row>('select legacy_id, user_id from legacy_ids where system = ? and user_id = ?');

/**
 * The id that names an account to a system and nobody else there: its old id, or the number that it was given in the place
 * of one; null where its own number does.
 */
export const outwardIdOf = async (
  em: EntityManager,
  system: LegacySystem,
  userId: number,
): Promise<string | null> => (await firstOf(outward, em, [system, userId]))?.legacy_id ?? null;

/** Numbers without a person behind them, which keep a later import from bringing the person back. */
export const keptLegacyIds = rowsStay(LegacyId, 'userId', {
  system: KEPT,
  legacyId: KEPT,
  number: KEPT,
  userId: KEPT,
  given: KEPT,
  createdAt: KEPT,
});
