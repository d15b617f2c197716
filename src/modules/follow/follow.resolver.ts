import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import type { RequestContext, SignedInContext } from '../../context.js';
import { SignedIn } from '../../schema/access.js';
import { parseIdOrNull } from '../../schema/ids.js';
import { User } from '../user/user.entity.js';
import { followLoader } from './follow.loader.js';
import { type FollowService } from './follow.service.js';

/** A text that cannot be an id of ours names nobody. */
const idOf = (id: string): number => parseIdOrNull(id) ?? 0;

@Resolver()
export class FollowResolver {
  constructor(private readonly followService: FollowService) {}

  @SignedIn()
  @Mutation(() => User, {
    description:
      'Makes the caller follow a user, who is returned. To follow them again changes nothing. Errors: INVALID_INPUT (oneself), USER_NOT_FOUND.',
  })
  follow(
    @Ctx() ctx: SignedInContext,
    @Arg('userId', () => ID, { description: 'The user to follow.' }) userId: string,
  ): Promise<User> {
    return this.followService.follow(ctx, idOf(userId));
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
    return this.followService.unfollow(ctx, idOf(userId));
  }
}

/** The account asked about: the one named, else the caller. Callers without a session are told of nobody. */
function otherOf({ viewer }: RequestContext, named: string | null | undefined): number | null {
  if (!viewer) return null;
  return named === null || named === undefined ? viewer.userId : parseIdOrNull(named);
}

@Resolver(() => User)
export class UserFollowResolver {
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
}
