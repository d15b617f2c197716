import { parse } from 'graphql';
import { LIMITS } from '../../src/graphql/query-size.js';
import { REPRESENTATIONS_MAX } from '../../src/graphql/subgraph.js';
import { User, UserStatus } from '../../src/modules/user/user.entity.js';
import { type LoneApp, startTestApp } from '../support/app.js';
import type { Account } from '../support/client.js';
import { grant, logIn } from '../support/operations.js';
import { statementsOf } from '../support/statements.js';

/** What a gateway of a federated graph asks, as one writes it. */
const ENTITIES = (fields: string) =>
  `query Part__users__1($representations: [_Any!]!) {
    _entities(representations: $representations) { ... on User { ${fields} } }
  }`;

const representation = (id: unknown) => ({ __typename: 'User', id });
const refused = { code: 'INVALID_INPUT', field: 'representations' };

let app: LoneApp;
let alice: Account;
let ids: string[];

beforeAll(async () => {
  app = await startTestApp();
  alice = await app.client.register({ name: 'alice_federated' });
  const em = app.infrastructure.database.fork();
  const rows = Array.from({ length: 100 }, (_, index) => ({ name: `part_${index}` }));
  await em.insertMany(User, rows as never);
  const users = await app.sql<{ id: number }>(`select id from users where name like 'part%' order by id`);
  ids = users.map(({ id }) => String(id));
});
afterAll(() => app.close());

const ask = (fields: string, representations: unknown[], token?: string) =>
  app.client.graphql(ENTITIES(fields), { representations }, { token });

async function setStatus(id: string | undefined, status: UserStatus): Promise<void> {
  await app.infrastructure.database.fork().nativeUpdate(User, { id: Number(id) }, { status });
}

test('the subgraph tells composition its schema, with the directives of federation', async () => {
  const { _service } = await app.client.data('{ _service { sdl } }');
  expect(_service.sdl).toMatch(
    /^extend schema @link\(url: "https:\/\/specs\.apollo\.dev\/federation\/v2\.\d+", import: \["@key", "@shareable"\]\)$/m,
  );
  expect(_service.sdl).toContain('\ntype User @key(fields: "id") {\n');
  expect(_service.sdl).toContain('\ntype PageInfo @shareable {\n');
  expect(() => parse(_service.sdl)).not.toThrow();
  // Composition adds what federation defines, and knows no directives but those.
  expect(_service.sdl).not.toMatch(/_entities|_service|_Any|@oneOf/);
});

test('entities are found by their ids, in the order of the representations', async () => {
  const wanted = [ids[7], ids[3], '999999999', ids[7], alice.id, 'no-id', '0'];
  const { data, errors } = await ask('id name', wanted.map(representation));
  expect(errors).toBeUndefined();
  expect(data._entities).toEqual([
    { id: ids[7], name: 'part_7' },
    { id: ids[3], name: 'part_3' },
    null,
    { id: ids[7], name: 'part_7' },
    { id: String(alice.id), name: 'alice_federated' },
    null,
    null,
  ]);
});

test('a hundred entities cost as many statements as one', async () => {
  const fields =
    'id nickname avatar { url } city { name } hobbies { name } extra { likesCount } hasFollower wallet { balance }';
  await ask(fields, [representation(ids[0])], alice.token);
  const one = await statementsOf(app, () => ask(fields, [representation(ids[0])], alice.token));
  const hundred = await statementsOf(app, async () => {
    const { data } = await ask(fields, ids.map(representation), alice.token);
    expect(data._entities.map((user: { id: string }) => user.id)).toEqual(ids);
  });
  expect(one.length).toBeGreaterThan(2);
  expect(hundred).toHaveLength(one.length);
});

test('an entity shows its private fields to its owner, and to nobody else', async () => {
  const both = [representation(alice.id), representation(ids[0])];
  await app.infrastructure.database
    .fork()
    .nativeUpdate(User, { id: Number(ids[0]) }, { phone: '13800009999' });
  const phonesFor = async (token?: string) =>
    (await ask('phone', both, token)).data._entities.map(({ phone }: { phone: string | null }) => phone);
  expect(await phonesFor()).toEqual([null, null]);
  expect(await phonesFor(alice.token)).toEqual([alice.phone, null]);
  await grant(app, alice.id, ['[user] Read Private']);
  const administrator = await logIn(app.client, alice.phone);
  expect(await phonesFor(administrator)).toEqual([alice.phone, '13800009999']);
  await grant(app, alice.id, []);
});

test('disabled and deleted users are as entities what they are as users', async () => {
  await setStatus(ids[1], UserStatus.DISABLED);
  await setStatus(ids[2], UserStatus.DELETED);
  const asEntities = (await ask('id status', [ids[1], ids[2]].map(representation))).data._entities;
  const asUsers = await Promise.all(
    [ids[1], ids[2]].map((id) =>
      app.client.data('query ($id: ID!) { user(id: $id) { id status } }', { id }).then(({ user }) => user),
    ),
  );
  expect(asEntities).toEqual(asUsers);
  expect(asEntities).toEqual([{ id: ids[1], status: 'DISABLED' }, null]);
  for (const id of [ids[1], ids[2]]) await setStatus(id, UserStatus.ACTIVE);
});

