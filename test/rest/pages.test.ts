import { text } from 'node:stream/consumers';
import type { Pages } from '../../src/rest/dialect.js';
import { streamPages } from '../../src/rest/pages.js';

interface Page {
  ids: (number | string)[];
  end: string | null;
}

const PAGES: Pages = {
  items: (page: Page) => page.ids,
  cursor: (page: Page) => page.end,
  next: (variables, after) => ({ ...variables, after }),
  open: '{"ids":[',
  close: ']}',
};

const stream = (first: Page, run: (variables: Record<string, unknown>) => Promise<Page>) =>
  streamPages(PAGES, first, { city: 1 }, run);

test('pages, empty ones too, are streamed as one list', async () => {
  const rest: Page[] = [
    { ids: [], end: 'b' },
    { ids: [3, 'a"b'], end: 'c' },
    { ids: [], end: null },
  ];
  const asked: unknown[] = [];
  const whole = stream({ ids: [1, 2], end: 'a' }, async (variables) => {
    asked.push(variables);
    return rest.shift() as Page;
  });
  expect(await text(whole)).toBe('{"ids":[1,2,3,"a\\"b"]}');
  expect(asked).toEqual(['a', 'b', 'c'].map((after) => ({ city: 1, after })));
});

test('a page is asked for only when there is room for it', async () => {
  let asked = 0;
  const endless = stream({ ids: [0], end: 'x' }, async () => {
    asked += 1;
    return { ids: Array.from({ length: 10_000 }, () => 7), end: 'x' };
  });
  const chunks = endless[Symbol.asyncIterator]();
  for (let chunk = 0; chunk < 20; chunk++) await chunks.next();
  expect(asked).toBeLessThan(30);
  endless.destroy();
});

test('a failure in the middle of a stream cuts the answer short instead of closing it', async () => {
  const broken = stream({ ids: [1], end: 'a' }, () => Promise.reject(new Error('the database is gone')));
  let received = '';
  const reading = (async () => {
    for await (const chunk of broken) received += chunk;
  })();
  await expect(reading).rejects.toThrow('the database is gone');
  expect(received).toBe('{"ids":[1');
});
