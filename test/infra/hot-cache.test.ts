import fc from 'fast-check';
import { HotCache } from '../../src/infra/hot-cache.js';

function setUp() {
  const clock = { now: 0 };
  const cache = new HotCache<number>(2, () => clock.now);
  let loads = 0;
  const get = (key = 'key') => cache.get(key, async () => ++loads);
  return { clock, get, loads: () => loads };
}

test('the hot cache loads anew for the first ten questions of a second, and shares one answer among the others', async () => {
  const { get, loads } = setUp();
  for (let time = 1; time <= 10; time++) expect(await get()).toBe(time);
  for (let time = 0; time < 50; time++) expect(await get()).toBe(10);
  expect(loads()).toBe(10);
});

test('the hot cache answers nothing older than half a second', () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 200 }), async (pauses) => {
      const clock = { now: 0 };
      const cache = new HotCache<number>(2, () => clock.now);
      for (const pause of pauses) {
        clock.now += pause;
        const loadedAt = await cache.get('key', async () => clock.now);
        expect(clock.now - loadedAt).toBeLessThan(500);
      }
    }),
  ));

test('the hot cache keeps no failure', async () => {
  const cache = new HotCache<string>(2, () => 0);
  const fail = () => Promise.reject(new Error('no database'));
  for (let time = 0; time < 20; time++) await expect(cache.get('key', fail)).rejects.toThrow('no database');
  expect(await cache.get('key', async () => 'back')).toBe('back');
});

test('a failure in the hot cache takes nothing away that was loaded since', async () => {
  const clock = { now: 0 };
  const cache = new HotCache<number>(2, () => clock.now);
  const { promise, reject } = Promise.withResolvers<number>();
  const failed = cache.get('key', () => promise);
  let loads = 0;
  const load = async () => ++loads;
  for (let time = 0; time < 20; time++) await cache.get('key', load);
  const before = loads;
  reject(new Error('no database'));
  await expect(failed).rejects.toThrow('no database');
  await cache.get('key', load);
  expect(loads).toBe(before);
});

test('the hot cache forgets what was asked for least recently', async () => {
  const { get, loads } = setUp();
  for (let time = 0; time < 20; time++) await get('a');
  await get('b');
  await get('c');
  const before = loads();
  await get('a');
  expect(loads()).toBe(before + 1);
});
