import type { EntityManager } from '@mikro-orm/postgresql';
import { queryOne } from '../../infra/database/query.js';
import { firstOf, statement } from '../../infra/database/statement.js';
import type { ProviderName } from '../../infra/oauth/port.js';
import { User } from '../user/user.entity.js';
import { Credential } from './credential.entity.js';
import { Identity } from './identity.entity.js';

const passwordHash = statement<{ password_hash: string }>(
  'select password_hash from credentials where user_id = ?',
);

/** The stored secret of an account, or null when it has no password. */
export async function findPasswordHash(em: EntityManager, userId: number): Promise<string | null> {
  return (await firstOf(passwordHash, em, [userId]))?.password_hash ?? null;
}

export async function savePasswordHash(
  em: EntityManager,
  userId: number,
  passwordHash: string,
): Promise<void> {
  await em.upsert(Credential, { userId, passwordHash, updatedAt: new Date() });
}

/** Replaces a secret only if it is still the one that was verified, so that a re-hash never undoes a change. */
export async function replacePasswordHash(
  em: EntityManager,
  userId: number,
  from: string,
  to: string,
): Promise<boolean> {
  return (await em.nativeUpdate(Credential, { userId, passwordHash: from }, { passwordHash: to })) === 1;
}

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

/**
 * Holds an e-mail address until the transaction ends: whoever shows it without proof and whoever proves it meanwhile
 * come one after the other. Taken after the lock on the account.
 */
export async function lockEmail(em: EntityManager, email: string): Promise<void> {
  await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`email:${email}`]);
}

/** A verified address belongs to one account; others that show it unproven lose it. */
export async function takeOverEmail(em: EntityManager, email: string, userId: number): Promise<void> {
  await lockEmail(em, email);
  await em.nativeUpdate(User, { email, emailVerified: false, id: { $ne: userId } }, { email: null });
}
