import DataLoader from 'dataloader';
import { keyedLoader, requestLoader } from '../../loaders.js';
import {
  countMutual,
  type FollowList,
  type FollowPair,
  findFollows,
  findListed,
  findNewFollowers,
  type ListSlice,
  pairKey,
} from './follow.repository.js';

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

const listLoader = (list: FollowList) =>
  requestLoader(
    (em) =>
      new DataLoader<ListSlice, number[], string>((slices) => findListed(em, list, slices), {
        cacheKeyFn: ({ userId, size, offset }) => `${userId}:${size}:${offset}`,
      }),
  );

/** The ids in a slice of a list, and one more; the lists of a page of users are one batch. */
export const followListLoaders = {
  followers: listLoader('followers'),
  followings: listLoader('followings'),
  mutual: listLoader('mutual'),
} as const;

/** By the id of the user. */
export const mutualCountLoader = keyedLoader(countMutual, 0);

/** By the id of the user. */
export const newFollowersLoader = keyedLoader(findNewFollowers, { count: 0, mutualCount: 0 });
