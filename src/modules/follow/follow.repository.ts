import type { EntityManager } from '@mikro-orm/postgresql';
import type { PersonalTable } from '../../infra/database/personal.js';
import { arrayOf, queryOne } from '../../infra/database/query.js';
import { statement } from '../../infra/database/statement.js';
import type { Slice } from '../../paging.js';
import { UserStatus } from '../user/user.entity.js';
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

/** The lists of an account's follows. */
export type FollowList = 'followers' | 'followings' | 'mutual';

/** The latest followings that are looked through for mutual ones: an account can follow any number of others. */
const MUTUAL_AMONG = 10_000;

/** The accounts in each list of the account `asked.id`, with the time of the follow. */
const LISTED: Readonly<Record<FollowList, string>> = {
  followers: 'select follower_id as user_id, created_at from follows where followee_id = asked.id',
  followings: 'select followee_id as user_id, created_at from follows where follower_id = asked.id',
  // The way back is looked up for each, which `limit 1` holds PostgreSQL to: to join the followers of somebody popular
  // would be to read a million of them.
  mutual: `select latest.followee_id as user_id, latest.created_at from (
      select followee_id, created_at from follows where follower_id = asked.id
      order by created_at desc, followee_id desc limit ${MUTUAL_AMONG}
    ) as latest cross join lateral (
      select 1 from follows where follower_id = latest.followee_id and followee_id = asked.id limit 1
    ) as back`,
};

/** A part of an account's list. */
export interface ListSlice extends Slice {
  userId: number;
}

/** For each slice the active accounts in it, latest follow first, under its position among those asked for. */
const listed = (list: FollowList) =>
  statement<{ position: number; ids: number[] }>(
    `select asked.position::int as position, array(
       select f.user_id from (${LISTED[list]}) as f
       join users u on u.id = f.user_id and u.status = ${UserStatus.ACTIVE}
       order by f.created_at desc, f.user_id desc limit asked.size offset asked.skipped
     ) as ids
     from unnest(?::int[], ?::int[], ?::int[]) with ordinality as asked(id, size, skipped, position)`,
  );

const lists = { followers: listed('followers'), followings: listed('followings'), mutual: listed('mutual') };

/** The ids in each slice, and one more where there is one; one statement however many they are. */
export async function findListed(
  em: EntityManager,
  list: FollowList,
  slices: readonly ListSlice[],
): Promise<number[][]> {
  const rows = await lists[list](em, [
    arrayOf(slices.map(({ userId }) => userId)),
    arrayOf(slices.map(({ size }) => size + 1)),
    arrayOf(slices.map(({ offset }) => offset)),
  ]);
  const found = new Map(rows.map(({ position, ids }) => [position, ids]));
  return slices.map((_slice, index) => found.get(index + 1) ?? []);
}

const mutualCounts = statement<{ asked: number; count: number }>(
  `select asked.id as asked, (select count(*) from (${LISTED.mutual}) as f)::int as count
   from unnest(?::int[]) as asked(id)`,
);

/** How many of the latest {@link MUTUAL_AMONG} followings of each account follow it back. */
export async function countMutual(
  em: EntityManager,
  userIds: readonly number[],
): Promise<Map<number, number>> {
  const rows = await mutualCounts(em, [arrayOf(userIds)]);
  return new Map(rows.map(({ asked, count }) => [asked, count]));
}

/** The most new followers that are told: clients show a number beside a picture. */
export const NEW_FOLLOWERS_MAX = 1000;

/** The followers of an account since it last looked at them, and those among them whom it follows. */
export interface NewFollowers {
  count: number;
  mutualCount: number;
}

const newFollowers = statement<{ asked: number; count: number; mutual: number }>(
  `select asked.id as asked, found.count, found.mutual
   from unnest(?::int[]) as asked(id) left join user_extras e on e.user_id = asked.id
   cross join lateral (
     select count(*)::int as count, count(back.found)::int as mutual from (
       select follower_id from follows
       where followee_id = asked.id and created_at > coalesce(e.followers_seen_at, '-infinity')
       order by created_at desc, follower_id desc limit ${NEW_FOLLOWERS_MAX}
     ) as latest left join lateral (
       select true as found from follows where follower_id = asked.id and followee_id = latest.follower_id limit 1
     ) as back on true
   ) as found`,
);

/** The new followers of each account. */
export async function findNewFollowers(
  em: EntityManager,
  userIds: readonly number[],
): Promise<Map<number, NewFollowers>> {
  const rows = await newFollowers(em, [arrayOf(userIds)]);
  return new Map(rows.map(({ asked, count, mutual }) => [asked, { count, mutualCount: mutual }]));
}

/** Remembers that an account has looked at its followers now. */
export async function markFollowersSeen(em: EntityManager, userId: number): Promise<void> {
  await em.execute(
    `insert into user_extras (user_id, followers_seen_at) values (?, now())
     on conflict (user_id) do update set followers_seen_at = now()`,
    [userId],
  );
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

/** Ends the follows between two users, both at once: of nothing else is then waited for but counters. */
export async function endFollowsBetween(
  em: EntityManager,
  one: number,
  other: number,
): Promise<FollowPair[]> {
  const rows = await em.execute<{ follower_id: number; followee_id: number }[]>(
    `delete from follows where (follower_id = ? and followee_id = ?) or (follower_id = ? and followee_id = ?)
     returning follower_id, followee_id`,
    [one, other, other, one],
  );
  return rows.map((row) => [row.follower_id, row.followee_id]);
}

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
         select ${other} from follows where ${own} = ? order by created_at desc, ${other} desc limit ?
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
