import { ERRORS } from '../../src/errors/codes.js';
import { startTestApp } from '../support/app.js';
import { type Account } from '../support/client.js';
import { whoIs } from '../support/operations.js';

type App = Awaited<ReturnType<typeof startTestApp>>;
let app: App;
let account: Account;

beforeAll(async () => {
  app = await startTestApp({ BODY_LIMIT_BYTES: '200000' });
  account = await app.client.register();
});
afterAll(() => app.close());

const ME = '{ me { id } }';
const JSON_TYPE = { 'content-type': 'application/json' };

/** Any request to `/graphql`; the errors of every answer must be of the closed list. */
async function send(init: RequestInit, query = '', url = app.url) {
  const response = await fetch(`${url}/graphql${query}`, init);
  // biome-ignore lint/suspicious/noExplicitAny: what comes back is what the test is about.
  const body = (await response.json()) as any;
  for (const { message, extensions } of body.errors ?? []) {
    expect(Object.keys(ERRORS)).toContain(extensions.code);
    expect(
      Object.keys(extensions).filter((key) => !['code', 'field', 'retryAfter', 'requestId'].includes(key)),
    ).toEqual([]);
    expect(message).not.toMatch(/\bat \/|node_modules|select |insert |relation/i);
  }
  return {
    status: response.status,
    body,
    code: body.errors?.[0]?.extensions.code,
    headers: response.headers,
  };
}
const post = (body: unknown, headers: Record<string, string> = {}) =>
  send({
    method: 'POST',
    headers: { ...JSON_TYPE, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

describe('requests', () => {
  const preflight = { 'apollo-require-preflight': 'true' };
  const encoded = (query: string) => `?query=${encodeURIComponent(query)}`;

  test('GET reads with the header that a foreign page cannot send, and not without', async () => {
    const cookie = `member_session=${account.token}`;
    const read = await send({ headers: { ...preflight, cookie } }, encoded(ME));
    expect(read.body).toEqual({ data: { me: { id: String(account.id) } } });
    expect(await send({ headers: { cookie } }, encoded(ME))).toMatchObject({
      status: 400,
      code: 'INVALID_INPUT',
    });
    const variables = `&variables=${encodeURIComponent('{"id":"1"}')}`;
    const withVariables = await send(
      { headers: preflight },
      `${encoded('query ($id: ID) { user(id: $id) { id } }')}${variables}`,
    );
    expect(withVariables.status).toBe(200);
  });

  test('GET never changes anything', async () => {
    const cookie = `member_session=${account.token}`;
    const refused = await send(
      { headers: { ...preflight, cookie } },
      encoded('mutation { logout(everywhere: true) }'),
    );
    expect(refused).toMatchObject({ status: 405, code: 'INVALID_INPUT' });
    expect(await whoIs(app.client, account.token)).toBe(account.id);
  });

  test.each([
    ['text/plain', JSON.stringify({ query: ME })],
    ['application/x-www-form-urlencoded', `query=${encodeURIComponent('mutation { logout }')}`],
    ['application/xml', '<query/>'],
    ['', ''],
  ])('of the type %j, which a form of a foreign page can send, are refused', async (type, body) => {
    const headers: Record<string, string> = { cookie: `member_session=${account.token}` };
    if (type) headers['content-type'] = type;
    const { status, code } = await send({ method: 'POST', headers, body: body || undefined });
    expect(code).toBe('INVALID_INPUT');
    expect([400, 415]).toContain(status);
    expect(await whoIs(app.client, account.token)).toBe(account.id);
  });

  test.each([
    ['a batch', [{ query: ME }, { query: ME }], 'INVALID_INPUT'],
    ['an empty batch', [], 'INVALID_INPUT'],
    ['no query', {}, 'INVALID_INPUT'],
    ['an empty query', { query: '' }, 'INVALID_INPUT'],
    ['a query that is no text', { query: { a: 1 } }, 'INVALID_INPUT'],
    ['variables that are a text', { query: ME, variables: 'x' }, 'INVALID_INPUT'],
    ['variables that are a list', { query: ME, variables: [1] }, 'INVALID_INPUT'],
    ['an operation name that is no text', { query: ME, operationName: 1 }, 'INVALID_INPUT'],
    ['an unknown operation name', { query: 'query A { me { id } }', operationName: 'B' }, 'INVALID_QUERY'],
    ['two operations and no name', { query: 'query A { me { id } } query B { me { id } }' }, 'INVALID_QUERY'],
    ['no JSON', '{"query":', 'INVALID_INPUT'],
    ['a number', '1', 'INVALID_INPUT'],
    ['null', 'null', 'INVALID_INPUT'],
    [
      'a prototype among the variables',
      `{"query":"${ME}","variables":{"__proto__":{"polluted":1}}}`,
      'INVALID_INPUT',
    ],
    [
      'a constructor among the variables',
      `{"query":"${ME}","variables":{"constructor":{"prototype":{"polluted":1}}}}`,
      'INVALID_INPUT',
    ],
  ])('with %s are refused', async (_, body, code) => {
    const answer = await post(body);
    expect(answer.code).toBe(code);
    expect(answer.status).toBe(400);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('for what this API does not do are told so', async () => {
    const extensions = { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } };
    expect((await post({ extensions })).code).toBe('INVALID_QUERY');
    expect((await post({ query: 'subscription { me { id } }' })).code).toBe('INVALID_QUERY');
  });

  test('with too large a body are refused', async () => {
    const large = await post({ query: ME, variables: { x: 'x'.repeat(300_000) } });
    expect(large).toMatchObject({ status: 413, code: 'INVALID_INPUT' });
  });

  test('with an extra variable are not', async () => {
    expect((await post({ query: ME, variables: { toString: 'x', hasOwnProperty: 1 } })).body).toEqual({
      data: { me: null },
    });
  });

  test('carry their id back', async () => {
    const { headers } = await post({ query: ME }, { 'x-request-id': 'my-own-request-id' });
    expect(headers.get('x-request-id')).toBe('my-own-request-id');
    expect(
      (await post({ query: ME }, { 'x-request-id': 'not harmless!' })).headers.get('x-request-id'),
    ).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('messages', () => {
  const refused = { query: '{ sessions { id } }' };

  test.each([
    [undefined, 'zh'],
    ['*', 'zh'],
    ['zh-CN,zh;q=0.9,en;q=0.8', 'zh'],
    ['zh-TW', 'zh'],
    ['en', 'en'],
    ['en-GB,en;q=0.9,zh;q=0.8', 'en'],
    ['fr-FR', 'en'],
  ] as const)('for Accept-Language %j are in %s', async (language, locale) => {
    const headers: Record<string, string> = language ? { 'accept-language': language } : {};
    const { body } = await post(refused, headers);
    expect(body.errors[0].message).toBe(ERRORS.UNAUTHENTICATED[locale]);
    const unreadable = await post('{', headers);
    expect(unreadable.body.errors[0].message).toBe(ERRORS.INVALID_INPUT[locale]);
  });

  test('say which variable has the wrong type, and why', async () => {
    const query =
      'query ($ids: [ID!], $first: Int) { users(filter: { ids: $ids }, first: $first) { nodes { id } } }';
    for (const [variables, name] of [
      [{ ids: 'x', first: 'ten' }, '$first'],
      [{ first: 1.5 }, '$first'],
      [{ first: 2 ** 31 }, '$first'],
      [{ ids: [null] }, '$ids'],
      [{ ids: [{}] }, '$ids'],
    ] as const) {
      const { body, code } = await post({ query, variables });
      expect(code).toBe('INVALID_INPUT');
      expect(body.errors[0].message).toContain(`Variable "${name}"`);
    }
    const update = 'mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { id } }';
    for (const input of [
      null,
      { sex: 'OTHER' },
      { sex: 1 },
      { birthday: 19900101 },
      { unknown: 1 },
      { name: 1 },
    ]) {
      expect((await post({ query: update, variables: { input } })).code).toBe('INVALID_INPUT');
    }
  });

  test('say what is wrong with a query', async () => {
    for (const query of [
      '{ me { unknown } }',
      '{ me }',
      '{ unknown }',
      '{ me { id }',
      'query ($x: Unknown) { me { id } }',
      '{ user(id: {}) { id } }',
      '{ me(id: 1) { id } }',
    ]) {
      const { body, code, status } = await post({ query });
      expect({ code, status }).toEqual({ code: 'INVALID_QUERY', status: 400 });
      expect(body.errors[0].message).not.toBe('');
    }
  });
});

describe('introspection', () => {
  const SCHEMA = '{ __schema { types { name } } }';

  test('answers while the playground is on', async () => {
    const { body } = await post({ query: SCHEMA });
    expect(body.data.__schema.types.length).toBeGreaterThan(50);
    expect((await post({ query: '{ me { idd } }' })).body.errors[0].message).toContain('Did you mean');
  });

  test('is refused while it is off, and names are not suggested', async () => {
    const { url } = await app.world.start({ PLAYGROUND: 'off' });
    const ask = (query: string) =>
      send({ method: 'POST', headers: JSON_TYPE, body: JSON.stringify({ query }) }, '', url);
    expect((await ask(SCHEMA)).code).toBe('INVALID_QUERY');
    expect((await ask('{ __type(name: "User") { name } }')).code).toBe('INVALID_QUERY');
    expect((await ask('{ me { idd } }')).body.errors[0].message).not.toContain('Did you mean');
    expect((await ask('{ me { __typename id } }')).body).toEqual({ data: { me: null } });
    const page = await fetch(`${url}/graphql`, { headers: { accept: 'text/html' } });
    expect(page.status).toBe(400);
    expect(await page.text()).not.toContain('<html');
  });
});

describe('what nobody expected', () => {
  /** Takes a table away while `work` runs. */
  async function without(table: string, work: () => Promise<void>): Promise<void> {
    const em = app.infrastructure.database.fork();
    await em.execute(`alter table ${table} rename to ${table}_gone`);
    await work().finally(() => em.execute(`alter table ${table}_gone rename to ${table}`));
  }

  test.each(['zh', 'en'] as const)(
    'is INTERNAL, with the id of the request and nothing else (%s)',
    async (locale) => {
      await without('hobbies', async () => {
        const { status, body, headers } = await post(
          { query: '{ me { id } hobbies { id } }' },
          { 'accept-language': locale },
        );
        expect(status).toBe(200);
        expect(body).toEqual({
          data: null,
          errors: [
            {
              message: ERRORS.INTERNAL[locale],
              locations: [{ line: 1, column: 13 }],
              path: ['hobbies'],
              extensions: { code: 'INTERNAL', requestId: headers.get('x-request-id') },
            },
          ],
        });
        expect(JSON.stringify(body)).not.toMatch(/hobbies_|select|does not exist|42P01|\.ts|\.js/);
      });
      expect((await post({ query: '{ hobbies { id } }' })).code).toBeUndefined();
    },
  );

  test('is the same before the query is even looked at', async () => {
    await without('sessions', async () => {
      const { status, body, headers } = await post(
        { query: ME },
        { authorization: `Bearer ${'x'.repeat(43)}` },
      );
      expect(status).toBe(500);
      expect(body.errors).toEqual([
        {
          message: ERRORS.INTERNAL.zh,
          extensions: { code: 'INTERNAL', requestId: headers.get('x-request-id') },
        },
      ]);
    });
  });

  test('in one of a list leaves the rest of the answer, where it may be null', async () => {
    await without('vips', async () => {
      const { body } = await post({
        query: 'query ($id: ID!) { user(id: $id) { id vip { level } } }',
        variables: { id: String(account.id) },
      });
      expect(body.data).toEqual({ user: { id: String(account.id), vip: null } });
      expect(body.errors[0]).toMatchObject({ path: ['user', 'vip'], extensions: { code: 'INTERNAL' } });
    });
  });
});
