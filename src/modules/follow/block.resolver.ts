import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext, SignedInContext } from '../../context.js';
import { SignedIn } from '../../schema/access.js';
import { type Connection, toConnection } from '../../schema/connection.js';
import { accountIdOf } from '../../schema/ids.js';
import { Paged } from '../../schema/list-bounds.js';
import { After, First, Offset } from '../../schema/page-arguments.js';
import { User } from '../user/user.entity.js';
import { UserConnection } from '../user/user.type.js';
import { blockLoader } from './block.loader.js';
import type { BlockService } from './block.service.js';

@Resolver()
export class BlockResolver {
  constructor(private readonly blockService: BlockService) {}

  @Paged()
  @SignedIn()
  @Query(() => UserConnection, {
    nullable: true,
    description: 'The users whom the caller has blocked, the latest first; disabled ones are left out.',
  })
  async blockedUsers(
    @Ctx() ctx: SignedInContext,
    @First() first?: number | null,
    @After() after?: string | null,
    @Offset() offset?: number | null,
  ): Promise<Connection<User>> {
    return toConnection(await this.blockService.list(ctx, { first, after, offset }));
  }

  @SignedIn()
  @Mutation(() => User, {
    description:
      'Blocks a user, who is returned: follows between the two end, and neither can follow the other. To block them again changes nothing. Errors: INVALID_INPUT (oneself), USER_NOT_FOUND.',
  })
  block(
    @Ctx() ctx: SignedInContext,
    @Arg('userId', () => ID, { description: 'The user to block.' }) userId: string,
  ): Promise<User> {
    return this.blockService.block(ctx, accountIdOf(userId));
  }

  @SignedIn()
  @Mutation(() => User, {
    description:
      'Takes back that the caller has blocked a user, who is returned; follows that ended stay so. Not to have blocked them changes nothing. Errors: INVALID_INPUT (oneself), USER_NOT_FOUND.',
  })
  unblock(
    @Ctx() ctx: SignedInContext,
    @Arg('userId', () => ID, { description: 'The user to block no more.' }) userId: string,
  ): Promise<User> {
    return this.blockService.unblock(ctx, accountIdOf(userId));
  }
}

@Resolver(() => User)
export class UserBlockResolver {
  @FieldResolver(() => Boolean, {
    description: 'True when the caller has blocked this user. False without a session.',
  })
  async blocked(@Ctx() ctx: RequestContext, @Root() user: User): Promise<boolean> {
    return ctx.viewer !== null && blockLoader(ctx).load([ctx.viewer.userId, user.id]);
  }
}
