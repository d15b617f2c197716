import { startTestApp, type TestApp } from '../support/app.js';
import type { Account } from '../support/client.js';
import { postGraphql } from '../support/graphql-http.js';

/** A query that comes often is compiled; nobody sees that in its answers. */

let app: TestApp;
let alice: Account;

beforeAll(async () => {
  app = await startTestApp();
  alice = await app.client.register({ name: 'alice_often' });
});
afterAll(() => app.close());

const USER = `id name nickname sex birthday age createdAt status city { id name } community { name }
  avatar { id url(size: SMALL) } avatarUrl(orDefault: true) hobbies { id name } extra { likesCount updatedAt }
  verification { state } currency { sum } phone email abilities privateVisible hasFollower`;

/** The answer word for word, as far as it is the same each time. */
async function answerTo(query: string, variables: Record<string, unknown>): Promise<string> {
  const { status, data, errors } = await app.client.graphql(query, variables, { token: alice.token });
  return JSON.stringify({ status, data, errors });
}

test.each<[string, string, ...Record<string, unknown>[]]>([
  ['the caller', `{ me { ${USER} } }`],
  ['a user', `query ($id: ID!) { user(id: $id) { ${USER} } }`, { id: '1' }, { id: 1 }, { id: null }, {}],
  ['nobody', 'query ($id: ID!) { user(id: $id) { id } }', { id: '999999999' }],
  ['a list', `{ users(first: 5) { edges { cursor node { ${USER} } } pageInfo { hasNextPage endCursor } } }`],
  [
    'the ranking',
    `{ rank(first: 3) { entries { position amount user { ${USER} } } mine { position amount } } }`,
  ],
  [
    'fragments, aliases and directives',
    `query ($no: Boolean!) { one: me { ...F } two: me { id @skip(if: $no) name @include(if: $no) __typename } }
     fragment F on User { id ... on User { name } }`,
    { no: true },
    { no: false },
  ],
  [
    'a fragment under two conditions',
    `query ($a: Boolean!, $b: Boolean!) { me { id ...F @include(if: $a) ...F @include(if: $b) } }
     fragment F on User { name }`,
    { a: false, b: true },
    { a: true, b: false },
  ],
  [
    'a fragment in two places',
    `query ($x: Boolean!) { a: me { ...F @skip(if: $x) } b: me { ...F } } fragment F on User { id hobbies { id } }`,
    { x: true },
    { x: false },
  ],
  ['an error of a resolver', '{ users(first: 0) { nodes { id } } me { id } }'],
  ['an error below a field that may be null', '{ user(id: "1", name: "x") { id } me { id } }'],
  ['several errors', '{ a: users(first: 0) { nodes { id } } b: user(id: 1, name: "x") { id } }'],
  [
    'a variable of the wrong type',
    'query ($first: Int) { users(first: $first) { nodes { id } } }',
    { first: 1 },
    { first: 'x' },
  ],
  [
    'wrong items of a list',
    'query ($names: [String!]) { users(filter: { names: $names }) { nodes { id } } }',
    { names: ['a'] },
    { names: Array(1000).fill(1) },
    { names: 'alice_often' },
  ],
  [
    'a list for an object',
    'query ($filter: UserFilter) { users(filter: $filter, first: 1) { nodes { id } } }',
    { filter: {} },
    { filter: [] },
  ],
  [
    'null for a variable that has a default',
    'query ($platform: AppPlatform = ANDROID) { appRelease(platform: $platform) { version } }',
    {},
    { platform: null },
  ],
  ['a variable that is missing', 'query ($id: ID!) { user(id: $id) { id } }', {}],
  ['an operation that is not there', 'query A { me { id } } query B { me { name } }'],
])('%s is answered the same every time it is asked for', async (_what, query, ...asked) => {
  const variables = asked.length > 0 ? asked : [{}];
  // With a comment of its own each is a text that was not seen before.
  const fresh = [];
  for (const [index, set] of variables.entries()) fresh.push(await answerTo(`${query} # ${index}`, set));
  for (let time = 0; time < 4; time++) await answerTo(query, variables[0] ?? {});
  for (const [index, set] of variables.entries()) expect(await answerTo(query, set)).toBe(fresh[index]);
});

test("an explicit null where a variable has a default is reported as the client's mistake", async () => {
  const query = 'query ($platform: AppPlatform = ANDROID) { appRelease(platform: $platform) { version } }';
  expect(await app.client.code(query, { platform: null })).toBe('INVALID_INPUT');
});

test.each([
  ['an operation without a name', { operationName: '' }],
  ['a name with the text of a query in it', { operationName: '\n{', query: ' me { id } }' }],
])('%s is not taken for a known query', async (_what, odd) => {
  const query = '{\n me { id } }';
  for (let time = 0; time < 4; time++) await app.client.data(query);
  expect((await postGraphql(app.url, { query, ...odd })).code).toBe('INVALID_QUERY');
});

test.each(['application/json;q=0', 'application/jsonx', 'text/html'])(
  'a client that accepts only %s is refused each time',
  async (accept) => {
    const query = '{ me { id } }';
    for (let time = 0; time < 5; time++) {
      expect((await postGraphql(app.url, { query }, { accept })).status).toBe(406);
    }
  },
);

test('a compiled query may ask for no more than before, whatever its variables say', async () => {
  const lists = ['a', 'b', 'c'].map((name) => `${name}: hobbies { id name }`).join(' ');
  const nested = `query ($page: Int, $first: Int = 1) {
    me { id followers(first: 1) { nodes { id } } } users(first: $page) { nodes { ${lists} } }
    other: users(first: $first) { nodes { id } }
  }`;
  for (let time = 0; time < 5; time++) {
    expect(await app.client.code(nested, { page: 1 })).toBeUndefined();
    expect(await app.client.code(nested, { page: 100 })).toBe('QUERY_TOO_COMPLEX');
    expect(await app.client.code(nested, {})).toBeUndefined();
  }
});

test('a compiled query runs on the schema that belongs to its caller', async () => {
  const query = '{ users(first: 1) { nodes { name phone } } }';
  const ask = async (token?: string) => (await app.client.data(query, {}, token)).users.nodes[0].phone;
  for (let time = 0; time < 4; time++) {
    expect(await ask(alice.token)).toBe(alice.phone);
    expect(await ask()).toBeNull();
  }
});

test('a mutation sees in its fields what those before it in the request have changed', async () => {
  const bob = await app.client.register({ name: 'bob_followed' });
  const shown = 'hasFollower extra { followersCount } hobbies { id }';
  const { data, errors } = await app.client.graphql(
    `mutation ($bob: ID!) {
       before: unfollow(userId: $bob) { ${shown} }
       followed: follow(userId: $bob) { ${shown} }
       left: unfollow(userId: $bob) { ${shown} }
       named: updateProfile(input: { nickname: "One", hobbyIds: ["1"] }) { nickname ${shown} }
       renamed: updateProfile(input: { nickname: "Two", hobbyIds: [] }) { nickname ${shown} }
     }`,
    { bob: String(bob.id) },
    { token: alice.token },
  );
  expect(errors).toBeUndefined();
  const seen = (followersCount: number) => ({
    hasFollower: followersCount > 0,
    extra: { followersCount },
    hobbies: [],
  });
  expect(data).toEqual({
    before: seen(0),
    followed: seen(1),
    left: seen(0),
    named: { ...seen(0), nickname: 'One', hobbies: [{ id: '1' }] },
    renamed: { ...seen(0), nickname: 'Two' },
  });
});
