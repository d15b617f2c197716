import { withLease } from '../../src/infra/lease.js';
import { UnavailableError } from '../../src/infra/unavailable.js';
import { openTestRedis, type TestRedis } from '../support/redis.js';
import { until } from '../support/until.js';

let redis: TestRedis;
beforeEach(() => {
  redis = openTestRedis();
});
afterEach(() => redis.close());

/** Work that goes on until it is told to end. */
function heldWork() {
  let finish = () => {};
  let lost: AbortSignal | undefined;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const work = async (signal: AbortSignal): Promise<string> => {
    lost = signal;
    await finished;
    return 'done';
  };
  return { work, finish: () => finish(), began: () => lost !== undefined, isLost: () => lost?.aborted };
}

test('a lease that many want at once goes to one', async () => {
  const held = heldWork();
  const all = Array.from({ length: 5 }, () => withLease(redis.client, 'job', held.work));
  await until('one is at it', held.began);
  expect(await withLease(redis.client, 'another job', async () => 'free')).toBe('free');
  held.finish();
  expect((await Promise.all(all)).toSorted()).toEqual(['done', null, null, null, null]);
});

test('a lease is free again when its work has ended, well or not', async () => {
  expect(await withLease(redis.client, 'job', async () => 1)).toBe(1);
  const failing = withLease(redis.client, 'job', async () => {
    throw new Error('broken');
  });
  await expect(failing).rejects.toThrow('broken');
  expect(await withLease(redis.client, 'job', async () => 2)).toBe(2);
  expect(await redis.keys()).toEqual([]);
});

test('a lease is held for longer than its life while it is renewed, and ends by itself otherwise', async () => {
  const held = heldWork();
  const first = withLease(redis.client, 'job', held.work, 600);
  await until('it is at it', held.began);
  // Taken by somebody who died.
  await redis.client.set('lease:dead', 'nobody', 'PX', 900);
  await until(
    'the dead one is free',
    async () => (await withLease(redis.client, 'dead', async () => 1)) === 1,
  );
  expect(await withLease(redis.client, 'job', async () => 1)).toBeNull();
  expect(held.isLost()).toBe(false);
  held.finish();
  expect(await first).toBe('done');
});

test('a holder that lost its lease is told, and does not take it from the next one', async () => {
  const held = heldWork();
  const first = withLease(redis.client, 'job', held.work, 90);
  await until('it is at it', held.began);
  await redis.client.set('lease:job', 'somebody else', 'PX', 60_000);
  await until('it knows', () => held.isLost() === true);
  held.finish();
  await first;
  expect(await redis.client.get('lease:job')).toBe('somebody else');
});

test('without Redis no leased work is begun', async () => {
  const gone = openTestRedis({ REDIS_URL: 'redis://127.0.0.1:1' });
  let begun = false;
  const work = async () => {
    begun = true;
  };
  await expect(withLease(gone.client, 'job', work)).rejects.toThrow(UnavailableError);
  expect(begun).toBe(false);
  (gone.client as unknown as { disconnect(): void }).disconnect();
});
