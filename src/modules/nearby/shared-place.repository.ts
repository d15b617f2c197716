import type { EntityManager } from '@mikro-orm/postgresql';
import { rowsGo } from '../../infra/database/personal.js';
import { statement } from '../../infra/database/statement.js';
import type { Slice } from '../../paging.js';
import { blockedBetween } from '../follow/block.repository.js';
import { UserStatus } from '../user/user.entity.js';
import type { MapPoint } from './projection.js';
import { SharedPlace } from './shared-place.entity.js';

/** The days that a place is kept after it was shared last. */
export const SHARED_DAYS = 30;

const saved = statement(
  `insert into shared_places (user_id, point, shared_at) values (?, point(?::float8, ?::float8), now())
   on conflict (user_id) do update set point = excluded.point, shared_at = excluded.shared_at`,
);

export async function saveSharedPlace(em: EntityManager, userId: number, { x, y }: MapPoint): Promise<void> {
  await saved(em, [userId, x, y]);
}

/** False when the account shared none. */
export const deleteSharedPlace = async (em: EntityManager, userId: number): Promise<boolean> =>
  (await em.nativeDelete(SharedPlace, { userId })) > 0;

/** The part of the map that is looked at, and who looks. */
export interface NearbySearch {
  viewerId: number;
  center: MapPoint;
  /** In degrees of the map. */
  radius: number;
}

const nearest = statement<{ user_id: number; distance: number }>(
  `select s.user_id, s.point <-> point(?::float8, ?::float8) as distance
   from (select ?::int as id) as viewer cross join shared_places s join users u on u.id = s.user_id
   where s.point <@ circle(point(?::float8, ?::float8), ?::float8)
     and s.shared_at > now() - interval '${SHARED_DAYS} days' and u.status = ${UserStatus.ACTIVE}
     and s.user_id <> viewer.id and not ${blockedBetween('s.user_id', 'viewer.id')}
   order by s.point <-> point(?::float8, ?::float8), s.user_id limit ? offset ?`,
);

/**
 * The active accounts that share a place within the radius, nearest first, with their distance in degrees of the map; without
 * those whom the viewer has blocked, or who have blocked the viewer.
 */
export async function findNearest(
  em: EntityManager,
  { viewerId, center: { x, y }, radius }: NearbySearch,
  { size, offset }: Slice,
): Promise<{ userId: number; distance: number }[]> {
  const rows = await nearest(em, [x, y, viewerId, x, y, radius, x, y, size + 1, offset]);
  return rows.map(({ user_id, distance }) => ({ userId: user_id, distance }));
}

const purged = statement<{ user_id: number }>(
  `delete from shared_places where user_id = any (array(
     select user_id from shared_places where shared_at <= now() - interval '${SHARED_DAYS} days' limit ?
   )) returning user_id`,
);

/** Deletes places that are kept no longer, at most `limit`; returns how many. */
export const deleteOldSharedPlaces = async (em: EntityManager, limit: number): Promise<number> =>
  (await purged(em, [limit])).length;

export const erasedSharedPlaces = rowsGo(SharedPlace, 'userId');
