import type { RequestContext } from '../../context.js';
import { type Page, type Slice, toPageByPosition } from '../../paging.js';
import { type User, UserStatus } from './user.entity.js';
import { userLoader } from './user.loader.js';

/**
 * A page of active users by their ids, which were read one beyond its size. Whose account was cancelled or disabled since
 * leaves a gap.
 */
export async function pageOfUsers(
  ctx: RequestContext,
  ids: readonly number[],
  slice: Slice,
): Promise<Page<User>> {
  const page = toPageByPosition(ids, slice);
  const users = await Promise.all(page.edges.map(({ node }) => userLoader(ctx).load(node)));
  const edges = page.edges.flatMap(({ cursor }, index) => {
    const node = users[index];
    return node?.status === UserStatus.ACTIVE ? [{ node, cursor }] : [];
  });
  return { ...page, edges };
}
