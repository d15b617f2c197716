import type { EntityManager } from '@mikro-orm/postgresql';
import { rowsGo } from '../../infra/database/personal.js';
import { arrayOf, indexBy } from '../../infra/database/query.js';
import { readRows } from '../../infra/database/rows.js';
import { UserExtra } from './user-extra.entity.js';

const ofUsers = readRows(UserExtra, 'e', 'from user_extras e where e.user_id = any (?::int[])');

/** Users without a row have done nothing yet. */
export async function findExtras(
  em: EntityManager,
  userIds: readonly number[],
): Promise<Map<number, UserExtra>> {
  return indexBy(await ofUsers(em, [arrayOf(userIds)]), (extra) => extra.userId);
}

export const erasedUserExtras = rowsGo(UserExtra, 'userId');
