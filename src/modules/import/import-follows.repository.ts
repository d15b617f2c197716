import type { EntityManager } from '@mikro-orm/postgresql';
import type { LegacySystem } from '../../door.js';
import { arrayOf } from '../../infra/database/query.js';
import { blockedBetween } from '../follow/block.repository.js';
import { UserStatus } from '../user/user.entity.js';

/** Whom an account follows, by old ids. */
export interface FollowRow {
  follower: number;
  legacyIds: readonly string[];
}

const PAIRS = (follows: readonly FollowRow[]): unknown[] => [
  arrayOf(follows.flatMap(({ follower, legacyIds }) => legacyIds.map(() => follower))),
  arrayOf(follows.flatMap(({ legacyIds }) => legacyIds)),
];

/** By how much the counters of both sides move with follows. */
const MOVED = (follows: string): string => `
  select user_id, sum(followers) as followers, sum(followings) as followings from (
    select followee_id as user_id, 1 as followers, 0 as followings from ${follows}
    union all select follower_id, 0, 1 from ${follows}
  ) as sides group by user_id order by user_id`;

/** Counts new follows, in the order of the accounts' numbers. */
const COUNT_FOLLOWED = `
  insert into user_extras as extra (user_id, followers_count, followings_count) ${MOVED('followed')}
  on conflict (user_id) do update set followers_count = extra.followers_count + excluded.followers_count,
    followings_count = extra.followings_count + excluded.followings_count, updated_at = now()`;

/** Takes ended follows off the counters. */
const COUNT_ENDED = `
  update user_extras extra set followers_count = greatest(extra.followers_count - moved.followers, 0),
    followings_count = greatest(extra.followings_count - moved.followings, 0), updated_at = now()
  from (${MOVED('ended')}) as moved where extra.user_id = moved.user_id`;

/**
 * Makes accounts follow others by their old ids; those who have not come are waited for, those who are gone are not. Nobody
 * follows whom a block here keeps them from.
 */
export async function addFollows(
  em: EntityManager,
  system: LegacySystem,
  follows: readonly FollowRow[],
): Promise<void> {
  if (!follows.some(({ legacyIds }) => legacyIds.length > 0)) return;
  await em.execute(
    `with asked as materialized (
       select * from unnest(?::int[], ?::text[]) as asked (follower_id, legacy_id)
     ), known as materialized (
       select a.follower_id, a.legacy_id, l.user_id as followee_id, u.status
       from asked a join legacy_ids l on l.system = ? and l.legacy_id = a.legacy_id and not l.given
       join users u on u.id = l.user_id
     ), waiting as (
       insert into imported_follows (follower_id, system, legacy_id)
       select a.follower_id, ?, a.legacy_id from asked a
       where not exists (select 1 from known k where k.legacy_id = a.legacy_id)
       on conflict do nothing
     ), followed as (
       insert into follows (follower_id, followee_id)
       select follower_id, followee_id from known
       where follower_id <> followee_id and status <> ${UserStatus.DELETED}
         and not ${blockedBetween('known.follower_id', 'known.followee_id')}
       on conflict do nothing returning follower_id, followee_id
     ) ${COUNT_FOLLOWED}`,
    [...PAIRS(follows), system, system],
  );
}

/** Lets those be followed who were waited for. */
export async function resolveFollows(
  em: EntityManager,
  system: LegacySystem,
  legacyIds: readonly string[],
): Promise<void> {
  if (legacyIds.length === 0) return;
  await em.execute(
    `with came as (
       delete from imported_follows f using legacy_ids l, users u
       where f.system = ? and f.legacy_id = any (?::text[]) and l.system = f.system and l.legacy_id = f.legacy_id
         and u.id = f.follower_id
       returning f.follower_id, l.user_id as followee_id, u.status
     ), followed as (
       insert into follows (follower_id, followee_id)
       select follower_id, followee_id from came
       where follower_id <> followee_id and status <> ${UserStatus.DELETED}
         and not ${blockedBetween('came.follower_id', 'came.followee_id')}
       on conflict do nothing returning follower_id, followee_id
     ) ${COUNT_FOLLOWED}`,
    [system, arrayOf(legacyIds)],
  );
}

/** Ends the follows of accounts, of people with an old id, that are not among these any more. */
export async function endOtherFollows(
  em: EntityManager,
  system: LegacySystem,
  follows: readonly FollowRow[],
): Promise<void> {
  if (follows.length === 0) return;
  const followers = arrayOf(follows.map(({ follower }) => follower));
  await em.execute(
    `delete from imported_follows f where f.system = ? and f.follower_id = any (?::int[]) and not exists (
       select 1 from unnest(?::int[], ?::text[]) as asked (follower_id, legacy_id)
       where asked.follower_id = f.follower_id and asked.legacy_id = f.legacy_id
     )`,
    [system, followers, ...PAIRS(follows)],
  );
  await em.execute(
    `with asked as materialized (
       select * from unnest(?::int[], ?::text[]) as asked (follower_id, legacy_id)
     ), ended as (
       delete from follows f using legacy_ids l
       where f.follower_id = any (?::int[]) and l.system = ? and l.user_id = f.followee_id and not l.given
         and not exists (
           select 1 from asked where asked.follower_id = f.follower_id and asked.legacy_id = l.legacy_id
         )
       returning f.follower_id, f.followee_id
     ) ${COUNT_ENDED}`,
    [...PAIRS(follows), followers, system],
  );
}
