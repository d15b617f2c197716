import type { EntityManager } from '@mikro-orm/postgresql';
import { indexBy, READ_ONLY } from '../../infra/database/query.js';
import { Currency } from './currency.entity.js';
import { Vip } from './vip.entity.js';
import { Wallet } from './wallet.entity.js';

/** Accounts without a row never had points. */
export async function findCurrencies(
  em: EntityManager,
  userIds: readonly number[],
): Promise<Map<number, Currency>> {
  const rows = await em.find(Currency, { userId: { $in: [...userIds] } }, READ_ONLY);
  return indexBy(rows, (currency) => currency.userId);
}

/** Accounts without a row never had money. */
export async function findWallets(
  em: EntityManager,
  userIds: readonly number[],
): Promise<Map<number, Wallet>> {
  const rows = await em.find(Wallet, { userId: { $in: [...userIds] } }, READ_ONLY);
  return indexBy(rows, (wallet) => wallet.userId);
}

/** Only memberships that are still running. */
export async function findVips(em: EntityManager, userIds: readonly number[]): Promise<Map<number, Vip>> {
  const rows = await em.find(Vip, { userId: { $in: [...userIds] }, endTime: { $gt: new Date() } }, READ_ONLY);
  return indexBy(rows, (vip) => vip.userId);
}
