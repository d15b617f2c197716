import { type LoneApp, startTestApp } from '../support/app.js';
import { freshPhone, md5, PASSWORD } from '../support/client.js';
import { freshEmail, freshName, logIn, mutate, whoIs } from '../support/operations.js';

let app: LoneApp;

beforeAll(async () => {
  app = await startTestApp({ GUARD_IP_HOURLY: '100000', CODE_IP_DAILY_LIMIT: '100000' });
  const em = app.infrastructure.database.fork();
  await app.services.moderation.banWord({ em }, '管理员');
  await app.services.moderation.banWord({ em }, 'admin');
});
afterAll(() => app.close());

/** A registration by a new phone with a good code, but for what is given. */
async function register(input: Record<string, unknown> = {}) {
  const phone = freshPhone();
  const code = await app.client.sendCode(phone, ['REGISTER']);
  const full = { phone, code, password: PASSWORD, ...input };
  return { phone, code, outcome: await mutate(app.client, 'register', full) };
}

describe('registration', () => {
  test('registering by phone opens a session, normalises the phone, and shows a generated name as nickname', async () => {
    const phone = freshPhone();
    await mutate(app.client, 'sendCode', { phone: `+86 ${phone}`, purposes: ['REGISTER'] });
    const code = app.inbox.code(phone);
    const { value } = await mutate(app.client, 'register', {
      phone: `0086${phone}`,
      code,
      password: PASSWORD,
    });
    expect(value).toMatchObject({
      isNewUser: true,
      token: expect.stringMatching(/^[\w-]{43}$/),
      user: { phone, email: null, emailVerified: false, status: 'ACTIVE', sex: 'UNSPECIFIED', abilities: [] },
    });
    expect(value.user.name).toMatch(/^user_[0-9a-f]{10}$/);
    expect(value.user.nickname).toBe(value.user.name);
    const days = (Date.parse(value.expiresAt) - Date.now()) / 86_400_000;
    expect(days).toBeCloseTo(30, 2);
    expect(await whoIs(app.client, value.token)).toBe(Number(value.user.id));
  });

  test('registering by e-mail verifies the address and keeps it in lower case', async () => {
    const email = freshEmail();
    const code = await app.client.sendCode(email, ['REGISTER']);
    const name = freshName();
    const input = { email: email.toUpperCase(), code, password: PASSWORD, name, nickname: ' 小 明 ' };
    const { value } = await mutate(app.client, 'register', input);
    expect(value.user).toMatchObject({ email, emailVerified: true, phone: null, name, nickname: '小 明' });
    await expect(logIn(app.client, email)).resolves.toBeDefined();
  });

  test('registering needs exactly one address, well-formed', async () => {
    const input = { code: '123456', password: PASSWORD };
    const phone = freshPhone();
    const refused = async (address: object) =>
      (await mutate(app.client, 'register', { ...input, ...address })).code;
    expect(await refused({})).toBe('CONTACT_AMBIGUOUS');
    expect(await refused({ phone, email: freshEmail() })).toBe('CONTACT_AMBIGUOUS');
    expect(await refused({ phone: '12345678901' })).toBe('PHONE_INVALID');
    expect(await refused({ phone: '+1 202 555 0123' })).toBe('PHONE_INVALID');
    expect(await refused({ email: 'not@an@address' })).toBe('EMAIL_INVALID');
  });

  test('registering a taken phone or address is refused', async () => {
    const { phone } = await app.client.register();
    const input = { code: '123456', password: PASSWORD };
    expect(await mutate(app.client, 'register', { ...input, phone })).toMatchObject({
      code: 'PHONE_TAKEN',
      field: 'phone',
    });
    const email = freshEmail();
    await mutate(app.client, 'register', {
      ...input,
      email,
      code: await app.client.sendCode(email, ['REGISTER']),
    });
    expect(await mutate(app.client, 'register', { ...input, email: email.toUpperCase() })).toMatchObject({
      code: 'EMAIL_TAKEN',
      field: 'email',
    });
  });
});

