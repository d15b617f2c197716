import type { EntityManager } from '@mikro-orm/postgresql';
import { indexBy, READ_ONLY } from '../../infra/database/query.js';
import { UserExtra } from './user-extra.entity.js';

/** Users without a row have done nothing yet. */
export async function findExtras(
  em: EntityManager,
  userIds: readonly number[],
): Promise<Map<number, UserExtra>> {
  const rows = await em.find(UserExtra, { userId: { $in: [...userIds] } }, READ_ONLY);
  return indexBy(rows, (extra) => extra.userId);
}
