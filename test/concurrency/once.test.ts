import { type LoneApp, REAL_HASHES, startTestApp } from '../support/app.js';
import { atOnce, tally } from '../support/at-once.js';
import { type Account, freshPhone, md5, PASSWORD, wrongCode } from '../support/client.js';
import { anlifeDoor, graphqlDoor } from '../support/doors.js';

/** What can happen only once, asked for many times at the same moment. */

let app: LoneApp;

/** The guard has its own tests; here it must not be what refuses. */
const UNGUARDED = {
  ...REAL_HASHES,
  GUARD_LOCK_AFTER: '10000',
  GUARD_CAPTCHA_AFTER: '10000',
  GUARD_ACCOUNT_HOURLY: '100000',
  GUARD_IP_HOURLY: '100000',
};

beforeAll(async () => {
  app = await startTestApp(UNGUARDED);
});
afterAll(() => app.close());

const REGISTER = 'mutation ($input: RegisterInput!) { register(input: $input) { token user { id } } }';
const RETRIEVE = 'mutation ($input: RetrievePasswordInput!) { retrievePassword(input: $input) }';
const BIND = 'mutation ($input: BindPhoneInput!) { bindPhone(input: $input) { id phone } }';

const anlife = (path: string, form: Record<string, string | number>) =>
  app.client.legacy('POST', `/anlife/v1.0/user/${path}`, form);

/** `ok`, or the code of GraphQL that the answer of anlife stands for. */
function anlifeCode(body: { datas?: unknown; error_code?: number }): string {
  if (body.datas) return 'ok';
  return { 1006: 'PHONE_TAKEN', 1007: 'CODE_INVALID' }[body.error_code ?? 0] ?? JSON.stringify(body);
}

async function usersWithPhone(phone: string): Promise<number> {
  const em = app.infrastructure.database.fork();
  const [row] = await em.execute<{ n: string }[]>('select count(*) as n from users where phone = ?', [phone]);
  return Number(row?.n);
}

test('twenty registrations with one code through two APIs make one account', async () => {
  const phone = freshPhone();
  const code = await app.client.sendCode(phone, ['REGISTER']);
  const outcomes = await atOnce(20, async (index) => {
    if (index % 2)
      return anlifeCode((await anlife('register', { phone, password: md5(PASSWORD), sms_code: code })).body);
    return (await app.client.code(REGISTER, { input: { phone, password: PASSWORD, code } })) ?? 'ok';
  });
  const { ok, CODE_INVALID = 0, PHONE_TAKEN = 0, ...others } = tally(outcomes);
  expect(others).toEqual({});
  expect(ok).toBe(1);
  expect(CODE_INVALID + PHONE_TAKEN).toBe(19);
  expect(await usersWithPhone(phone)).toBe(1);
});

test('of twenty new passwords with one code, the one that was accepted is the password', async () => {
  const { phone } = await app.client.register();
  const code = await app.client.sendCode(phone, ['RETRIEVE']);
  const password = (index: number) => `retrieved-horse-${index}`;
  const outcomes = await atOnce(20, async (index) => {
    if (index % 2 === 0) {
      return (await app.client.code(RETRIEVE, { input: { phone, code, password: password(index) } })) ?? 'ok';
    }
    const md5Password = md5(password(index));
    const form = { phone, sms_code: code, password1: md5Password, password2: md5Password };
    return anlifeCode((await anlife('findPwd', form)).body);
  });
  expect(tally(outcomes)).toEqual({ ok: 1, CODE_INVALID: 19 });

  const logins = await atOnce(20, (index) =>
    graphqlDoor(app.client, { account: phone, password: password(index) }),
  );
  expect(logins.indexOf('ok')).toBe(outcomes.indexOf('ok'));
  expect(tally([...logins, await anlifeDoor(app.client, { account: phone, password: PASSWORD })])).toEqual({
    ok: 1,
    wrong: 20,
  });
});

test('a right code among wrong ones is used once or burnt, and tried at most as often as allowed', async () => {
  const phone = freshPhone();
  const code = await app.client.sendCode(phone, ['REGISTER']);
  const outcomes = await atOnce(30, async (index) => {
    const input = { phone, password: PASSWORD, code: index % 3 ? wrongCode(code) : code };
    return (await app.client.code(REGISTER, { input })) ?? 'ok';
  });
  expect(tally(outcomes).ok ?? 0).toBeLessThanOrEqual(1);
  expect(await usersWithPhone(phone)).toBe(tally(outcomes).ok ?? 0);
});

test('a code is burnt by five wrong tries at once', async () => {
  const phone = freshPhone();
  const code = await app.client.sendCode(phone, ['REGISTER']);
  await atOnce(5, () => app.client.code(REGISTER, { input: { phone, password: PASSWORD, code: 'abcdef' } }));
  expect(await app.client.code(REGISTER, { input: { phone, password: PASSWORD, code } })).toBe(
    'CODE_INVALID',
  );
});

test('of two codes for one phone the later one counts, and there is one account', async () => {
  const phone = freshPhone();
  const first = await app.client.sendCode(phone, ['REGISTER']);
  const second = await app.client.sendCode(phone, ['REGISTER']);
  const outcomes = await atOnce(20, async (index) => {
    const code = index % 2 ? first : second;
    return (await app.client.code(REGISTER, { input: { phone, password: PASSWORD, code } })) ?? 'ok';
  });
  const { ok = 0, ...refused } = tally(outcomes);
  // The first one, tried again and again, may burn the second before it comes to its turn.
  expect(ok).toBeLessThanOrEqual(1);
  expect(Object.keys(refused).filter((code) => !['CODE_INVALID', 'PHONE_TAKEN'].includes(code))).toEqual([]);
  expect(await usersWithPhone(phone)).toBe(ok);
});

