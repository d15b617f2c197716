import DataLoader from 'dataloader';

/** Requests whose questions are put together at most. */
const QUESTIONS_MAX = 100;

/**
 * What requests ask in the same turn of the event loop is read together: the busier the gateway, the fewer reads a
 * request costs. Nothing is kept, so nobody is answered with what was read before they asked.
 */
export const sharedBatch = <Question, Answer>(
  read: (questions: readonly Question[]) => Promise<ArrayLike<Answer | Error>>,
): DataLoader<Question, Answer> =>
  new DataLoader(read, { cache: false, maxBatchSize: QUESTIONS_MAX, batchScheduleFn: setImmediate });
