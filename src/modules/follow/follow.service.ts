import type { RequestContext, SignedInContext } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import { type Page, type PageInput, sliceOf } from '../../paging.js';
import { loadOther, loadUser } from '../user/load-user.js';
import { type User, UserStatus } from '../user/user.entity.js';
import { userExtraLoader } from '../user/user.loader.js';
import { pageOfUsers } from '../user/user.page.js';
import { isBlockedBetween, lockBetween } from './block.repository.js';
import { followListLoaders, mutualCountLoader } from './follow.loader.js';
import {
  countFollow,
  deleteFollow,
  type FollowList,
  type FollowPair,
  insertFollow,
  markFollowersSeen,
} from './follow.repository.js';

/** Who follows whom. Keeps the counters of both accounts exact. */
export class FollowService {
  /**
   * Makes the caller follow a user; nothing happens when they do already. Throws INVALID_INPUT for oneself,
   * USER_NOT_FOUND for an unknown, deleted or disabled user, and USER_BLOCKED when one of the two has blocked the other.
   */
  async follow(ctx: SignedInContext, userId: number): Promise<User> {
    const user = await loadOther(ctx, userId);
    if (user.status !== UserStatus.ACTIVE) throw new AppError('USER_NOT_FOUND', { field: 'userId' });
    const pair: FollowPair = [ctx.viewer.userId, userId];
    await ctx.em.transactional(async () => {
      await lockBetween(ctx.em, ...pair);
      if (await isBlockedBetween(ctx.em, ...pair)) throw new AppError('USER_BLOCKED', { field: 'userId' });
      if (await insertFollow(ctx.em, pair)) await countFollow(ctx.em, pair, 1);
    });
    return user;
  }

  /** The reverse of {@link follow}; a disabled user can still be left. */
  async unfollow(ctx: SignedInContext, userId: number): Promise<User> {
    const user = await loadOther(ctx, userId);
    const pair: FollowPair = [ctx.viewer.userId, userId];
    await ctx.em.transactional(async () => {
      if (await deleteFollow(ctx.em, pair)) await countFollow(ctx.em, pair, -1);
    });
    return user;
  }

  /** The caller has looked at their followers: from now on only later ones are new. */
  async markFollowersSeen(ctx: SignedInContext): Promise<User> {
    const user = await loadUser(ctx, ctx.viewer.userId);
    await markFollowersSeen(ctx.em, user.id);
    return user;
  }

  /**
   * A page of the active accounts in a list of `user`, latest follow first; for everybody to see, like the counters. Null
   * where the account is not active itself.
   */
  async list(ctx: RequestContext, list: FollowList, user: User, page: PageInput): Promise<Page<User> | null> {
    if (user.status !== UserStatus.ACTIVE) return null;
    const slice = sliceOf(page);
    const ids = await followListLoaders[list](ctx).load({ userId: user.id, ...slice });
    return pageOfUsers(ctx, ids, slice);
  }

  /** The length of a list, accounts that are disabled counted too. */
  async count(ctx: RequestContext, list: FollowList, userId: number): Promise<number> {
    if (list === 'mutual') return mutualCountLoader(ctx).load(userId);
    const extra = await userExtraLoader(ctx).load(userId);
    return (list === 'followers' ? extra?.followersCount : extra?.followingsCount) ?? 0;
  }
}
