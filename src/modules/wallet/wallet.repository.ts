import type { EntityManager } from '@mikro-orm/postgresql';
import { KEPT, rowsGo, rowsStay } from '../../infra/database/personal.js';
import { arrayOf, indexBy } from '../../infra/database/query.js';
import { readRows } from '../../infra/database/rows.js';
import { Currency } from './currency.entity.js';
import { Vip } from './vip.entity.js';
import { Wallet } from './wallet.entity.js';

const currencies = readRows(Currency, 'c', 'from currencies c where c.user_id = any (?::int[])');
const wallets = readRows(Wallet, 'w', 'from wallets w where w.user_id = any (?::int[])');
const vips = readRows(Vip, 'v', 'from vips v where v.user_id = any (?::int[]) and v.end_time > now()');

/** Accounts without a row never had points. */
export async function findCurrencies(
  em: EntityManager,
  userIds: readonly number[],
): Promise<Map<number, Currency>> {
  return indexBy(await currencies(em, [arrayOf(userIds)]), (currency) => currency.userId);
}

/** Accounts without a row never had money. */
export async function findWallets(
  em: EntityManager,
  userIds: readonly number[],
): Promise<Map<number, Wallet>> {
  return indexBy(await wallets(em, [arrayOf(userIds)]), (wallet) => wallet.userId);
}

/** Only memberships that are still running. */
export async function findVips(em: EntityManager, userIds: readonly number[]): Promise<Map<number, Vip>> {
  return indexBy(await vips(em, [arrayOf(userIds)]), (vip) => vip.userId);
}

/** Points and money are the books, under an id that is nobody's any more. */
export const keptCurrencies = rowsStay(Currency, 'userId', { userId: KEPT, sum: KEPT, totalIncome: KEPT });

export const keptWallets = rowsStay(Wallet, 'userId', {
  userId: KEPT,
  balance: KEPT,
  totalIncome: KEPT,
  totalExpenses: KEPT,
});

export const erasedVips = rowsGo(Vip, 'userId');
