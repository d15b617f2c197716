import 'reflect-metadata';
import type { FastifyBaseLogger } from 'fastify';
import { buildSchema, type GraphQLSchema, isObjectType } from 'graphql';
import type { RequestContext } from '../../src/context.js';
import { AppError } from '../../src/errors/app-error.js';
import type { Answer } from '../../src/graphql/executor.js';
import { createGraphqlServer, type GraphqlServer } from '../../src/graphql/server.js';

/** A query that comes often is compiled. Its failures read as before, and it runs once. */

const schema: GraphQLSchema = buildSchema(`
  type Query { item: Item  sure: Item!  items: [Item]  sureItems: [Item!]  allSure: [Item!]! }
  type Item {
    id: ID  refused(why: String! = "x"): String  gone: String  broken: String  empty: String!  wrong: Int  sureRefused: String!
    late(turns: Int!): String  sureLate(turns: Int!): String!
    inner: Item  sureInner: Item!  inners: [Item!]
  }
`);

/** The places in the answer that resolvers were called for. */
const calls: string[] = [];
const ITEM = { id: '1', wrong: 'x' };
const later = async (turns: number): Promise<never> => {
  for (let turn = 0; turn < turns; turn++) await Promise.resolve();
  throw new AppError('INVALID_INPUT', { field: String(turns) });
};
interface Place {
  prev?: Place | undefined;
  key: string | number;
}
const placeOf = ({ prev, key }: Place): string => `${prev ? placeOf(prev) : ''}/${key}`;

const RESOLVERS: Record<string, Record<string, (root: unknown, args: Record<string, unknown>) => unknown>> = {
  Query: {
    item: () => ITEM,
    sure: async () => ITEM,
    items: () => [ITEM, ITEM, null],
    sureItems: async () => [ITEM, ITEM],
    allSure: () => [ITEM, ITEM],
  },
  Item: {
    refused: () => {
      throw new AppError('NOT_FOUND', { field: 'id' });
    },
    sureRefused: async () => {
      throw new AppError('FORBIDDEN');
    },
    gone: async () => {
      throw Object.assign(new Error('gone'), { code: 'ECONNREFUSED' });
    },
    broken: async () => {
      throw new TypeError('broken');
    },
    empty: () => null,
    late: (_root, { turns }) => later(Number(turns)),
    sureLate: (_root, { turns }) => later(Number(turns)),
    inner: () => ITEM,
    sureInner: async () => ITEM,
    inners: () => [ITEM, ITEM],
  },
};
for (const type of Object.values(schema.getTypeMap())) {
  if (!isObjectType(type)) continue;
  for (const field of Object.values(type.getFields())) {
    const resolve = RESOLVERS[type.name]?.[field.name];
    if (resolve)
      field.resolve = (root, args, _ctx, { path }) => {
        calls.push(placeOf(path));
        return resolve(root, args);
      };
  }
}

const logged: object[] = [];
const log = {
  error: (details: object) => logged.push(details),
  warn: (details: object) => logged.push(details),
  info: () => undefined,
} as unknown as FastifyBaseLogger;
// The limits are not what is tested here: an own operation of a dialect has none.
const ctx = { requestId: 'r1', client: { door: 'anlife', locale: 'en' } } as unknown as RequestContext;

let server: GraphqlServer;
let byApollo: jest.SpiedFunction<GraphqlServer['apollo']['executeOperation']>;

beforeAll(async () => {
  server = await createGraphqlServer(schema, { PLAYGROUND: true }, log);
  byApollo = jest.spyOn(server.apollo, 'executeOperation');
});
afterAll(() => server.apollo.stop());

/** The answer word for word, with what it took and what the operator was told. */
async function run(query: string, variables = {}) {
  calls.length = 0;
  logged.length = 0;
  byApollo.mockClear();
  const { errors, data, http }: Answer = await server.execute({ query, variables }, ctx);
  const head = { status: http?.status, headers: Object.fromEntries(http?.headers ?? []) };
  const operator = logged.map((details) => JSON.stringify({ ...details, err: undefined }));
  return {
    answer: JSON.stringify({ errors, data, head }),
    calls: [...calls],
    operator,
    compiled: byApollo.mock.calls.length === 0,
  };
}

