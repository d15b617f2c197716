import type { SignedInContext } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import { type User, UserStatus } from '../user/user.entity.js';
import { findUsersByIds } from '../user/user.repository.js';
import { countFollow, deleteFollow, type FollowPair, insertFollow } from './follow.repository.js';

/** Keeps the counters of both accounts exact. */
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
