import type { EntityManager } from '@mikro-orm/postgresql';
import { indexBy, READ_ONLY } from '../../infra/database/query.js';
import { City } from './city.entity.js';
import { Community } from './community.entity.js';

export async function findCities(em: EntityManager, ids: readonly number[]): Promise<Map<number, City>> {
  return indexBy(await em.find(City, { id: { $in: [...ids] } }, READ_ONLY), (city) => city.id);
}

export async function findCommunities(em: EntityManager, ids: readonly number[]): Promise<Map<number, Community>> {
  return indexBy(await em.find(Community, { id: { $in: [...ids] } }, READ_ONLY), (community) => community.id);
}
