import { UserStatus } from '../../src/modules/user/user.entity.js';
import { type LoneApp, startTestApp } from '../support/app.js';
import { type Account, freshPhone, md5, PASSWORD } from '../support/client.js';
import { freshEmail, freshName, giveEmail, logIn, mutate, setUser, whoIs } from '../support/operations.js';

let app: LoneApp;
let account: FullAccount;

type FullAccount = Account & { name: string; email: string };

/** An account with a phone, a verified e-mail address and a name of its own. */
async function newAccount(): Promise<FullAccount> {
  const name = freshName();
  const registered = await app.client.register({ name });
  return { ...registered, name, email: await giveEmail(app.client, registered.token) };
}

beforeAll(async () => {
  app = await startTestApp({ GUARD_IP_HOURLY: '100000' });
  account = await newAccount();
});
afterAll(() => app.close());

const login = (input: Record<string, unknown>) => mutate(app.client, 'login', input);

describe('log-ins by password', () => {
  test.each([
    ['the phone', () => account.phone],
    ['the phone with +86', () => `+86${account.phone}`],
    ['the phone with 0086', () => `0086${account.phone}`],
    ['the phone with 86', () => `86${account.phone}`],
    [
      'the phone in groups',
      () => ` ${account.phone.slice(0, 3)}-${account.phone.slice(3, 7)} ${account.phone.slice(7)}`,
    ],
    ['the e-mail address', () => account.email],
    ['the e-mail address in capitals', () => account.email.toUpperCase()],
    ['the name', () => account.name],
    ['the name in capitals', () => account.name.toUpperCase()],
    ['the name in small letters, with blanks around', () => ` ${account.name.toLowerCase()} `],
  ])('%s logs in, with the password and with its MD5', async (_, spell) => {
    const plain = await login({ account: spell(), password: PASSWORD });
    expect(plain.value).toMatchObject({
      isNewUser: false,
      user: { id: String(account.id), phone: account.phone },
    });
    const hashed = await login({
      account: spell(),
      password: md5(PASSWORD).toUpperCase(),
      passwordFormat: 'MD5',
    });
    expect(hashed.value.user.id).toBe(String(account.id));
    expect(hashed.value.token).not.toBe(plain.value.token);
  });

  test('the MD5 of a password that looks like an MD5 is not taken for the password', async () => {
    expect((await login({ account: account.name, password: md5(PASSWORD) })).code).toBe(
      'CREDENTIALS_INVALID',
    );
    expect(await login({ account: account.name, password: PASSWORD, passwordFormat: 'MD5' })).toMatchObject({
      code: 'INVALID_INPUT',
      field: 'password',
    });
  });

  test('several log-ins with one right password at once all get in', async () => {
    const results = await Promise.all(
      Array.from({ length: 12 }, () => login({ account: account.phone, password: PASSWORD })),
    );
    expect(new Set(results.map(({ value }) => value?.token)).size).toBe(12);
  });

  test('an unknown account and a wrong password are answered the same, after the same work', async () => {
    const account = await newAccount();
    const before = app.services.hasher.evaluations;
    const accounts = [account.phone, account.email, freshPhone(), freshEmail(), freshName(), '1', '不存在'];
    const answers = [];
    for (const one of accounts) {
      const variables = { input: { account: one, password: 'not the password' } };
      const answer = await app.client.graphql(
        'mutation ($input: LoginInput!) { login(input: $input) { token } }',
        variables,
      );
      answers.push({ status: answer.status, data: answer.data, errors: answer.errors });
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]?.errors?.[0]?.extensions).toEqual({ code: 'CREDENTIALS_INVALID' });
    expect(app.services.hasher.evaluations - before).toBe(accounts.length);
  });

  test('an address that was never confirmed logs nobody in', async () => {
    const other = await app.client.register();
    const email = freshEmail();
    await setUser(app.infrastructure.database.fork(), other.id, { email, emailVerified: false });
    expect((await login({ account: email, password: PASSWORD })).code).toBe('CREDENTIALS_INVALID');
    expect(await login({ account: email, code: await app.client.sendCode(email, ['LOGIN']) })).toMatchObject({
      code: 'USER_NOT_FOUND',
    });
  });

  test('a disabled account is told so only with the right password', async () => {
    const other = await app.client.register();
    await setUser(app.infrastructure.database.fork(), other.id, { status: UserStatus.DISABLED });
    expect((await login({ account: other.phone, password: 'wrong one' })).code).toBe('CREDENTIALS_INVALID');
    expect((await login({ account: other.phone, password: PASSWORD })).code).toBe('ACCOUNT_DISABLED');
    const code = await app.client.sendCode(other.phone, ['LOGIN']);
    expect((await login({ account: other.phone, code })).code).toBe('ACCOUNT_DISABLED');
  });
});

