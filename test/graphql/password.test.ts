import { type LoneApp, startTestApp } from '../support/app.js';
import { freshPhone, md5, PASSWORD } from '../support/client.js';
import {
  freshEmail,
  giveEmail,
  logIn,
  mutate,
  registerByCode,
  setUser,
  whoIs,
} from '../support/operations.js';

const NEW = 'battery-staple-9';
let app: LoneApp;

beforeAll(async () => {
  app = await startTestApp({ GUARD_IP_HOURLY: '100000' });
});
afterAll(() => app.close());

const change = (token: string, input: Record<string, unknown>) =>
  mutate(app.client, 'changePassword', input, token);
const retrieve = (input: Record<string, unknown>) => mutate(app.client, 'retrievePassword', input);
const refusal = async (account: string, password: string) =>
  (await mutate(app.client, 'login', { account, password })).code;

describe('changing the password', () => {
  test('changing the password keeps the session in use and ends the others', async () => {
    const { id, phone, token } = await app.client.register();
    const others = await Promise.all([logIn(app.client, phone), logIn(app.client, phone)]);
    for (const one of others) expect(await whoIs(app.client, one)).toBe(id);
    expect((await change(token, { oldPassword: PASSWORD, password: NEW })).value).toBe(true);
    expect(await whoIs(app.client, token)).toBe(id);
    for (const one of others) expect(await whoIs(app.client, one)).toBeNull();
    expect(await refusal(phone, PASSWORD)).toBe('CREDENTIALS_INVALID');
    await expect(logIn(app.client, phone, NEW)).resolves.toBeDefined();
  });

  test('changing the password works with MD5, and the plain password then logs in', async () => {
    const { phone, token } = await app.client.register();
    const input = { oldPassword: md5(PASSWORD), password: md5(NEW), passwordFormat: 'MD5' };
    expect((await change(token, input)).value).toBe(true);
    await expect(logIn(app.client, phone, NEW)).resolves.toBeDefined();
  });

  test('changing the password needs the old password, and a new one that is allowed', async () => {
    const { phone, token } = await app.client.register();
    const wrong = { code: 'CREDENTIALS_INVALID', field: 'oldPassword' };
    expect(await change(token, { oldPassword: 'not the old', password: NEW })).toMatchObject(wrong);
    expect(await change(token, { password: NEW })).toMatchObject(wrong);
    expect(await change(token, { oldPassword: '', password: NEW })).toMatchObject(wrong);
    const unchanged = { code: 'PASSWORD_UNCHANGED', field: 'password' };
    expect(await change(token, { oldPassword: PASSWORD, password: PASSWORD })).toMatchObject(unchanged);
    const hashes = {
      oldPassword: md5(PASSWORD),
      password: md5(PASSWORD).toUpperCase(),
      passwordFormat: 'MD5',
    };
    expect(await change(token, hashes)).toMatchObject(unchanged);
    const weak = { code: 'PASSWORD_WEAK', field: 'password' };
    expect(await change(token, { oldPassword: PASSWORD, password: 'qwerty123' })).toMatchObject(weak);
    const noMd5 = { oldPassword: md5(PASSWORD), password: 'no md5', passwordFormat: 'MD5' };
    expect(await change(token, noMd5)).toMatchObject({ code: 'INVALID_INPUT', field: 'password' });
    expect(
      await mutate(app.client, 'changePassword', { oldPassword: PASSWORD, password: NEW }),
    ).toMatchObject({
      code: 'UNAUTHENTICATED',
    });
    await expect(logIn(app.client, phone)).resolves.toBeDefined();
  });

  test('setting a first password needs no old one', async () => {
    const { phone, token } = await registerByCode(app.client);
    expect((await change(token, { password: NEW })).value).toBe(true);
    await expect(logIn(app.client, phone, NEW)).resolves.toBeDefined();
    expect(await change(token, { password: PASSWORD })).toMatchObject({ code: 'CREDENTIALS_INVALID' });
  });

  test('of two changes at once with the same old password, one succeeds', async () => {
    const { phone, token } = await app.client.register();
    const wanted = [NEW, `${NEW}-too`];
    const results = await Promise.all(
      wanted.map((password) => change(token, { oldPassword: PASSWORD, password })),
    );
    expect(results.map(({ code }) => code ?? 'changed').sort()).toEqual(['CREDENTIALS_INVALID', 'changed']);
    const winner = results.findIndex(({ value }) => value);
    await expect(logIn(app.client, phone, wanted[winner])).resolves.toBeDefined();
    expect(await refusal(phone, wanted[1 - winner] ?? '')).toBe('CREDENTIALS_INVALID');
  });

  test('of two first passwords at once, one is set', async () => {
    const { token } = await registerByCode(app.client);
    const results = await Promise.all([
      change(token, { password: NEW }),
      change(token, { password: PASSWORD }),
    ]);
    expect(results.filter(({ value }) => value)).toHaveLength(1);
  });
});

describe('retrieving the password', () => {
  test('retrieving the password by phone ends all sessions', async () => {
    const { phone, token } = await app.client.register();
    const other = await logIn(app.client, phone);
    const code = await app.client.sendCode(phone, ['RETRIEVE']);
    expect((await retrieve({ phone: `+86${phone}`, code, password: NEW })).value).toBe(true);
    for (const one of [token, other]) expect(await whoIs(app.client, one)).toBeNull();
    expect(await refusal(phone, PASSWORD)).toBe('CREDENTIALS_INVALID');
    await expect(logIn(app.client, phone, NEW)).resolves.toBeDefined();
    expect(await retrieve({ phone, code, password: PASSWORD })).toMatchObject({
      code: 'CODE_INVALID',
      field: 'code',
    });
  });

  test('retrieving the password by e-mail works for an account that never had one, as MD5', async () => {
    const { phone, token } = await registerByCode(app.client);
    const email = await giveEmail(app.client, token);
    const code = await app.client.sendCode(email, ['RETRIEVE']);
    const input = { email: email.toUpperCase(), code, password: md5(NEW), passwordFormat: 'MD5' };
    expect((await retrieve(input)).value).toBe(true);
    await expect(logIn(app.client, phone, NEW)).resolves.toBeDefined();
  });

  test('retrieving the password needs exactly one known address and a code sent there for it', async () => {
    const { id, phone, token } = await app.client.register();
    const password = NEW;
    expect(await retrieve({ phone: freshPhone(), code: '123456', password })).toMatchObject({
      code: 'USER_NOT_FOUND',
      field: 'phone',
    });
    const email = freshEmail();
    await setUser(app.infrastructure.database.fork(), id, { email, emailVerified: false });
    expect(await retrieve({ email, code: '123456', password })).toMatchObject({
      code: 'USER_NOT_FOUND',
      field: 'email',
    });
    expect((await retrieve({ phone, email, code: '123456', password })).code).toBe('CONTACT_AMBIGUOUS');
    expect((await retrieve({ code: '123456', password })).code).toBe('CONTACT_AMBIGUOUS');
    const login = await app.client.sendCode(phone, ['LOGIN']);
    expect((await retrieve({ phone, code: login, password })).code).toBe('CODE_INVALID');

    const code = await app.client.sendCode(phone, ['RETRIEVE']);
    expect((await retrieve({ phone, code, password: 'short' })).code).toBe('PASSWORD_WEAK');
    expect((await retrieve({ phone, code, password: 'x', passwordFormat: 'MD5' })).code).toBe(
      'INVALID_INPUT',
    );
    expect(await whoIs(app.client, token)).toBe(id);
    expect((await retrieve({ phone, code, password })).value).toBe(true);
  });
});
