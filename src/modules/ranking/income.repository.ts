import type { EntityManager } from '@mikro-orm/postgresql';
import { KEPT, rowsStay } from '../../infra/database/personal.js';
import { queryOne, READ_ONLY } from '../../infra/database/query.js';
import { CurrencyOrder } from './currency-order.entity.js';

/** An income to be booked once under its key. */
export interface Income {
  userId: number;
  amount: number;
  key: string;
  title: string;
}

export const findOrderByKey = (em: EntityManager, key: string): Promise<CurrencyOrder | null> =>
  em.findOne(CurrencyOrder, { key }, READ_ONLY);

/** False when the key is booked; waits for a transaction that is booking it. */
export async function insertOrder(
  em: EntityManager,
  { userId, amount, key, title }: Income,
): Promise<boolean> {
  const row = await queryOne(
    em,
    `insert into currency_orders (user_id, key, amount, title) values (?, ?, ?::bigint, ?)
     on conflict (key) do nothing returning id`,
    [userId, key, amount, title],
  );
  return row !== null;
}

/** Adds to the points in hand, which it returns, and to those ever received. */
export async function addCurrency(em: EntityManager, userId: number, amount: number): Promise<number> {
  const row = await queryOne<{ sum: string | number }>(
    em,
    `insert into currencies as currency (user_id, sum, total_income) values (?, ?::bigint, ?::bigint)
     on conflict (user_id) do update set sum = currency.sum + excluded.sum,
       total_income = currency.total_income + excluded.total_income
     returning sum`,
    [userId, amount, amount],
  );
  return Number(row?.sum);
}

/** Books, like the points that came of them. */
export const keptOrders = rowsStay(CurrencyOrder, 'userId', {
  id: KEPT,
  userId: KEPT,
  key: KEPT,
  amount: KEPT,
  title: KEPT,
  createdAt: KEPT,
});
