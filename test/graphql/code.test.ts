import { createWorld, type TestApp, type TestWorld } from '../support/app.js';
import { type Account, freshPhone, PASSWORD } from '../support/client.js';
import { freshEmail, freshName, giveEmail, logIn, mutate, setUser } from '../support/operations.js';

let world: TestWorld;
let app: TestApp;
let account: Account;
let email: string;

beforeAll(async () => {
  world = await createWorld();
  app = await world.start({ GUARD_IP_HOURLY: '100000', CODE_IP_DAILY_LIMIT: '10000' });
  account = await app.client.register();
  email = await giveEmail(app.client, account.token);
});
afterAll(() => world.close());

const send = (to: string, ...purposes: string[]) =>
  mutate(app.client, 'sendCode', { ...(to.includes('@') ? { email: to } : { phone: to }), purposes });
const verify = async (input: Record<string, unknown>) => (await mutate(app.client, 'verify', input)).value;

describe('sendCode', () => {
  test('sendCode sends six digits, good for what was asked, for five minutes', async () => {
    const phone = freshPhone();
    const { value } = await send(`+86${phone}`, 'LOGIN', 'REGISTER', 'LOGIN');
    expect(value.resendAfter).toBe(0);
    expect(Date.parse(value.expiresAt) - Date.now()).toBeGreaterThan(290_000);
    expect(Date.parse(value.expiresAt) - Date.now()).toBeLessThanOrEqual(301_000);
    const letter = world.inbox.letters.findLast(({ to }) => to === phone);
    expect(letter).toEqual({
      to: phone,
      code: expect.stringMatching(/^\d{6}$/),
      purposes: ['LOGIN', 'REGISTER'],
    });
  });

  test.each([
    [['REGISTER'], 'TAKEN', 'sent'],
    [['BIND'], 'TAKEN', 'sent'],
    [['REGISTER', 'BIND'], 'TAKEN', 'sent'],
    [['LOGIN'], 'sent', 'sent'],
    [['LOGIN', 'REGISTER'], 'sent', 'sent'],
    [['RETRIEVE'], 'sent', 'UNKNOWN'],
    [['UNBIND'], 'sent', 'UNKNOWN'],
  ])('sendCode for %j: a known address is %s, a new one %s', async (purposes, known, unknown) => {
    const meaning = { TAKEN: 'TAKEN', UNKNOWN: 'USER_NOT_FOUND', sent: undefined };
    for (const [to, expected] of [
      [account.phone, known],
      [email, known],
      [freshPhone(), unknown],
      [freshEmail(), unknown],
    ] as const) {
      const field = to.includes('@') ? 'email' : 'phone';
      const code =
        expected === 'TAKEN' ? `${field.toUpperCase()}_TAKEN` : meaning[expected as keyof typeof meaning];
      const { value, ...refusal } = await send(to, ...purposes);
      expect(refusal).toMatchObject(code ? { code, field } : {});
      expect(Boolean(value)).toBe(!code);
    }
  });

  test('sendCode takes an address that was never confirmed for a new one', async () => {
    const other = await app.client.register();
    const shown = freshEmail();
    await setUser(app.infrastructure.database.fork(), other.id, { email: shown, emailVerified: false });
    expect((await send(shown, 'RETRIEVE')).code).toBe('USER_NOT_FOUND');
    expect((await send(shown, 'REGISTER')).value).toBeDefined();
  });

  test('sendCode needs one well-formed address and a purpose', async () => {
    const phone = freshPhone();
    const call = (input: object) => mutate(app.client, 'sendCode', { purposes: ['LOGIN'], ...input });
    expect(await call({ phone, purposes: [] })).toMatchObject({ code: 'INVALID_INPUT', field: 'purposes' });
    expect(await call({ phone, email })).toMatchObject({ code: 'CONTACT_AMBIGUOUS', field: 'email' });
    expect(await call({})).toMatchObject({ code: 'CONTACT_AMBIGUOUS', field: 'phone' });
    expect((await call({ phone, purposes: ['EVERYTHING'] })).code).toBe('INVALID_INPUT');
    for (const bad of ['12345678901', '1380013800', '021-12345678', '+1 202 555 0123', 'x'.repeat(500)]) {
      expect(await call({ phone: bad })).toMatchObject({ code: 'PHONE_INVALID', field: 'phone' });
    }
    for (const bad of [
      'a',
      'a@',
      '@b.c',
      'a b@example.com',
      `${'x'.repeat(250)}@example.com`,
      'a@b@example.com',
    ]) {
      expect(await call({ email: bad })).toMatchObject({ code: 'EMAIL_INVALID', field: 'email' });
    }
  });

  test('sendCode reports a provider that fails, and the attempt does not count', async () => {
    const phone = freshPhone();
    world.inbox.failing = true;
    const query = 'mutation ($input: SendCodeInput!) { sendCode(input: $input) { resendAfter } }';
    const failed = await app.client.graphql(query, { input: { phone, purposes: ['LOGIN'] } });
    world.inbox.failing = false;
    expect(failed.errors?.[0]?.extensions).toMatchObject({ code: 'SERVICE_UNAVAILABLE', retryAfter: 1 });
    expect(failed.status).toBe(503);
    expect(failed.headers.get('retry-after')).toBe('1');
    expect((await send(phone, 'LOGIN')).value).toBeDefined();
  });

  test('sendCode waits between two codes, and has a share of the day per address and per source', async () => {
    const strict = await world.start({ CODE_RESEND_SECONDS: '60', CODE_IP_DAILY_LIMIT: '100000' });
    const ask = (phone: string, { client } = strict) =>
      mutate(client, 'sendCode', { phone, purposes: ['LOGIN'] });
    const phone = freshPhone();
    expect((await ask(phone)).value.resendAfter).toBe(60);
    const tooSoon = await ask(`86${phone}`);
    expect(tooSoon).toMatchObject({ code: 'CODE_TOO_SOON', retryAfter: expect.any(Number) });
    expect(tooSoon.retryAfter).toBeGreaterThan(50);
    expect((await ask(freshPhone())).value).toBeDefined();

    const scarce = await world.start({ CODE_DAILY_LIMIT: '2', CODE_IP_DAILY_LIMIT: '100000' });
    const other = freshPhone();
    const outcomes = await Promise.all([ask(other, scarce), ask(other, scarce), ask(other, scarce)]);
    expect(outcomes.map(({ code }) => code ?? 'sent').sort()).toEqual(['CODE_LIMIT', 'sent', 'sent']);

    const capped = await world.start({ CODE_IP_DAILY_LIMIT: '1' });
    expect(await ask(freshPhone(), capped)).toMatchObject({
      code: 'RATE_LIMITED',
      retryAfter: expect.any(Number),
    });
  });
});

