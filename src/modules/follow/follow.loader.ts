import DataLoader from 'dataloader';
import { keyedLoader, requestLoader } from '../../loaders.js';
import { countMutual, type FollowPair, findFollows, findNewFollowers, pairKey } from './follow.repository.js';

/** True when the first of a pair follows the second; both directions of a page of users are one batch. */
export const followLoader = requestLoader(
  (em) =>
    new DataLoader<FollowPair, boolean, string>(
      async (pairs) => {
        const found = await findFollows(em, pairs);
        return pairs.map((pair) => found.has(pairKey(pair)));
      },
      { cacheKeyFn: pairKey },
    ),
);

/** By the id of the user. */
export const mutualCountLoader = keyedLoader(countMutual, 0);

/** By the id of the user. */
export const newFollowersLoader = keyedLoader(findNewFollowers, { count: 0, mutualCount: 0 });
