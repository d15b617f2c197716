import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClientError } from 'graphql-request';
import { ERRORS, ME } from '../app/src/documents';
import { afterLogIn, refusals } from '../app/src/errors';
import { client } from '../app/src/graphql-request';
import { home } from '../app/src/home';
import { logIn, logOut, refresh, sendCode } from '../app/src/log-in';
import { session } from '../app/src/session';
import { codeFor, newPhone } from '../support/people.ts';

/** What the promise was refused with. */
async function refused(promise: Promise<unknown>) {
  const error = await promise.then(
    () => assert.fail('It was not refused'),
    (reason: unknown) => reason,
  );
  assert(error instanceof ClientError);
  return refusals(error.response.errors ?? []);
}

test('a new phone is logged in by its code, changes its token, and logs out', async () => {
  const phone = newPhone();
  const { resendAfter } = await sendCode(phone);
  assert(resendAfter > 0);

  const { isNewUser, user } = await logIn(phone, await codeFor(phone));
  assert.equal(isNewUser, true);
  const { me } = await client.request(ME);
  assert.equal(me?.id, user.id);
  assert.equal(me.phone, phone);

  const old = session.headers();
  await refresh();
  assert.notDeepEqual(session.headers(), old);
  assert.equal((await client.request(ME)).me?.id, user.id);
  assert.equal((await client.request(ME, {}, old)).me, null);

  await logOut();
  assert.equal((await client.request(ME)).me, null);
});

test('a wrong code and one asked for too soon are told by their codes', async () => {
  const phone = newPhone();
  await sendCode(phone);
  const right = await codeFor(phone);
  const [wrong] = await refused(logIn(phone, right === '000000' ? '000001' : '000000'));
  assert.equal(wrong?.code, 'CODE_INVALID');
  const [soon] = await refused(sendCode(phone));
  assert.equal(soon?.code, 'CODE_TOO_SOON');
  assert(soon.retryAfter && soon.retryAfter > 0);
  assert.equal(afterLogIn({ ...soon, code: 'RATE_LIMITED' }), `wait ${soon.retryAfter} seconds`);
});

test('an answer without a session holds what was not refused', async () => {
  const { data, refused } = await home();
  assert.deepEqual(data.gatewayInfo.thirdParties, []);
  assert.equal(data.addresses, null);
  assert.deepEqual(
    refused.map(({ code }) => code),
    ['UNAUTHENTICATED'],
  );
});

test('every code has its message', async () => {
  const { gatewayInfo } = await client.request(ERRORS);
  const unauthenticated = gatewayInfo.errors.find(({ code }) => code === 'UNAUTHENTICATED');
  const { refused } = await home();
  assert.equal(refused[0]?.message, unauthenticated?.message);
});
