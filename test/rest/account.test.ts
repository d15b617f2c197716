import { freshPhone, PASSWORD as GRAPHQL_PASSWORD, md5 } from '../support/client.js';
import { freshName, giveEmail, logIn, setUser, whoIs } from '../support/operations.js';
import {
  type AccountApp,
  clientOf,
  failed,
  loginFailed,
  PASSWORD,
  type Params,
  startAccount,
  succeeded,
} from './account.support.js';

/** account.md 3.1 and 3.2, and what holds for the whole prefix. */

let app: AccountApp;

beforeAll(async () => {
  app = await startAccount({ GUARD_LOCK_AFTER: '4', BODY_LIMIT_BYTES: '20000' });
});
afterAll(() => app.close());

const WAYS = ['form', 'json', 'multipart', 'query'] as const;

const DEFAULT_PICTURE = /^http:\/\/127\.0\.0\.1:\d+\/storage\/\d{4}\/\d\d\/\d\d\/[0-9a-f]{32}\.png$/;

const countUsers = async () => (await app.sql<{ n: number }>('select count(*)::int as n from users'))[0]?.n;

describe('3.1 login', () => {
  test('an account log-in answers what is documented, each field of its type', async () => {
    const { uid, phone } = await app.person();
    const before = Math.floor(Date.now() / 1000);
    const answer = await app.login(phone);
    expect(answer).toEqual({
      status: 200,
      body: {
        code: 1000,
        msg: 'succ',
        data: {
          user_info: {
            uid: Number(uid),
            account: phone,
            name: expect.stringMatching(/^user_[0-9a-f]{10}$/),
            gender: '',
            user_type: 1,
            user_status: 1,
            avator: expect.stringMatching(DEFAULT_PICTURE),
            large_avator: expect.stringMatching(DEFAULT_PICTURE),
            token: expect.stringMatching(/^[\w-]{43}$/),
            expires: expect.any(Number),
            phone: Number(phone),
            email: '',
            is_new_user: 0,
          },
        },
      },
    });
    const { token, expires, avator } = answer.body.data.user_info;
    expect(await whoIs(app.client, token)).toBe(Number(uid));
    expect(Number.isInteger(expires)).toBe(true);
    expect(expires - before).toBeGreaterThanOrEqual(30 * 86_400 - 1);
    expect(expires - before).toBeLessThan(30 * 86_400 + 60);
    const picture = await fetch(avator);
    expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/png']);
  });

  test.each(WAYS)('an account log-in takes its parameters from a %s', async (way) => {
    const { phone, password } = await app.person();
    const { body } = await app[way]('/login', { user_type: '1', account: phone, password, app: 'x' });
    expect(body).toMatchObject({ code: 1000, data: { user_info: { account: phone } } });
  });

  test('an account log-in takes a phone in any spelling, a verified e-mail address or a name', async () => {
    const name = freshName();
    const { id, phone, token } = await app.client.register({ name });
    const email = await giveEmail(app.client, token);
    for (const account of [phone, `+86 ${phone}`, email, email.toUpperCase(), name, name.toLowerCase()]) {
      const { user_info } = (await app.login(account, GRAPHQL_PASSWORD)).body.data;
      expect(user_info).toMatchObject({ uid: id, account: phone, name, email });
    }
  });

  test('an account log-in without a phone answers phone null, and as account the verified address or the name', async () => {
    const { id, token } = await app.client.register();
    const email = await giveEmail(app.client, token);
    await setUser(app.infrastructure.database.fork(), id, { phone: null });
    const one = (await app.login(email, GRAPHQL_PASSWORD)).body.data.user_info;
    expect(one).toMatchObject({ uid: id, account: email, phone: null, email });
    await setUser(app.infrastructure.database.fork(), id, { emailVerified: false });
    const two = (await app.login(one.name, GRAPHQL_PASSWORD)).body.data.user_info;
    expect(two).toMatchObject({ uid: id, account: one.name, phone: null, email });
    expect(await app.login(email, GRAPHQL_PASSWORD)).toEqual(loginFailed(3100));
  });

  test('an account log-in answers the name and gender that other APIs show', async () => {
    const { id, phone, token } = await app.client.register();
    const change = 'mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { id } }';
    for (const [sex, gender] of [
      ['MALE', 1],
      ['FEMALE', 0],
      ['UNSPECIFIED', ''],
    ]) {
      await app.client.data(change, { input: { nickname: '菲利克斯', sex } }, token);
      const { user_info } = (await app.login(phone, GRAPHQL_PASSWORD)).body.data;
      expect(user_info).toMatchObject({ uid: id, name: '菲利克斯', gender });
    }
  });

  test('an account log-in answers no avatar when there is no default picture', async () => {
    const { phone } = await app.person();
    await app.sql('alter table default_photos rename to default_photos_away');
    await app.sql('create table default_photos as select * from default_photos_away limit 0');
    const { body } = await app.login(phone);
    await app.sql('drop table default_photos');
    await app.sql('alter table default_photos_away rename to default_photos');
    expect(body.data.user_info).toMatchObject({ avator: '', large_avator: '' });
  });

  test('an account log-in answers 3100 for an unknown account and a wrong password alike', async () => {
    const { phone } = await app.person();
    expect(await app.login(phone, 'wrong1234')).toEqual(loginFailed(3100));
    expect(await app.login(freshPhone())).toEqual(loginFailed(3100));
    expect(await app.login('nobody@example.com')).toEqual(loginFailed(3100));
    expect(await app.login('没有这个人')).toEqual(loginFailed(3100));
    // The MD5 is a password of its own here: the route decides which it is.
    expect(await app.login(phone, md5(PASSWORD))).toEqual(loginFailed(3100));
  });

  test('an account log-in answers 3101 for a disabled account, but only to who knows its password', async () => {
    const { uid, phone } = await app.person();
    await setUser(app.infrastructure.database.fork(), Number(uid), { status: 2 });
    expect(await app.login(phone, 'wrong1234')).toEqual(loginFailed(3100));
    expect(await app.login(phone)).toEqual(loginFailed(3101));
  });

  test('an account log-in answers 3101 for an account that the guard has locked, and other APIs refuse it too', async () => {
    const { phone } = await app.person();
    for (let index = 0; index < 4; index++) {
      expect(await app.login(phone, `wrong${index}aa`)).toEqual(loginFailed(3100));
    }
    expect(await app.login(phone)).toEqual(loginFailed(3101));
    const anlife = { phone, password: md5(PASSWORD) };
    const { body } = await app.client.legacy('POST', '/anlife/v1.0/user/loginAndGetUserInfo', anlife);
    expect(body.error_code).toBe(1009);
  });

  test('an account log-in answers 3101 for a blocked IP address, and says why', async () => {
    const { phone } = await app.person();
    await app.sql(`insert into blocked_ips (range) values ('127.0.0.1/32')`);
    expect(await app.login(phone)).toEqual(loginFailed(3101, 'IP 已被禁止访问'));
    const verifycode = await app.client.sendCode(freshPhone(), ['REGISTER']);
    const form = { phone: freshPhone(), password: PASSWORD, verifycode };
    expect(await app.form('/register', form)).toEqual(failed(3203, 'IP 已被禁止访问'));
    await app.sql('delete from blocked_ips');
    expect((await app.login(phone)).body.code).toBe(1000);
  });

  test.each<[string, Params]>([
    ['no user_type', { account: 'felix', password: PASSWORD }],
    ['an empty user_type', { user_type: '', account: 'felix', password: PASSWORD }],
    ['an unknown user_type', { user_type: 5, account: 'felix', password: PASSWORD }],
    ['a user_type that is no number', { user_type: 'toString', account: 'felix', password: PASSWORD }],
    ['no account', { user_type: 1, password: PASSWORD }],
    ['an empty account', { user_type: 1, account: '', password: PASSWORD }],
    ['no password', { user_type: 1, account: 'felix' }],
    ['an empty password', { user_type: 1, account: 'felix', password: '' }],
    ['an account that is a list', { user_type: 1, account: ['felix'], password: PASSWORD }],
    ['a password that is an object', { user_type: 1, account: 'felix', password: { $ne: 1 } }],
    ['a token that is an object', { user_type: 2, openid: '1', token: {} }],
    ['half a character', { user_type: 1, account: 'felix', password: '\ud800' }],
  ])('an account log-in with %s is 1001', async (_name, params) => {
    expect(await app.json('/login', params)).toEqual(loginFailed(1001));
  });

  test('an account log-in with an account of no sensible length is refused as unknown', async () => {
    expect(await app.login('x'.repeat(9000))).toEqual(loginFailed(3100));
    expect(await app.login(`' or 1=1 --`)).toEqual(loginFailed(3100));
    expect(await app.login('a\0b')).toEqual(loginFailed(1001));
  });
});

