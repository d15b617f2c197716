import type { EntityManager, FilterQuery } from '@mikro-orm/postgresql';
import { escapeLike, indexBy, READ_ONLY } from '../../infra/database/query.js';
import { City } from './city.entity.js';
import { Community } from './community.entity.js';
import { County } from './county.entity.js';
import type { Divisions } from './place.index.js';
import { Province } from './province.entity.js';

export async function findCommunities(
  em: EntityManager,
  ids: readonly number[],
): Promise<Map<number, Community>> {
  return indexBy(await em.find(Community, { id: { $in: [...ids] } }, READ_ONLY), (community) => community.id);
}

/** Every province, city and county, by code. */
export async function findDivisions(em: EntityManager): Promise<Divisions> {
  const byCode = { ...READ_ONLY, orderBy: { id: 'asc' } } as const;
  return {
    provinces: await em.find(Province, {}, byCode),
    cities: await em.find(City, {}, byCode),
    counties: await em.find(County, {}, byCode),
  };
}

export const findCity = (em: EntityManager, id: number): Promise<City | null> =>
  em.findOne(City, { id }, READ_ONLY);

/** The ids of all cities. */
export async function findCityIds(em: EntityManager): Promise<ReadonlySet<number>> {
  return new Set((await em.find(City, {}, READ_ONLY)).map(({ id }) => id));
}

export interface CommunityCriteria {
  cityId?: number | null;
  /** A part of the name, without case. */
  name?: string | null;
  /** Only communities with a higher id. */
  after?: number | null;
}

/** Communities by number, `limit` of them at most. */
export function listCommunities(
  em: EntityManager,
  { cityId, name, after }: CommunityCriteria,
  limit?: number,
): Promise<Community[]> {
  const conditions: FilterQuery<Community>[] = [];
  if (cityId) conditions.push({ cityId });
  if (name) conditions.push({ name: { $ilike: `%${escapeLike(name)}%` } });
  if (after) conditions.push({ id: { $gt: after } });
  return em.find(Community, { $and: conditions } as FilterQuery<Community>, {
    ...READ_ONLY,
    orderBy: { id: 'asc' },
    limit,
  });
}

export type NewCommunity = Pick<Community, 'cityId' | 'name'>;

/** Adds communities in one statement and leaves those that exist alone; returns how many were new. */
export async function insertCommunities(
  em: EntityManager,
  communities: readonly NewCommunity[],
): Promise<number> {
  const rows = await em.execute<unknown[]>(
    `insert into communities (city_id, name)
     select "cityId", name from json_to_recordset(?::json) as new ("cityId" int, name text)
     on conflict (city_id, name) do nothing returning id`,
    [JSON.stringify(communities)],
  );
  return rows.length;
}

export const findCommunity = (em: EntityManager, { cityId, name }: NewCommunity): Promise<Community | null> =>
  em.findOne(Community, { cityId, name }, READ_ONLY);

/** Removes a community; its residents keep their city. False when there is none. */
export async function deleteCommunity(em: EntityManager, id: number): Promise<boolean> {
  return (await em.nativeDelete(Community, { id })) === 1;
}
