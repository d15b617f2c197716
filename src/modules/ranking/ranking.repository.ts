import type { EntityManager } from '@mikro-orm/postgresql';
import { KEPT, rowsStay } from '../../infra/database/personal.js';
import { queryOne } from '../../infra/database/query.js';
import { ZONE } from '../../zone.js';
import { UserStatus } from '../user/user.entity.js';
import { DailyIncome } from './daily-income.entity.js';

/** The incomes that are ranked. */
export interface RankWindow {
  /** The last days, today included, by the calendar of Asia/Shanghai; 0 is all time. */
  days: number;
  /** The city whose users are ranked; null for everybody. */
  cityId: number | null;
}

export type RankRow = [userId: number, amount: number];

const TODAY = `(now() at time zone '${ZONE}')::date`;

/** The best earners of a window, best first, ties by id: active accounts that have any income. */
export async function rankIncomes(em: EntityManager, window: RankWindow, limit: number): Promise<RankRow[]> {
  const rows = await (window.days > 0 ? rankDays(em, window, limit) : rankTotals(em, window, limit));
  return rows.map((row) => [row.user_id, Number(row.total)]);
}

interface Earned {
  user_id: number;
  total: string;
}

/** The index has everybody in this order, so it is read no further than the last rank. */
function rankTotals(em: EntityManager, { cityId }: RankWindow, limit: number): Promise<Earned[]> {
  const inCity = cityId === null ? '' : 'and u.city_id = ?';
  return em.execute<Earned[]>(
    `select c.user_id, c.total_income as total from currencies c join users u on u.id = c.user_id
     where c.total_income > 0 and u.status = ? ${inCity}
     order by c.total_income desc, c.user_id limit ?`,
    [UserStatus.ACTIVE, ...(cityId === null ? [] : [cityId]), limit],
  );
}

function rankDays(em: EntityManager, { days, cityId }: RankWindow, limit: number): Promise<Earned[]> {
  const inCity = cityId === null ? '' : 'and u.city_id = ?';
  return em.transactional(async () => {
    // With less, PostgreSQL walks the whole table by its key, which takes several times as long as hashing it.
    await em.execute(`set local work_mem = '64MB'`);
    return em.execute<Earned[]>(
      `select d.user_id, sum(d.amount) as total from daily_incomes d join users u on u.id = d.user_id
       where d.day > ${TODAY} - ?::int and u.status = ? ${inCity}
       group by d.user_id having sum(d.amount) > 0
       order by total desc, d.user_id limit ?`,
      [days, UserStatus.ACTIVE, ...(cityId === null ? [] : [cityId]), limit],
    );
  });
}

/** The income of one user in the last `days`; 0 is all time. */
export async function sumIncome(em: EntityManager, userId: number, days: number): Promise<number> {
  const row = await (days > 0
    ? queryOne<{ total: string }>(
        em,
        `select sum(amount) as total from daily_incomes where user_id = ? and day > ${TODAY} - ?::int`,
        [userId, days],
      )
    : queryOne<{ total: string }>(em, 'select total_income as total from currencies where user_id = ?', [
        userId,
      ]));
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

/** Sums of what is in the books. */
export const keptDailyIncomes = rowsStay(DailyIncome, 'userId', { userId: KEPT, day: KEPT, amount: KEPT });
