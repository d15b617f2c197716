import { createHash } from 'node:crypto';
import { type LoneApp, startTestApp } from '../support/app.js';
import { freshPhone, md5 } from '../support/client.js';
import { freshName, grant, mutate } from '../support/operations.js';

/** One account through every door: registered through each, it is the same account at each other one. */

/** Letters and digits, 8 to 16: good at every door. */
const PASSWORD = 'Felsen42wald';

let app: LoneApp;
let openApp: { id: number; secret: string };

beforeAll(async () => {
  app = await startTestApp({ CODE_IP_DAILY_LIMIT: '10000', GUARD_IP_HOURLY: '10000' });
  const created = await app.services.openApps.create(app.infrastructure.database, {});
  openApp = { id: created.app.id, secret: created.secret };
});
afterAll(() => app.close());

const post = (path: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
  app.client.legacy('POST', path, form, headers);
const JSON_PLEASE = { accept: 'application/json' };

const codeFrom = async (path: string, phone: string): Promise<string> => {
  await post(path, { phone });
  return app.inbox.code(phone);
};

/** Creates an account with a phone and {@link PASSWORD}. */
type Registration = (phone: string) => Promise<unknown>;

const REGISTRATIONS: Readonly<Record<string, Registration>> = {
  graphql: (phone) => app.client.register({ phone, password: PASSWORD }),
  anlife: async (phone) => {
    const sms_code = await codeFrom('/anlife/v1.0/user/getRegisterSms', phone);
    return post('/anlife/v1.0/user/register', { phone, sms_code, password: md5(PASSWORD) });
  },
  account: async (phone) => {
    const verifycode = await codeFrom('/api/v2/verifycodes/register', phone);
    return post('/user/register', { phone, verifycode, password: PASSWORD });
  },
  plus: async (phone) => {
    const verifiable_code = await codeFrom('/api/v2/verifycodes/register', phone);
    const form = { name: freshName(), phone, verifiable_type: 'sms', verifiable_code, password: PASSWORD };
    return post('/api/v2/users', form);
  },
  member: async (phone) => {
    const code = await codeFrom('/api/login/sendtophone', phone);
    return post('/api/registor/submit', { username: phone, password: PASSWORD, code }, JSON_PLEASE);
  },
  open: (phone) => {
    const signed = {
      app_id: String(openApp.id),
      password: PASSWORD,
      phone,
      timestamp: String(Math.floor(Date.now() / 1000)),
    };
    const text = Object.entries(signed)
      .map(([name, value]) => `${name}=${value}`)
      .sort()
      .join('');
    const sign = createHash('md5')
      .update(text + openApp.secret)
      .digest('hex');
    return post('/v1/user/register', { ...signed, sign });
  },
};

/** The token that a door gives for a phone and a password; undefined when it refuses. */
type Door = (phone: string, password: string) => Promise<string | undefined>;

const DOORS: Readonly<Record<string, Door>> = {
  graphql: async (account, password) =>
    (await mutate(app.client, 'login', { account, password })).value?.token,
  anlife: async (phone, password) =>
    (await post('/anlife/v1.0/user/loginAndGetUserInfo', { phone, password: md5(password) })).body.datas
      ?.auth_token,
  account: async (account, password) =>
    (await post('/user/login', { user_type: '1', account, password })).body.data?.user_info?.token,
  plus: async (login, password) => (await post('/api/v2/auth/login', { login, password })).body.access_token,
  member: async (username, password) => {
    const { headers } = await post('/api/login/submit', { username, password }, JSON_PLEASE);
    return /member_session=([^;]+)/.exec(headers.get('set-cookie') ?? '')?.[1];
  },
};

/** Whose token it is, as each way of carrying it says; null when it is good no more. */
const WHO: Readonly<Record<string, (token: string) => Promise<number | null>>> = {
  bearer: async (token) => {
    const { me } = await app.client.data('{ me { id } }', {}, token);
    return me && Number(me.id);
  },
  cookie: async (token) => {
    const options = { headers: { cookie: `member_session=${token}` } };
    const { data } = await app.client.graphql('{ me { id } }', {}, options);
    return data.me && Number(data.me.id);
  },
  plus: async (token) => {
    const response = await fetch(`${app.url}/api/v2/user`, { headers: { authorization: `Bearer ${token}` } });
    return ((await response.json()) as { id?: number }).id ?? null;
  },
};

const tokensOf = async (phone: string, password = PASSWORD): Promise<Record<string, string | undefined>> =>
  Object.fromEntries(
    await Promise.all(
      Object.entries(DOORS).map(async ([name, open]) => [name, await open(phone, password)] as const),
    ),
  );

const NOBODY = Object.fromEntries(Object.keys(DOORS).map((name) => [name, undefined]));

/** An account through one door, and a session through each. */
async function everywhere(register: Registration = REGISTRATIONS.graphql as Registration) {
  const phone = freshPhone();
  await register(phone);
  const { user } = await app.client.data('query ($phone: String!) { user(phone: $phone) { id } }', { phone });
  const tokens = await tokensOf(phone);
  return { id: Number(user.id), phone, tokens };
}

test.each(Object.entries(REGISTRATIONS))(
  'an account registered through %s logs in through every API, and each token is good at every other',
  async (_, register) => {
    const { id, tokens } = await everywhere(register);
    for (const token of Object.values(tokens)) {
      for (const who of Object.values(WHO)) expect(await who(token ?? '')).toBe(id);
    }
  },
);

test('an account disabled once is refused by every API, and all its sessions end', async () => {
  const { id, phone, tokens } = await everywhere();
  const admin = await app.client.register();
  await grant(app, admin.id, ['[user] Disabled User']);
  const headers = { authorization: `Bearer ${admin.token}` };
  const { status } = await fetch(`${app.url}/api/v2/system/disabled/${id}`, { method: 'PUT', headers });
  expect(status).toBe(204);
  for (const token of Object.values(tokens)) expect(await WHO.bearer?.(token ?? '')).toBeNull();
  expect(await tokensOf(phone)).toEqual(NOBODY);
});

test('a password changed once ends every other session, and is the new one for every API', async () => {
  const { phone, tokens } = await everywhere();
  const next = 'Wiesen77berg';
  const body = new URLSearchParams({ old_password: PASSWORD, password: next, password_confirmation: next });
  const headers = { authorization: `Bearer ${tokens.anlife}` };
  const { status } = await fetch(`${app.url}/api/v2/user/password`, { method: 'PUT', headers, body });
  expect(status).toBe(204);
  for (const [name, token] of Object.entries(tokens)) {
    expect([name, (await WHO.bearer?.(token ?? '')) !== null]).toEqual([name, name === 'anlife']);
  }
  expect(await tokensOf(phone)).toEqual(NOBODY);
  expect(Object.values(await tokensOf(phone, next))).not.toContain(undefined);
});

test('a code sent for one purpose is refused for every other, by every API', async () => {
  const { phone } = await everywhere();
  const code = await codeFrom('/anlife/v1.0/user/getFindPwdSms', phone);
  const refusals = [
    (await mutate(app.client, 'login', { account: phone, code })).code,
    (await post('/api/v2/auth/login', { login: phone, verifiable_code: code })).body,
    (await post('/api/login/phonesubmit', { phone, code }, JSON_PLEASE)).body.status,
  ];
  expect(refusals).toEqual(['CODE_INVALID', { message: '验证码错误或者已失效' }, 4]);
  const fresh = freshPhone();
  const register = await codeFrom('/anlife/v1.0/user/getRegisterSms', fresh);
  const { body } = await post('/api/v2/auth/login', { login: fresh, verifiable_code: register });
  expect(body).toEqual({ message: '验证码错误或者已失效' });
  expect(
    (await post('/user/register', { phone: fresh, verifycode: register, password: PASSWORD })).body.code,
  ).toBe('000000');
  const form = { phone, sms_code: code, password1: md5('Neues99wort'), password2: md5('Neues99wort') };
  expect((await post('/anlife/v1.0/user/findPwd', form)).body).toEqual({ datas: 1 });
});
