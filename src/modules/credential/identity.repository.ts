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

export async function deleteIdentities(em: EntityManager, userId: number): Promise<void> {
  await em.nativeDelete(Identity, { userId });
}

export const countIdentities = (em: EntityManager, userId: number): Promise<number> =>
  em.count(Identity, { userId });

export const erasedIdentities = rowsGo(Identity, 'userId');
