import { getIntrospectionQuery } from 'graphql';
import { isErrorCode } from '../../src/errors/app-error.js';
import { LIMITS } from '../../src/graphql/query-size.js';
import { type LoneApp, startTestApp } from '../support/app.js';
import { type Account, PASSWORD } from '../support/client.js';
import { postGraphql, times } from '../support/graphql-http.js';

let app: LoneApp;
let account: Account;

beforeAll(async () => {
  app = await startTestApp();
  account = await app.client.register();
});
afterAll(() => app.close());

/** The code of what came of a query; it must be a known one. */
async function codeOf(query: string, variables: Record<string, unknown> = {}) {
  const code = await app.client.code(query, variables, account.token);
  if (code) expect(isErrorCode(code)).toBe(true);
  return code;
}

/** `{ a { a { … } } }`, so many levels of fields. */
const nested = (fields: readonly string[]): string =>
  fields.reduceRight((inside, field) => (inside ? `${field} { ${inside} }` : field), '');

describe('limits of a query', () => {
  test('a query may have so many aliases, counted through fragments', async () => {
    expect(await codeOf(`{ ${times(LIMITS.aliases, (index) => `a${index}: me { id }`)} }`)).toBeUndefined();
    expect(await codeOf(`{ ${times(LIMITS.aliases + 1, (index) => `a${index}: me { id }`)} }`)).toBe(
      'QUERY_TOO_COMPLEX',
    );
    expect(await codeOf(`{ ${times(LIMITS.aliases + 1, (index) => `a${index}: __typename`)} }`)).toBe(
      'QUERY_TOO_COMPLEX',
    );
    const spread = `fragment F on Query { ${times(16, (index) => `a${index}: me { id }`)} }`;
    expect(await codeOf(`{ ...F } ${spread}`)).toBeUndefined();
    expect(
      await codeOf(
        `{ ...F ...G } ${spread} fragment G on Query { ${times(16, (index) => `b${index}: me { id }`)} }`,
      ),
    ).toBe('QUERY_TOO_COMPLEX');
  });

  test('a query may have so many fields, counted through fragments', async () => {
    expect(await codeOf(`{ me { ${times(LIMITS.fields - 1, () => 'id')} } }`)).toBeUndefined();
    expect(await codeOf(`{ me { ${times(LIMITS.fields, () => 'id')} } }`)).toBe('QUERY_TOO_COMPLEX');
    expect(await codeOf(`{ me { ...F ...F } } fragment F on User { ${times(250, () => 'id')} }`)).toBe(
      'QUERY_TOO_COMPLEX',
    );
  });

  test('a query may be so many levels deep', async () => {
    const levels = ['rank', 'entries', 'user', 'community', 'city', 'province'];
    expect(await codeOf(`{ ${nested(levels)} }`)).toBeUndefined();
    // A circle of the schema.
    const circle = (depth: number) => [
      'me',
      ...Array.from({ length: depth - 2 }, (_, index) => (index % 2 ? 'user' : 'verification')),
    ];
    expect(await codeOf(`{ ${nested([...circle(LIMITS.depth), 'createdAt'])} }`)).toBeUndefined();
    expect(await codeOf(`{ ${nested([...circle(LIMITS.depth + 1), 'createdAt'])} }`)).toBe(
      'QUERY_TOO_COMPLEX',
    );
    expect(await codeOf(`{ ${nested(Array(500).fill('me'))} }`)).toBe('INVALID_QUERY');
  });

  test('a list costs what is asked of each item, times the length asked for', async () => {
    const page = (alias: string, first: string, fields = 40) =>
      `${alias}: users(first: ${first}) { nodes { ${times(fields, () => 'id')} } }`;
    // The field and its list, and a hundred of each.
    const most = Math.floor((LIMITS.cost - 2) / 100);
    expect(await codeOf(`{ ${page('a', '100', most)} }`)).toBeUndefined();
    expect(await codeOf(`{ ${page('a', '100', most + 1)} }`)).toBe('QUERY_TOO_COMPLEX');
    const six = (first: string) => times(6, (index) => page(`a${index}`, first));
    expect(await codeOf(`{ ${six('1')} }`)).toBeUndefined();
    expect(await codeOf(`{ ${six('100')} }`)).toBe('QUERY_TOO_COMPLEX');
    expect(await codeOf(`query ($first: Int) { ${six('$first')} }`, { first: 100 })).toBe(
      'QUERY_TOO_COMPLEX',
    );
    expect(await codeOf(`query ($first: Int = 100) { ${six('$first')} }`)).toBe('QUERY_TOO_COMPLEX');
    expect(await codeOf(`query ($first: Int = 100) { ${six('$first')} }`, { first: 1 })).toBeUndefined();
    const hobbies = `users(first: 100) { edges { node { ${times(12, (index) => `h${index}: hobbies { name }`)} } } }`;
    expect(await codeOf(`{ ${hobbies} }`)).toBe('QUERY_TOO_COMPLEX');
    expect(await codeOf('{ users(first: 100) { nodes { id hobbies { id name } } } }')).toBeUndefined();
  });

  test('a list without a length costs as much as its longest', async () => {
    const ranks = (first: string) =>
      times(
        6,
        (index) =>
          `r${index}: rank${first} { entries { position amount user { ${times(10, () => 'id')} } } }`,
      );
    expect(await codeOf(`{ ${ranks('(first: 5)')} }`)).toBeUndefined();
    for (const first of ['', '(first: 100)', '(first: null)'])
      expect(await codeOf(`{ ${ranks(first)} }`)).toBe('QUERY_TOO_COMPLEX');
    const cities = (count: number) => times(count, (index) => `c${index}: cities { id name province }`);
    expect(await codeOf(`{ ${cities(6)} }`)).toBeUndefined();
    expect(await codeOf(`{ ${cities(7)} }`)).toBe('QUERY_TOO_COMPLEX');
    const photos = (count: number) =>
      times(count, (index) => `p${index}: defaultPhotos { id url hash node }`);
    expect(await codeOf(`{ ${photos(2)} }`)).toBeUndefined();
    expect(await codeOf(`{ ${photos(20)} }`)).toBe('QUERY_TOO_COMPLEX');
  });

  test('a query that lists may cost is one that lists can be answered with', async () => {
    for (const query of [
      '{ users(first: 2147483647) { edges { cursor node { id name avatarUrl hobbies { name } } } pageInfo { endCursor } } }',
      '{ rank(first: 1000) { entries { position amount user { id name nickname avatarUrl } } mine { position } computedAt } }',
      '{ userIds(cityId: "510100", first: 10000) { ids hasNextPage endCursor } }',
      '{ communities(cityId: "510100", first: 100) { nodes { id name city { id name province } } } }',
    ]) {
      expect(await codeOf(query)).toBeUndefined();
    }
  });

  test('expensive fields have a cost of their own', async () => {
    const allowed = async (operation: string, field: (index: number) => string, most: number) => {
      expect(await codeOf(`${operation} { ${times(most, field)} }`)).toBeUndefined();
      expect(await codeOf(`${operation} { ${times(most + 1, field)} }`)).toBe('QUERY_TOO_COMPLEX');
    };
    await allowed('mutation', (index) => `c${index}: createCaptcha { id }`, 2);
    await allowed('query', (index) => `l${index}: loginStatus(account: "x") { failures }`, 9);
    await allowed('query', (index) => `n${index}: nameAvailability(name: "x")`, 9);
    await allowed('query', (index) => `p${index}: phoneAvailability(phone: "x")`, 9);
    await allowed('query', (index) => `r${index}: rank(first: 1) { computedAt }`, 9);
    await allowed('query', (index) => `u${index}: usersByPhones(phones: []) { phone }`, 8);
    await allowed('query', (index) => `i${index}: userIds(cityId: "1", first: 10000) { ids }`, 3);
  });

  test('lists without pages are cut at their longest', async () => {
    const em = app.infrastructure.database.fork();
    await em.execute(`insert into hobbies (name) select 'hobby ' || n from generate_series(1, 300) n`);
    await em.execute(
      `insert into images (id, key, mime, size, width, height, hash, created_at)
       select md5(n::text), md5(n::text), 'image/png', 1, 1, 1, '', now() from generate_series(1, 150) n`,
    );
    await em.execute(
      `insert into default_photos (image_id, position) select md5(n::text), n from generate_series(1, 150) n`,
    );
    await em.execute(
      `insert into sessions (user_id, token_hash, device_type, ip, source, expires_at)
       select ?, md5(n::text), 0, '127.0.0.1', '127.0.0.1', now() + interval '1 day' from generate_series(1, 150) n`,
      [account.id],
    );
    const query = '{ hobbies { id } defaultPhotos { id } sessions { id } }';
    const { hobbies, defaultPhotos, sessions } = await app.client.data(query, {}, account.token);
    expect([hobbies.length, defaultPhotos.length, sessions.length]).toEqual([200, 100, 100]);
  });

  test('a request may have ten mutations, however they are written', async () => {
    const logout = (index: number) => `m${index}: logout`;
    const anonymous = (query: string) => app.client.code(query);
    expect(await anonymous(`mutation { ${times(10, logout)} }`)).toBeUndefined();
    for (const query of [
      `mutation { ${times(11, logout)} }`,
      `mutation { ...F } fragment F on Mutation { ${times(11, logout)} }`,
      `mutation { ${times(11, (index) => `... { ${logout(index)} }`)} }`,
    ]) {
      expect(await anonymous(query)).toBe('QUERY_TOO_COMPLEX');
    }
    const before = app.services.hasher.evaluations;
    const login = (index: number) =>
      `l${index}: login(input: { account: "nobody", password: "${PASSWORD}" }) { token }`;
    expect(await codeOf(`mutation { ${times(30, login)} }`)).toBe('QUERY_TOO_COMPLEX');
    expect(app.services.hasher.evaluations).toBe(before);
  });

  test('a document may have so many tokens', async () => {
    const ids = (count: number) =>
      `{ users(filter: { ids: [${times(count, () => '1')}] }) { nodes { id } } }`;
    const around = 19;
    expect(await codeOf(ids(LIMITS.tokens - around))).toBe('INVALID_INPUT');
    const { errors } = await app.client.graphql(ids(LIMITS.tokens - around + 1));
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining(`${LIMITS.tokens} tokens`),
      extensions: { code: 'INVALID_QUERY' },
    });
  });

  test('a request body may have so many bytes', async () => {
    const ask = (bytes: number) => {
      const [head, tail] = ['{"query":"{ me { id } } #', '"}'];
      return postGraphql(app.url, `${head}${'x'.repeat(bytes - head.length - tail.length)}${tail}`);
    };
    expect((await ask(LIMITS.body)).status).toBe(200);
    expect((await ask(LIMITS.body + 1)).status).toBe(413);
  });

  test('spread fragments are counted wherever they are spread', async () => {
    // Unknown fields say that the query came as far as validation.
    const fragment = `fragment F on User { ${times(100, (index) => `u${index}`)} }`;
    const places = (count: number) => `{ ${times(count, (index) => `p${index}: me { ...F }`)} } ${fragment}`;
    const most = Math.floor((LIMITS.selections - 100) / 102);
    expect(await codeOf(places(most))).toBe('INVALID_QUERY');
    expect(await codeOf(places(most + 1))).toBe('QUERY_TOO_COMPLEX');
  });

  test('a document may have so many operations and fragments', async () => {
    const operations = (count: number) => times(count, (index) => `query Q${index} { me { id } }`);
    const ask = (count: number) => codeOf(operations(count));
    // Of several operations none was named.
    expect(await ask(LIMITS.definitions)).toBe('INVALID_QUERY');
    expect(await ask(LIMITS.definitions + 1)).toBe('QUERY_TOO_COMPLEX');
  });

  test('a request may introspect the schema once or a few times', async () => {
    expect(
      await codeOf(getIntrospectionQuery({ specifiedByUrl: true, inputValueDeprecation: true, oneOf: true })),
    ).toBeUndefined();
    expect(
      await codeOf('{ __schema { queryType { name } } __type(name: "User") { name } me { id } }'),
    ).toBeUndefined();
    const types = (index: number) => `t${index}: __schema { types { name fields { name } } }`;
    expect(await codeOf(`{ ${types(0)} }`)).toBeUndefined();
    expect(await codeOf(`{ ${times(2, types)} }`)).toBe('QUERY_TOO_COMPLEX');
    const type = (index: number) => `t${index}: __type(name: "User") { name }`;
    expect(await codeOf(`{ ${times(26, type)} }`)).toBeUndefined();
    expect(await codeOf(`{ ${times(27, type)} }`)).toBe('QUERY_TOO_COMPLEX');
    const root = (index: number) => `r${index}: __schema { queryType { name } }`;
    expect(await codeOf(`{ ${times(26, root)} }`)).toBeUndefined();
    expect(await codeOf(`{ ${times(27, root)} }`)).toBe('QUERY_TOO_COMPLEX');
  });
});

