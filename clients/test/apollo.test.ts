import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { CombinedGraphQLErrors } from '@apollo/client';
import { client } from '../app/src/apollo';
import { followers } from '../app/src/apollo-followers';
import { home } from '../app/src/apollo-home';
import { withApollo } from '../app/src/avatar';
import { FOLLOW, FOLLOWERS, HOME, ME, RENAME } from '../app/src/documents';
import { session } from '../app/src/session';
import { followed, newPerson, type Person } from '../support/people.ts';
import { picture } from '../support/picture.ts';
import { requests } from '../support/requests.ts';

let me: Person;

before(async () => {
  me = await newPerson('me');
  session.begin(me);
});

test('what is known is not asked for again, and a mutation changes it', async () => {
  const { data } = await client.query({ query: ME });
  assert.equal(data?.me?.phone, me.phone);

  await client.mutate({ mutation: RENAME, variables: { nickname: 'renamed' } });
  const again = requests(async () => {
    const { data } = await client.query({ query: ME });
    assert.equal(data?.me?.nickname, 'renamed');
    assert.equal(data.me.wallet?.balance, 0);
  });
  assert.deepEqual(await again, []);
});

test('pages become one list', async () => {
  const { person, names } = await followed(5);
  const sent = await requests(async () => assert.deepEqual(await followers(person.id), names));
  assert.equal(sent.length, 3);
});

test('the counter of a part is changed where the rest of it stays', async () => {
  const { person } = await followed(1);
  await client.query({ query: FOLLOWERS, variables: { id: person.id, first: 1 } });
  const { data } = await client.mutate({ mutation: FOLLOW, variables: { userId: person.id } });
  assert.equal(data?.follow.extra.followersCount, 2);
  const known = client.readQuery({ query: FOLLOWERS, variables: { id: person.id, first: 1 } });
  assert.equal(known?.user?.followers?.edges.length, 1);
});

test('a picture becomes the avatar', async () => {
  const url = await withApollo(picture(40));
  assert(url);
  assert.equal((await fetch(url)).status, 200);
  assert.equal(client.readQuery({ query: ME })?.me?.avatarUrl, url);
});

test('by default a refusal rejects; with errorPolicy all what was not refused is there, and the session is over', async () => {
  session.begin({ token: 'of nobody' });
  await assert.rejects(client.query({ query: HOME, fetchPolicy: 'network-only' }), CombinedGraphQLErrors.is);
  assert.deepEqual(session.headers(), {});

  const { data, refused } = await home();
  assert.deepEqual(data?.gatewayInfo?.thirdParties, []);
  assert.equal(data.addresses, null);
  assert.deepEqual(
    refused.map(({ code }) => code),
    ['UNAUTHENTICATED'],
  );
  session.begin(me);
});
