import type { EntityManager } from '@mikro-orm/postgresql';
import { rowsGo } from '../../infra/database/personal.js';
import { queryOne } from '../../infra/database/query.js';
import type { ProviderName } from '../../infra/oauth/port.js';
import { Identity } from './identity.entity.js';

/** The account behind a person's ids at a provider; the first of them is preferred. */
export async function findUserIdByIdentity(
  em: EntityManager,
  provider: ProviderName,
  subjects: readonly string[],
): Promise<number | null> {
  const row = await queryOne<{ user_id: number }>(
    em,
    'select user_id from identities where provider = ? and subject in (?) order by subject = ? desc, id limit 1',
    [provider, subjects, subjects[0]],
  );
  return row?.user_id ?? null;
}

/** Remembers every id of a person, so that the next log-in finds the account by whichever the provider tells. */
export async function saveIdentities(
  em: EntityManager,
  userId: number,
  provider: ProviderName,
  subjects: readonly string[],
): Promise<void> {
  for (const subject of subjects) await em.insert(Identity, { userId, provider, subject } as Identity);
}

/** Adds the ids of a known person that were not told before; an id that somebody has stays theirs. */
export async function addIdentities(
  em: EntityManager,
  userId: number,
  provider: ProviderName,
  subjects: readonly string[],
): Promise<void> {
  const sql = 'insert into identities (user_id, provider, subject) values (?, ?, ?) on conflict do nothing';
  for (const subject of subjects) await em.execute(sql, [userId, provider, subject]);
}

/** Deletes the ids of an account at one provider, or at all of them. False when it had none. */
export const deleteIdentities = async (
  em: EntityManager,
  userId: number,
  provider?: ProviderName,
): Promise<boolean> => (await em.nativeDelete(Identity, { userId, ...(provider && { provider }) })) > 0;

/** The providers at which an account has an id, by name. */
export async function findProviders(em: EntityManager, userId: number): Promise<ProviderName[]> {
  const rows = await em.execute<{ provider: ProviderName }[]>(
    'select distinct provider from identities where user_id = ? order by provider',
    [userId],
  );
  return rows.map(({ provider }) => provider);
}

export const countIdentities = (em: EntityManager, userId: number): Promise<number> =>
  em.count(Identity, { userId });

export const erasedIdentities = rowsGo(Identity, 'userId');
