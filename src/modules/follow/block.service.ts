import type { SignedInContext } from '../../context.js';
import { type Page, type PageInput, sliceOf } from '../../paging.js';
import { loadOther } from '../user/load-user.js';
import type { User } from '../user/user.entity.js';
import { pageOfUsers } from '../user/user.page.js';
import { deleteBlock, insertBlock, listBlocked, lockBetween } from './block.repository.js';
import { countFollow, endFollowsBetween } from './follow.repository.js';

/** Who has blocked whom: neither of the two follows the other until it is taken back. */
export class BlockService {
  /**
   * Makes the caller block a user, disabled or not, and ends the follows between the two; nothing happens when they have
   * already. Throws INVALID_INPUT for oneself and USER_NOT_FOUND for an unknown or deleted user.
   */
  async block(ctx: SignedInContext, userId: number): Promise<User> {
    const user = await loadOther(ctx, userId);
    const callerId = ctx.viewer.userId;
    await ctx.em.transactional(async () => {
      await lockBetween(ctx.em, callerId, userId);
      if (!(await insertBlock(ctx.em, [callerId, userId]))) return;
      for (const ended of await endFollowsBetween(ctx.em, callerId, userId)) {
        await countFollow(ctx.em, ended, -1);
      }
    });
    return user;
  }

  /** The reverse of {@link block}, which brings no follow back. */
  async unblock(ctx: SignedInContext, userId: number): Promise<User> {
    const user = await loadOther(ctx, userId);
    await deleteBlock(ctx.em, [ctx.viewer.userId, userId]);
    return user;
  }

  /** The active users whom the caller has blocked, the latest first. */
  async list(ctx: SignedInContext, page: PageInput): Promise<Page<User>> {
    const slice = sliceOf(page);
    return pageOfUsers(ctx, await listBlocked(ctx.em, ctx.viewer.userId, slice), slice);
  }
}
