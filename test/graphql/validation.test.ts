import type { RequestContext } from '../../src/context.js';
import { LIMITS } from '../../src/graphql/query-size.js';
import { createSchema } from '../../src/graphql/schema.js';
import { createGraphqlServer } from '../../src/graphql/server.js';
import { type LoneApp, startTestApp } from '../support/app.js';
import { postGraphql, times } from '../support/graphql-http.js';

/** What validating a query may cost, and what is told of one that is not valid. */

let app: LoneApp;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const codeOf = (query: string, variables: Record<string, unknown> = {}) => app.client.code(query, variables);

/** `[[[…]]]`, so many lists. */
const listsIn = (levels: number): unknown[] => (levels === 1 ? [] : [listsIn(levels - 1)]);

describe('the work of validation', () => {
  test('fields of one name are refused where validation would compare too many pairs', async () => {
    expect(await codeOf(`{ ${times(137, () => 'me { id }')} }`)).toBeUndefined();
    for (const query of [
      `{ ${times(138, () => 'me { id }')} }`,
      `{ ${times(990, () => 'me{id}')} }`,
      `{ ${times(560, () => 'users{nodes{id}}')} }`,
      `{ ${times(3990, () => '__typename')} }`,
      `{ ... { ${times(70, () => 'me { id }')} } ... { ${times(70, () => 'me { id }')} } }`,
      `{ hobbies { id } } query Other { ${times(138, () => 'me { id }')} }`,
      `{ hobbies { id } } fragment Unused on Query { ${times(138, () => 'me { id }')} }`,
      `{ me { nodes { ${times(600, () => 'id')} } } }`,
    ]) {
      expect(await codeOf(query)).toBe('QUERY_TOO_COMPLEX');
    }
  });

  test('arguments are refused where validation would compare too much of their text', async () => {
    const page = (names: number) =>
      `users(filter: { names: [${times(names, () => '"n"')}] }) { nodes { id } }`;
    expect(await codeOf(`{ ${times(60, () => page(1))} }`)).toBeUndefined();
    expect(await codeOf(`{ ${times(60, () => page(30))} }`)).toBe('QUERY_TOO_COMPLEX');
    // Each of the others is compared with the long one, wherever that stands.
    const others = times(60, () => 'users { nodes { id } }');
    expect(await codeOf(`{ ${page(1000)} ${others} }`)).toBe('QUERY_TOO_COMPLEX');
    expect(await codeOf(`{ ${others} ${page(1000)} }`)).toBe('QUERY_TOO_COMPLEX');
  });

  test('fragments are refused where validation would compare too many pairs', async () => {
    const fragments = (count: number) =>
      `{ me { ${times(count, (index) => `...F${index}`)} } } ${times(count, (index) => `fragment F${index} on User { id }`)}`;
    expect(await codeOf(fragments(98))).toBeUndefined();
    expect(await codeOf(fragments(99))).toBe('QUERY_TOO_COMPLEX');
    expect(await codeOf(`{ me { ${times(200, () => '...F')} } } fragment F on User { id }`)).toBeUndefined();
  });

  test("an operation of the gateway's own is not measured before validation", async () => {
    const fields = times(200, () => 'me { id }');
    const contextValue = {
      client: { door: 'anlife', locale: 'zh' },
      viewer: null,
    } as unknown as RequestContext;
    const schema = createSchema(app.services);
    const { apollo } = await createGraphqlServer(schema, app.config, app.http.log);
    const { body } = await apollo.executeOperation({ query: `{ ${fields} }` }, { contextValue });
    expect(body).toMatchObject({ kind: 'single', singleResult: { data: { me: null } } });
    await apollo.stop();
  });
});

describe('errors of an invalid query', () => {
  const told = async (query: string, variables: Record<string, unknown> = {}) =>
    (await app.client.graphql(query, variables)).errors ?? [];

  test('a query with many errors is answered with the first ten', async () => {
    expect(await told(`{ ${times(10, (index) => `u${index}`)} }`)).toHaveLength(10);
    const many = await told(`{ ${times(30, (index) => `u${index}`)} }`);
    expect(many).toHaveLength(LIMITS.errors + 1);
    expect(many.at(-1)?.message).toContain('Too many validation errors');
    const query = 'query ($ids: [ID!]) { users(filter: { ids: $ids }) { nodes { id } } }';
    expect(await told(query, { ids: Array(30).fill([]) })).toHaveLength(LIMITS.errors + 1);
  });

  test('an error with many locations is answered with the first ten', async () => {
    const [error] = await told(`{ users(${times(100, () => 'first: 1')}) { nodes { id } } }`);
    expect(error).toMatchObject({ extensions: { code: 'INVALID_QUERY' } });
    expect(error?.locations).toHaveLength(10);
    expect(error?.locations?.[1]).toEqual({ line: 1, column: 18 });
  });

  test('a message that quotes a long name keeps both ends of it', async () => {
    const [error] = await told(`{ ${'x'.repeat(50_000)} }`);
    expect(error?.message).toMatch(/^Cannot query field "x{400,500} … x{400,500}" on type "Query"\.$/);
  });

  test('an error keeps its line and column, however far down the document', async () => {
    const lines = '\n'.repeat(1000);
    expect((await told(`${lines}{ me { id }\n  unknown }`))[0]?.locations).toEqual([
      { line: 1002, column: 3 },
    ]);
    expect((await told(`${lines}{ a: me { id }\n sessions { id } }`))[0]?.locations).toEqual([
      { line: 1002, column: 2 },
    ]);
    expect((await told(`${lines}{ me { id } } }`))[0]?.locations).toEqual([{ line: 1001, column: 15 }]);
  });
});

