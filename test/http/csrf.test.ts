import { type LoneApp, startTestApp } from '../support/app.js';
import type { Account } from '../support/client.js';
import { multipart, PREFLIGHT, sendGraphql } from '../support/graphql-http.js';

/**
 * The cookie of the member centre is good at /graphql, and a browser sends it along with
 * whatever another site makes it send. Only requests that a browser asks about first may use it.
 */

let app: LoneApp;
let account: Account;

beforeAll(async () => {
  app = await startTestApp();
  account = await app.client.register();
});
afterAll(() => app.close());

const RENAME = 'mutation { updateProfile(input: { bio: "changed by another site" }) { id } }';

interface Sent {
  type?: string;
  body?: string | FormData;
  search?: string;
  method?: string;
  headers?: Record<string, string>;
}

/** With the cookie, as a browser would send it. */
const send = ({ type, body, search, method = 'POST', headers }: Sent) => {
  const cookie = `member_session=${account.token}`;
  return sendGraphql(
    app.url,
    { method, headers: { cookie, ...(type && { 'content-type': type }), ...headers }, body },
    search,
  );
};

const bio = async () => (await app.client.data('{ me { bio } }', {}, account.token)).me.bio;

const json = (query: string) => JSON.stringify({ query });

test('the cookie of a browser is a session', async () => {
  const { status, body } = await send({ type: 'application/json', body: json('{ me { id phone } }') });
  expect(status).toBe(200);
  expect(body.data.me).toEqual({ id: String(account.id), phone: account.phone });
});

test('a token in the header goes before the cookie', async () => {
  const other = await app.client.register();
  const { body } = await send({
    type: 'application/json',
    body: json('{ me { id } }'),
    headers: { authorization: `Bearer ${other.token}` },
  });
  expect(body.data.me.id).toBe(String(other.id));
});

const uploadForm = (query: string) => multipart({ query });

/** What a page can make a browser send without being asked: CORS's "simple requests". */
const SIMPLE: [string, () => Sent][] = [
  ['text/plain', () => ({ type: 'text/plain', body: json(RENAME) })],
  [
    'text/plain with JSON in a parameter',
    () => ({ type: 'text/plain; a=application/json', body: json(RENAME) }),
  ],
  [
    'a form',
    () => ({
      type: 'application/x-www-form-urlencoded',
      body: new URLSearchParams({ query: RENAME }).toString(),
    }),
  ],
  ['a form with a file', () => ({ body: uploadForm(RENAME) })],
  ['a mutation by GET', () => ({ method: 'GET', search: `?${new URLSearchParams({ query: RENAME })}` })],
  ['no type at all', () => ({ body: undefined })],
];

test.each(SIMPLE)('a simple request of a foreign page is refused: %s', async (_what, sent) => {
  const { status, body } = await send(sent());
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
  expect(body.errors?.[0]?.extensions.code).toMatch(/^INVALID_(INPUT|QUERY)$/);
  expect(body.data).toBeUndefined();
  expect(await bio()).toBeNull();
});

describe('a query by GET that no browser has asked about', () => {
  const searchOf = (query: string) => `?${new URLSearchParams({ query })}`;
  const ME = '{ me { id } }';
  const get = (query: string, headers: Record<string, string> = {}) =>
    sendGraphql(app.url, { headers }, searchOf(query));

  test('is refused with the cookie of a session, unless it has the header that asks for a preflight', async () => {
    const search = searchOf(ME);
    const refused = await send({ method: 'GET', search });
    expect(refused).toMatchObject({ status: 400, code: 'INVALID_INPUT' });
    expect(refused.body.errors[0].message).toMatch(/Cross-Site Request Forgery.*apollo-require-preflight/s);
    const token = { authorization: `Bearer ${account.token}` };
    expect((await send({ method: 'GET', search, headers: token })).status).toBe(400);
    for (const headers of [PREFLIGHT, { 'content-type': 'application/json' }]) {
      const { status, body } = await send({ method: 'GET', search, headers });
      expect([status, body.data.me.id]).toEqual([200, String(account.id)]);
    }
  });

  test('is answered without a session, and with the one of its bearer token', async () => {
    expect(await get(ME)).toMatchObject({ status: 200, body: { data: { me: null } } });
    const { body } = await get(ME, { authorization: `Bearer ${account.token}` });
    expect(body.data.me.id).toBe(String(account.id));
    // A cookie that is no session's comes along with the requests of every page.
    expect((await get(ME, { cookie: 'theme=dark; member_session=' })).status).toBe(200);
  });

  test('is no call of an internal server, wherever it comes from', async () => {
    const internal = '{ userIds(cityId: "1") { ids } }';
    expect(await get(internal, PREFLIGHT)).toMatchObject({ code: undefined });
    expect(await get(internal)).toMatchObject({ status: 200, code: 'FORBIDDEN' });
    expect(await get(internal, { authorization: `Bearer ${account.token}` })).toMatchObject({
      code: 'FORBIDDEN',
    });
  });

  test('changes nothing, and is told how a mutation is sent', async () => {
    for (const headers of [{}, PREFLIGHT, { authorization: `Bearer ${account.token}` }] as Record<
      string,
      string
    >[]) {
      const refused = await get(RENAME, headers);
      expect(refused).toMatchObject({ status: 405, code: 'INVALID_INPUT' });
      expect(refused.headers.get('allow')).toBe('POST');
      expect(refused.body.errors[0].message).toMatch(
        /GET requests only support query operations, not mutation/,
      );
    }
    expect(await bio()).toBeNull();
  });
});

test('a mutation by GET is refused, also with the header that asks for a preflight', async () => {
  const search = `?${new URLSearchParams({ query: RENAME })}`;
  const { status, body } = await send({ method: 'GET', search, headers: PREFLIGHT });
  expect(status).toBe(405);
  expect(body.data).toBeUndefined();
  expect(await bio()).toBeNull();
});

test('a batch of operations in one body is refused', async () => {
  const { status, body } = await send({
    type: 'application/json',
    body: `[${json('{ me { id } }')}, ${json(RENAME)}]`,
  });
  expect(status).toBe(400);
  expect(body.data).toBeUndefined();
  expect(await bio()).toBeNull();
});

test('a multipart request with the header that asks for a preflight is served', async () => {
  const headers = PREFLIGHT;
  const { status, body } = await send({ body: uploadForm(RENAME), headers });
  expect([status, body.errors]).toEqual([200, undefined]);
  expect(await bio()).toBe('changed by another site');
});
