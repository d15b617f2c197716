import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { ClientError } from 'graphql-request';
import { codeFor, newPhone } from '../support/people.ts';
import { client as apollo } from '../trusted-app/src/apollo-trusted';
import { LOG_IN, ME, RENAME, SEND_CODE } from '../trusted-app/src/documents';
import { refusals } from '../trusted-app/src/errors';
import { client as plain } from '../trusted-app/src/graphql-request';
import { home } from '../trusted-app/src/RelayHome';
import { environment } from '../trusted-app/src/relay-trusted';
import { session } from '../trusted-app/src/session';
import { ask } from '../trusted-app/src/trusted';
import { client as urql } from '../trusted-app/src/urql-trusted';

const phone = newPhone();

before(async () => {
  await ask(SEND_CODE, { phone });
  const code = await codeFor(phone, process.env.TRUSTED_LOG);
  const way = { code: { contact: { phone }, code, registerUnknown: true } };
  const { data } = await ask(LOG_IN, { input: { with: way } });
  session.begin(data.login);
});

test('a document of the list is answered by its hash', async () => {
  assert.equal((await ask(ME, {})).data.me?.phone, phone);
});

test('Apollo Client asks by the hashes of graphql-codegen', async () => {
  const { data } = await apollo.query({ query: ME, context: { headers: session.headers() } });
  assert.equal(data?.me?.phone, phone);
  const renamed = await apollo.mutate({
    mutation: RENAME,
    variables: { nickname: 'by Apollo' },
    context: { headers: session.headers() },
  });
  assert.equal(renamed.data?.updateProfile.nickname, 'by Apollo');
  // The cache knows what the answer is about.
  assert.equal(apollo.readQuery({ query: ME })?.me?.nickname, 'by Apollo');
});

test('urql asks by the hashes of graphql-codegen', async () => {
  const context = { fetchOptions: { headers: session.headers() } };
  assert.equal((await urql.query(ME, {}, context).toPromise()).data?.me?.phone, phone);
  const { data, error } = await urql.mutation(RENAME, { nickname: 'by urql' }, context).toPromise();
  assert.equal(error, undefined);
  assert.equal(data?.updateProfile.nickname, 'by urql');
});

test('Relay asks by the hashes of its compiler', async () => {
  const shown = await home(environment);
  assert.deepEqual(shown?.addresses, { ok: true, value: [] });
});

test('a text that is not on the list is refused', async () => {
  const error = await plain.request('{ hobbies { id } }').then(
    () => assert.fail('It was not refused'),
    (reason: unknown) => reason,
  );
  assert(error instanceof ClientError);
  assert.deepEqual(
    refusals(error.response.errors ?? []).map(({ code }) => code),
    ['UNTRUSTED_DOCUMENT'],
  );
});
