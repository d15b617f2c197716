import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { type RequestContext } from '../../context.js';
import { maySeePrivate } from '../../policy.js';
import { User } from '../user/user.entity.js';
import { Currency } from './currency.entity.js';
import { Vip } from './vip.entity.js';
import { Wallet } from './wallet.entity.js';
import type { WalletService } from './wallet.service.js';

@Resolver(() => User)
export class UserWalletResolver {
  constructor(private readonly walletService: WalletService) {}

  @FieldResolver(() => Currency, { nullable: true, description: 'Points; null for anybody but the owner.' })
  async currency(@Ctx() ctx: RequestContext, @Root() user: User): Promise<Currency | null> {
    return maySeePrivate(ctx, user.id) ? this.walletService.currency(ctx, user.id) : null;
  }

  @FieldResolver(() => Wallet, { nullable: true, description: 'Money; null for anybody but the owner.' })
  async wallet(@Ctx() ctx: RequestContext, @Root() user: User): Promise<Wallet | null> {
    return maySeePrivate(ctx, user.id) ? this.walletService.wallet(ctx, user.id) : null;
  }

  @FieldResolver(() => Vip, {
    nullable: true,
    description: 'The running membership, for everybody to see; null without one.',
  })
  vip(@Ctx() ctx: RequestContext, @Root() user: User): Promise<Vip | null> {
    return this.walletService.vip(ctx, user.id);
  }
}
