import type { EntityManager } from '@mikro-orm/postgresql';
import { rowsGoInParts } from '../../infra/database/personal.js';
import { arrayOf, queryOne } from '../../infra/database/query.js';
import { statement } from '../../infra/database/statement.js';
import type { Slice } from '../../paging.js';
import { UserStatus } from '../user/user.entity.js';
import { Block } from './block.entity.js';
import { pairKey } from './follow.repository.js';

export type BlockPair = readonly [blockerId: number, blockedId: number];

/** A condition in SQL: one of two accounts has blocked the other. Takes expressions that are their ids. */
export const blockedBetween = (one: string, other: string): string =>
  `exists (
     select 1 from blocks
     where (blocker_id = ${one} and blocked_id = ${other}) or (blocker_id = ${other} and blocked_id = ${one})
   )`;

const between = statement<{ blocked: boolean }>(
  `select ${blockedBetween('asked.one', 'asked.other')} as blocked from (select ?::int as one, ?::int as other) as asked`,
);

/** True when one of the two has blocked the other. */
export async function isBlockedBetween(em: EntityManager, one: number, other: number): Promise<boolean> {
  const [row] = await between(em, [one, other]);
  return row?.blocked ?? false;
}

const existing = statement<{ blocker_id: number; blocked_id: number }>(
  `select b.blocker_id, b.blocked_id
   from unnest(?::int[], ?::int[]) as asked(blocker_id, blocked_id)
   join blocks b on b.blocker_id = asked.blocker_id and b.blocked_id = asked.blocked_id`,
);

/** The existing ones of the pairs, as {@link pairKey}s; one statement however many they are. */
export async function findBlocks(em: EntityManager, pairs: readonly BlockPair[]): Promise<Set<string>> {
  const rows = await existing(em, [
    arrayOf(pairs.map(([blockerId]) => blockerId)),
    arrayOf(pairs.map(([, blockedId]) => blockedId)),
  ]);
  return new Set(rows.map((row) => pairKey([row.blocker_id, row.blocked_id])));
}

const latest = statement<{ id: number }>(
  `select b.blocked_id as id from blocks b join users u on u.id = b.blocked_id and u.status = ${UserStatus.ACTIVE}
   where b.blocker_id = ? order by b.created_at desc, b.blocked_id desc limit ? offset ?`,
);

/** The active users whom one has blocked, the latest first. */
export async function listBlocked(
  em: EntityManager,
  blockerId: number,
  { size, offset }: Slice,
): Promise<number[]> {
  return (await latest(em, [blockerId, size + 1, offset])).map(({ id }) => id);
}

/** False when the one has blocked the other already. */
export async function insertBlock(em: EntityManager, [blockerId, blockedId]: BlockPair): Promise<boolean> {
  const sql =
    'insert into blocks (blocker_id, blocked_id) values (?, ?) on conflict do nothing returning blocker_id';
  return (await queryOne(em, sql, [blockerId, blockedId])) !== null;
}

export async function deleteBlock(em: EntityManager, [blockerId, blockedId]: BlockPair): Promise<void> {
  await em.nativeDelete(Block, { blockerId, blockedId });
}

/**
 * Makes whatever begins between two accounts run one after the other, until the transaction ends: a follow that is
 * about to begin and a block that ends it. Transactions that move counters take this lock first.
 */
export async function lockBetween(em: EntityManager, one: number, other: number): Promise<void> {
  await em.execute('select pg_advisory_xact_lock(?::int, ?::int)', [
    Math.min(one, other),
    Math.max(one, other),
  ]);
}

export const erasedBlocks = rowsGoInParts(Block, ['blocker_id', 'blocked_id']);