describe('3.2 register', () => {
  const register = async (change: Params = {}, way: (typeof WAYS)[number] = 'form') => {
    const phone = freshPhone();
    const verifycode = await app.client.sendCode(phone, ['REGISTER']);
    return {
      phone,
      verifycode,
      answer: await app[way]('/register', { phone, password: PASSWORD, verifycode, ...change }),
    };
  };

  test.each(WAYS)('an account registered from a %s opens every API', async (way) => {
    const { phone, answer } = await register({}, way);
    expect(answer).toEqual(succeeded({ uid: expect.stringMatching(/^\d+$/) }));
    const uid = Number(answer.body.data.uid);

    expect((await app.login(phone)).body.data.user_info.uid).toBe(uid);
    expect(await whoIs(app.client, await logIn(app.client, phone, PASSWORD))).toBe(uid);
    const anlife = await app.client.legacy('POST', '/anlife/v1.0/user/loginAndGetUserInfo', {
      phone,
      password: md5(PASSWORD),
    });
    expect(anlife.body.datas.user_id).toBe(uid);
    const plus = await app.client.legacy('POST', '/api/v2/auth/login', {
      login: phone,
      password: PASSWORD,
    });
    expect(await whoIs(app.client, plus.body.access_token)).toBe(uid);
  });

  test('an account registration with a wrong or used code, or one for something else, is 3200', async () => {
    const { phone, verifycode } = await register({ verifycode: '' });
    expect(await app.form('/register', { phone, password: PASSWORD, verifycode: '12345' })).toEqual(
      failed(3200),
    );
    expect((await app.form('/register', { phone, password: PASSWORD, verifycode })).body.code).toBe('000000');
    const other = freshPhone();
    const wrong = await app.client.sendCode(other, ['BIND']);
    const form = { phone: other, password: PASSWORD, verifycode: wrong };
    expect(await app.form('/register', form)).toEqual(failed(3200));
  });

  test.each(['', '1381234567', '02812345678', '+1 555 0100', "1' or 1=1", '1381234567①'])(
    'an account registration with a phone of %j is 3201',
    async (phone) => {
      expect((await register({ phone })).answer).toEqual(failed(3201));
    },
  );

  test('an account registration with a taken phone is 3201 and says so, and its code stays good', async () => {
    const { phone } = await app.person();
    const code = await app.client.sendCode(phone, ['LOGIN', 'REGISTER']);
    const answer = await app.form('/register', { phone, password: PASSWORD, verifycode: code });
    expect(answer).toEqual(failed(3201, '手机号已被注册'));
    const check = 'mutation ($input: VerifyInput!) { verify(input: $input) }';
    expect(await app.client.data(check, { input: { phone, code } })).toEqual({ verify: true });
  });

  test('of two account registrations at once one gets the account, the other 3201 or 3200', async () => {
    const phone = freshPhone();
    const verifycode = await app.client.sendCode(phone, ['REGISTER']);
    const before = await countUsers();
    const form = { phone, password: PASSWORD, verifycode };
    const answers = await Promise.all([app.form('/register', form), app.form('/register', form)]);
    const codes = answers.map(({ body }) => body.code).sort();
    expect(codes[0]).toBe('000000');
    expect(['3200', '3201']).toContain(codes[1]);
    expect(await countUsers()).toBe((before ?? 0) + 1);
  });

  test.each([
    '',
    'abc1234',
    'abc12345abc123456',
    'abcdefgh',
    '12345678',
    'abc 1234',
    'abc-1234',
    '密码abc12345',
    'ａｂｃ12345',
  ])('an account registration with a password of %j is 3202, and its code stays good', async (password) => {
    const { phone, verifycode, answer } = await register({ password });
    expect(answer).toEqual(failed(3202));
    expect((await app.form('/register', { phone, password: PASSWORD, verifycode })).body.code).toBe('000000');
  });

  test.each(['abc12345', 'abcdefgh12345678', 'PASSWORD1'])(
    'an account registration takes the password %j',
    async (password) => {
      const { phone, answer } = await register({ password });
      expect(answer.body.code).toBe('000000');
      expect((await app.login(phone, password)).body.code).toBe(1000);
    },
  );

  test.each(['phone', 'password', 'verifycode'])(
    'an account registration without %s is 1001',
    async (missing) => {
      const params: Params = { phone: freshPhone(), password: PASSWORD, verifycode: '123456' };
      delete params[missing];
      expect(await app.form('/register', params)).toEqual(failed(1001));
      expect(await app.json('/register', { ...params, [missing]: null })).toEqual(failed(1001));
      expect(await app.json('/register', { ...params, [missing]: ['x'] })).toEqual(failed(1001));
    },
  );

  test('an account registration answers 3203 for a system error, where a log-in answers 1099', async () => {
    const phone = freshPhone();
    const verifycode = await app.client.sendCode(phone, ['REGISTER']);
    await app.sql('alter table credentials rename to credentials_away');
    const answer = await app.form('/register', { phone, password: PASSWORD, verifycode });
    const login = await app.login(phone);
    await app.sql('alter table credentials_away rename to credentials');
    expect(answer).toEqual(failed(3203, '系统错误', 500));
    expect(login).toEqual({ ...loginFailed(1099), status: 500 });
    expect((await app.form('/register', { phone, password: PASSWORD, verifycode })).body.code).toBe('000000');
  });
});

