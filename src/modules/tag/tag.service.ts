import type { RequestContext, SignedInContext } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import { type Page, type PageInput, sliceOf } from '../../paging.js';
import { loadUser } from '../user/load-user.js';
import type { User } from '../user/user.entity.js';
import { pageOfUsers } from '../user/user.page.js';
import { lockActiveUser } from '../user/user.repository.js';
import {
  countUserTags,
  deleteUserTag,
  findTag,
  findTagCategories,
  findUsersSharingTags,
  insertUserTag,
  USER_TAGS_MAX,
} from './tag.repository.js';
import type { TagCategory } from './tag-category.entity.js';

/** Tags, and who has them. */
export class TagService {
  /** All categories, the heaviest first. */
  categories(ctx: RequestContext): Promise<TagCategory[]> {
    return findTagCategories(ctx.em);
  }

  /** Attaches a tag to the caller. Throws NOT_FOUND, TAG_ATTACHED when they have it, TAG_LIMIT when they have many. */
  attach(ctx: SignedInContext, tagId: number): Promise<User> {
    return this.change(ctx, tagId, async (userId) => {
      if (!(await insertUserTag(ctx.em, userId, tagId))) throw new AppError('TAG_ATTACHED', { field: 'id' });
      if ((await countUserTags(ctx.em, userId)) > USER_TAGS_MAX) throw new AppError('TAG_LIMIT');
    });
  }

  /** Takes a tag off the caller. Throws NOT_FOUND, and TAG_NOT_ATTACHED when they do not have it. */
  detach(ctx: SignedInContext, tagId: number): Promise<User> {
    return this.change(ctx, tagId, async (userId) => {
      if (!(await deleteUserTag(ctx.em, userId, tagId)))
        throw new AppError('TAG_NOT_ATTACHED', { field: 'id' });
    });
  }

  /** Users who have a tag of the caller's, most shared first; nobody without a session. */
  async sharing(ctx: RequestContext, page: PageInput): Promise<Page<User>> {
    const slice = sliceOf(page);
    const ids = ctx.viewer ? await findUsersSharingTags(ctx.em, ctx.viewer.userId, slice) : [];
    return pageOfUsers(ctx, ids, slice);
  }

  /** Makes a change under the lock of the caller's account, so that the limit holds whatever comes at once. */
  private async change(
    ctx: SignedInContext,
    tagId: number,
    work: (userId: number) => Promise<void>,
  ): Promise<User> {
    const { userId } = ctx.viewer;
    await ctx.em.transactional(async () => {
      await lockActiveUser(ctx.em, userId);
      if (!(await findTag(ctx.em, tagId))) throw new AppError('NOT_FOUND', { field: 'id' });
      await work(userId);
    });
    return loadUser(ctx, userId);
  }
}
