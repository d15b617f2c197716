import assert from 'node:assert/strict';
import { test } from 'node:test';
import { client as apollo } from '../app/src/apollo-persisted';
import { FOLLOWERS, ME } from '../app/src/documents';
import { client as urql } from '../app/src/urql-persisted';
import { followed } from '../support/people.ts';
import { requests } from '../support/requests.ts';

const names = (user: { followers: { edges: { node: { nickname: string } }[] } | null } | null | undefined) =>
  user?.followers?.edges.map(({ node }) => node.nickname);

test('Apollo Client sends a text once, and its hash from then on', async () => {
  const { person, names: followers } = await followed(2);
  const ask = async (first: number) => {
    const { data } = await apollo.query({ query: FOLLOWERS, variables: { id: person.id, first } });
    return names(data?.user);
  };
  const once = await requests(async () => assert.deepEqual(await ask(2), followers));
  assert.deepEqual(
    once.map(({ method }) => method),
    ['GET', 'POST'],
  );
  const again = await requests(async () => assert.deepEqual(await ask(1), followers.slice(0, 1)));
  assert.deepEqual(
    again.map(({ method, path }) => [method, path.includes('query=')]),
    [['GET', false]],
  );
});

test('urql sends a text once, and its hash from then on', async () => {
  const ask = () => urql.query(ME, {}, { requestPolicy: 'network-only' }).toPromise();
  const once = await requests(async () => assert.equal((await ask()).error, undefined));
  assert.equal(once.length, 2);
  const again = await requests(async () => assert.equal((await ask()).data?.me, null));
  assert.deepEqual(
    again.map(({ method, path }) => [method, path.includes('query=')]),
    [['GET', false]],
  );
});