describe('names', () => {
  test.each([
    ['a digit first', '1abcd', 'NAME_INVALID'],
    ['a blank inside', 'ab cde', 'NAME_INVALID'],
    ['a special character', 'ab-cde', 'NAME_INVALID'],
    ['too narrow', 'abc', 'NAME_LENGTH'],
    ['too wide', 'a'.repeat(25), 'NAME_LENGTH'],
    ['too wide in Chinese', '名'.repeat(13), 'NAME_LENGTH'],
    ['an invisible character', 'abc\u200bde', 'NAME_INVALID'],
  ])('a name is refused: %s', async (_, name, code) => {
    const { outcome } = await register({ name });
    expect(outcome).toMatchObject({ code, field: 'name' });
  });

  test.each([['abcd'], ['a'.repeat(24)], ['名'.repeat(12)], ['小明'], ['_9_9']])(
    'the name %s is accepted',
    async (name) => {
      const { outcome } = await register({ name });
      expect(outcome.value.user).toMatchObject({ name, nickname: name });
    },
  );

  test('names and nicknames that hold a banned word are refused, in whatever case and width', async () => {
    for (const name of ['超级管理员', 'xADMINx', 'ＡＤＭＩＮ']) {
      expect((await register({ name })).outcome).toMatchObject({ code: 'NAME_BANNED', field: 'name' });
    }
    const { outcome } = await register({ nickname: 'I am the Admin!' });
    expect(outcome).toMatchObject({ code: 'NAME_BANNED', field: 'nickname' });
  });

  test('a name taken in another case is refused, and nicknames may be shared but not too long', async () => {
    const name = freshName();
    expect((await register({ name, nickname: '同名' })).outcome.value.user.nickname).toBe('同名');
    expect((await register({ name: name.toUpperCase() })).outcome).toMatchObject({
      code: 'NAME_TAKEN',
      field: 'name',
    });
    expect((await register({ nickname: '同名' })).outcome.value.user.nickname).toBe('同名');
    const tooLong = await register({ nickname: 'n'.repeat(65) });
    expect(tooLong.outcome).toMatchObject({ code: 'INVALID_INPUT', field: 'nickname' });
  });

  test('a name that two registrations ask for at once goes to one of them', async () => {
    const name = freshName();
    const results = await Promise.all([register({ name }), register({ name: name.toLowerCase() })]);
    expect(results.map(({ outcome }) => outcome.code).sort()).toEqual(['NAME_TAKEN', undefined]);
    const loser = results.find(({ outcome }) => outcome.code);
    const again = { phone: loser?.phone, code: loser?.code, password: PASSWORD, name: freshName() };
    expect((await mutate(app.client, 'register', again)).value.isNewUser).toBe(true);
  });
});

describe('passwords', () => {
  test.each([
    ['too short', 'Ab3$xyz'],
    ['too long', 'x'.repeat(129)],
    ['empty', ''],
    ['common', 'Password123'],
    ['of digits that everybody tries', '11223344'],
  ])('a password that is %s is refused', async (_, password) => {
    const { outcome } = await register({ password });
    expect(outcome).toMatchObject({ code: 'PASSWORD_WEAK', field: 'password' });
  });

  test.each([
    ['eight characters', '密码密码密码密码'],
    ['128 characters', 'y'.repeat(128)],
  ])('a password of %s works', async (_, password) => {
    const { phone } = await register({ password });
    await expect(logIn(app.client, phone, password)).resolves.toBeDefined();
  });

  test('a password given as MD5 must be one, and its strength is not judged', async () => {
    const wrong = await register({ password: PASSWORD, passwordFormat: 'MD5' });
    expect(wrong.outcome).toMatchObject({ code: 'INVALID_INPUT', field: 'password' });
    const { phone, outcome } = await register({
      password: md5('123456').toUpperCase(),
      passwordFormat: 'MD5',
    });
    expect(outcome.value.isNewUser).toBe(true);
    await expect(logIn(app.client, phone, '123456')).resolves.toBeDefined();
  });

  test('an account registered without a password logs in by code only', async () => {
    const { phone, outcome } = await register({ password: undefined });
    expect(outcome.value.isNewUser).toBe(true);
    expect((await mutate(app.client, 'login', { account: phone, password: PASSWORD })).code).toBe(
      'CREDENTIALS_INVALID',
    );
  });
});

