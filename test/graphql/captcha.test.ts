import sharp from 'sharp';
import { type LoneApp, startTestApp } from '../support/app.js';
import { PASSWORD } from '../support/client.js';
import { freshName, giveEmail, mutate } from '../support/operations.js';

const ANSWER = 'aB3d';
let app: LoneApp;

beforeAll(async () => {
  app = await startTestApp({ CAPTCHA_ANSWER: ANSWER, GUARD_IP_HOURLY: '100000' });
});
afterAll(() => app.close());

const login = (input: Record<string, unknown>) => mutate(app.client, 'login', input);
const fail = (account: string, captcha?: object) => login({ account, password: 'not the password', captcha });

async function createCaptcha(): Promise<{ id: string; image: string; expiresAt: string }> {
  return (await app.client.data('mutation { createCaptcha { id image expiresAt } }')).createCaptcha;
}

async function status(account: string) {
  const query =
    'query ($account: String!) { loginStatus(account: $account) { failures captchaRequired lockedUntil } }';
  return (await app.client.data(query, { account })).loginStatus;
}

/** An account after six failed log-ins from here. */
async function suspectAccount(): Promise<string> {
  const { phone } = await app.client.register();
  for (let i = 0; i < 6; i++) expect((await fail(phone)).code).toBe('CREDENTIALS_INVALID');
  return phone;
}

describe('a captcha', () => {
  test('a captcha is a real PNG in a data URL, and lasts five minutes', async () => {
    const { id, image, expiresAt } = await createCaptcha();
    expect(id).toMatch(/^[\w-]{22}$/);
    const [head, base64 = ''] = image.split(',');
    expect(head).toBe('data:image/png;base64');
    const { format, width, height } = await sharp(Buffer.from(base64, 'base64')).metadata();
    expect(format).toBe('png');
    expect(Math.min(width, height)).toBeGreaterThan(20);
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(290_000);
    expect((await createCaptcha()).id).not.toBe(id);
  });

  test('verify reads a captcha as people do, and a wrong answer burns it', async () => {
    const verify = async (captcha: object) => (await mutate(app.client, 'verify', { captcha })).value;
    const { id } = await createCaptcha();
    expect(await verify({ id, answer: ANSWER.toUpperCase() })).toBe(true);
    expect(await verify({ id, answer: ANSWER.toLowerCase() })).toBe(true);
    expect(await verify({ id, answer: ' ４８3 o' })).toBe(true);
    expect(await verify({ id, answer: 'wrong' })).toBe(false);
    expect(await verify({ id, answer: ANSWER })).toBe(false);
    expect(await verify({ id: 'unknown', answer: ANSWER })).toBe(false);
    expect(await verify({ id: (await createCaptcha()).id })).toBe(false);
  });

  test('verify takes a captcha or a code, and needs both after one wrong code too many', async () => {
    expect((await mutate(app.client, 'verify', {})).code).toBe('INVALID_INPUT');
    const { phone } = await app.client.register();
    const code = await app.client.sendCode(phone, ['LOGIN']);
    for (let i = 0; i < 6; i++) await fail(phone);
    expect((await mutate(app.client, 'verify', { phone, code })).code).toBe('CAPTCHA_REQUIRED');
    const captcha = { id: (await createCaptcha()).id, answer: ANSWER };
    expect((await mutate(app.client, 'verify', { phone, code, captcha })).value).toBe(true);
  });
});

