import { type LoneApp, startTestApp } from '../support/app.js';
import { type Account, freshPhone, PASSWORD } from '../support/client.js';
import { FakeProviders } from '../support/fake-providers.js';
import {
  freshEmail,
  giveEmail,
  logIn,
  mutate,
  registerByCode,
  setUser,
  whoIs,
} from '../support/operations.js';

let providers: FakeProviders;
let app: LoneApp;

beforeAll(async () => {
  providers = await FakeProviders.start();
  app = await startTestApp({ ...providers.env, GUARD_IP_HOURLY: '100000', CODE_IP_DAILY_LIMIT: '10000' });
});
afterAll(async () => {
  await app.close();
  await providers.close();
});

type Name = Parameters<typeof mutate>[1];
const as = (token: string) => (name: Name, input: Record<string, unknown>) =>
  mutate(app.client, name, input, token);
const codeFor = (to: string, purpose: string) => app.client.sendCode(to, [purpose]);
/** Shows an address on an account that nobody has confirmed, as `account` 3.4 does. */
const showUnproven = (account: Account, email: string) =>
  setUser(app.infrastructure.database.fork(), account.id, { email, emailVerified: false });
const emailOf = async (token: string) =>
  (await app.client.data('{ me { email emailVerified } }', {}, token)).me;

describe('binding a phone', () => {
  test('binding a phone replaces the former one, which is free again', async () => {
    const { id, phone: former, token } = await app.client.register();
    const phone = freshPhone();
    const input = { phone: `+86 ${phone}`, code: await codeFor(phone, 'BIND'), password: PASSWORD };
    expect((await as(token)('bindPhone', input)).value).toMatchObject({ id: String(id), phone });
    expect(await whoIs(app.client, await logIn(app.client, phone))).toBe(id);
    await expect(app.client.register({ phone: former })).resolves.toMatchObject({ phone: former });
  });

  test('binding a phone sets the password of an account that has none, and the rule for passwords holds', async () => {
    const { phone, token } = await registerByCode(app.client);
    const code = await codeFor(freshPhone(), 'BIND');
    const to = app.inbox.letters.at(-1)?.to ?? '';
    const weak = await as(token)('bindPhone', { phone: to, code, password: '12345678' });
    expect(weak).toMatchObject({ code: 'PASSWORD_WEAK', field: 'password' });
    expect((await as(token)('bindPhone', { phone: to, code, password: PASSWORD })).value.phone).toBe(to);
    await expect(logIn(app.client, to)).resolves.toBeDefined();
    expect((await mutate(app.client, 'login', { account: phone, password: PASSWORD })).code).toBe(
      'CREDENTIALS_INVALID',
    );
  });

  test('binding a phone requires the password given to be the current one, before the code is used', async () => {
    const { id, token } = await app.client.register();
    const phone = freshPhone();
    const code = await codeFor(phone, 'BIND');
    expect(await as(token)('bindPhone', { phone, code, password: 'not the password' })).toMatchObject({
      code: 'CREDENTIALS_INVALID',
      field: 'password',
    });
    expect(await as(token)('bindPhone', { phone, code: '12345', password: PASSWORD })).toMatchObject({
      code: 'CODE_INVALID',
      field: 'code',
    });
    expect((await as(token)('bindPhone', { phone, code })).value.id).toBe(String(id));
  });

  test('binding a phone is refused without a session, for no phone, and for a taken one', async () => {
    const { token } = await app.client.register();
    const phone = freshPhone();
    const code = await codeFor(phone, 'BIND');
    expect((await mutate(app.client, 'bindPhone', { phone, code })).code).toBe('UNAUTHENTICATED');
    expect(await as(token)('bindPhone', { phone: '123', code })).toMatchObject({
      code: 'PHONE_INVALID',
      field: 'phone',
    });
    await app.client.register({ phone });
    expect(await as(token)('bindPhone', { phone, code })).toMatchObject({
      code: 'PHONE_TAKEN',
      field: 'phone',
    });
  });

  test('of two accounts that bind one phone at once, one gets it', async () => {
    const [first, second] = await Promise.all([app.client.register(), app.client.register()]);
    const phone = freshPhone();
    const code = await codeFor(phone, 'BIND');
    const results = await Promise.all(
      [first, second].map(({ token }) => as(token)('bindPhone', { phone, code })),
    );
    expect(results.filter(({ value }) => value)).toHaveLength(1);
    for (const { code: refusal } of results)
      expect([undefined, 'CODE_INVALID', 'PHONE_TAKEN']).toContain(refusal);
  });
});

describe('binding an e-mail address', () => {
  test('binding an e-mail address verifies it, in lower case, and a taken one is refused', async () => {
    const [owner, other] = await Promise.all([app.client.register(), app.client.register()]);
    const email = freshEmail();
    const code = await codeFor(email, 'BIND');
    const { value } = await as(owner.token)('bindEmail', { email: email.toUpperCase(), code });
    expect(value).toMatchObject({ email, emailVerified: true });
    expect(await whoIs(app.client, await logIn(app.client, email))).toBe(owner.id);
    const taken = await as(other.token)('bindEmail', { email, code: '123456' });
    expect(taken).toMatchObject({ code: 'EMAIL_TAKEN', field: 'email' });
    expect(await as(other.token)('bindEmail', { email: 'x', code })).toMatchObject({
      code: 'EMAIL_INVALID',
      field: 'email',
    });
  });

  test('binding an e-mail address takes over one that another account only showed', async () => {
    const [shower, owner] = await Promise.all([app.client.register(), app.client.register()]);
    const email = freshEmail();
    await showUnproven(shower, email);
    expect(await emailOf(shower.token)).toEqual({ email, emailVerified: false });
    await giveEmail(app.client, owner.token, email);
    expect(await emailOf(shower.token)).toEqual({ email: null, emailVerified: false });
    expect(await emailOf(owner.token)).toEqual({ email, emailVerified: true });
  });

  test('binding an e-mail address confirms the one that the account itself showed', async () => {
    const account = await app.client.register();
    const email = freshEmail();
    await showUnproven(account, email);
    await giveEmail(app.client, account.token, email);
    expect(await emailOf(account.token)).toEqual({ email, emailVerified: true });
  });

  test('registering with an e-mail address takes over one that another account only showed', async () => {
    const shower = await app.client.register();
    const email = freshEmail();
    await showUnproven(shower, email);
    const input = { email, code: await codeFor(email, 'REGISTER'), password: PASSWORD };
    expect((await mutate(app.client, 'register', input)).value.user).toMatchObject({
      email,
      emailVerified: true,
    });
    expect(await emailOf(shower.token)).toEqual({ email: null, emailVerified: false });
  });
});

