import { createHash, randomBytes } from 'node:crypto';
import { hashSync } from 'bcryptjs';
import { insertImportedCredentials } from '../../src/modules/credential/credential.repository.js';
import {
  type ImportedPassword,
  readImportedPassword,
} from '../../src/modules/credential/imported-password.js';
import type { TestApp } from './app.js';
import { freshPhone } from './client.js';

/** Accounts as other systems leave them. */

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

export type OldFormat = 'md5' | 'md5-salt' | 'md5-md5' | 'bcrypt';
export const OLD_FORMATS: readonly OldFormat[] = ['md5', 'md5-salt', 'md5-md5', 'bcrypt'];

/** A password as its old system kept it; the cost is bcrypt's. */
export function oldPassword(format: OldFormat, password: string, cost = 4): ImportedPassword {
  const salt = randomBytes(3).toString('hex');
  if (format === 'md5') return { format, value: md5(password) };
  if (format === 'md5-md5') return { format, value: md5(md5(password)) };
  if (format === 'md5-salt') return { format, value: md5(md5(password) + salt), salt };
  return { format, value: hashSync(password, cost).replace('$2b$', '$2y$') };
}

export interface OldAccount {
  id: number;
  phone: string;
  password: string;
}

/** An account with a name and a phone, and the given password as an import stores it. */
export async function importAccount(
  app: TestApp,
  password: string,
  old: ImportedPassword = oldPassword('md5', password),
): Promise<OldAccount> {
  const phone = freshPhone();
  const [row] = await app.sql<{ id: number }>('insert into users (name, phone) values (?, ?) returning id', [
    `old_${randomBytes(4).toString('hex')}`,
    phone,
  ]);
  const account = { id: row?.id ?? 0, phone, password };
  await importPassword(app, account.id, old);
  return account;
}

/** Stores a password as an import does; true when the account has it now. */
export async function importPassword(app: TestApp, userId: number, old: ImportedPassword): Promise<boolean> {
  const read = readImportedPassword(old);
  if (!read) throw new Error('no password');
  const stored = app.services.importedPasswords.seal(userId, read);
  const written = await insertImportedCredentials(app.infrastructure.database.fork(), [
    { userId, ...stored },
  ]);
  return written.includes(userId);
}

/** How the password of an account is stored. */
export async function storedPassword(app: TestApp, userId: number) {
  const [row] = await app.sql<{
    password_hash: string;
    scheme: string;
    key_id: string | null;
    imported: boolean;
  }>('select password_hash, scheme, key_id, imported from credentials where user_id = ?', [userId]);
  return row;
}