test('of a registration and a binding of one phone, each with a good code, one succeeds', async () => {
  const account = await app.client.register();
  for (let round = 0; round < 5; round++) {
    const phone = freshPhone();
    const code = await app.client.sendCode(phone, ['REGISTER', 'BIND']);
    const outcomes = await Promise.all([
      app.client.code(REGISTER, { input: { phone, password: PASSWORD, code } }),
      app.client.code(BIND, { input: { phone, code } }, account.token),
    ]);
    expect(outcomes.filter((outcome) => outcome === undefined)).toHaveLength(1);
    expect(await usersWithPhone(phone)).toBe(1);
  }
});

test('of two users who bind one phone with one code, one has it', async () => {
  const rivals = await atOnce(10, () => app.client.register());
  const phone = freshPhone();
  const code = await app.client.sendCode(phone, ['BIND']);
  const outcomes = await atOnce(10, async (index) => {
    const { id, token } = rivals[index] as Account;
    if (index % 2) return (await app.client.code(BIND, { input: { phone, code } }, token)) ?? 'ok';
    const form = { user_id: id, auth_token: token, phone, sms_code: code, password: md5(PASSWORD) };
    return anlifeCode((await anlife('bindPhone', form)).body);
  });
  const { ok, CODE_INVALID = 0, PHONE_TAKEN = 0, ...others } = tally(outcomes);
  expect(others).toEqual({});
  expect(ok).toBe(1);
  expect(CODE_INVALID + PHONE_TAKEN).toBe(9);
  expect(await usersWithPhone(phone)).toBe(1);

  const winner = rivals[outcomes.indexOf('ok')] as Account;
  expect((await app.client.data('{ me { phone } }', {}, winner.token)).me.phone).toBe(phone);
});

test('of two users who bind one new phone with two codes, the database lets one have it', async () => {
  // Both past every check of the application, as two instances with different clocks could be.
  const [one, other] = await atOnce(2, () => app.client.register());
  const phone = freshPhone();
  const em = app.infrastructure.database.fork();
  await em.execute('update users set phone = ? where id = ?', [phone, one?.id]);
  const second = em.execute('update users set phone = ? where id = ?', [phone, other?.id]);
  await expect(second).rejects.toThrow(/users_phone_unique/);
});

test('of twenty changes of one password with the old one, one is made', async () => {
  const account = await app.client.register();
  const change = 'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) }';
  const password = (index: number) => `changed-horse-${index}`;
  const outcomes = await atOnce(20, async (index) => {
    const input = { oldPassword: PASSWORD, password: password(index) };
    return (await app.client.code(change, { input }, account.token)) ?? 'ok';
  });
  expect(tally(outcomes)).toEqual({ ok: 1, CREDENTIALS_INVALID: 19 });
  const logins = await atOnce(20, (index) =>
    graphqlDoor(app.client, { account: account.phone, password: password(index) }),
  );
  expect(logins.indexOf('ok')).toBe(outcomes.indexOf('ok'));
  expect(tally(logins)).toEqual({ ok: 1, wrong: 19 });
});

test('a name that twenty accounts ask for at once goes to one, whatever its case', async () => {
  const name = `Race${String(Date.now()).slice(-8)}`;
  const codes = await atOnce(20, async () => {
    const phone = freshPhone();
    return { phone, code: await app.client.sendCode(phone, ['REGISTER']) };
  });
  const outcomes = await atOnce(20, async (index) => {
    const input = { ...codes[index], password: PASSWORD, name: index % 2 ? name.toUpperCase() : name };
    return (await app.client.code(REGISTER, { input })) ?? 'ok';
  });
  expect(tally(outcomes)).toEqual({ ok: 1, NAME_TAKEN: 19 });

  // A code whose registration was refused for the name is still good.
  const [loser] = codes.filter((_, index) => outcomes[index] !== 'ok');
  expect(await app.client.code(REGISTER, { input: { ...loser, password: PASSWORD } })).toBeUndefined();
});

test('a password whose hash is renewed by several log-ins at once is right in each of them', async () => {
  const stronger = await app.world.start({ ...UNGUARDED, PASSWORD_HASH_ITERATIONS: '3' });
  const { phone } = await app.client.register();
  const outcomes = await atOnce(6, () =>
    graphqlDoor(stronger.client, { account: phone, password: PASSWORD }),
  );
  expect(tally(outcomes)).toEqual({ ok: 6 });
  await stronger.close();
});

test('a password changed while a log-in renews its hash is the new one', async () => {
  const stronger = await app.world.start({ ...UNGUARDED, PASSWORD_HASH_ITERATIONS: '3' });
  const { phone, token } = await app.client.register();
  const change = 'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) }';
  const input = { oldPassword: PASSWORD, password: 'another-horse-8' };
  const [changed] = await Promise.all([
    stronger.client.code(change, { input }, token),
    ...Array.from({ length: 3 }, () => graphqlDoor(stronger.client, { account: phone, password: PASSWORD })),
  ]);
  expect(changed).toBeUndefined();
  await stronger.close();
});
