import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  ApolloGateway,
  type GraphQLDataSourceProcessOptions,
  IntrospectAndCompose,
  RemoteGraphQLDataSource,
} from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { GATEWAY } from '../app/src/gateway';
import { newPerson, type Person } from '../support/people.ts';

interface Caller {
  token?: string | undefined;
}

const people: Person[] = [];

/** A team's own subgraph, which extends the users. */
const reviews = new ApolloServer({
  plugins: [ApolloServerPluginInlineTraceDisabled()],
  schema: buildSubgraphSchema({
    typeDefs: parse(`
      extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])
      type Query { reviews(first: Int!): [Review!]! }
      type Review { text: String! author: User! }
      type User @key(fields: "id") { id: ID! reviews: [Review!]! }
      type PageInfo @shareable { hasNextPage: Boolean! endCursor: String }
    `),
    resolvers: {
      Query: {
        reviews: (_: unknown, { first }: { first: number }) =>
          Array.from({ length: first }, (_, n) => ({
            text: `review ${n}`,
            author: { id: people[n % people.length]?.id },
          })),
      },
      User: { reviews: ({ id }: { id: string }) => [{ text: `of ${id}`, author: { id } }] },
    },
  }),
});

/** What the subgraphs were asked. */
let asked: (string | undefined)[] = [];

/** Forwards the session of who asks. */
class WithSession extends RemoteGraphQLDataSource<Caller> {
  override willSendRequest({ request, context }: GraphQLDataSourceProcessOptions<Caller>) {
    if (context.token) request.http?.headers.set('authorization', `Bearer ${context.token}`);
    asked.push(request.query);
  }
}

let graph: ApolloServer<Caller>;

before(async () => {
  people.push(await newPerson('one'), await newPerson('two'));
  const { url } = await startStandaloneServer(reviews, { listen: { port: 0, host: '127.0.0.1' } });
  const supergraphSdl = new IntrospectAndCompose({
    subgraphs: [
      { name: 'users', url: GATEWAY },
      { name: 'reviews', url },
    ],
  });
  const gateway = new ApolloGateway({ supergraphSdl, buildService: ({ url }) => new WithSession({ url }) });
  graph = new ApolloServer<Caller>({ gateway });
  await graph.start();
});

after(async () => {
  await graph?.stop();
  await reviews.stop();
});

async function ask(query: string, caller: Caller = {}) {
  const { body } = await graph.executeOperation({ query }, { contextValue: caller });
  assert(body.kind === 'single');
  // What the executor makes has no prototypes.
  return JSON.parse(JSON.stringify(body.singleResult));
}

test('a field of another subgraph stands beside those of a user', async () => {
  const [one] = people;
  const { data, errors } = await ask('{ me { nickname phone reviews { text author { nickname } } } }', one);
  assert.equal(errors, undefined);
  assert.deepEqual(data.me, {
    nickname: 'one',
    phone: one?.phone,
    reviews: [{ text: `of ${one?.id}`, author: { nickname: 'one' } }],
  });
});

test('users whom another subgraph names are found in one request, and private fields are their own', async () => {
  const [one] = people;
  asked = [];
  const { data, errors } = await ask('{ reviews(first: 100) { author { nickname phone } } }', one);
  assert.equal(errors, undefined);
  assert.equal(data.reviews.length, 100);
  assert.deepEqual(data.reviews.slice(0, 2), [
    { author: { nickname: 'one', phone: one?.phone } },
    { author: { nickname: 'two', phone: null } },
  ]);
  assert.equal(asked.length, 2);
  assert.match(asked[1] ?? '', /_entities/);
});

test('a stranger sees no private field', async () => {
  const { data, errors } = await ask('{ reviews(first: 1) { author { nickname phone } } }');
  assert.equal(errors, undefined);
  assert.deepEqual(data.reviews, [{ author: { nickname: 'one', phone: null } }]);
});
