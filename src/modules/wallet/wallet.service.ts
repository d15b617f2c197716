import type { RequestContext } from '../../context.js';
import { Currency } from './currency.entity.js';
import type { Vip } from './vip.entity.js';
import { Wallet } from './wallet.entity.js';

/** Points, money and memberships. An account without a row never had any. */
export class WalletService {
  async currency(ctx: RequestContext, userId: number): Promise<Currency> {
    return (await ctx.loaders.currency.load(userId)) ?? new Currency();
  }

  async wallet(ctx: RequestContext, userId: number): Promise<Wallet> {
    return (await ctx.loaders.wallet.load(userId)) ?? new Wallet();
  }

  /** The running membership; null without one. */
  vip(ctx: RequestContext, userId: number): Promise<Vip | null> {
    return ctx.loaders.vip.load(userId);
  }
}
