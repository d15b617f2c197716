import type { EntityManager } from '@mikro-orm/postgresql';
import type { LegacySystem } from '../../door.js';
import { KEPT, rowsStay } from '../../infra/database/personal.js';
import { arrayOf, queryOne } from '../../infra/database/query.js';
import { firstOf, statement } from '../../infra/database/statement.js';
import { INTEGER_MAX } from '../../numbers.js';
import { LegacyId } from './legacy-id.entity.js';
import type { User } from './user.entity.js';
import { LIVE, readUsers } from './user.repository.js';

/** Numbers without a person behind them, which keep a later import from bringing the person back. */
export const keptLegacyIds = rowsStay(LegacyId, 'userId', {
  system: KEPT,
  legacyId: KEPT,
  number: KEPT,
  userId: KEPT,
  given: KEPT,
  createdAt: KEPT,
});

/** An old id as a number; null where it is no positive whole one below 2^53, written as numbers are. */
export function numberOf(legacyId: string): number | null {
  const number = /^[1-9]\d{0,15}$/.test(legacyId) ? Number(legacyId) : Number.NaN;
  return Number.isSafeInteger(number) ? number : null;
}

/** The old id of an account. */
export interface LegacyIdPair {
  legacyId: string;
  userId: number;
}

interface Row {
  legacy_id: string;
  user_id: number;
}

/** Numbers given here make way for the system's own of the same value; {@link numberGiven} gives others. */
const makeWay = `update legacy_ids set legacy_id = 'given ' || user_id, number = null
  where system = ? and given and legacy_id = any (?::text[])`;
const insert = `insert into legacy_ids as known (system, legacy_id, number, user_id)
  select ?, legacy_id, number, user_id from unnest(?::text[], ?::bigint[], ?::int[]) as new(legacy_id, number, user_id)
  on conflict (system, user_id) do update
    set legacy_id = excluded.legacy_id, number = excluded.number, given = false, created_at = now()
    where known.given
  returning legacy_id`;
const numberGiven = `update legacy_ids l set number = fresh.number, legacy_id = fresh.number::text
  from (select user_id, next_user_id() as number from legacy_ids where system = ? and given and number is null) fresh
  where l.system = ? and l.user_id = fresh.user_id`;

/**
 * Adds the ids of a system that accounts come from, within the transaction that makes them, and keeps its numbers and
 * those of the other systems unambiguous: numbers that were given here give way, and accounts whose own number is an old
 * id now are given others. Returns the old ids that were added: an account that has another one there keeps that. Throws
 * the unique-constraint error where an old id is another account's.
 */
export async function insertLegacyIds(
  em: EntityManager,
  system: LegacySystem,
  pairs: readonly LegacyIdPair[],
): Promise<Set<string>> {
  if (pairs.length === 0) return new Set();
  const legacyIds = arrayOf(pairs.map(({ legacyId }) => legacyId));
  const numbers = pairs.map(({ legacyId }) => numberOf(legacyId));
  const userIds = pairs.map(({ userId }) => userId);
  await em.execute(makeWay, [system, legacyIds]);
  const listed = `{${numbers.map((number) => number ?? 'null').join(',')}}`;
  const added = await em.execute<Row[]>(insert, [system, legacyIds, listed, arrayOf(userIds)]);
  await em.execute(numberGiven, [system, system]);
  await giveFreshIds(em, [...numbers.flatMap((number) => number ?? []), ...userIds]);
  return new Set(added.map((row) => row.legacy_id));
}

/**
 * Gives a number that nobody has to every account whose own is somebody's old id in a system that does not know it: there
 * the number means the one that it knows. Of those numbers alone, or of all. Returns how many were given.
 */
export async function giveFreshIds(em: EntityManager, among?: readonly number[]): Promise<number> {
  const ids = among?.filter((number) => number <= INTEGER_MAX);
  const row = await queryOne<{ given: number }>(
    em,
    `with homeless as materialized (
       select l.system, u.id, next_user_id() as fresh
       from legacy_ids l join users u on u.id = l.number
       where ${ids ? 'l.number = any (?::bigint[])' : 'l.number is not null'} and not exists (
         select 1 from legacy_ids own where own.system = l.system and own.user_id = u.id
       )
     ), given as (
       insert into legacy_ids (system, legacy_id, number, user_id, given)
       select system, fresh::text, fresh, id, true from homeless
       returning 1
     )
     select count(*)::int as given from given`,
    ids ? [arrayOf(ids)] : [],
  );
  return row?.given ?? 0;
}

const byLegacyIds = statement<Row>(
  'select legacy_id, user_id from legacy_ids where system = ? and legacy_id = any (?::text[]) and not given',
);

/** Accounts by the ids that a system gave them; numbers given here find nobody. */
export async function findByLegacyIds(
  em: EntityManager,
  system: LegacySystem,
  legacyIds: readonly string[],
): Promise<Map<string, number>> {
  const rows = await byLegacyIds(em, [system, arrayOf(legacyIds)]);
  return new Map(rows.map((row) => [row.legacy_id, row.user_id]));
}

const ofAccounts = statement<Row>(
  'select legacy_id, user_id from legacy_ids where system = ? and user_id = any (?::int[]) and not given',
);

/** The ids that a system gave to accounts, by account; without those given here. */
export async function legacyIdsOf(
  em: EntityManager,
  system: LegacySystem,
  userIds: readonly number[],
): Promise<Map<number, string>> {
  const rows = await ofAccounts(em, [system, arrayOf(userIds)]);
  return new Map(rows.map((row) => [row.user_id, row.legacy_id]));
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
