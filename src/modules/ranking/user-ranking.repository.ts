import type { EntityManager } from '@mikro-orm/postgresql';
import { statement } from '../../infra/database/statement.js';
import type { Slice } from '../../paging.js';
import { UserStatus } from '../user/user.entity.js';

interface Counted {
  user_id: number;
  /** Text where the column holds more than 32 bits. */
  count: number | string;
}

/** The index of the counter has everybody in this order, so it is read no further than the last rank asked for. */
const ranked = (table: string, column: string) =>
  statement<Counted>(
    `select c.user_id, c.${column} as count from ${table} c
     join users u on u.id = c.user_id and u.status = ${UserStatus.ACTIVE}
     where c.${column} > 0 order by c.${column} desc, c.user_id limit ? offset ?`,
    // A plan for any number of ranks would sort everybody.
    { prepared: false },
  );

const RANKINGS = {
  FOLLOWERS: ranked('user_extras', 'followers_count'),
  POINTS: ranked('currencies', 'sum'),
  INCOME: ranked('currencies', 'total_income'),
  CHECKIN_STREAK: ranked('user_extras', 'last_checkin_count'),
  ANSWERS: ranked('user_extras', 'answers_count'),
  LIKES: ranked('user_extras', 'likes_count'),
} as const;

/** The counter that accounts are ranked by. */
export type RankedBy = keyof typeof RANKINGS;

/** Active accounts whose counter is not 0, highest first, ties by id. */
export async function rankUsers(
  em: EntityManager,
  by: RankedBy,
  { size, offset }: Slice,
): Promise<{ userId: number; count: number }[]> {
  const rows = await RANKINGS[by](em, [size, offset]);
  return rows.map(({ user_id, count }) => ({ userId: user_id, count: Number(count) }));
}
