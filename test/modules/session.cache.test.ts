import { SessionCache } from '../../src/modules/session/session.cache.js';
import type { LiveSession } from '../../src/modules/session/session.repository.js';
import { openTestRedis, type TestRedis } from '../support/redis.js';

let redis: TestRedis;
beforeAll(() => {
  redis = openTestRedis();
});
afterAll(() => redis.close());

const NOW = new Date();
const session = (userId: number): LiveSession => ({
  id: userId,
  userId,
  originId: userId,
  abilities: ['[user] Disabled User'],
  name: `user_${userId}`,
  legacyIds: [`plus:${userId}`],
  createdAt: NOW,
  expiresAt: new Date(NOW.getTime() + 60_000),
  lastSeenAt: NOW,
});
/** Two instances of one deployment. */
const instances = () => [new SessionCache(redis.client), new SessionCache(redis.client)] as const;

let tokens = 0;
const freshToken = () => `token-${++tokens}`;

/** A row, and how often it was read. */
function row(value: LiveSession | null) {
  const state = { value, reads: 0 };
  return {
    state,
    find: async () => {
      state.reads++;
      return state.value;
    },
  };
}

test('a session that one instance read is found in the cache by another, as it was', async () => {
  const [a, b] = instances();
  const token = freshToken();
  const { state, find } = row(session(1));
  expect(await a.get(token, find)).toEqual(session(1));
  expect(await b.get(token, find)).toEqual(session(1));
  expect(state.reads).toBe(1);
});

test('a session that was forgotten is read again, and nothing is cached of one that does not exist', async () => {
  const [a, b] = instances();
  const token = freshToken();
  const { state, find } = row(session(1));
  await a.get(token, find);
  state.value = null;
  await b.forget([token]);
  expect(await a.get(token, find)).toBeNull();
  state.value = session(2);
  expect(await a.get(token, find)).toEqual(session(2));
});

test('nothing stays in Redis of tokens that are none, or could not be looked for', async () => {
  const [a] = instances();
  const before = await redis.keys();
  for (let time = 0; time < 50; time++) expect(await a.get(freshToken(), row(null).find)).toBeNull();
  const failing = a.get(freshToken(), () => Promise.reject(new Error('no database')));
  await expect(failing).rejects.toThrow('no database');
  expect((await redis.keys()).toSorted()).toEqual(before.toSorted());
});

test('a session row that was read before a change and arrives after it is not cached', async () => {
  const [a, b] = instances();
  const token = freshToken();
  const { state, find } = row(session(1));
  const late = await a.get(token, async () => {
    const read = await find();
    state.value = null;
    await b.forget([token]);
    // Somebody who asks in between reads the new row, and has a reservation of their own.
    expect(await b.get(token, find)).toBeNull();
    return read;
  });
  expect(late).toEqual(session(1));
  expect(await a.get(token, find)).toBeNull();
  expect(await b.get(token, find)).toBeNull();
});

test('of many that read a session at once, one caches it', async () => {
  const [a, b] = instances();
  const token = freshToken();
  const { state, find } = row(session(1));
  await Promise.all(Array.from({ length: 8 }, (_, index) => (index % 2 ? a : b).get(token, find)));
  const { reads } = state;
  expect(await a.get(token, find)).toEqual(session(1));
  expect(state.reads).toBe(reads);
});

test('a cached session ends by itself soon, whenever it was cached', async () => {
  const [a] = instances();
  const token = freshToken();
  await a.get(token, row(session(1)).find);
  const life = await redis.client.pttl(`session:${token}`);
  expect(life).toBeGreaterThan(0);
  expect(life).toBeLessThanOrEqual(10_000);
});
