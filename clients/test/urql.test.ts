import assert from 'node:assert/strict';
import { before, mock, test } from 'node:test';
import { Client, cacheExchange, fetchExchange } from '@urql/core';
import { withUrql } from '../app/src/avatar';
import { FOLLOWERS, HOME, ME, RENAME } from '../app/src/documents';
import { GATEWAY } from '../app/src/gateway';
import { session } from '../app/src/session';
import { client } from '../app/src/urql';
import { followers } from '../app/src/urql-followers';
import { home } from '../app/src/urql-home';
import { followed, newPerson, type Person } from '../support/people.ts';
import { picture } from '../support/picture.ts';
import { requests } from '../support/requests.ts';

let me: Person;
// In development the cache warns of what it cannot keep.
const warnings = mock.method(console, 'warn', () => {});

before(async () => {
  me = await newPerson('me');
  session.begin(me);
});

test('the defaults work: queries go by GET, mutations by POST', async () => {
  const plain = new Client({
    url: GATEWAY,
    exchanges: [cacheExchange, fetchExchange],
    fetchOptions: () => ({ headers: session.headers() }),
  });
  const sent = await requests(async () => {
    const { data, error } = await plain.query(ME, {}).toPromise();
    assert.equal(error, undefined);
    assert.equal(data?.me?.id, me.id);
    assert.equal((await plain.mutation(RENAME, { nickname: 'renamed' }).toPromise()).error, undefined);
    // The cache of documents asks again for what the mutation has changed.
    assert.equal((await plain.query(ME, {}).toPromise()).data?.me?.nickname, 'renamed');
  });
  assert.deepEqual(
    sent.map(({ method }) => method),
    ['GET', 'POST', 'GET'],
  );
});

test('the defaults work for those who are not logged in', async () => {
  const plain = new Client({ url: GATEWAY, exchanges: [cacheExchange, fetchExchange] });
  const { data, error } = await plain.query(HOME, {}).toPromise();
  assert.deepEqual(data?.gatewayInfo.thirdParties, []);
  assert.equal(data.addresses, null);
  assert.equal(error?.graphQLErrors[0]?.extensions.code, 'UNAUTHENTICATED');
});

test('what is known is not asked for again, and a mutation changes it', async () => {
  assert.equal((await client.query(ME, {}).toPromise()).data?.me?.phone, me.phone);
  await client.mutation(RENAME, { nickname: 'renamed again' }).toPromise();
  const sent = await requests(async () => {
    assert.equal((await client.query(ME, {}).toPromise()).data?.me?.nickname, 'renamed again');
  });
  assert.deepEqual(sent, []);
});

test('pages become one list', async () => {
  const { person, names } = await followed(5);
  const sent = await requests(async () => assert.deepEqual(await followers(person.id), names));
  assert.equal(sent.length, 3);
  const known = client.readQuery(FOLLOWERS, { id: person.id, first: 2 });
  assert.equal(known?.data?.user?.followers?.edges.length, 5);
});

test('a picture becomes the avatar', async () => {
  const url = await withUrql(picture(80));
  assert(url);
  assert.equal((await fetch(url)).status, 200);
  assert.equal(client.readQuery(ME, {})?.data?.me?.avatarUrl, url);
});

test('a refusal stands beside what was not refused, and ends the session', async () => {
  session.begin({ token: 'of nobody' });
  const { data, refused } = await home();
  assert.deepEqual(data?.gatewayInfo.thirdParties, []);
  assert.equal(data.addresses, null);
  assert.deepEqual(
    refused.map(({ code }) => code),
    ['UNAUTHENTICATED'],
  );
  assert.deepEqual(session.headers(), {});
  session.begin(me);
});

test('the cache can keep everything that the app asks for', () => {
  assert.deepEqual(
    warnings.mock.calls.map(({ arguments: [text] }) => text),
    [],
  );
});