describe('the code', () => {
  test('a registration needs a right code, sent for registering', async () => {
    const phone = freshPhone();
    const login = await app.client.sendCode(phone, ['LOGIN']);
    const input = { phone, password: PASSWORD };
    expect(await mutate(app.client, 'register', { ...input, code: login })).toMatchObject({
      code: 'CODE_INVALID',
      field: 'code',
    });
    const good = await app.client.sendCode(phone, ['REGISTER']);
    const wrong = good === '000000' ? '000001' : '000000';
    expect((await mutate(app.client, 'register', { ...input, code: wrong })).code).toBe('CODE_INVALID');
    expect((await mutate(app.client, 'register', { ...input, code: '' })).code).toBe('CODE_INVALID');
    expect((await mutate(app.client, 'register', { ...input, code: good })).value.isNewUser).toBe(true);
  });

  test('a code sent to one phone does not register another', async () => {
    const code = await app.client.sendCode(freshPhone(), ['REGISTER']);
    const input = { phone: freshPhone(), code, password: PASSWORD };
    expect((await mutate(app.client, 'register', input)).code).toBe('CODE_INVALID');
  });

  test('a code registers once, also when it is sent by many at once', async () => {
    const phone = freshPhone();
    const code = await app.client.sendCode(phone, ['REGISTER', 'LOGIN']);
    const input = { phone, code, password: PASSWORD };
    const results = await Promise.all(Array.from({ length: 6 }, () => mutate(app.client, 'register', input)));
    expect(results.filter(({ value }) => value)).toHaveLength(1);
    for (const { code: refusal } of results)
      expect([undefined, 'CODE_INVALID', 'PHONE_TAKEN']).toContain(refusal);
    expect((await mutate(app.client, 'login', { account: phone, code })).code).toBe('CODE_INVALID');
  });

  test('a code stays good when the registration was refused for another reason', async () => {
    const { phone, code, outcome } = await register({ name: 'x admin x', password: 'weak' });
    expect(outcome.code).toBeDefined();
    for (const flaw of [
      { name: 'Admin_1' },
      { name: '1' },
      { password: 'short' },
      { password: 'x', passwordFormat: 'MD5' },
    ]) {
      const refused = await mutate(app.client, 'register', { phone, code, password: PASSWORD, ...flaw });
      expect(refused.code).not.toBe('CODE_INVALID');
    }
    const { value } = await mutate(app.client, 'register', { phone, code, password: PASSWORD });
    expect(value.user.phone).toBe(phone);
  });
});

test('a blocked IP address can neither register nor log in', async () => {
  const { phone } = await app.client.register();
  const em = app.infrastructure.database.fork();
  await app.services.moderation.blockIp({ em }, '127.0.0.0/8');
  expect((await register()).outcome.code).toBe('IP_BLOCKED');
  expect((await mutate(app.client, 'login', { account: phone, password: PASSWORD })).code).toBe('IP_BLOCKED');
  await app.services.moderation.unblockIp({ em }, '127.0.0.0/8');
  await expect(logIn(app.client, phone)).resolves.toBeDefined();
});

test('a word of more than 64 characters cannot be banned', async () => {
  const em = app.infrastructure.database.fork();
  await expect(app.services.moderation.banWord({ em }, '禁'.repeat(64))).resolves.toBe('禁'.repeat(64));
  await expect(app.services.moderation.banWord({ em }, '禁'.repeat(65))).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    details: { field: 'word' },
  });
});