test('a log-in takes exactly one way to prove the account', async () => {
  const password = PASSWORD;
  const code = await app.client.sendCode(account.phone, ['LOGIN']);
  const thirdParty = { provider: 'QQ', accessToken: 'a', openId: 'b' };
  for (const [input, field] of [
    [{}, 'password'],
    [{ password, code }, 'code'],
    [{ code, thirdParty }, 'thirdParty'],
    [{ password, thirdParty }, 'thirdParty'],
    [{ password, code, thirdParty }, 'code'],
  ] as const) {
    expect(await login({ account: account.phone, ...input })).toMatchObject({ code: 'INVALID_INPUT', field });
  }
  expect(await login({})).toMatchObject({ code: 'INVALID_INPUT', field: 'account' });
  expect(await login({ password })).toMatchObject({ code: 'INVALID_INPUT', field: 'account' });
  expect(await login({ code })).toMatchObject({ code: 'INVALID_INPUT', field: 'account' });
  const { phone } = account;
  expect(await login({ account: phone, phone, code })).toMatchObject({
    code: 'INVALID_INPUT',
    field: 'phone',
  });
  expect(
    (await login({ account: account.phone, code, password: null, thirdParty: null })).value,
  ).toBeDefined();
});

describe('log-ins by code', () => {
  beforeAll(async () => {
    account = await newAccount();
  });

  test('a phone and an e-mail address log in by code, once per code', async () => {
    for (const to of [account.phone, account.email]) {
      const code = await app.client.sendCode(to, ['LOGIN']);
      const { value } = await login({ account: to.toUpperCase(), code });
      expect(await whoIs(app.client, value.token)).toBe(account.id);
      expect(value.isNewUser).toBe(false);
      expect(await login({ account: to, code })).toMatchObject({ code: 'CODE_INVALID', field: 'code' });
    }
  });

  test('a name cannot log in by code, and neither can a code for something else', async () => {
    expect(await login({ account: account.name, code: '123456' })).toMatchObject({
      code: 'PHONE_INVALID',
      field: 'account',
    });
    expect(await login({ account: 'a@b', code: '123456' })).toMatchObject({
      code: 'EMAIL_INVALID',
      field: 'account',
    });
    const code = await app.client.sendCode(account.phone, ['RETRIEVE']);
    expect((await login({ account: account.phone, code })).code).toBe('CODE_INVALID');
  });

  test('an unknown phone is registered by a log-in only when asked, and its code stays good until then', async () => {
    const phone = freshPhone();
    const code = await app.client.sendCode(phone, ['LOGIN', 'REGISTER']);
    expect(await login({ account: phone, code })).toMatchObject({ code: 'USER_NOT_FOUND', field: 'account' });
    const { value } = await login({ account: phone, code, registerUnknown: true });
    expect(value).toMatchObject({ isNewUser: true, user: { phone } });
    expect((await login({ account: phone, code, registerUnknown: true })).code).toBe('CODE_INVALID');
    const again = await login({
      account: phone,
      code: await app.client.sendCode(phone, ['LOGIN']),
      registerUnknown: true,
    });
    expect(again.value).toMatchObject({ isNewUser: false, user: { id: value.user.id } });
  });

  test('a code that was not sent for registering registers nobody', async () => {
    const phone = freshPhone();
    const code = await app.client.sendCode(phone, ['LOGIN']);
    const refused = await login({ account: phone, code, registerUnknown: true });
    expect(refused).toMatchObject({ code: 'CODE_INVALID', field: 'code' });
    expect((await login({ account: phone, code })).code).toBe('USER_NOT_FOUND');
  });

  test('of many log-ins at once with one code, one gets in', async () => {
    const phone = freshPhone();
    const code = await app.client.sendCode(phone, ['LOGIN', 'REGISTER']);
    const results = await Promise.all(
      Array.from({ length: 6 }, () => login({ account: phone, code, registerUnknown: true })),
    );
    expect(results.map((result) => result.code ?? 'in').sort()).toEqual([
      ...Array(5).fill('CODE_INVALID'),
      'in',
    ]);
  });
});

test('the cookie of the member centre is a session for GraphQL', async () => {
  const token = await logIn(app.client, account.name);
  const { data } = await app.client.graphql(
    '{ me { id } }',
    {},
    { headers: { cookie: `member_session=${token}` } },
  );
  expect(data.me.id).toBe(String(account.id));
});
