import type { EntityManager } from '@mikro-orm/postgresql';
import { User } from '../user/user.entity.js';

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
