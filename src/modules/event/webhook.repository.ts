import { type EntityManager, LockMode } from '@mikro-orm/postgresql';
import { READ_ONLY } from '../../infra/database/query.js';
import { Webhook } from './webhook.entity.js';

export const findWebhook = (em: EntityManager, id: number): Promise<Webhook | null> =>
  em.findOne(Webhook, { id }, READ_ONLY);

/** All webhooks, oldest first. */
export const findWebhooks = (em: EntityManager): Promise<Webhook[]> =>
  em.find(Webhook, {}, { ...READ_ONLY, orderBy: { id: 'asc' } });

export const countWebhooks = (em: EntityManager): Promise<number> => em.count(Webhook);

export async function insertWebhook(
  em: EntityManager,
  webhook: Pick<Webhook, 'url' | 'types' | 'private' | 'keyId' | 'encryptedSecret'>,
): Promise<Webhook> {
  const id = await em.insert(Webhook, webhook as Webhook);
  return em.findOneOrFail(Webhook, { id }, READ_ONLY);
}

export async function updateWebhook(
  em: EntityManager,
  id: number,
  changes: Partial<Webhook>,
): Promise<Webhook | null> {
  await em.nativeUpdate(Webhook, { id }, changes);
  return findWebhook(em, id);
}

/** With what waits for it. False when there is none. */
export const deleteWebhook = async (em: EntityManager, id: number): Promise<boolean> =>
  (await em.nativeDelete(Webhook, { id })) === 1;

/** Holds a webhook until the transaction ends; null when there is none. */
export const lockWebhook = (em: EntityManager, id: number): Promise<Webhook | null> =>
  em.findOne(Webhook, { id }, { ...READ_ONLY, lockMode: LockMode.PESSIMISTIC_WRITE });

/** Locks the next webhooks, by number, whose secrets another key than this one encrypts. */
export const lockWebhooksUnderOtherKeys = (
  em: EntityManager,
  keyId: string,
  afterId: number,
  limit: number,
): Promise<Webhook[]> =>
  em.find(
    Webhook,
    { keyId: { $ne: keyId }, id: { $gt: afterId } },
    { ...READ_ONLY, lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { id: 'asc' }, limit },
  );
