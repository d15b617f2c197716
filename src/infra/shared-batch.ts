import DataLoader from 'dataloader';

/** The most keys that are read together. */
const QUESTIONS_MAX = 100;

/**
 * Reads of one turn of the event loop are put together: the busier the gateway, the fewer reads a request
 * costs. Nothing is kept, so nobody gets an answer that was read before they asked.
 */
export const sharedBatch = <Question, Answer>(
  read: (questions: readonly Question[]) => Promise<ArrayLike<Answer | Error>>,
): DataLoader<Question, Answer> =>
  new DataLoader(read, { cache: false, maxBatchSize: QUESTIONS_MAX, batchScheduleFn: setImmediate });
