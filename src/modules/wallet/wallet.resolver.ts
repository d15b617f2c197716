import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { type RequestContext } from '../../context.js';
import { OwnerOnly } from '../../schema/access.js';
import { User } from '../user/user.entity.js';
import { Currency } from './currency.entity.js';
import { Vip } from './vip.entity.js';
import { Wallet } from './wallet.entity.js';

@Resolver(() => User)
export class UserWalletResolver {
  @OwnerOnly()
  @FieldResolver(() => Currency, { nullable: true, description: 'Points; null for anybody but the owner.' })
  async currency(@Ctx() ctx: RequestContext, @Root() user: User): Promise<Currency> {
    return (await ctx.loaders.currency.load(user.id)) ?? new Currency();
  }

  @OwnerOnly()
  @FieldResolver(() => Wallet, { nullable: true, description: 'Money; null for anybody but the owner.' })
  async wallet(@Ctx() ctx: RequestContext, @Root() user: User): Promise<Wallet> {
    return (await ctx.loaders.wallet.load(user.id)) ?? new Wallet();
  }

  @FieldResolver(() => Vip, {
    nullable: true,
    description: 'The running membership, for everybody to see; null without one.',
  })
  vip(@Ctx() ctx: RequestContext, @Root() user: User): Promise<Vip | null> {
    return ctx.loaders.vip.load(user.id);
  }
}
