import type { EntityManager } from '@mikro-orm/postgresql';
import type { LegacySystem } from '../../door.js';
import { KEPT, rowsStay } from '../../infra/database/personal.js';
import { arrayOf } from '../../infra/database/query.js';
import { LegacyId } from './legacy-id.entity.js';

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

/** The accounts behind old ids; those that nobody has are left out. */
export async function findByLegacyIds(
  em: EntityManager,
  system: LegacySystem,
  legacyIds: readonly string[],
): Promise<Map<string, number>> {
  const rows = await em.execute<{ legacy_id: string; user_id: number }[]>(
    'select legacy_id, user_id from legacy_ids where system = ? and legacy_id = any (?::text[])',
    [system, arrayOf(legacyIds)],
  );
  return new Map(rows.map((row) => [row.legacy_id, row.user_id]));
}

/** The old ids of accounts; those that have none are left out. */
export async function legacyIdsOf(
  em: EntityManager,
  system: LegacySystem,
  userIds: readonly number[],
): Promise<Map<number, string>> {
  const rows = await em.execute<{ legacy_id: string; user_id: number }[]>(
    'select legacy_id, user_id from legacy_ids where system = ? and user_id = any (?::int[])',
    [system, arrayOf(userIds)],
  );
  return new Map(rows.map((row) => [row.user_id, row.legacy_id]));
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

/** Numbers without a person behind them, which keep a later import from bringing the person back. */
export const keptLegacyIds = rowsStay(LegacyId, 'userId', {
  system: KEPT,
  legacyId: KEPT,
  number: KEPT,
  userId: KEPT,
  given: KEPT,
  createdAt: KEPT,
});
