import { getIntrospectionQuery } from 'graphql';
import { isErrorCode } from '../../src/errors/app-error.js';
import { LIMITS } from '../../src/graphql/query-size.js';
import { startTestApp } from '../support/app.js';
import { type Account, PASSWORD } from '../support/client.js';

type App = Awaited<ReturnType<typeof startTestApp>>;
let app: App;
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

/** The code, and that it did not take long to find. */
async function refusedFast(query: string, variables: Record<string, unknown> = {}) {
  const start = performance.now();
  const code = await codeOf(query, variables);
  expect(performance.now() - start).toBeLessThan(2000);
  return code;
}

const times = (count: number, make: (index: number) => string, separator = ' ') =>
  Array.from({ length: count }, (_, index) => make(index)).join(separator);
/** `{ a { a { … } } }`, so many levels of fields. */
const nested = (fields: readonly string[]): string =>
  fields.reduceRight((inside, field) => (inside ? `${field} { ${inside} }` : field), '');

describe('what a query may ask for', () => {
  test('aliases', async () => {
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

  test('depth that the parser itself cannot follow', async () => {
    const { status, errors } = await app.client.graphql('{a'.repeat(5000));
    expect(status).toBe(400);
    // Which of the two gives up first, the parser or its limit of tokens, is a matter of how warm its code is.
    expect(errors?.[0]?.extensions.code).toMatch(/^(QUERY_TOO_COMPLEX|INVALID_QUERY)$/);
    expect(errors?.[0]?.message).not.toMatch(/call stack/);
  });

  test('fields', async () => {
    expect(await codeOf(`{ me { ${times(LIMITS.fields - 1, () => 'id')} } }`)).toBeUndefined();
    expect(await codeOf(`{ me { ${times(LIMITS.fields, () => 'id')} } }`)).toBe('QUERY_TOO_COMPLEX');
    expect(await codeOf(`{ me { ...F ...F } } fragment F on User { ${times(250, () => 'id')} }`)).toBe(
      'QUERY_TOO_COMPLEX',
    );
  });

  test('depth', async () => {
    const levels = ['rank', 'entries', 'user', 'community', 'city', 'province'];
    expect(await codeOf(`{ ${nested(levels)} }`)).toBeUndefined();
    // Nothing in the schema goes round in circles, so only fragments and wrong fields could be deeper.
    expect(await codeOf(`{ ${nested(Array(500).fill('me'))} }`)).toBe('INVALID_QUERY');
  });

  test('cost: what is asked for of each in a list counts for each', async () => {
    const page = (alias: string, first: string) =>
      `${alias}: users(first: ${first}) { nodes { ${times(40, () => 'id')} } }`;
    expect(await codeOf(`{ ${page('a', '100')} }`)).toBeUndefined();
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
  });

  test('what lists really give is no more than they cost', async () => {
    for (const query of [
      '{ users(first: 2147483647) { edges { cursor node { id name avatarUrl hobbies { name } } } pageInfo { endCursor } } }',
      '{ rank(first: 1000) { entries { position amount user { id name nickname avatarUrl } } mine { position } computedAt } }',
      '{ userIds(cityId: "510100", first: 10000) { ids hasNextPage endCursor } }',
      '{ communities(cityId: "510100", first: 100) { nodes { id name city { id name province } } } }',
    ]) {
      expect(await codeOf(query)).toBeUndefined();
    }
  });

  test('mutations: ten at a time, however they are written', async () => {
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

  test('tokens', async () => {
    expect(await codeOf(`{ ${times(LIMITS.tokens, () => '__typename')} }`)).toBe('INVALID_QUERY');
    expect(await codeOf(`{ me { id } } ${'#'.repeat(100_000)}`)).toBeUndefined();
  });

  test('the schema itself, once or a few times', async () => {
    expect(
      await codeOf(getIntrospectionQuery({ specifiedByUrl: true, inputValueDeprecation: true, oneOf: true })),
    ).toBeUndefined();
    expect(
      await codeOf('{ __schema { queryType { name } } __type(name: "User") { name } me { id } }'),
    ).toBeUndefined();
    const types = (index: number) => `t${index}: __schema { types { name fields { name } } }`;
    expect(await refusedFast(`{ ${times(30, types)} }`)).toBe('QUERY_TOO_COMPLEX');
  });
});

describe('what is made to hang a server is refused fast', () => {
  /** Fragments that each spread the next one twice: the last one stands 2^levels times in the answer. */
  const doubling = (levels: number, leaf: string) =>
    times(levels, (index) => `fragment F${index} on Query { ...F${index + 1} ...F${index + 1} }`) +
    ` fragment F${levels} on Query { ${leaf} }`;

  test.each([[20], [22], [60]])('fragments that double %i times', async (levels) => {
    for (const leaf of ['__typename', 'me { id }']) {
      expect(['INVALID_QUERY', 'QUERY_TOO_COMPLEX']).toContain(
        await refusedFast(`{ ...F0 } ${doubling(levels, leaf)}`),
      );
    }
  });

  test('but fragments that double a few times are fine', async () => {
    expect(await codeOf(`{ ...F0 } ${doubling(6, 'me { id }')}`)).toBeUndefined();
  });

  test.each([
    ['fragments in a circle', '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }'],
    ['a fragment in itself', '{ me { ...A } } fragment A on User { id ...A }'],
    ['a thousand unknown fields', `{ ${times(1000, (index) => `unknown${index}`)} }`],
    ['a very long name', `{ ${'x'.repeat(500_000)} }`],
    ['two thousand unknown directives', `{ me { id ${times(1900, () => '@x')} } }`],
    ['two thousand levels', `{ ${'me { '.repeat(1900)} id ${'}'.repeat(1900)} }`],
    [
      'a list in two thousand lists',
      `{ users(filter: { names: ${'['.repeat(1900)}${']'.repeat(1900)} }) { nodes { id } } }`,
    ],
    [
      'fields that conflict',
      `{ ${times(300, (index) => `me { id: name ... on User { id${index % 7}: id } }`)} }`,
    ],
    ['brackets without end', '{'.repeat(3000)],
    ['types in types', `query (${times(300, (index) => `$v${index}: [[[[Int]]]]`)}) { me { id } }`],
  ])('%s', async (_, query) => {
    expect(['INVALID_QUERY', 'INVALID_INPUT', 'QUERY_TOO_COMPLEX']).toContain(await refusedFast(query));
  });

  test('the same field thousands of times', async () => {
    await refusedFast(`{ ${times(3990, () => '__typename')} }`);
    await refusedFast(`{ ${times(390, () => `user(id: "${'x'.repeat(2000)}") { id }`)} }`);
  });

  test('variables that are nested deeply', async () => {
    const body = `{"query":"query ($filter: UserFilter) { users(filter: $filter) { nodes { id } } }","variables":{"filter":${'['.repeat(200_000)}${']'.repeat(200_000)}}}`;
    const start = performance.now();
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
    expect(errors[0]?.extensions.code).toBe('INVALID_INPUT');
    expect(performance.now() - start).toBeLessThan(2000);
  });

  test('and the gateway goes on', async () => {
    expect(await codeOf('{ me { id } }')).toBeUndefined();
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

  test('the same in the text of the query is invalid', async () => {
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

  test('just within the limit are fine', async () => {
    expect(await codeOf(find, { name: 'x'.repeat(LIMITS.string) })).toBeUndefined();
    expect(await codeOf(find, { name: '😀é\u200b\u2028' })).toBeUndefined();
  });

  test('of the request that are no input go to no database', async () => {
    const headers = { 'user-agent': 'x'.repeat(8000), 'accept-language': '\u00ff', 'x-request-id': 'a b' };
    const query = 'mutation ($input: LoginInput!) { login(input: $input) { token } }';
    const input = { account: account.phone, password: PASSWORD };
    expect((await app.client.graphql(query, { input }, { headers })).errors).toBeUndefined();
  });
});
