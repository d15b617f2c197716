import { startTestApp, type TestApp } from '../support/app.js';
import type { Account } from '../support/client.js';

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

test.each<[string, string, Record<string, unknown>?]>([
  ['the caller', `{ me { ${USER} } }`],
  ['a user', `query ($id: ID!) { user(id: $id) { ${USER} } }`, { id: '1' }],
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
  ],
  ['an error of a resolver', '{ users(first: 0) { nodes { id } } me { id } }'],
  ['an error below a field that may be null', '{ user(id: "1", name: "x") { id } me { id } }'],
  [
    'a variable of the wrong type',
    'query ($first: Int) { users(first: $first) { nodes { id } } }',
    { first: 'x' },
  ],
  ['a variable that is missing', 'query ($id: ID!) { user(id: $id) { id } }', {}],
  ['an operation that is not there', 'query A { me { id } } query B { me { name } }'],
])('%s is answered the same every time', async (_what, query, variables = {}) => {
  const answers = [];
  for (let time = 0; time < 5; time++) {
    const { status, data, errors } = await app.client.graphql(query, variables, { token: alice.token });
    answers.push({ status, data, errors });
  }
  const [first, ...others] = answers;
  expect(first?.data ?? first?.errors).toBeTruthy();
  for (const other of others) expect(other).toEqual(first);
});

test('a compiled query sees the schema that belongs to its caller', async () => {
  const query = '{ users(first: 1) { nodes { name phone } } }';
  const ask = async (token?: string) => (await app.client.data(query, {}, token)).users.nodes[0].phone;
  for (let time = 0; time < 4; time++) {
    expect(await ask(alice.token)).toBe(alice.phone);
    expect(await ask()).toBeNull();
  }
});