describe('queries made to hang a server', () => {
  /** Fragments that each spread the next one twice: the last one stands 2^levels times in the answer. */
  const doubling = (levels: number, leaf: string) =>
    times(levels, (index) => `fragment F${index} on Query { ...F${index + 1} ...F${index + 1} }`) +
    ` fragment F${levels} on Query { ${leaf} }`;

  test.each([[20], [22], [60]])('fragments that double %i times are refused', async (levels) => {
    for (const leaf of ['__typename', 'me { id }'])
      expect(await codeOf(`{ ...F0 } ${doubling(levels, leaf)}`)).toBe('QUERY_TOO_COMPLEX');
  });

  test('fragments that double a few times are answered', async () => {
    expect(await codeOf(`{ ...F0 } ${doubling(6, 'me { id }')}`)).toBeUndefined();
  });

  test.each([
    [
      'fragments in a circle',
      '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }',
      'INVALID_QUERY',
    ],
    ['a fragment in itself', '{ me { ...A } } fragment A on User { id ...A }', 'INVALID_QUERY'],
    ['a thousand unknown fields', `{ ${times(1000, (index) => `unknown${index}`)} }`, 'INVALID_QUERY'],
    ['a very long name', `{ ${'x'.repeat(100_000)} }`, 'INVALID_QUERY'],
    ['two thousand unknown directives', `{ me { id ${times(1900, () => '@x')} } }`, 'INVALID_QUERY'],
    [
      'fields that conflict',
      `{ ${times(300, (index) => `me { id: name ... on User { id${index % 7}: id } }`)} }`,
      'INVALID_QUERY',
    ],
    [
      'fields whose arguments conflict',
      `{ ${times(5, (copy) => `me { ${times(100, (index) => `u${index}(a: ${copy})`)} }`)} }`,
      'INVALID_QUERY',
    ],
    [
      'types in types',
      `query (${times(300, (index) => `$v${index}: [[[[Int]]]]`)}) { me { id } }`,
      'INVALID_QUERY',
    ],
    ['the same field thousands of times', `{ ${times(3990, () => '__typename')} }`, 'QUERY_TOO_COMPLEX'],
    [
      'a few large arguments',
      `{ ${times(30, () => `user(id: "${'x'.repeat(2000)}") { id }`)} }`,
      'QUERY_TOO_COMPLEX',
    ],
  ])('a query with %s is refused', async (_, query, code) => {
    expect(await codeOf(query)).toBe(code);
  });

  // Which of the two gives up first, the parser or its limit of tokens, is a matter of how warm its code is.
  test.each([
    ['two thousand levels', `{ ${'me { '.repeat(1900)} id ${'}'.repeat(1900)} }`],
    [
      'a list in two thousand lists',
      `{ users(filter: { names: ${'['.repeat(1900)}${']'.repeat(1900)} }) { nodes { id } } }`,
    ],
    ['levels without end', '{a'.repeat(5000)],
    ['brackets without end', '{'.repeat(3000)],
  ])('a query with %s is refused without overflowing the stack', async (_, query) => {
    const { status, errors } = await app.client.graphql(query);
    expect(status).toBe(200);
    expect(errors?.[0]?.extensions.code).toMatch(/^(QUERY_TOO_COMPLEX|INVALID_QUERY)$/);
    expect(errors?.[0]?.message).not.toMatch(/call stack/);
  });

  test('variables nested too deeply are refused', async () => {
    const query = 'query ($name: String) { user(name: $name) { id } }';
    expect(await codeOf(query, { name: 'x', unused: listsIn(LIMITS.nesting) })).toBeUndefined();
    expect(await codeOf(query, { name: 'x', unused: listsIn(LIMITS.nesting + 1) })).toBe('INVALID_INPUT');
    const deepest = `{"query":"${query}","variables":{"unused":${'['.repeat(50_000)}${']'.repeat(50_000)}}}`;
    expect((await postGraphql(app.url, deepest)).code).toBe('INVALID_INPUT');
  });

  test('variables with too many values are refused', async () => {
    const query = 'query ($name: String) { user(name: $name) { id } }';
    // The variables themselves, the name and the list are three.
    const most = LIMITS.values - 3;
    expect(await codeOf(query, { name: 'x', unused: Array(most).fill(1) })).toBeUndefined();
    expect(await codeOf(query, { name: 'x', unused: Array(most + 1).fill(1) })).toBe('INVALID_INPUT');
  });

  test('the gateway still answers after the queries made to hang it', async () => {
    expect(await codeOf('{ me { id } }')).toBeUndefined();
  });
});
