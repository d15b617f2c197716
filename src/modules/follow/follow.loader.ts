import DataLoader from 'dataloader';
import { requestLoader } from '../../loaders.js';
import { type FollowPair, findFollows, pairKey } from './follow.repository.js';

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
