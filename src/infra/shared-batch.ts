import DataLoader from 'dataloader';

/** The most keys that are read together. */
const KEYS_MAX = 100;

/**
 * Reads of one turn of the event loop are put together: the busier the gateway, the fewer reads a request
 * costs. Nothing is kept, so nobody gets an answer that was read before they asked.
 */
export const sharedBatch = <Key, Value>(
  read: (keys: readonly Key[]) => Promise<ArrayLike<Value | Error>>,
): DataLoader<Key, Value> =>
  new DataLoader(read, { cache: false, maxBatchSize: KEYS_MAX, batchScheduleFn: setImmediate });
