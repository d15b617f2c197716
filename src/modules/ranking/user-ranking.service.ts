import type { RequestContext } from '../../context.js';
import { type PageInput, pageSlice } from '../../paging.js';
import { type User, UserStatus } from '../user/user.entity.js';
import { userLoader } from '../user/user.loader.js';
import { RANK_MAX } from './ranking.service.js';
import { type RankedBy, rankUsers } from './user-ranking.repository.js';

/** One entry of a ranking, from 1. */
export interface RankedUser {
  position: number;
  user: User;
  count: number;
}

/** Rankings by counters that are kept with the accounts, as they are now. */
export class UserRankingService {
  /** Some of the first {@link RANK_MAX}. Throws INVALID_INPUT for a page that is none. */
  async rank(
    ctx: RequestContext,
    by: RankedBy,
    { first, offset }: Omit<PageInput, 'after'>,
  ): Promise<RankedUser[]> {
    const slice = pageSlice(first, offset, RANK_MAX);
    const rows = slice.size === 0 ? [] : await rankUsers(ctx.em, by, slice);
    const users = await Promise.all(rows.map(({ userId }) => userLoader(ctx).load(userId)));
    // An account may have been disabled since the ranking was read.
    return rows.flatMap(({ count }, index) => {
      const user = users[index];
      return user?.status === UserStatus.ACTIVE ? [{ position: slice.offset + index + 1, user, count }] : [];
    });
  }
}
