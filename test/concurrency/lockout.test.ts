import { type LoneApp, startTestApp } from '../support/app.js';
import { atOnce, tally } from '../support/at-once.js';
import { type Account, freshPhone, md5, PASSWORD } from '../support/client.js';
import { anlifeDoor, graphqlDoor, headersFrom, plusDoor } from '../support/doors.js';
import { freshName } from '../support/operations.js';

/** A stranger who guesses, from however many addresses, keeps nobody out who has a code, a session, or the password. */

let app: LoneApp;

beforeAll(async () => {
  app = await startTestApp({
    TRUSTED_PROXIES: '127.0.0.1',
    CODE_IP_DAILY_LIMIT: '10000',
    GUARD_ACCOUNT_HOURLY: '20',
  });
});
afterAll(() => app.close());

let sources = 0;
/** An address that nobody has come from. */
const freshSource = () => `198.18.${++sources >> 8}.${sources & 255}`;

interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what comes back is what the test is about.
  body: any;
}
interface Call {
  method?: string;
  token?: string;
  source?: string;
}

/** A form to a legacy door; JSON is wanted where there is a choice. */
async function send(path: string, params: Record<string, string | number>, call: Call = {}): Promise<Answer> {
  const { method = 'POST', token, source = freshSource() } = call;
  const response = await fetch(app.url + path, {
    method,
    body: new URLSearchParams(params as Record<string, string>),
    headers: {
      accept: 'application/json',
      ...headersFrom(source),
      ...(token && { authorization: `Bearer ${token}` }),
    },
  });
  const text = await response.text();
  return { status: response.status, body: text && JSON.parse(text) };
}

async function graphql(mutation: string, type: string, input: object, call: Call = {}): Promise<Answer> {
  const { token, source = freshSource() } = call;
  const query = `mutation ($input: ${type}!) { ${mutation} }`;
  const answer = await app.client.graphql(query, { input }, { token, headers: headersFrom(source) });
  return { status: answer.status, body: answer.errors?.[0]?.extensions ?? answer.data };
}

/** Wrong codes and wrong passwords for a phone, from six addresses: more than any budget over all sources. */
async function hammer(phone: string): Promise<void> {
  const places = Array.from({ length: 6 }, freshSource);
  const codes = places.flatMap((source) => Array(5).fill(source) as string[]);
  const wrong = await atOnce(codes.length, (index) =>
    send('/anlife/v1.0/user/verifyPhoneCode', { phone, sms_code: 'abcdef' }, { source: codes[index] }),
  );
  expect(tally(wrong.map(({ body }) => String(body.datas)))).toEqual({ false: codes.length });
  const outcomes = await atOnce(codes.length, (index) =>
    anlifeDoor(app.client, { account: phone, password: `wrong-${index}`, source: codes[index] }),
  );
  expect(tally(outcomes)).toEqual({ wrong: 20, locked: 10 });
}

const hash = md5('another-horse-8');
const NEW_PASSWORD = 'another-horse-8';

describe('a phone that nobody has yet', () => {
  const REGISTRATIONS: [string, (phone: string, code: string) => Promise<Answer>, object][] = [
    [
      'anlife',
      (phone, code) => send('/anlife/v1.0/user/register', { phone, sms_code: code, password: hash }),
      { status: 200, body: { datas: { auth_token: expect.any(String) } } },
    ],
    [
      'account',
      (phone, code) => send('/user/register', { phone, verifycode: code, password: 'secret123' }),
      { status: 200, body: { code: '000000' } },
    ],
    [
      'plus',
      (phone, code) =>
        send('/api/v2/users', {
          name: freshName().slice(0, 12),
          phone,
          verifiable_type: 'sms',
          verifiable_code: code,
          password: NEW_PASSWORD,
        }),
      { status: 201 },
    ],
    [
      'member, phonesubmit',
      (phone, code) => send('/api/login/phonesubmit', { phone, code }),
      { status: 200, body: { status: 1 } },
    ],
    [
      'member, registor',
      (phone, code) => send('/api/registor/submit', { username: phone, code, password: NEW_PASSWORD }),
      { status: 200, body: { status: 1 } },
    ],
    [
      'GraphQL',
      (phone, code) =>
        graphql('register(input: $input) { token }', 'RegisterInput', {
          phone,
          code,
          password: NEW_PASSWORD,
        }),
      { status: 200, body: { register: { token: expect.any(String) } } },
    ],
  ];

  test.each(REGISTRATIONS)(
    'a phone that nobody has yet is registered with its code at %s while strangers guess',
    async (_door, register, expected) => {
      const phone = freshPhone();
      await hammer(phone);
      const code = await app.client.sendCode(phone, ['REGISTER', 'LOGIN']);
      expect(await register(phone, code)).toMatchObject(expected);
    },
  );
});