describe('after six failures', () => {
  test('after six failures a captcha is needed, is good for one try, and the right password then works', async () => {
    const account = await suspectAccount();
    const before = app.services.hasher.evaluations;
    expect((await login({ account, password: PASSWORD })).code).toBe('CAPTCHA_REQUIRED');
    expect(app.services.hasher.evaluations).toBe(before);

    const captcha = { id: (await createCaptcha()).id, answer: ANSWER };
    expect((await fail(account, captcha)).code).toBe('CREDENTIALS_INVALID');
    const input = { account, password: PASSWORD };
    expect(await login({ ...input, captcha })).toMatchObject({ code: 'CAPTCHA_INVALID', field: 'captcha' });
    const wrong = { id: (await createCaptcha()).id, answer: 'wrong' };
    expect((await login({ ...input, captcha: wrong })).code).toBe('CAPTCHA_INVALID');

    const good = { id: (await createCaptcha()).id, answer: ANSWER };
    expect((await login({ ...input, captcha: good })).value.token).toBeDefined();
  });

  test('after six failures a captcha answered before with verify needs no answer, once', async () => {
    const account = await suspectAccount();
    const { id } = await createCaptcha();
    const input = { account, password: PASSWORD, captcha: { id } };
    expect((await login(input)).code).toBe('CAPTCHA_REQUIRED');
    await mutate(app.client, 'verify', { captcha: { id, answer: ANSWER } });
    expect((await login(input)).value.token).toBeDefined();
    expect((await login(input)).code).toBe('CAPTCHA_REQUIRED');
  });

  test('failures under every spelling of an account count together', async () => {
    const name = freshName();
    const { phone, token } = await app.client.register({ name });
    const email = await giveEmail(app.client, token);
    for (const account of [phone, `+86${phone}`, name, name.toUpperCase(), email, email.toUpperCase()]) {
      expect((await fail(account)).code).toBe('CREDENTIALS_INVALID');
    }
    for (const account of [phone, name, email]) expect((await fail(account)).code).toBe('CAPTCHA_REQUIRED');
  });

  test('aliases and parallel requests count like single ones: six wrong passwords are evaluated', async () => {
    const attempt = (account: string) =>
      `login(input: { account: "${account}", password: "not the password" }) { token }`;
    const { phone } = await app.client.register();
    const aliases = Array.from({ length: 10 }, (_, index) => `a${index}: ${attempt(phone)}`);
    const before = app.services.hasher.evaluations;
    const { errors } = await app.client.graphql(`mutation { ${aliases[0]} }`);
    expect(errors?.[0]?.extensions.code).toBe('CREDENTIALS_INVALID');
    await Promise.all([
      ...Array.from({ length: 10 }, () => fail(phone)),
      app.client.graphql(`mutation { ${aliases.join(' ')} }`),
    ]);
    expect(app.services.hasher.evaluations - before).toBe(6);
    expect((await fail(phone)).code).toBe('CAPTCHA_REQUIRED');
  });

  test('an account that nobody has needs a captcha after as many failures as a real one', async () => {
    const account = freshName();
    for (let i = 0; i < 6; i++) expect((await fail(account)).code).toBe('CREDENTIALS_INVALID');
    expect((await fail(account.toUpperCase())).code).toBe('CAPTCHA_REQUIRED');
    expect(await status(account)).toEqual({ failures: 6, captchaRequired: true, lockedUntil: null });
  });

  test('wrong codes count towards the captcha as wrong passwords do', async () => {
    const { phone } = await app.client.register();
    for (let i = 0; i < 6; i++)
      expect((await login({ account: phone, code: '000000' })).code).toBe('CODE_INVALID');
    expect((await login({ account: phone, password: PASSWORD })).code).toBe('CAPTCHA_REQUIRED');
  });

  test('one captcha is good for a check of the password and one of the code', async () => {
    const name = freshName();
    const { phone, token } = await app.client.register({ name });
    const email = await giveEmail(app.client, token);
    const unbind = await app.client.sendCode(email, ['UNBIND']);
    for (let i = 0; i < 6; i++) await fail(phone);
    const input = { password: PASSWORD, code: unbind };
    expect((await mutate(app.client, 'unbindEmail', input, token)).code).toBe('CAPTCHA_REQUIRED');
    const captcha = { id: (await createCaptcha()).id, answer: ANSWER };
    expect((await mutate(app.client, 'unbindEmail', { ...input, captcha }, token)).value).toMatchObject({
      email: null,
    });

    const code = await app.client.sendCode(email, ['BIND']);
    const again = { id: (await createCaptcha()).id, answer: ANSWER };
    const bound = await mutate(
      app.client,
      'bindEmail',
      { email, code, password: PASSWORD, captcha: again },
      token,
    );
    expect(bound.value).toMatchObject({ email, emailVerified: true });
  });
});

test('after ten failures account and source are locked, also with a captcha and the right password', async () => {
  const account = await suspectAccount();
  for (let i = 0; i < 4; i++) {
    const captcha = { id: (await createCaptcha()).id, answer: ANSWER };
    expect((await fail(account, captcha)).code).toBe('CREDENTIALS_INVALID');
  }
  const captcha = { id: (await createCaptcha()).id, answer: ANSWER };
  const refused = await login({ account, password: PASSWORD, captcha });
  expect(refused).toMatchObject({ code: 'ACCOUNT_LOCKED', retryAfter: expect.any(Number) });
  expect(refused.retryAfter).toBeGreaterThan(800);
  expect(refused.retryAfter).toBeLessThanOrEqual(900);
  const { failures, lockedUntil } = await status(account);
  expect(failures).toBe(10);
  expect(Date.parse(lockedUntil) - Date.now()).toBeGreaterThan(800_000);
});

test('account names are told apart up to their 254th character', async () => {
  const name = 'x'.repeat(254);
  await fail(`${name}y`);
  expect((await status(`${name}z`)).failures).toBe(1);
  expect((await status(name.slice(1))).failures).toBe(0);
});

test('loginStatus counts failures, and reports none where there was none', async () => {
  const { phone } = await app.client.register();
  expect(await status(phone)).toEqual({ failures: 0, captchaRequired: false, lockedUntil: null });
  await fail(phone);
  await login({ account: phone, password: PASSWORD });
  expect(await status(`+86${phone}`)).toEqual({ failures: 1, captchaRequired: false, lockedUntil: null });
});
