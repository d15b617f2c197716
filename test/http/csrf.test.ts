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

test('a query by GET is refused, unless it has the header that asks for a preflight', async () => {
  const search = `?${new URLSearchParams({ query: '{ me { id } }' })}`;
  expect((await send({ method: 'GET', search })).status).toBe(400);
  const { status, body } = await send({ method: 'GET', search, headers: PREFLIGHT });
  expect([status, body.data.me.id]).toEqual([200, String(account.id)]);
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
