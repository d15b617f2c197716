import type { EntityManager } from '@mikro-orm/postgresql';
import { rowsGo } from '../../infra/database/personal.js';
import { firstOf, statement } from '../../infra/database/statement.js';
import { Credential } from './credential.entity.js';

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

export const erasedCredentials = rowsGo(Credential, 'userId');