describe('texts', () => {
  const find = 'query ($name: String) { user(name: $name) { id } }';
  const bad: [string, string][] = [
    ['NUL', 'a\u0000b'],
    ['half a surrogate pair', 'a\ud800b'],
    ['the other half', 'a\udc00'],
    ['too long a text', 'x'.repeat(LIMITS.string + 1)],
  ];

  test.each(bad)('%s in a variable is invalid, wherever it stands', async (_, text) => {
    expect(await codeOf(find, { name: text })).toBe('INVALID_INPUT');
    const filter = 'query ($filter: UserFilter) { users(filter: $filter) { nodes { id } } }';
    expect(await codeOf(filter, { filter: { names: ['fine', text] } })).toBe('INVALID_INPUT');
    expect(await codeOf(filter, { filter: { [text]: 1 } })).toBe('INVALID_INPUT');
    expect(await codeOf(find, { name: 'x', unused: { deep: [text] } })).toBe('INVALID_INPUT');
  });

  test('a text that is invalid in a variable is invalid in the document as well', async () => {
    expect(await codeOf('{ user(name: "a\\u0000b") { id } }')).toBe('INVALID_INPUT');
    expect(await codeOf('query ($name: String = "a\\u0000b") { user(name: $name) { id } }')).toBe(
      'INVALID_INPUT',
    );
    expect(await codeOf('{ users(filter: { names: ["x", """\u0000"""] }) { nodes { id } } }')).toMatch(
      /^INVALID_/,
    );
    expect(await codeOf('{ user(name: "a\\ud800b") { id } }')).toMatch(/^INVALID_/);
    expect(await codeOf(`{ user(name: "${'x'.repeat(LIMITS.string + 1)}") { id } }`)).toBe('INVALID_INPUT');
    expect(await codeOf(`{ user(name: "a\ud800b") { id } }`)).toMatch(/^INVALID_/);
  });

  test('texts just within the limit are accepted', async () => {
    expect(await codeOf(find, { name: 'x'.repeat(LIMITS.string) })).toBeUndefined();
    expect(await codeOf(find, { name: '😀é\u200b\u2028' })).toBeUndefined();
  });

  test('headers that are no valid text reach no database', async () => {
    const headers = { 'user-agent': 'x'.repeat(8000), 'accept-language': '\u00ff', 'x-request-id': 'a b' };
    const query = 'mutation ($input: LoginInput!) { login(input: $input) { token } }';
    const input = { account: account.phone, password: PASSWORD };
    expect((await app.client.graphql(query, { input }, { headers })).errors).toBeUndefined();
  });
});
