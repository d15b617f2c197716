import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../context.js';
import { User } from './user.entity.js';
import { userExtraLoader } from './user.loader.js';
import { UserExtra } from './user-extra.entity.js';

@Resolver(() => User)
export class UserExtraResolver {
  @FieldResolver(() => UserExtra, { description: 'Counters of the user: done and received.' })
  async extra(@Ctx() ctx: RequestContext, @Root() user: User): Promise<UserExtra> {
    const found = await userExtraLoader(ctx).load(user.id);
    return found ?? Object.assign(new UserExtra(), { userId: user.id, updatedAt: user.createdAt });
  }
}
