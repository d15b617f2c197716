import { type EntityManager, LockMode } from '@mikro-orm/postgresql';
import { READ_ONLY } from '../../infra/database/query.js';
import { OpenApp } from './open-app.entity.js';

export const findOpenApp = (em: EntityManager, id: number): Promise<OpenApp | null> =>
  em.findOne(OpenApp, { id }, READ_ONLY);

/** All apps, oldest first. */
export const findOpenApps = (em: EntityManager): Promise<OpenApp[]> =>
  em.find(OpenApp, {}, { ...READ_ONLY, orderBy: { id: 'asc' } });

export async function insertOpenApp(
  em: EntityManager,
  app: Pick<OpenApp, 'name' | 'keyId' | 'encryptedSecret' | 'allowedIps'>,
): Promise<OpenApp> {
  const id = await em.insert(OpenApp, app as OpenApp);
  return em.findOneOrFail(OpenApp, { id }, READ_ONLY);
}

/** Changes columns of one app; null when there is none. */
export async function updateOpenApp(
  em: EntityManager,
  id: number,
  changes: Partial<OpenApp>,
): Promise<OpenApp | null> {
  await em.nativeUpdate(OpenApp, { id }, changes);
  return findOpenApp(em, id);
}

/** Apps are numbered from `first`, as their documented examples are; has no effect on a sequence beyond it. */
export async function numberOpenAppsFrom(em: EntityManager, first: number): Promise<void> {
  await em.execute(`select setval('open_apps_id_seq', ?, false) from open_apps_id_seq where last_value < ?`, [
    first,
    first,
  ]);
}

/** Locks the next apps, by number, whose secret another key than this one encrypts. */
export const lockOpenAppsUnderOtherKeys = (
  em: EntityManager,
  keyId: string,
  afterId: number,
  limit: number,
): Promise<OpenApp[]> =>
  em.find(
    OpenApp,
    { keyId: { $ne: keyId }, id: { $gt: afterId } },
    { ...READ_ONLY, lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { id: 'asc' }, limit },
  );
