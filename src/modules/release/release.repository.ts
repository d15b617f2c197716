import type { EntityManager } from '@mikro-orm/postgresql';
import { READ_ONLY } from '../../infra/database/query.js';
import { type AppPlatform, AppRelease } from './app-release.entity.js';

/** The release of a platform with the highest version code; of equal ones the last added. */
export const findLatestRelease = (em: EntityManager, platform: AppPlatform): Promise<AppRelease | null> =>
  em.findOne(AppRelease, { platform }, { ...READ_ONLY, orderBy: { versionCode: 'desc', id: 'desc' } });

/** All releases, newest version first. */
export const findReleases = (em: EntityManager): Promise<AppRelease[]> =>
  em.find(AppRelease, {}, { ...READ_ONLY, orderBy: { platform: 'asc', versionCode: 'desc', id: 'desc' } });

export type NewRelease = Omit<AppRelease, 'id' | 'updatedAt'>;

export async function insertRelease(em: EntityManager, release: NewRelease): Promise<AppRelease> {
  const id = await em.insert(AppRelease, release as AppRelease);
  return em.findOneOrFail(AppRelease, { id }, READ_ONLY);
}

/** False when there is none. */
export async function deleteRelease(em: EntityManager, id: number): Promise<boolean> {
  return (await em.nativeDelete(AppRelease, { id })) === 1;
}