describe('under /user', () => {
  test('trailing and doubled slashes under /user reach the same route', async () => {
    const { phone } = await app.person();
    for (const path of ['/login/', '//login', '//login//']) {
      const { body } = await app.form(path, { user_type: 1, account: phone, password: PASSWORD });
      expect(body.code).toBe(1000);
    }
    expect(await app.form('/update_info/')).toEqual(failed(1002));
  });

  test.each([
    ['GET', '/user/login'],
    ['GET', '/user'],
    ['POST', '/user/'],
    ['POST', '/user/nothing'],
    ['POST', '/user//login/more'],
    ['DELETE', '/user/register'],
    ['POST', '/user/%zz'],
  ])('%s %s, which account does not have, is 1001 in the envelope', async (method, path) => {
    const response = await fetch(app.url + path, { method });
    expect({ status: response.status, body: await response.json() }).toEqual(failed(1001));
  });

  test('a request to account that cannot be read is 1001 in the type of its route', async () => {
    const send = async (path: string, body: string, type: string) => {
      const response = await fetch(`${app.url}/user${path}`, {
        method: 'POST',
        headers: { 'content-type': type },
        body,
      });
      return { status: response.status, body: await response.json() };
    };
    for (const [body, type] of [
      ['{"user_type":', 'application/json'],
      ['[1]', 'application/json'],
      ['"text"', 'application/json'],
      ['{"__proto__":{"user_type":1}}', 'application/json'],
      [`{"x":"${'x'.repeat(30_000)}"}`, 'application/json'],
      [`x=${'x'.repeat(30_000)}`, 'application/x-www-form-urlencoded'],
      ['user_type=%zz', 'application/x-www-form-urlencoded'],
      ['--x', 'multipart/form-data; boundary=x'],
      ['<a/>', 'application/xml'],
    ] as const) {
      expect(await send('/login', body, type)).toEqual(loginFailed(1001));
      expect(await send('/register', body, type)).toEqual(failed(1001));
    }
  });

  test('too many requests to account are 1010 with status 429', async () => {
    const { url, close } = await app.world.start({ RATE_LIMIT: 'on', RATE_LIMIT_PER_MINUTE: '3' });
    const client = clientOf(url);
    for (let index = 0; index < 3; index++) expect((await client.form('/login')).status).toBe(200);
    expect(await client.form('/login')).toEqual(loginFailed(1010, undefined, 429));
    expect(await client.form('/register')).toEqual(failed(1010, undefined, 429));
    await close();
  });

  test('a defect behind account is 1099 with status 500', async () => {
    const { phone } = await app.person();
    await app.sql('alter table credentials rename to credentials_away');
    const answer = await app.login(phone);
    await app.sql('alter table credentials_away rename to credentials');
    expect(answer).toEqual(loginFailed(1099, undefined, 500));
  });
});