describe('unbinding', () => {
  test('unbinding a phone needs the password, then the code', async () => {
    const { phone, token } = await app.client.register();
    const email = await giveEmail(app.client, token);
    const code = await codeFor(phone, 'UNBIND');
    const wrongPassword = await as(token)('unbindPhone', { password: 'wrong one', code: 'wrong' });
    expect(wrongPassword).toMatchObject({ code: 'CREDENTIALS_INVALID', field: 'password' });
    const wrongCode = await as(token)('unbindPhone', { password: PASSWORD, code: 'wrong' });
    expect(wrongCode).toMatchObject({ code: 'CODE_INVALID', field: 'code' });
    const elsewhere = await codeFor(email, 'UNBIND');
    if (elsewhere !== code) {
      expect((await as(token)('unbindPhone', { password: PASSWORD, code: elsewhere })).code).toBe(
        'CODE_INVALID',
      );
    }
    expect((await as(token)('unbindPhone', { password: PASSWORD, code })).value).toMatchObject({
      phone: null,
      email,
    });
    expect((await as(token)('unbindPhone', { password: PASSWORD, code })).code).toBe('NOT_FOUND');
    expect((await mutate(app.client, 'login', { account: phone, password: PASSWORD })).code).toBe(
      'CREDENTIALS_INVALID',
    );
    expect((await mutate(app.client, 'unbindPhone', { password: PASSWORD, code })).code).toBe(
      'UNAUTHENTICATED',
    );
  });

  test('unbinding an e-mail address frees it', async () => {
    const { token } = await app.client.register();
    const email = await giveEmail(app.client, token);
    const { value } = await as(token)('unbindEmail', {
      password: PASSWORD,
      code: await codeFor(email, 'UNBIND'),
    });
    expect(value).toMatchObject({ email: null, emailVerified: false });
    expect((await as(token)('unbindEmail', { password: PASSWORD, code: '123456' })).code).toBe('NOT_FOUND');
    const other = await app.client.register();
    await giveEmail(app.client, other.token, email);
  });

  test('unbinding an address that was only shown takes no code, because none can be sent there', async () => {
    const { token } = await app.client.register();
    const shown = freshEmail();
    await as(token)('updateAccount', { email: shown });
    expect((await as(token)('updateAccount', { nickname: 'stays' })).value.email).toBe(shown);
    expect((await as(token)('updateAccount', { email: null })).value).toMatchObject({ email: null });
    const { securityEvents } = await app.client.data('{ securityEvents { nodes { kind } } }', {}, token);
    expect(securityEvents.nodes.map(({ kind }: { kind: string }) => kind)).toEqual([
      'EMAIL_UNBOUND',
      'EMAIL_CHANGED',
      'REGISTERED',
    ]);
    const email = await giveEmail(app.client, token);
    expect((await as(token)('updateAccount', { email: null })).value).toMatchObject({
      email,
      emailVerified: true,
    });
  });

  test('unbinding the last way to log in is refused, and its code stays good', async () => {
    const account = await app.client.register();
    const code = await codeFor(account.phone, 'UNBIND');
    await showUnproven(account, freshEmail());
    const refused = await as(account.token)('unbindPhone', { password: PASSWORD, code });
    expect(refused.code).toBe('LAST_LOGIN_METHOD');
    await giveEmail(app.client, account.token);
    expect((await as(account.token)('unbindPhone', { password: PASSWORD, code })).value.phone).toBeNull();
  });

  test('unbinding phone and e-mail address at once leaves one', async () => {
    const { phone, token } = await app.client.register();
    const email = await giveEmail(app.client, token);
    const [phoneCode, emailCode] = [await codeFor(phone, 'UNBIND'), await codeFor(email, 'UNBIND')];
    const results = await Promise.all([
      as(token)('unbindPhone', { password: PASSWORD, code: phoneCode }),
      as(token)('unbindEmail', { password: PASSWORD, code: emailCode }),
    ]);
    expect(results.map(({ code }) => code ?? 'done').sort()).toEqual(['LAST_LOGIN_METHOD', 'done']);
  });

  test('unbinding the last address is allowed when a third party vouches', async () => {
    providers.addQqToken('t', { openid: 'contact-test' });
    const thirdParty = { provider: 'QQ', accessToken: 't', openId: 'contact-test' };
    const { value } = await mutate(app.client, 'login', { thirdParty });
    const phone = freshPhone();
    await as(value.token)('bindPhone', { phone, code: await codeFor(phone, 'BIND'), password: PASSWORD });
    const unbound = await as(value.token)('unbindPhone', {
      password: PASSWORD,
      code: await codeFor(phone, 'UNBIND'),
    });
    expect(unbound.value).toMatchObject({ phone: null });
    expect((await mutate(app.client, 'login', { thirdParty })).value.user.id).toBe(value.user.id);
  });
});