describe('verify', () => {
  test('verify does not use the code up, and knows its purposes', async () => {
    const phone = freshPhone();
    const code = await app.client.sendCode(phone, ['REGISTER', 'LOGIN']);
    expect(await verify({ phone, code })).toBe(true);
    expect(await verify({ phone: `+86${phone}`, code, purpose: 'REGISTER' })).toBe(true);
    expect(await verify({ phone, code, purpose: 'BIND' })).toBe(false);
    expect(await verify({ phone, code })).toBe(true);
    expect((await mutate(app.client, 'register', { phone, code, password: PASSWORD })).value.isNewUser).toBe(
      true,
    );
    expect(await verify({ phone, code })).toBe(false);
  });

  test('verify counts wrong tries: the fifth burns the code', async () => {
    const phone = freshPhone();
    const code = await app.client.sendCode(phone, ['REGISTER']);
    const wrong = code === '111111' ? '222222' : '111111';
    for (let i = 0; i < 4; i++) expect(await verify({ phone, code: wrong })).toBe(false);
    expect(await verify({ phone, code })).toBe(true);
    expect(await verify({ phone, code: wrong })).toBe(false);
    expect(await verify({ phone, code })).toBe(false);
  });

  test('a newer code replaces the former one', async () => {
    const phone = freshPhone();
    const former = await app.client.sendCode(phone, ['REGISTER']);
    const code = await app.client.sendCode(phone, ['REGISTER']);
    if (former !== code) expect(await verify({ phone, code: former })).toBe(false);
    expect(await verify({ phone, code })).toBe(true);
  });
});

describe('availability', () => {
  const phoneQuery = 'query ($value: String!) { answer: phoneAvailability(phone: $value) }';
  const nameQuery = 'query ($value: String!) { answer: nameAvailability(name: $value) }';
  const ask = async (query: string, value: string) => (await app.client.data(query, { value })).answer;

  test('phoneAvailability tells free, taken and malformed phones apart', async () => {
    expect(await ask(phoneQuery, freshPhone())).toBe('AVAILABLE');
    expect(await ask(phoneQuery, account.phone)).toBe('TAKEN');
    expect(await ask(phoneQuery, `+86 ${account.phone}`)).toBe('TAKEN');
    for (const bad of ['', '123', 'phone', '010-88888888'])
      expect(await ask(phoneQuery, bad)).toBe('INVALID');
  });

  test('nameAvailability tells free, taken, banned and invalid names apart', async () => {
    const name = freshName();
    await app.services.moderation.banWord(app.infrastructure.database, '客服');
    expect(await ask(nameQuery, name)).toBe('AVAILABLE');
    await app.client.register({ name });
    expect(await ask(nameQuery, name)).toBe('TAKEN');
    expect(await ask(nameQuery, name.toUpperCase())).toBe('TAKEN');
    expect(await ask(nameQuery, '人工客服1')).toBe('BANNED');
    for (const bad of ['', 'a', '1abc', 'a b c d', 'x'.repeat(25)])
      expect(await ask(nameQuery, bad)).toBe('INVALID');
  });

  test('nameAvailability agrees with what register does', async () => {
    await expect(logIn(app.client, account.phone)).resolves.toBeDefined();
    expect(
      (await mutate(app.client, 'register', { phone: account.phone, code: '1', password: PASSWORD })).code,
    ).toBe('PHONE_TAKEN');
  });
});
