import { createHash, randomUUID } from 'node:crypto';
import { PersistedQueries } from '../../src/graphql/persisted-queries.js';
import { type LoneApp, startTestApp, type TestApp } from '../support/app.js';
import type { Account } from '../support/client.js';
import { bearer, postGraphql, sendGraphql } from '../support/graphql-http.js';
import { openTestRedis, type TestRedis } from '../support/redis.js';

/** Automatic persisted queries: Apollo's protocol, with the texts in Redis. */

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const persisted = (query: string) => ({ persistedQuery: { version: 1, sha256Hash: sha256(query) } });

/** A query that nobody has sent before. */
const fresh = (query: string): string => `${query} # ${randomUUID()}`;

const NOT_FOUND = {
  status: 200,
  body: {
    errors: [{ message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }],
  },
};

describe('a gateway', () => {
  let app: LoneApp;
  let other: TestApp;
  let account: Account;

  beforeAll(async () => {
    app = await startTestApp();
    other = await app.world.start();
    account = await app.client.register();
  });
  afterAll(() => app.close());

  const post = (body: unknown, headers?: Record<string, string>, url = app.url) =>
    postGraphql(url, body, headers);
  const get = (parameters: Record<string, unknown>, headers: Record<string, string> = {}) => {
    const search = Object.entries(parameters).map(([name, value]): [string, string] => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]);
    return sendGraphql(app.url, { headers }, `?${new URLSearchParams(search)}`);
  };

  test('asks for the text of a hash that it does not know, and answers to the hash from then on', async () => {
    const query = fresh('query Who($id: ID!) { user(id: $id) { id } }');
    const variables = { id: String(account.id) };
    const extensions = persisted(query);
    const data = { user: { id: String(account.id) } };
    expect(await post({ extensions, variables })).toMatchObject(NOT_FOUND);
    expect((await post({ query, extensions, variables })).body).toEqual({ data });
    // Until it is compiled, when it is, and where it was never sent.
    for (const url of [app.url, app.url, app.url, app.url, app.url, other.url]) {
      for (const accept of ['*/*', 'application/graphql-response+json, application/json;q=0.9']) {
        const answer = await post({ extensions, variables, operationName: 'Who' }, { accept }, url);
        expect(answer).toMatchObject({ status: 200, body: { data } });
        expect(answer.headers.get('content-type')).toContain(accept.split(/[+,]/)[0]?.replace('*/*', 'json'));
      }
    }
    expect((await post({ extensions, variables: {} })).code).toBe('INVALID_INPUT');
  });

  test('takes hash, text and hash by GET, with a session too', async () => {
    const query = fresh('{ me { id } }');
    const extensions = persisted(query);
    expect(await get({ extensions })).toMatchObject(NOT_FOUND);
    expect((await get({ query, extensions })).body).toEqual({ data: { me: null } });
    for (let time = 0; time < 5; time++) {
      expect((await get({ extensions })).body).toEqual({ data: { me: null } });
      const { body } = await get({ extensions }, bearer(account.token));
      expect(body.data.me.id).toBe(String(account.id));
    }
    const cookie = `member_session=${account.token}`;
    expect(await get({ extensions }, { cookie })).toMatchObject({ status: 400, code: 'INVALID_INPUT' });
    expect((await get({ extensions, variables: '{' })).status).toBe(400);
  });

  test('changes nothing by GET, by a hash either', async () => {
    const query = fresh('mutation { updateProfile(input: { bio: "persisted" }) { bio } }');
    const extensions = persisted(query);
    const { body } = await post({ query, extensions }, bearer(account.token));
    expect(body.data.updateProfile.bio).toBe('persisted');
    expect(await get({ extensions }, bearer(account.token))).toMatchObject({ status: 405 });
    expect((await post({ extensions }, bearer(account.token))).body).toEqual(body);
  });

  test.each<[string, (query: string) => object, string, number, RegExp]>([
    [
      'a hash of another text',
      (query) => ({ query, extensions: persisted(`${query} `) }),
      'PERSISTED_QUERY_MISMATCH',
      400,
      /provided sha does not match query/,
    ],
    [
      'another version of the protocol',
      (query) => ({
        query,
        extensions: { persistedQuery: { version: 2, sha256Hash: sha256(query) } },
      }),
      'PERSISTED_QUERY_NOT_SUPPORTED',
      400,
      /Unsupported persisted query version/,
    ],
    [
      'a hash that is none',
      () => ({ extensions: { persistedQuery: { version: 1, sha256Hash: 'x'.repeat(64) } } }),
      'PERSISTED_QUERY_NOT_FOUND',
      200,
      /PersistedQueryNotFound/,
    ],
    [
      'a hash that is no text',
      () => ({ extensions: { persistedQuery: { version: 1, sha256Hash: { a: 1 } } } }),
      'PERSISTED_QUERY_NOT_FOUND',
      200,
      /PersistedQueryNotFound/,
    ],
  ])('explains %s', async (_what, bodyOf, code, status, message) => {
    const answer = await post(bodyOf(fresh('{ me { id } }')));
    expect(answer).toMatchObject({ code, status });
    expect(answer.body.errors[0].message).toMatch(message);
  });

  test.each([
    ['cannot be parsed', '{ me { id }', 'INVALID_QUERY'],
    ['is not valid', '{ me { unknown } }', 'INVALID_QUERY'],
    ['asks for too much', `{ ${'me { id } '.repeat(600)} }`, 'QUERY_TOO_COMPLEX'],
    ['lacks a variable', 'query ($id: ID!) { user(id: $id) { id } }', 'INVALID_INPUT'],
  ])('keeps no query that %s', async (_what, text, code) => {
    const query = fresh(text);
    expect((await post({ query, extensions: persisted(query) })).code).toBe(code);
    expect(await post({ extensions: persisted(query) })).toMatchObject(NOT_FOUND);
  });

  test('answers a long query, and does not keep it', async () => {
    const query = `{ me { id } } # ${'x'.repeat(20_000)}`;
    const extensions = persisted(query);
    expect((await post({ query, extensions })).body).toEqual({ data: { me: null } });
    expect(await post({ extensions })).toMatchObject(NOT_FOUND);
  });

  test('answers without Redis, as long as the text is sent', async () => {
    const alone = await app.world.start({ REDIS_URL: 'redis://127.0.0.1:1' });
    const query = fresh('{ __typename }');
    const extensions = persisted(query);
    expect(await post({ extensions }, {}, alone.url)).toMatchObject(NOT_FOUND);
    expect((await post({ query, extensions }, {}, alone.url)).body).toEqual({
      data: { __typename: 'Query' },
    });
    expect(await post({ extensions }, {}, alone.url)).toMatchObject(NOT_FOUND);
  });

  test('says so where they are switched off', async () => {
    const without = await app.world.start({ PERSISTED_QUERIES: 'off' });
    const query = fresh('{ me { id } }');
    for (const body of [{ extensions: persisted(query) }, { query, extensions: persisted(query) }])
      expect(await post(body, {}, without.url)).toMatchObject({
        status: 200,
        code: 'PERSISTED_QUERY_NOT_SUPPORTED',
        body: { errors: [{ message: 'PersistedQueryNotSupported' }] },
      });
    expect((await post({ query }, {}, without.url)).status).toBe(200);
  });
});