describe('an account', () => {
  let owner: Account;
  beforeAll(async () => {
    owner = await app.client.register();
    await hammer(owner.phone);
  });

  const CODES: [string, string, (code: string) => Promise<Answer>, object][] = [
    [
      'anlife findPwd',
      'RETRIEVE',
      (code) =>
        send('/anlife/v1.0/user/findPwd', {
          phone: owner.phone,
          sms_code: code,
          password1: md5(PASSWORD),
          password2: md5(PASSWORD),
        }),
      { status: 200, body: { datas: expect.anything() } },
    ],
    [
      'plus retrieve-password',
      'RETRIEVE',
      (code) =>
        send(
          '/api/v2/user/retrieve-password',
          { phone: owner.phone, verifiable_type: 'sms', verifiable_code: code, password: PASSWORD },
          { method: 'PUT' },
        ),
      { status: 204 },
    ],
    [
      'GraphQL retrievePassword',
      'RETRIEVE',
      (code) =>
        graphql('retrievePassword(input: $input)', 'RetrievePasswordInput', {
          phone: owner.phone,
          code,
          password: PASSWORD,
        }),
      { status: 200, body: { retrievePassword: true } },
    ],
    [
      'member checkphonecode',
      'LOGIN',
      (code) => send('/api/login/checkphonecode', { phone: owner.phone, code }),
      { body: { status: 1 } },
    ],
    [
      'member phonesubmit',
      'LOGIN',
      (code) => send('/api/login/phonesubmit', { phone: owner.phone, code }),
      { body: { status: 1 } },
    ],
    [
      'plus auth/login',
      'LOGIN',
      (code) => send('/api/v2/auth/login', { login: owner.phone, verifiable_code: code }),
      { status: 200 },
    ],
    [
      'GraphQL login',
      'LOGIN',
      (code) => graphql('login(input: $input) { token }', 'LoginInput', { account: owner.phone, code }),
      { body: { login: { token: expect.any(String) } } },
    ],
  ];

  test.each(CODES)(
    'an account under attack is entered with its code by %s',
    async (_door, purpose, use, expected) => {
      const code = await app.client.sendCode(owner.phone, [purpose]);
      expect(await use(code)).toMatchObject(expected);
    },
  );

  test('an account under attack is not entered with a password alone, from an address that it was never entered from', async () => {
    const attempt = { account: owner.phone, password: PASSWORD };
    expect(await anlifeDoor(app.client, { ...attempt, source: freshSource() })).toBe('locked');
    expect(await graphqlDoor(app.client, { ...attempt, source: freshSource() })).toBe('captcha');
  });

  test('an account under attack is entered with a password from where it was entered before', async () => {
    const source = freshSource();
    const code = await app.client.sendCode(owner.phone, ['LOGIN']);
    await graphql('login(input: $input) { token }', 'LoginInput', { account: owner.phone, code }, { source });
    expect(await plusDoor(app.client, { account: owner.phone, password: PASSWORD, source })).toBe('ok');
  });
});

test('wrong codes alone leave the password of an account as it was', async () => {
  const { phone } = await app.client.register();
  await atOnce(30, (index) =>
    send('/anlife/v1.0/user/verifyPhoneCode', { phone, sms_code: 'abcdef' }, { source: `192.0.2.${index}` }),
  );
  expect(await anlifeDoor(app.client, { account: phone, password: PASSWORD, source: freshSource() })).toBe(
    'ok',
  );
});

