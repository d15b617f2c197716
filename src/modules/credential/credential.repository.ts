import type { EntityManager } from '@mikro-orm/postgresql';
import { rowsGo } from '../../infra/database/personal.js';
import { arrayOf } from '../../infra/database/query.js';
import { firstOf, statement } from '../../infra/database/statement.js';
import { Credential } from './credential.entity.js';

/** The columns of a password: what is kept, of which kind of digest, and under which key while it is only encrypted. */
export type StoredPassword = Pick<Credential, 'passwordHash' | 'scheme' | 'keyId'>;

const passwordHash = statement<{ password_hash: string }>(
  'select password_hash from credentials where user_id = ?',
);

/** The stored secret of an account, or null when it has no password. */
export async function findPasswordHash(em: EntityManager, userId: number): Promise<string | null> {
  return (await firstOf(passwordHash, em, [userId]))?.password_hash ?? null;
}

/** Stores the hash of a password that was set here. */
export async function savePasswordHash(
  em: EntityManager,
  userId: number,
  passwordHash: string,
): Promise<void> {
  const own = { scheme: 'md5', keyId: null, imported: false };
  await em.upsert(Credential, { userId, passwordHash, ...own, updatedAt: new Date() });
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

const imported = statement<{ user_id: number }>(
  `insert into credentials (user_id, password_hash, scheme, key_id, imported, updated_at)
   select user_id, password_hash, scheme, nullif(key_id, ''), true, now()
   from unnest(?::int[], ?::text[], ?::text[], ?::text[]) as given(user_id, password_hash, scheme, key_id)
   on conflict (user_id) do update
     set password_hash = excluded.password_hash, scheme = excluded.scheme, key_id = excluded.key_id,
       updated_at = excluded.updated_at
     where credentials.imported
   returning user_id`,
);

/**
 * Stores passwords from another system, sealed or as argon2id, in one statement. One that an import brought before is
 * replaced, one that was set here stays. The accounts that have the given one now; of each at most one may be given.
 */
export async function insertImportedCredentials(
  em: EntityManager,
  rows: readonly (StoredPassword & { userId: number })[],
): Promise<number[]> {
  if (rows.length === 0) return [];
  const written = await imported(em, [
    arrayOf(rows.map(({ userId }) => userId)),
    arrayOf(rows.map(({ passwordHash }) => passwordHash)),
    arrayOf(rows.map(({ scheme }) => scheme)),
    arrayOf(rows.map(({ keyId }) => keyId ?? '')),
  ]);
  return written.map(({ user_id }) => user_id);
}

export const erasedCredentials = rowsGo(Credential, 'userId');
