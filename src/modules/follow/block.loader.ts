import DataLoader from 'dataloader';
import { requestLoader } from '../../loaders.js';
import { type BlockPair, findBlocks } from './block.repository.js';
import { pairKey } from './follow.repository.js';

/** True when the first of a pair has blocked the second. */
export const blockLoader = requestLoader(
  (em) =>
    new DataLoader<BlockPair, boolean, string>(
      async (pairs) => {
        const found = await findBlocks(em, pairs);
        return pairs.map((pair) => found.has(pairKey(pair)));
      },
      { cacheKeyFn: pairKey },
    ),
);
