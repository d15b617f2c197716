import { type EntityManager, LockMode } from '@mikro-orm/postgresql';
import { rowsGo } from '../../infra/database/personal.js';
import { arrayOf, READ_ONLY } from '../../infra/database/query.js';
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

const holders = statement<{ user_id: number }>(
  'select user_id from credentials where user_id = any (?::int[])',
);

/** Those of the accounts that have a password. */
export async function findPasswordHolders(
  em: EntityManager,
  userIds: readonly number[],
): Promise<Map<number, true>> {
  const rows = await holders(em, [arrayOf(userIds)]);
  return new Map(rows.map(({ user_id }) => [user_id, true]));
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

/** What a check needs to know, of an account or of nobody. */
export interface PasswordToCheck {
  /** Null for an account without a password, and for none. */
  stored: StoredPassword | null;
  /** The highest cost of bcrypt that any account needs; null while none does. */
  bcryptCost: number | null;
}

interface CheckedRow {
  password_hash: string | null;
  scheme: string;
  key_id: string | null;
  bcrypt_cost: string | null;
}

const checked = statement<CheckedRow>(
  // Read in one statement, so that no password is checked by a cost that it exceeds.
  `select c.password_hash, c.scheme, c.key_id, b.bcrypt_cost
   from (select max(substr(scheme, 12, 2)) as bcrypt_cost from credentials where scheme like 'bcrypt:%') b
   left join credentials c on c.user_id = ?`,
);

/** The password of an account, to be checked; nobody is 0. */
export async function findPasswordToCheck(em: EntityManager, userId: number): Promise<PasswordToCheck> {
  const row = await firstOf(checked, em, [userId]);
  const cost = row?.bcrypt_cost ?? null;
  const stored =
    row && row.password_hash !== null
      ? { passwordHash: row.password_hash, scheme: row.scheme, keyId: row.key_id }
      : null;
  return { stored, bcryptCost: cost === null ? null : Number(cost) };
}

/**
 * Replaces a secret by a hash of the same password, only if it is still the one that was verified or opened, so that a
 * re-hash never undoes a change. False when it is not.
 */
export async function replacePasswordHash(
  em: EntityManager,
  userId: number,
  from: string,
  to: Pick<StoredPassword, 'passwordHash' | 'scheme'>,
): Promise<boolean> {
  const columns = { ...to, keyId: null };
  return (await em.nativeUpdate(Credential, { userId, passwordHash: from }, columns)) === 1;
}

/** A password that is encrypted and not hashed yet. */
export interface SealedPassword extends StoredPassword {
  userId: number;
  keyId: string;
}

/** The next sealed passwords under these keys, by account. */
export async function findSealedPasswords(
  em: EntityManager,
  keyIds: readonly string[],
  after: number,
  limit: number,
): Promise<SealedPassword[]> {
  const rows = await em.find(
    Credential,
    { keyId: { $in: [...keyIds] }, userId: { $gt: after } },
    { ...READ_ONLY, orderBy: { userId: 'asc' }, limit },
  );
  return rows.map(sealedOf);
}

/** How many passwords are encrypted and not hashed yet; those alone that no key of these is for, if keys are given. */
export const countSealedPasswords = (em: EntityManager, without: readonly string[] = []): Promise<number> =>
  em.count(Credential, { keyId: { $ne: null, $nin: [...without] } });

/** Locks the next sealed passwords, by account, that another key than this one encrypts. */
export async function lockPasswordsUnderOtherKeys(
  em: EntityManager,
  keyId: string,
  afterUserId: number,
  limit: number,
): Promise<SealedPassword[]> {
  const rows = await em.find(
    Credential,
    { keyId: { $ne: keyId }, userId: { $gt: afterUserId } },
    { ...READ_ONLY, lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { userId: 'asc' }, limit },
  );
  return rows.map(sealedOf);
}

/** Changes how a password is stored; its row has to be locked. */
export async function storeResealedPassword(
  em: EntityManager,
  userId: number,
  columns: Pick<StoredPassword, 'passwordHash' | 'keyId'>,
): Promise<void> {
  await em.nativeUpdate(Credential, { userId }, columns);
}

/** The stored passwords of these accounts; those without one are left out. */
export async function findStoredPasswords(
  em: EntityManager,
  userIds: readonly number[],
): Promise<Map<number, StoredPassword>> {
  const rows = await em.find(Credential, { userId: { $in: [...userIds] } }, READ_ONLY);
  return new Map(
    rows.map(({ userId, passwordHash, scheme, keyId }) => [userId, { passwordHash, scheme, keyId }]),
  );
}

function sealedOf({ userId, passwordHash, scheme, keyId }: Credential): SealedPassword {
  // Null is none of the keys that were asked for.
  return { userId, passwordHash, scheme, keyId: keyId ?? '' };
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
