import type { EntityManager } from '@mikro-orm/postgresql';
import { arrayOf } from '../../infra/database/query.js';
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

/** The same for the addresses of many accounts; no two may have the same. */
export async function takeOverEmails(
  em: EntityManager,
  emails: readonly { userId: number; address: string }[],
): Promise<void> {
  if (emails.length === 0) return;
  await em.execute(
    `select pg_advisory_xact_lock(hashtextextended('email:' || address, 0))
     from (select address from unnest(?::text[]) as address order by address) as sorted`,
    [arrayOf(emails.map(({ address }) => address))],
  );
  await em.execute(
    `update users u set email = null from json_to_recordset(?::json) as owner ("userId" int, address citext)
     where u.email = owner.address and not u.email_verified and u.id <> owner."userId"`,
    [JSON.stringify(emails)],
  );
}
