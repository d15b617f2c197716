import type { EntityManager } from '@mikro-orm/postgresql';
import DataLoader from 'dataloader';
import { type FollowPair, findFollows, pairKey } from './follow.repository.js';

/** Whether the first of a pair follows the second; both directions of a page of users are one batch. */
export const createFollowLoader = (em: EntityManager): DataLoader<FollowPair, boolean, string> =>
  new DataLoader(
    async (pairs) => {
      const found = await findFollows(em, pairs);
      return pairs.map((pair) => found.has(pairKey(pair)));
    },
    { cacheKeyFn: pairKey },
  );
