import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Resolver, Root } from 'type-graphql';
import type { RequestContext, SignedInContext } from '../../context.js';
import type { PageInput } from '../../paging.js';
import { OwnerOnly, SignedIn } from '../../schema/access.js';
import { type Connection, connectionOf, toConnection } from '../../schema/connection.js';
import { accountIdOf, parseIdOrNull } from '../../schema/ids.js';
import { Paged } from '../../schema/list-bounds.js';
import { After, First, Offset } from '../../schema/page-arguments.js';
import { User } from '../user/user.entity.js';
import { followLoader, mutualCountLoader, newFollowersLoader } from './follow.loader.js';
import type { FollowList } from './follow.repository.js';
import { type FollowService } from './follow.service.js';
import { NewFollowers } from './new-followers.type.js';

const FollowConnection = connectionOf(User, 'Follow', ['user', 'users']);

/** A page of a list of follows, and whose list it is. */
interface ListedFollows extends Connection<User> {
  list: FollowList;
  userId: number;
}

@Resolver()
export class FollowResolver {
  constructor(private readonly followService: FollowService) {}

  @SignedIn()
  @Mutation(() => User, {
    description:
      'Makes the caller follow a user, who is returned. To follow them again changes nothing. Errors: INVALID_INPUT (oneself), USER_NOT_FOUND, USER_BLOCKED (one of the two has blocked the other).',
  })
  follow(
    @Ctx() ctx: SignedInContext,
    @Arg('userId', () => ID, { description: 'The user to follow.' }) userId: string,
  ): Promise<User> {
    return this.followService.follow(ctx, accountIdOf(userId));
  }

  @SignedIn()
  @Mutation(() => User, {
    description:
      'Makes the caller stop following a user, who is returned. Not to have followed them changes nothing. Errors: INVALID_INPUT (oneself), USER_NOT_FOUND.',
  })
  unfollow(
    @Ctx() ctx: SignedInContext,
    @Arg('userId', () => ID, { description: 'The user to stop following.' }) userId: string,
  ): Promise<User> {
    return this.followService.unfollow(ctx, accountIdOf(userId));
  }

  @SignedIn()
  @Mutation(() => User, {
    description: 'Sets `newFollowers` of the caller, who is returned, to none.',
  })
  markFollowersSeen(@Ctx() ctx: SignedInContext): Promise<User> {
    return this.followService.markFollowersSeen(ctx);
  }
}

/** The account asked about: the one named, else the caller. Callers without a session are told of nobody. */
function otherOf({ viewer }: RequestContext, named: string | null | undefined): number | null {
  if (!viewer) return null;
  return named === null || named === undefined ? viewer.userId : parseIdOrNull(named);
}

@Resolver(() => FollowConnection)
export class FollowConnectionResolver {
  constructor(private readonly followService: FollowService) {}

  @FieldResolver(() => Int, {
    description:
      'The length of the list, accounts that are disabled counted too; of mutual followings at most 10,000.',
  })
  totalCount(@Ctx() ctx: RequestContext, @Root() { list, userId }: ListedFollows): Promise<number> {
    return this.followService.count(ctx, list, userId);
  }
}

@Resolver(() => User)
export class UserFollowResolver {
  constructor(private readonly followService: FollowService) {}

  /** `plus.md`, has_follower: 基于这条消息的用户是否被我关注了. */
  @FieldResolver(() => Boolean, {
    description: 'True when this user is followed by the caller, or by `user`. False without a session.',
  })
  async hasFollower(
    @Ctx() ctx: RequestContext,
    @Root() root: User,
    @Arg('user', () => ID, {
      nullable: true,
      description: 'Id of the possible follower; default: the caller.',
    })
    user?: string | null,
  ): Promise<boolean> {
    const other = otherOf(ctx, user);
    return other !== null && followLoader(ctx).load([other, root.id]);
  }

  /** `plus.md`, has_following: 基于这条消息的用户是否关注了我. */
  @FieldResolver(() => Boolean, {
    description: 'True when this user follows the caller, or `user`. False without a session.',
  })
  async hasFollowing(
    @Ctx() ctx: RequestContext,
    @Root() root: User,
    @Arg('user', () => ID, {
      nullable: true,
      description: 'Id of the one possibly followed; default: the caller.',
    })
    user?: string | null,
  ): Promise<boolean> {
    const other = otherOf(ctx, user);
    return other !== null && followLoader(ctx).load([root.id, other]);
  }

  @OwnerOnly()
  @FieldResolver(() => Int, {
    nullable: true,
    description: 'The length of `mutualFollowings`, without a page of it. Only for the owner.',
  })
  mutualFollowingsCount(@Ctx() ctx: RequestContext, @Root() user: User): Promise<number> {
    return mutualCountLoader(ctx).load(user.id);
  }

  @OwnerOnly()
  @FieldResolver(() => NewFollowers, {
    nullable: true,
    description: 'The followers that the user has not looked at yet. Only for the owner.',
  })
  newFollowers(@Ctx() ctx: RequestContext, @Root() user: User): Promise<NewFollowers> {
    return newFollowersLoader(ctx).load(user.id);
  }

  @Paged({ searched: 'later' })
  @FieldResolver(() => FollowConnection, {
    nullable: true,
    description:
      'The active users who follow this one, latest follow first, as far as position 10,000. Null where the account is disabled.',
  })
  followers(
    @Ctx() ctx: RequestContext,
    @Root() root: User,
    @First() first?: number | null,
    @After() after?: string | null,
    @Offset() offset?: number | null,
  ): Promise<ListedFollows | null> {
    return this.listed(ctx, 'followers', root, { first, after, offset });
  }

  @Paged({ searched: 'later' })
  @FieldResolver(() => FollowConnection, {
    nullable: true,
    description:
      'The active users whom this one follows, latest follow first, as far as position 10,000. Null where the account is disabled.',
  })
  followings(
    @Ctx() ctx: RequestContext,
    @Root() root: User,
    @First() first?: number | null,
    @After() after?: string | null,
    @Offset() offset?: number | null,
  ): Promise<ListedFollows | null> {
    return this.listed(ctx, 'followings', root, { first, after, offset });
  }

  @Paged({ searched: 'all' })
  @FieldResolver(() => FollowConnection, {
    nullable: true,
    description:
      'Those of the latest 10,000 `followings` who follow this user too, latest followed first. Null where the account is disabled.',
  })
  mutualFollowings(
    @Ctx() ctx: RequestContext,
    @Root() root: User,
    @First() first?: number | null,
    @After() after?: string | null,
    @Offset() offset?: number | null,
  ): Promise<ListedFollows | null> {
    return this.listed(ctx, 'mutual', root, { first, after, offset });
  }

  private async listed(
    ctx: RequestContext,
    list: FollowList,
    user: User,
    page: PageInput,
  ): Promise<ListedFollows | null> {
    const found = await this.followService.list(ctx, list, user, page);
    return found && { ...toConnection(found), list, userId: user.id };
  }
}