test.each<[string, string, Record<string, unknown>?]>([
  ['a failed field', '{ item { id refused } }'],
  [
    'several, in the order of the query',
    '{ item { late(turns: 9) a: late(turns: 1) refused late2: late(turns: 4) } }',
  ],
  ['a failure in each of a list', '{ items { refused id } sureItems { broken id } }'],
  ['a value of the wrong type', '{ items { wrong } sureItems { id wrong } }'],
  ['a null that may not be', '{ item { id empty } items { empty } }'],
  ['a list that is null for one of its items', '{ sureItems { id sureRefused } item { id } }'],
  ['an answer that is null for one of its fields', '{ item { id } sure { id sureRefused } }'],
  ['two reasons for one null', '{ item { sureRefused empty } }'],
  [
    'a failure below what is null for another',
    '{ item { refused sureLate(turns: 5) inner { gone sureInner { empty } } } }',
  ],
  [
    'nulls inside each other',
    '{ item { sureInner { inner { empty } inners { sureInner { sureRefused } } } } }',
  ],
  [
    'an answer that is null, and failures beside',
    '{ item { late(turns: 20) refused } sure { sureInner { empty } } }',
  ],
  [
    'fragments and aliases',
    '{ x: item { ...F } y: item { ...F } } fragment F on Item { z: refused ... on Item { sureInner { empty } } }',
  ],
  ['what passes, with when to come again', '{ item { gone refused } }'],
  [
    'null for an argument that has a default',
    'query ($why: String = "y") { item { id refused(why: $why) } }',
    { why: null },
  ],
  ['a defect', '{ items { broken } }'],
])('%s is told the same once the query is compiled, and runs once', async (_what, query, variables = {}) => {
  const first = await run(query, variables);
  expect(first).toMatchObject({ compiled: false, answer: expect.stringContaining('"errors":[') });
  const later = [
    await run(query, variables),
    await run(query, variables),
    await run(query, variables),
    await run(query, variables),
  ];
  expect(later.map(({ compiled }) => compiled)).toEqual([false, false, true, true]);
  for (const { answer, operator, calls: places } of later) {
    expect(answer).toBe(first.answer);
    expect(operator.sort()).toEqual(first.operator.sort());
    expect(places).toEqual([...new Set(places)]);
  }
});

test('errors come in the order of the query, whichever came first', async () => {
  const query = '{ a: item { late(turns: 9) refused } b: items { late(turns: 3) } }';
  const { errors } = await server.execute({ query }, ctx);
  expect(errors?.map(({ path }) => path?.join('.'))).toEqual(['a.late', 'a.refused', 'b.0.late', 'b.1.late']);
});

test('of two failures, the one below what is null for the other is not told', async () => {
  const { errors, data } = await server.execute({ query: '{ item { refused sureInner { empty } } }' }, ctx);
  expect(data).toEqual({ item: null });
  expect(errors?.map(({ path }) => path)).toEqual([['item', 'sureInner', 'empty']]);
});

test('a defect whose error is hidden by another one is logged', async () => {
  const query = '{ item { broken sureRefused } }';
  for (const compiled of [false, false, false, true]) {
    const told = await run(query);
    expect(told).toMatchObject({ compiled, operator: [expect.stringContaining('"path":"item.broken"')] });
    expect(JSON.parse(told.answer).errors).toMatchObject([{ path: ['item', 'sureRefused'] }]);
  }
});

test('what is refused before it runs is told by Apollo', async () => {
  const query = 'query ($turns: Int!) { item { late(turns: $turns) } }';
  for (let time = 0; time < 4; time++) await run(query, { turns: 1 });
  expect((await run(query, { turns: 1 })).compiled).toBe(true);
  const refused = await run(query, { turns: 'x' });
  expect(refused).toMatchObject({ compiled: false, calls: [], operator: [] });
  expect(refused.answer).toContain('"code":"INVALID_INPUT"');
});
