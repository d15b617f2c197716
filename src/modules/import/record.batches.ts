import type { SourceItem } from './source.js';

/** Records in one transaction, and the bytes that they are about at most. */
const BATCH = 500;
const BATCH_BYTES = 4 * 1024 * 1024;

/** Takes the records of a source in batches, made something of. */
export async function* inBatches<T>(
  items: AsyncIterable<SourceItem>,
  make: (batch: SourceItem[]) => T,
): AsyncGenerator<T> {
  let batch: SourceItem[] = [];
  let bytes = 0;
  for await (const item of items) {
    batch.push(item);
    bytes += item.bytes;
    if (batch.length < BATCH && bytes < BATCH_BYTES) continue;
    yield make(batch);
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield make(batch);
}

/** The same, with the next one being made while one is worked on. */
export async function* oneAhead<T>(all: AsyncGenerator<T>): AsyncGenerator<T> {
  let next = all.next();
  try {
    for (;;) {
      const { value, done } = await next;
      if (done) return;
      next = all.next();
      // Its failure is told when its turn comes.
      next.catch(() => undefined);
      yield value;
    }
  } finally {
    await next.catch(() => undefined);
    await all.return(undefined);
  }
}