describe('the texts that are kept', () => {
  let redis: TestRedis;
  beforeEach(() => {
    redis = openTestRedis();
  });
  afterEach(() => redis.close());

  const LIMITS = { text: 1000, total: 12_000, source: 5000, least: 500 };
  /** As another instance sees them. */
  const open = () => new PersistedQueries(redis.client, redis.config, redis.clock.read, LIMITS);
  const textOf = (index: number, length: number) => `${index} `.padEnd(length, 'x');
  const keep = async (index: number, length: number, ip: string) => {
    redis.clock.advance(1);
    const text = textOf(index, length);
    await open().keep(sha256(text), text, ip);
  };
  const foundOf = async (count: number, length: number) => {
    const queries = open();
    const found = [];
    for (let index = 0; index < count; index++)
      if ((await queries.find(sha256(textOf(index, length)))) !== undefined) found.push(index);
    return found;
  };

  test('are no more of one source within a day than it may have kept, many or long', async () => {
    for (const [length, most, ip] of [
      [1000, 5, '192.0.2.1'],
      [10, 10, '192.0.2.2'],
    ] as const) {
      for (let index = 0; index < most + 2; index++) await keep(index, length, ip);
      expect(await foundOf(most + 2, length)).toEqual(Array.from({ length: most }, (_, index) => index));
      // Others have their own, and so has the next day.
      await keep(most, length, '192.0.2.3');
      redis.clock.advance(86_400_000);
      await keep(most + 1, length, ip);
      expect(await foundOf(most + 2, length)).toHaveLength(most + 2);
    }
    await keep(100, 1001, '192.0.2.4');
    expect(await open().find(sha256(textOf(100, 1001)))).toBeUndefined();
  });

  test('have a size in all, for which those go that were not used for the longest time', async () => {
    for (let index = 0; index < 10; index++) await keep(index, 1000, `192.0.2.${index}`);
    expect(await foundOf(1, 1000)).toEqual([0]);
    redis.clock.advance(1);
    await open().find(sha256(textOf(0, 1000)));
    for (let index = 10; index < 14; index++) await keep(index, 1000, `192.0.2.${index}`);
    expect(await foundOf(14, 1000)).toEqual([0, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
    // A page of short ones takes the place of one that is long.
    for (let index = 20; index < 24; index++) await keep(index, 300, `192.0.2.${index}`);
    expect(await foundOf(14, 1000)).toHaveLength(8);
    expect(await foundOf(24, 300)).toEqual([20, 21, 22, 23]);
  });

  test('are kept anew where Redis has lost a part of them', async () => {
    for (const lost of ['persisted:{queries}:texts', 'persisted:{queries}:used']) {
      for (let index = 0; index < 10; index++) await keep(index, 1000, `192.0.2.${index}`);
      await redis.client.del(lost);
      expect(await foundOf(10, 1000)).toEqual([]);
      for (let index = 0; index < 3; index++) await keep(index, 1000, `198.51.100.${index}`);
      expect(await foundOf(10, 1000)).toEqual([0, 1, 2]);
      redis.clock.advance(8 * 86_400_000);
    }
  });

  test('are forgotten when nobody has asked for them for a week', async () => {
    for (const index of [0, 1]) await keep(index, 50, '192.0.2.1');
    redis.clock.advance(6 * 86_400_000);
    expect(await open().find(sha256(textOf(1, 50)))).toBeDefined();
    redis.clock.advance(2 * 86_400_000);
    expect(await foundOf(2, 50)).toEqual([1]);
  });

  test('name no address of those who sent them', async () => {
    await keep(0, 50, '192.0.2.77');
    expect((await redis.keys()).join()).not.toContain('192.0.2');
  });
});
