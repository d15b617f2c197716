import type { EntityManager } from '@mikro-orm/postgresql';
import type { LegacySystem } from '../../door.js';
import { firstOf, statement } from '../../infra/database/statement.js';

const known = statement<{ legacy_id: string }>(
  'select legacy_id from legacy_ids where system = ? and user_id = ?',
);

/** The id by which a system knows an account: the one that it has there, else the account's own number. */
export async function outwardIdOf(em: EntityManager, system: LegacySystem, userId: number): Promise<string> {
  return (await firstOf(known, em, [system, userId]))?.legacy_id ?? String(userId);
}
