import type { EntityManager } from '@mikro-orm/postgresql';
import type { PersonalTable } from '../../infra/database/personal.js';
import { arrayOf, queryOne } from '../../infra/database/query.js';
import { lockCancelled } from '../user/user.repository.js';
import { Follow } from './follow.entity.js';

export type FollowPair = readonly [followerId: number, followeeId: number];

export const pairKey = ([followerId, followeeId]: FollowPair): string => `${followerId}:${followeeId}`;

/** The existing ones of the pairs, as {@link pairKey}s; one statement however many they are. */
export async function findFollows(em: EntityManager, pairs: readonly FollowPair[]): Promise<Set<string>> {
  const rows = await em.execute<{ follower_id: number; followee_id: number }[]>(
    `select f.follower_id, f.followee_id
     from unnest(?::int[], ?::int[]) as asked(follower_id, followee_id)
     join follows f on f.follower_id = asked.follower_id and f.followee_id = asked.followee_id`,
    [arrayOf(pairs.map(([followerId]) => followerId)), arrayOf(pairs.map(([, followeeId]) => followeeId))],
  );
  return new Set(rows.map((row) => pairKey([row.follower_id, row.followee_id])));
}

/** False when the one follows the other already. */
export async function insertFollow(
  em: EntityManager,
  [followerId, followeeId]: FollowPair,
): Promise<boolean> {
  const sql =
    'insert into follows (follower_id, followee_id) values (?, ?) on conflict do nothing returning follower_id';
  return (await queryOne(em, sql, [followerId, followeeId])) !== null;
}

/** False when the one does not follow the other. */
export const deleteFollow = async (
  em: EntityManager,
  [followerId, followeeId]: FollowPair,
): Promise<boolean> => (await em.nativeDelete(Follow, { followerId, followeeId })) > 0;

/**
 * Moves the counters of both sides. Always in the order of the user numbers: two people who follow each other at
 * the same moment wait for one another in turn, never in a circle.
 */
export async function countFollow(
  em: EntityManager,
  [followerId, followeeId]: FollowPair,
  step: 1 | -1,
): Promise<void> {
  const steps = [
    { userId: followerId, followers: 0, followings: step },
    { userId: followeeId, followers: step, followings: 0 },
  ].sort((a, b) => a.userId - b.userId);
  for (const { userId, followers, followings } of steps) {
    await em.execute(
      `insert into user_extras as extra (user_id, followers_count, followings_count)
       values (?, greatest(?::int, 0), greatest(?::int, 0))
       on conflict (user_id) do update set
         followers_count = greatest(extra.followers_count + ?::int, 0),
         followings_count = greatest(extra.followings_count + ?::int, 0),
         updated_at = now()`,
      [userId, followers, followings, followers, followings],
    );
  }
}

/**
 * Ends at most `limit` follows of a user who is gone, and takes them off the counters of the others; false when there
 * was none. First those of the user's own choice, then those of others. Takes the counters in the order of
 * {@link countFollow}.
 */
async function endSome(em: EntityManager, userId: number, limit: number): Promise<boolean> {
  const sides = [
    { own: 'follower_id', other: 'followee_id', counter: 'followers_count' },
    { own: 'followee_id', other: 'follower_id', counter: 'followings_count' },
  ];
  for (const { own, other, counter } of sides) {
    const ended = await em.execute<{ id: number }[]>(
      `delete from follows where ${own} = ? and ${other} = any (array(
         select ${other} from follows where ${own} = ? order by ${other} limit ?
       )) returning ${other} as id`,
      [userId, userId, limit],
    );
    if (ended.length === 0) continue;
    const others = arrayOf(ended.map(({ id }) => id));
    await em.execute(
      'select 1 from user_extras where user_id = any (?::int[]) order by user_id for no key update',
      [others],
    );
    await em.execute(
      `update user_extras set ${counter} = greatest(${counter} - 1, 0), updated_at = now()
       where user_id = any (?::int[])`,
      [others],
    );
    return true;
  }
  return false;
}

/** The counters of others move with them, under the lock of the account: of two at once each finds what is left. */
export const erasedFollows: PersonalTable = {
  entity: Follow,
  columns: null,
  eraseSome: (em, userId, limit) =>
    em.transactional(
      async () => (await lockCancelled(em, userId)) !== null && (await endSome(em, userId, limit)),
    ),
};
