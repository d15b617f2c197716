import type { EntityManager } from '@mikro-orm/postgresql';
import { queryOne } from '../../infra/database/query.js';
import { UserStatus } from '../user/user.entity.js';

/** Which incomes are ranked. */
export interface RankWindow {
  /** The last days, today included, by the calendar of Asia/Shanghai; 0 is all time. */
  days: number;
  /** Only users of this city; null is everybody. */
  cityId: number | null;
}

export type RankRow = [userId: number, amount: number];

const TODAY = `(now() at time zone 'Asia/Shanghai')::date`;

/** The best earners of a window, best first, ties by id: active accounts that have any income. */
export async function rankIncomes(
  em: EntityManager,
  { days, cityId }: RankWindow,
  limit: number,
): Promise<RankRow[]> {
  const conditions = ['u.status = ?'];
  const params: number[] = [UserStatus.ACTIVE];
  if (days > 0) {
    conditions.push(`d.day > ${TODAY} - ?::int`);
    params.push(days);
  }
  if (cityId !== null) {
    conditions.push('u.city_id = ?');
    params.push(cityId);
  }
  const rows = await em.transactional(async () => {
    // With less, PostgreSQL walks the whole table by its key, which takes several times as long as hashing it.
    await em.execute(`set local work_mem = '64MB'`);
    return em.execute<{ user_id: number; total: string }[]>(
      `select d.user_id, sum(d.amount) as total from daily_incomes d join users u on u.id = d.user_id
       where ${conditions.join(' and ')}
       group by d.user_id having sum(d.amount) > 0
       order by total desc, d.user_id limit ?`,
      [...params, limit],
    );
  });
  return rows.map((row) => [row.user_id, Number(row.total)]);
}

/** What one user earned in the last `days`; 0 is all time. */
export async function sumIncome(em: EntityManager, userId: number, days: number): Promise<number> {
  const row = await queryOne<{ total: string }>(
    em,
    `select coalesce(sum(amount), 0) as total from daily_incomes
     where user_id = ?${days > 0 ? ` and day > ${TODAY} - ?::int` : ''}`,
    days > 0 ? [userId, days] : [userId],
  );
  return Number(row?.total ?? 0);
}

/** Adds to the income of today, which is what the ranking reads. */
export async function addDailyIncome(em: EntityManager, userId: number, amount: number): Promise<void> {
  await em.execute(
    `insert into daily_incomes as income (user_id, day, amount) values (?, ${TODAY}, ?::bigint)
     on conflict (user_id, day) do update set amount = income.amount + excluded.amount`,
    [userId, amount],
  );
}
