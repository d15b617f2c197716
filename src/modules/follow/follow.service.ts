import type { RequestContext, SignedInContext } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import { decodeCursor, type Page, type PageInput, pageSlice, toPageByPosition } from '../../paging.js';
import { type User, UserStatus } from '../user/user.entity.js';
import { userExtraLoader, userLoader } from '../user/user.loader.js';
import { findUsersByIds } from '../user/user.repository.js';
import { followListLoaders, mutualCountLoader } from './follow.loader.js';
import {
  countFollow,
  deleteFollow,
  type FollowList,
  type FollowPair,
  insertFollow,
} from './follow.repository.js';

/** Who follows whom. Keeps the counters of both accounts exact. */
export class FollowService {
  /**
   * Makes the caller follow a user; nothing happens when they do already. Throws INVALID_INPUT for oneself and
   * USER_NOT_FOUND for an unknown, deleted or disabled user.
   */
  async follow(ctx: SignedInContext, userId: number): Promise<User> {
    const { user, pair } = await this.counterpart(ctx, userId);
    if (user.status !== UserStatus.ACTIVE) throw new AppError('USER_NOT_FOUND', { field: 'userId' });
    await ctx.em.transactional(async () => {
      if (await insertFollow(ctx.em, pair)) await countFollow(ctx.em, pair, 1);
    });
    return user;
  }

  /** The reverse of {@link follow}; a disabled user can still be left. */
  async unfollow(ctx: SignedInContext, userId: number): Promise<User> {
    const { user, pair } = await this.counterpart(ctx, userId);
    await ctx.em.transactional(async () => {
      if (await deleteFollow(ctx.em, pair)) await countFollow(ctx.em, pair, -1);
    });
    return user;
  }

  /**
   * A page of the active accounts in a list of `user`, latest follow first; for everybody to see, like the counters. Null
   * where the account is not active itself.
   */
  async list(
    ctx: RequestContext,
    list: FollowList,
    user: User,
    { first, after, offset }: PageInput,
  ): Promise<Page<User> | null> {
    if (user.status !== UserStatus.ACTIVE) return null;
    const slice = pageSlice(first, decodeCursor(after) ?? offset);
    const ids = await followListLoaders[list](ctx).load({ userId: user.id, ...slice });
    const page = toPageByPosition(ids, slice);
    const users = await Promise.all(page.edges.map(({ node }) => userLoader(ctx).load(node)));
    // An account may have been cancelled since the list was read.
    const edges = page.edges.flatMap(({ cursor }, index) => {
      const node = users[index];
      return node?.status === UserStatus.ACTIVE ? [{ node, cursor }] : [];
    });
    return { ...page, edges };
  }

  /** The length of a list, accounts that are disabled counted too. */
  async count(ctx: RequestContext, list: FollowList, userId: number): Promise<number> {
    if (list === 'mutual') return mutualCountLoader(ctx).load(userId);
    const extra = await userExtraLoader(ctx).load(userId);
    return (list === 'followers' ? extra?.followersCount : extra?.followingsCount) ?? 0;
  }

  private async counterpart(ctx: SignedInContext, userId: number): Promise<{ user: User; pair: FollowPair }> {
    const { viewer } = ctx;
    if (viewer.userId === userId) throw new AppError('INVALID_INPUT', { field: 'userId' });
    const users = await findUsersByIds(ctx.em, [viewer.userId, userId]);
    if (!users.has(viewer.userId)) throw new AppError('UNAUTHENTICATED');
    const user = users.get(userId);
    if (!user) throw new AppError('USER_NOT_FOUND', { field: 'userId' });
    return { user, pair: [viewer.userId, userId] };
  }
}
