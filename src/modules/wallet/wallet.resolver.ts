import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { type RequestContext } from '../../context.js';
import { OwnerOnly } from '../../schema/access.js';
import { User } from '../user/user.entity.js';
import { Currency } from './currency.entity.js';
import { Vip } from './vip.entity.js';
import { Wallet } from './wallet.entity.js';
import type { WalletService } from './wallet.service.js';

@Resolver(() => User)
export class UserWalletResolver {
  constructor(private readonly walletService: WalletService) {}

  @OwnerOnly()
  @FieldResolver(() => Currency, { nullable: true, description: 'Points; null for anybody but the owner.' })
  currency(@Ctx() ctx: RequestContext, @Root() user: User): Promise<Currency> {
    return this.walletService.currency(ctx, user.id);
  }

  @OwnerOnly()
  @FieldResolver(() => Wallet, { nullable: true, description: 'Money; null for anybody but the owner.' })
  wallet(@Ctx() ctx: RequestContext, @Root() user: User): Promise<Wallet> {
    return this.walletService.wallet(ctx, user.id);
  }

  @FieldResolver(() => Vip, {
    nullable: true,
    description: 'The running membership, for everybody to see; null without one.',
  })
  vip(@Ctx() ctx: RequestContext, @Root() user: User): Promise<Vip | null> {
    return this.walletService.vip(ctx, user.id);
  }
}
