import { Readable } from 'node:stream';
import type { Pages } from './dialect.js';

/**
 * Sends a list while it is read: one page in memory, whatever its length, and the first byte as soon as the first
 * page is there. A failure in the middle cuts the connection, because the status is already sent.
 */
export function streamPages(
  pages: Pages,
  first: unknown,
  variables: Record<string, unknown>,
  run: (variables: Record<string, unknown>) => Promise<unknown>,
): Readable {
  async function* chunks(): AsyncGenerator<string> {
    yield pages.open;
    let data = first;
    let separator = '';
    for (;;) {
      const items = pages.items(data);
      if (items.length > 0) yield separator + items.map((item) => JSON.stringify(item)).join(',');
      if (items.length > 0) separator = ',';
      const cursor = pages.cursor(data);
      if (cursor === null) break;
      data = await run(pages.next(variables, cursor));
    }
    yield pages.close;
  }
  return Readable.from(chunks(), { objectMode: false });
}