test.each([
  ['of an unknown type', { __typename: 'Review', id: '1' }],
  ['of a type that is no entity', { __typename: 'City', id: '1' }],
  ['of no type', { id: '1' }],
  ['of a type that is no text', { __typename: ['User'], id: '1' }],
  ['without its key', { __typename: 'User', name: 'alice_federated' }],
  ['with an object for its key', { __typename: 'User', id: { id: '1' } }],
  ['with null for its key', { __typename: 'User', id: null }],
  ['that is a text', 'User'],
  ['that is a list', ['User', '1']],
])(
  'a representation %s is refused in its place, each time, and the others are found',
  async (_what, wrong) => {
    const given = [representation(ids[4]), wrong, representation(ids[5])];
    for (let time = 0; time < 5; time++) {
      const { data, errors, status } = await ask('name', given);
      expect(status).toBe(200);
      expect(data._entities).toEqual([{ name: 'part_4' }, null, { name: 'part_5' }]);
      expect(errors).toMatchObject([{ path: ['_entities', 1], extensions: refused }]);
    }
  },
);

test('representations may be written out, and are the same when the query is compiled', async () => {
  const written = `{ _entities(representations: [{ __typename: "User", id: "${ids[6]}" }, { __typename: "User", id: ${ids[8]} }]) {
    __typename ... on User { name } } }`;
  const single = `query ($one: _Any!) { _entities(representations: [$one]) { ... on User { name } } }`;
  for (let time = 0; time < 5; time++) {
    expect((await app.client.data(written))._entities).toEqual([
      { __typename: 'User', name: 'part_6' },
      { __typename: 'User', name: 'part_8' },
    ]);
    const { _entities } = await app.client.data(single, { one: representation(ids[6]) });
    expect(_entities).toEqual([{ name: 'part_6' }]);
  }
});

test('a variable within a representation that is written out is refused each time', async () => {
  const query =
    'query ($id: ID!) { _entities(representations: [{ __typename: "User", id: $id }]) { ... on User { name } } }';
  for (let time = 0; time < 5; time++) {
    const { status, errors } = await app.client.graphql(query, { id: ids[0] });
    expect([status, errors?.[0]?.extensions.code]).toEqual([200, 'INVALID_QUERY']);
    expect(errors?.[0]?.message).toContain('variable as a whole');
  }
});

test('more representations than one request may have are refused, by the field', async () => {
  const many = (count: number) => Array.from({ length: count }, () => representation(ids[0]));
  const most = await ask('name', many(REPRESENTATIONS_MAX));
  expect(most.errors).toBeUndefined();
  expect(most.data._entities).toHaveLength(REPRESENTATIONS_MAX);
  for (const count of [REPRESENTATIONS_MAX + 1, 1000]) {
    const { errors } = await ask('name', many(count));
    expect(errors).toMatchObject([{ extensions: refused }]);
  }
});

test('representations cost what as long a list does, behind fragments too', async () => {
  // A list of hobbies is 61: itself, and thirty times two. `_entities` is one.
  const costing = (each: number) =>
    `hobbies { id name } ${Array.from({ length: each - 61 }, (_, index) => `f${index}: name`).join(' ')}`;
  const most = Math.floor((LIMITS.cost - 1) / ids.length);
  const spread = (fields: string) =>
    `query ($representations: [_Any!]!) { _entities(representations: $representations) { ...F } } fragment F on User { ${fields} }`;
  const representations = ids.map(representation);
  for (const write of [ENTITIES, spread]) {
    expect(await app.client.code(write(costing(most)), { representations })).toBeUndefined();
    expect(await app.client.code(write(costing(most + 1)), { representations })).toBe('QUERY_TOO_COMPLEX');
    const fewer = representations.slice(1);
    expect(await app.client.code(write(costing(most + 1)), { representations: fewer })).toBeUndefined();
  }
});

test('the text of the subgraph can be asked for once in a request', async () => {
  expect(await app.client.code('{ a: _service { sdl } b: _service { sdl } }')).toBe('QUERY_TOO_COMPLEX');
});

test('without federation neither of its fields is there, and the schema is that of its file', async () => {
  const { client } = await app.world.start({ FEDERATION: 'off' });
  expect(await client.code('{ _service { sdl } }')).toBe('INVALID_QUERY');
  expect(await client.code('{ _entities(representations: []) { __typename } }')).toBe('INVALID_QUERY');
  const names = (await client.data('{ __schema { types { name } } }')).__schema.types.map(
    ({ name }: { name: string }) => name,
  );
  expect(names.filter((name: string) => /^_[A-Z]/.test(name))).toEqual([]);
});
