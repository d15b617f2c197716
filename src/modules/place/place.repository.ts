import type { EntityManager, FilterQuery } from '@mikro-orm/postgresql';
import { escapeLike, indexBy, READ_ONLY } from '../../infra/database/query.js';
import { rowsById, type Window } from '../../paging.js';
import { City } from './city.entity.js';
import { Community } from './community.entity.js';
import { County } from './county.entity.js';
import type { Divisions } from './place.index.js';
import { Province } from './province.entity.js';

const BY_CODE = { orderBy: { id: 'asc' } } as const;

export async function findCommunities(
  em: EntityManager,
  ids: readonly number[],
): Promise<Map<number, Community>> {
  return indexBy(await em.find(Community, { id: { $in: [...ids] } }, READ_ONLY), (community) => community.id);
}

/** Every province, city and county, by code. */
export async function findDivisions(em: EntityManager): Promise<Divisions> {
  const byCode = { ...READ_ONLY, ...BY_CODE };
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
}

/** Communities by number; all of them without a window, else the rows of that page and one more. */
export function listCommunities(
  em: EntityManager,
  { cityId, name }: CommunityCriteria,
  window?: Window,
): Promise<Community[]> {
  const conditions: FilterQuery<Community>[] = [];
  if (cityId) conditions.push({ cityId });
  if (name) conditions.push({ name: { $ilike: `%${escapeLike(name)}%` } });
  const { where, options } = window ? rowsById(window, 'asc') : { where: {}, options: BY_CODE };
  conditions.push(where);
  return em.find(Community, { $and: conditions } as FilterQuery<Community>, { ...READ_ONLY, ...options });
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