/** Each asks a live session for its password; `wrong` is what a wrong one is told. */
const QUESTIONS: [string, (owner: Account, password: string, call: Call) => Promise<Answer>, object][] = [
  [
    'plus PUT user/password',
    ({ token }, old_password, call) =>
      send(
        '/api/v2/user/password',
        { old_password, password: NEW_PASSWORD, password_confirmation: NEW_PASSWORD },
        { method: 'PUT', token, ...call },
      ),
    { status: 422, body: { old_password: ['账户密码错误'] } },
  ],
  [
    'GraphQL changePassword',
    ({ token }, oldPassword, call) =>
      graphql(
        'changePassword(input: $input)',
        'ChangePasswordInput',
        { oldPassword, password: NEW_PASSWORD },
        { token, ...call },
      ),
    { body: { code: 'CREDENTIALS_INVALID' } },
  ],
  [
    'anlife bindPhone',
    async ({ id, token, phone }, password, call) => {
      const form = { user_id: id, auth_token: token, phone, password: md5(password), sms_code: 'abcdef' };
      return send('/anlife/v1.0/user/bindPhone', form, call);
    },
    { body: { error_code: 1008 } },
  ],
  [
    'plus DELETE user/phone',
    ({ token }, password, call) =>
      send(
        '/api/v2/user/phone',
        { password, verifiable_code: 'abcdef' },
        { method: 'DELETE', token, ...call },
      ),
    { status: 422, body: { message: ['密码错误'] } },
  ],
];
const RIGHT: Record<string, object> = {
  'plus PUT user/password': { status: 204 },
  'GraphQL changePassword': { body: { changePassword: true } },
  // The password was right, and so the code is looked at.
  'anlife bindPhone': { body: { error_code: 1007 } },
  'plus DELETE user/phone': { status: 422, body: { message: ['验证码错误或者已失效'] } },
};
const LOCKED: Record<string, object> = {
  'plus PUT user/password': { status: 429 },
  'GraphQL changePassword': { body: { code: 'ACCOUNT_LOCKED', limit: 10 } },
  'anlife bindPhone': { body: { error_code: 1009 } },
  'plus DELETE user/phone': { status: 429 },
};

describe('a live session', () => {
  test.each(QUESTIONS)('a live session under attack is asked for its password: %s', async (door, ask) => {
    const owner = await app.client.register();
    await hammer(owner.phone);
    expect(await ask(owner, PASSWORD, {})).toMatchObject(RIGHT[door] ?? {});
  });

  test('a live session has ten wrong passwords, through whatever APIs at once and wherever they come from', async () => {
    const owner = await app.client.register();
    const before = app.services.hasher.evaluations;
    await atOnce(32, async (index) => {
      const [, ask] = QUESTIONS[index % QUESTIONS.length] ?? [];
      await ask?.(owner, `wrong-${index}`, { source: `203.0.113.${index}` });
    });
    expect(app.services.hasher.evaluations - before).toBe(10);
    for (const [door, ask] of QUESTIONS) {
      expect(await ask(owner, PASSWORD, {})).toMatchObject(LOCKED[door] ?? {});
    }
    // Neither the log-in nor another session of the same account has to do with it.
    const attempt = { account: owner.phone, password: PASSWORD, source: freshSource() };
    expect(await anlifeDoor(app.client, attempt)).toBe('ok');
    const [login] = (await graphql('login(input: $input) { token }', 'LoginInput', {
      account: owner.phone,
      password: PASSWORD,
    }).then(({ body }) => [body.login])) as [{ token: string }];
    for (const [door, ask] of QUESTIONS.slice(2)) {
      expect(await ask({ ...owner, token: login.token }, PASSWORD, {})).toMatchObject(RIGHT[door] ?? {});
    }
  });

  test('a live session earns no new tries by being refreshed', async () => {
    const owner = await app.client.register();
    const [[, ask]] = QUESTIONS as [(typeof QUESTIONS)[0]];
    let { token } = owner;
    const before = app.services.hasher.evaluations;
    for (let tries = 0; tries < 14; tries++) {
      await ask({ ...owner, token }, `wrong-${tries}`, {});
      const { refreshSession } = await app.client.data('mutation { refreshSession { token } }', {}, token);
      token = refreshSession.token;
    }
    expect(app.services.hasher.evaluations - before).toBe(10);
  });

  test.each(QUESTIONS)('a live session is told of a wrong password: %s', async (_door, ask, wrong) => {
    expect(await ask(await app.client.register(), 'not the password', {})).toMatchObject(wrong);
  });
});
