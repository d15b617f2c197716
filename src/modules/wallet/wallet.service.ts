import type { RequestContext } from '../../context.js';
import { Currency } from './currency.entity.js';
import type { Vip } from './vip.entity.js';
import { Wallet } from './wallet.entity.js';
import { currencyLoader, vipLoader, walletLoader } from './wallet.loader.js';

/** Points, money and memberships. An account without a row never had any. */
export class WalletService {
  async currency(ctx: RequestContext, userId: number): Promise<Currency> {
    return (await currencyLoader(ctx).load(userId)) ?? new Currency();
  }

  async wallet(ctx: RequestContext, userId: number): Promise<Wallet> {
    return (await walletLoader(ctx).load(userId)) ?? new Wallet();
  }

  /** The running membership; null without one. */
  vip(ctx: RequestContext, userId: number): Promise<Vip | null> {
    return vipLoader(ctx).load(userId);
  }
}
