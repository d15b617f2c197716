import { ERRORS } from '../../src/errors/codes.js';
import { LIMITS } from '../../src/graphql/query-size.js';
import { type LoneApp, startTestApp } from '../support/app.js';
import { type Account } from '../support/client.js';
import { JSON_TYPE, multipart, PREFLIGHT, postGraphql, sendGraphql } from '../support/graphql-http.js';
import { whoIs } from '../support/operations.js';

let app: LoneApp;
let account: Account;

beforeAll(async () => {
  app = await startTestApp();
  account = await app.client.register();
});
afterAll(() => app.close());

const ME = '{ me { id } }';

const send = (init: RequestInit, search?: string) => sendGraphql(app.url, init, search);
const post = (body: unknown, headers?: Record<string, string>) => postGraphql(app.url, body, headers);

describe('requests', () => {
  const encoded = (query: string) => `?query=${encodeURIComponent(query)}`;

  test('a GET reads, with variables too', async () => {
    const cookie = `member_session=${account.token}`;
    const read = await send({ headers: { ...PREFLIGHT, cookie } }, encoded(ME));
    expect(read.body).toEqual({ data: { me: { id: String(account.id) } } });
    const variables = `&variables=${encodeURIComponent('{"id":"1"}')}`;
    const withVariables = await send(
      {},
      `${encoded('query ($id: ID) { user(id: $id) { id } }')}${variables}`,
    );
    expect(withVariables.status).toBe(200);
  });

  test('a GET never changes anything', async () => {
    const cookie = `member_session=${account.token}`;
    const refused = await send(
      { headers: { ...PREFLIGHT, cookie } },
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
  ])('a POST of the type %j, which a form of a foreign page can send, is refused', async (type, body) => {
    const headers: Record<string, string> = { cookie: `member_session=${account.token}` };
    if (type) headers['content-type'] = type;
    const { status, code } = await send({ method: 'POST', headers, body: body || undefined });
    expect([status, code]).toEqual([400, 'INVALID_INPUT']);
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
  ])('a request with %s is refused', async (_, body, code) => {
    const answer = await post(body);
    expect(answer.code).toBe(code);
    expect(answer.status).toBe(400);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test.each<[string, { query: string; operationName?: string; variables?: unknown }, string]>([
    ['a document that cannot be parsed', { query: '{' }, 'INVALID_QUERY'],
    ['a document that is not valid', { query: '{ unknown }' }, 'INVALID_QUERY'],
    ['an unknown operation name', { query: 'query A { me { id } }', operationName: 'B' }, 'INVALID_QUERY'],
    ['two operations and no name', { query: 'query A { me { id } } query B { me { id } }' }, 'INVALID_QUERY'],
    ['no value for a variable', { query: 'query ($id: ID!) { user(id: $id) { id } }' }, 'INVALID_INPUT'],
    [
      'a variable that no column takes',
      { query: 'query ($id: ID) { user(id: $id) { id } }', variables: { id: '\0' } },
      'INVALID_INPUT',
    ],
    ['more than a query may ask for', { query: `{ me { ${'id '.repeat(600)} } }` }, 'QUERY_TOO_COMPLEX'],
  ])('an operation with %s is refused by a status only where that is understood', async (_, body, code) => {
    for (const [accept, status] of [
      ['application/json', 200],
      ['*/*', 200],
      ['application/json, application/graphql-response+json;q=0.9', 200],
      ['application/graphql-response+json', 400],
      ['application/graphql-response+json, application/json;q=0.9', 400],
    ] as const) {
      const answer = await post(body, { accept });
      expect(answer).toMatchObject({ status, code });
      expect('data' in answer.body).toBe(false);
      const type = status === 200 ? 'application/json' : 'application/graphql-response+json';
      expect(answer.headers.get('content-type')).toBe(`${type}; charset=utf-8`);
    }
  });

  test('subscriptions are refused as queries that this API does not answer', async () => {
    expect((await post({ query: 'subscription { me { id } }' })).code).toBe('INVALID_QUERY');
  });

  test('a request with too large a body is refused', async () => {
    const large = await post({ query: ME, variables: { x: 'x'.repeat(300_000) } });
    expect(large).toMatchObject({ status: 413, code: 'INVALID_INPUT' });
  });

  test('a request with variables that the query does not declare is answered', async () => {
    expect((await post({ query: ME, variables: { toString: 'x', hasOwnProperty: 1 } })).body).toEqual({
      data: { me: null },
    });
  });

  test('a response carries the id of its request', async () => {
    const { headers } = await post({ query: ME }, { 'x-request-id': 'my-own-request-id' });
    expect(headers.get('x-request-id')).toBe('my-own-request-id');
    expect(
      (await post({ query: ME }, { 'x-request-id': 'not harmless!' })).headers.get('x-request-id'),
    ).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('explained mistakes', () => {
  const by = (method: string, headers: Record<string, string> = {}, body?: string) => ({
    method,
    headers,
    body,
  });
  const text = (body: string) => by('POST', JSON_TYPE, body);
  const json = (body: unknown, headers: Record<string, string> = {}) =>
    by('POST', { ...JSON_TYPE, ...headers }, JSON.stringify(body));
  const NO_TYPE = /specify a 'content-type' header/;
  const FORM = 'application/x-www-form-urlencoded';

  test.each<[string, RequestInit, RegExp, status?: number, search?: string]>([
    ['no type', by('POST', {}, JSON.stringify({ query: ME })), NO_TYPE],
    ['a text', by('POST', { 'content-type': 'text/plain' }, ME), NO_TYPE],
    ['a form', by('POST', { 'content-type': FORM }, 'query=x'), NO_TYPE],
    ['the query itself', by('POST', { 'content-type': 'application/graphql' }, ME), /invalid Content-Type/],
    ['nothing', by('POST', JSON_TYPE), /body missing|cannot be empty|end of JSON/i],
    ['an empty object', text('{}'), /JSON object has no keys/],
    ['a text of JSON', text('"{ me { id } }"'), /POST body missing/],
    ['JSON without its end', text('{"query":'), /JSON/],
    ['another name for the query', json({ mutation: ME }), /non-empty `query`/],
    ['an empty query', json({ query: '' }), /non-empty `query`/],
    ['a parsed query', json({ query: { kind: 'Document' } }), /queries must be strings/],
    [
      'variables as a text',
      json({ query: ME, variables: '{}' }),
      /`variables` in a POST body should be provided as an object/,
    ],
    [
      'a number for the operation',
      json({ query: ME, operationName: 1 }),
      /`operationName` in a POST body must be a string/,
    ],
    ['a batch', json([{ query: ME }]), /batching disabled/],
    ['GET without a query', by('GET', PREFLIGHT), /non-empty `query`/],
    [
      'GET with broken variables',
      by('GET', PREFLIGHT),
      /variables search parameter contains invalid JSON/,
      400,
      '?query={me{id}}&variables={',
    ],
    [
      'a mutation by GET',
      by('GET', PREFLIGHT),
      /GET requests only support query operations/,
      405,
      '?query=mutation{logout}',
    ],
    [
      'a type that cannot be answered in',
      json({ query: ME }, { accept: 'text/html' }),
      /'accept' header/,
      406,
    ],
    ['a form that is none', by('POST', { ...PREFLIGHT, 'content-type': 'multipart/form-data' }, 'x'), /./],
    ['too much', text('x'.repeat(300_000)), /too large/, 413],
    [
      'another charset',
      json({ query: ME }, { 'content-type': 'application/json; charset=gbk' }),
      /charset other than UTF-8/,
      415,
    ],
    ['a compressed body', json({ query: ME }, { 'content-encoding': 'gzip' }), /Content-Encoding/, 415],
  ])(
    'the mistake of a beginner is explained: %s',
    async (_what, request, message, status = 400, search = '') => {
      for (const language of ['zh', 'en']) {
        const headers = { ...(request.headers as Record<string, string>), 'accept-language': language };
        // What is sent as bytes has no type that fetch would add.
        const body = request.body ? Buffer.from(String(request.body)) : undefined;
        const answer = await send({ ...request, headers, body }, search);
        expect(answer).toMatchObject({ status, code: 'INVALID_INPUT' });
        expect(answer.body.errors[0].message).toMatch(message);
        expect(Object.values(ERRORS.INVALID_INPUT)).not.toContain(answer.body.errors[0].message);
      }
    },
  );

  test('a multipart request is read however its type is written', async () => {
    const written = new Response(multipart({ query: ME }));
    const type = (written.headers.get('content-type') ?? '').replace(
      'multipart/form-data',
      'Multipart/Form-Data',
    );
    const body = await written.bytes();
    const { status, body: answer } = await send({
      method: 'POST',
      headers: { ...PREFLIGHT, 'content-type': type },
      body,
    });
    expect([status, answer]).toEqual([200, { data: { me: null } }]);
  });

  test('a multipart request whose operations are too large is refused', async () => {
    const form = (bytes: number) => multipart({ query: `${ME} #${'x'.repeat(bytes)}` });
    const ask = (bytes: number) => send({ method: 'POST', headers: PREFLIGHT, body: form(bytes) });
    expect((await ask(LIMITS.body - 100)).status).toBe(200);
    const refused = await ask(LIMITS.body);
    expect(refused).toMatchObject({ status: 413, code: 'INVALID_INPUT' });
    expect(refused.body.errors[0].message).toContain('size limit');
  });

  test.each(['PUT', 'PATCH', 'DELETE'])('%s is refused with the methods that are allowed', async (method) => {
    for (const body of [undefined, '{"query":', JSON.stringify({ query: ME })]) {
      const { status, code, headers } = await send({ method, headers: JSON_TYPE, body });
      expect({ status, code, allow: headers.get('allow') }).toEqual({
        status: 405,
        code: 'INVALID_INPUT',
        allow: 'GET, POST',
      });
    }
  });
});

describe('requests that cannot be answered', () => {
  const RENAME = 'mutation ($bio: String) { updateProfile(input: { bio: $bio }) { id } }';
  const bio = async () => (await app.client.data('{ me { bio } }', {}, account.token)).me.bio;
  const unacceptable = [
    'text/html',
    '*/*;q=0',
    'application/json;q=0, */*;q=0',
    'application/xml',
    'image/*',
    'application/json; charset=gbk',
    'multipart/mixed',
  ];

  test.each(unacceptable)('a request that accepts only %s changes nothing', async (accept) => {
    const headers = { authorization: `Bearer ${account.token}`, accept };
    const request = { query: RENAME, variables: { bio: accept } };
    expect((await post(request, headers)).status).toBe(406);
    expect(
      (await send({ method: 'POST', headers: { ...headers, ...PREFLIGHT }, body: multipart(request) }))
        .status,
    ).toBe(406);
    expect(await bio()).toBeNull();
    const read = `?query=${encodeURIComponent('query Gone { me { id } }')}`;
    expect((await send({ headers: { ...headers, ...PREFLIGHT } }, read)).status).toBe(406);
  });

  test('a request that names no operation of its document changes nothing', async () => {
    const query = 'mutation A { updateProfile(input: { bio: "a" }) { id } } mutation B { logout }';
    const headers = { authorization: `Bearer ${account.token}` };
    for (const operationName of [undefined, 'C', ''])
      expect((await post({ query, operationName }, headers)).code).toBe('INVALID_QUERY');
    expect(await bio()).toBeNull();
  });

  test.each(['application/json', 'application/graphql-response+json', '*/*', 'text/html, */*;q=0.1'])(
    'a request that accepts %s is carried out',
    async (accept) => {
      const headers = { authorization: `Bearer ${account.token}`, accept };
      expect((await post({ query: RENAME, variables: { bio: accept } }, headers)).status).toBe(200);
      expect(await bio()).toBe(accept);
    },
  );
});
