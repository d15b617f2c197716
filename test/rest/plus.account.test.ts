import type { TestApp } from '../support/app.js';
import { freshPhone, md5, PASSWORD, wrongCode } from '../support/client.js';
import { freshEmail, freshName, giveEmail, grant } from '../support/operations.js';
import {
  invalid,
  type PlusApp,
  said,
  send,
  startPlus,
  TOO_MANY,
  taken,
  UNAUTHENTICATED,
  WIRES,
  WRONG_CODE,
  WRONG_CODE_FIRST,
  WRONG_LOGIN,
} from './plus.support.js';

/** Log-in, log-out, codes and registration of ThinkSNS+. */

let app: PlusApp;
/** A second instance, which waits between codes and sends two a day. */
let strict: TestApp;

beforeAll(async () => {
  app = await startPlus();
  strict = await app.world.start({ CODE_RESEND_SECONDS: '60', CODE_DAILY_LIMIT: '2' });
});
afterAll(() => app.close());

const TOKEN = expect.stringMatching(/^[\w-]{43}$/);
const THIRTY_DAYS = 43_200;
const session = {
  status: 200,
  body: { access_token: TOKEN, token_type: 'Bearer', expires_in: THIRTY_DAYS, refresh_ttl: THIRTY_DAYS },
};
const registered = { status: 201, body: { token: TOKEN, ttl: THIRTY_DAYS, refresh_ttl: THIRTY_DAYS } };
const sent = { status: 202, body: { message: ['获取成功'] } };
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

const post = (path: string, params: Record<string, unknown>) => app.call('POST', path, { params });

describe('POST auth/login', () => {
  test.each(WIRES)('plus auth/login opens a session by name, phone and e-mail address (%s)', async (wire) => {
    const { id, name, phone, token } = await app.member();
    const email = await giveEmail(app.client, token);
    for (const login of [name, name.toUpperCase(), ` ${name} `, phone, `+86${phone}`, email.toUpperCase()]) {
      const answer = await app.call('POST', '/auth/login', { wire, params: { login, password: PASSWORD } });
      expect({ login, ...answer }).toEqual({ login, ...session });
      expect((await app.me(answer.body.access_token)).id).toBe(String(id));
    }
  });

  test('plus auth/login takes the password to the letter', async () => {
    const name = freshName();
    const phone = freshPhone();
    await app.client.register({ name, phone, password: ' correct horse ' });
    expect(await app.login(name, ' correct horse ')).toEqual(session);
    expect(await app.login(name, 'correct horse')).toEqual(WRONG_LOGIN);
  });

  test.each(WIRES)('plus auth/login takes a code in the place of the password, once (%s)', async (wire) => {
    const { phone, token } = await app.member();
    const email = await giveEmail(app.client, token);
    for (const login of [phone, email]) {
      const params = { login, verifiable_code: await app.codeForKnown(login) };
      expect(await app.call('POST', '/auth/login', { wire, params })).toEqual(session);
      expect(await app.call('POST', '/auth/login', { wire, params })).toEqual(WRONG_CODE_FIRST);
    }
  });

  test('plus auth/login takes a code as a number, which has no zeros in front', async () => {
    const { phone } = await app.member();
    let code = '';
    while (!code.startsWith('0')) code = await app.codeForKnown(phone);
    expect(await post('/auth/login', { login: phone, verifiable_code: Number(code) })).toEqual(session);
  });

  test('plus auth/login says the same of a wrong password, an unknown account and a malformed one', async () => {
    const { name, phone } = await app.member();
    for (const login of [name, phone, freshName(), freshPhone(), freshEmail(), '0', '%', 'a b', '😀']) {
      expect({ login, ...(await app.login(login, 'not the password')) }).toEqual({ login, ...WRONG_LOGIN });
    }
    expect(await post('/auth/login', { login: name, verifiable_code: '123456' })).toEqual(WRONG_LOGIN);
    const code = await app.codeForKnown(phone);
    const wrong = { login: phone, verifiable_code: wrongCode(code) };
    expect(await post('/auth/login', wrong)).toEqual(WRONG_CODE_FIRST);
    expect(await post('/auth/login', { ...wrong, login: freshPhone() })).toEqual(WRONG_CODE_FIRST);
  });

  test('plus auth/login needs a login and one of password and code', async () => {
    expect(await post('/auth/login', {})).toEqual(invalid('login', '参数错误'));
    expect(await post('/auth/login', { login: ' ', password: PASSWORD })).toEqual(
      invalid('login', '参数错误'),
    );
    expect(await post('/auth/login', { login: 'somebody' })).toEqual(invalid('password', '请输入密码'));
    expect(await post('/auth/login', { login: 'somebody', password: '' })).toEqual(
      invalid('password', '请输入密码'),
    );
  });

  test('plus auth/login tells a disabled account so, but only who has its password', async () => {
    const { id, name, phone } = await app.member();
    const admin = await app.member();
    await grant(app, admin.id, ['[user] Disabled User']);
    const code = await app.codeForKnown(phone);
    const disabled = await app.call('PUT', `/system/disabled/${id}`, { token: admin.token });
    expect(disabled.status).toBe(204);
    expect(await app.login(name, PASSWORD)).toEqual(said('账号已被禁用，请联系管理员', 403));
    expect(await post('/auth/login', { login: phone, verifiable_code: code })).toEqual(
      said('账号已被禁用，请联系管理员', 403),
    );
    expect(await app.login(name, 'not the password')).toEqual(WRONG_LOGIN);
  });

  test('an account logs in through plus and anlife, whichever took the password', async () => {
    const phone = freshPhone();
    await app.client.legacy('GET', '/anlife/v1.0/user/getRegisterSms', { phone });
    const form = { phone, password: md5(PASSWORD).toUpperCase(), sms_code: app.inbox.code(phone) };
    await app.client.legacy('POST', '/anlife/v1.0/user/register', form);
    expect(await app.login(phone, PASSWORD)).toEqual(session);
    // What looks like an MD5 is a password here.
    expect(await app.login(phone, md5(PASSWORD))).toEqual(WRONG_LOGIN);

    const own = freshPhone();
    const params = {
      ...{ name: freshName(), verifiable_type: 'sms', phone: own, password: PASSWORD },
      verifiable_code: await app.codeForNew(own),
    };
    expect(await post('/users', params)).toEqual(registered);
    const { body } = await app.client.legacy('POST', '/anlife/v1.0/user/loginAndGetUserInfo', {
      ...{ phone: own, password: md5(PASSWORD) },
    });
    expect(body.datas.auth_token).toEqual(TOKEN);
  });

  test('plus auth/login is locked after ten wrong tries, through every API', async () => {
    const { name, phone } = await app.member();
    for (let tries = 0; tries < 10; tries++) {
      expect(await app.login(tries % 2 ? name : phone, `wrong ${tries}`)).toEqual(WRONG_LOGIN);
    }
    const params = { login: name, password: PASSWORD };
    const { headers, ...answer } = await send(app.url, 'POST', '/auth/login', { params });
    expect(answer).toEqual(TOO_MANY);
    expect(headers.get('x-ratelimit-limit')).toBe('10');
    expect(headers.get('x-ratelimit-remaining')).toBe('0');
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(800);
  });
});

describe('ANY auth/logout', () => {
  test.each(METHODS)('%s auth/logout of plus ends the session', async (method) => {
    const { token } = await app.member();
    expect(await app.call(method, '/auth/logout', { token })).toEqual(said('退出成功', 200));
    expect(await app.me(token)).toBeNull();
    expect(await app.call(method, '/auth/logout', { token })).toEqual(UNAUTHENTICATED);
    expect(await app.call(method, '/auth/logout')).toEqual(UNAUTHENTICATED);
  });

  test.each(WIRES)('plus auth/logout takes the token as a parameter (%s)', async (wire) => {
    const { token } = await app.member();
    expect(await app.call('POST', '/auth/logout', { wire, params: { token } })).toEqual(
      said('退出成功', 200),
    );
    expect(await app.me(token)).toBeNull();
  });
});

describe('ANY auth/refresh', () => {
  test.each(METHODS)('%s auth/refresh of plus replaces the token', async (method) => {
    const { id, token } = await app.member();
    const answer = await app.call(method, '/auth/refresh', { token });
    expect(answer).toEqual(session);
    expect((await app.me(answer.body.access_token)).id).toBe(String(id));
    expect(await app.call('GET', '/user', { token })).toEqual(UNAUTHENTICATED);
    expect(await app.call(method, '/auth/refresh', { token })).toEqual(UNAUTHENTICATED);
    expect(await app.call(method, '/auth/refresh')).toEqual(UNAUTHENTICATED);
  });

  test('of several calls of plus auth/refresh at once, at two instances, one wins', async () => {
    const { id, token } = await app.member();
    const answers = await Promise.all(
      [0, 1, 2, 3].map((index) => send(index % 2 ? app.url : strict.url, 'POST', '/auth/refresh', { token })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401]);
    const [{ live }] = (await app.sql(
      'select count(*)::int as live from sessions where user_id = ? and revoked_at is null',
      [id],
    )) as [{ live: number }];
    expect(live).toBe(1);
  });
});

describe('POST verifycodes and verifycodes/register', () => {
  test.each(WIRES)('plus verifycodes send six digits by SMS and by mail (%s)', async (wire) => {
    const { phone, token } = await app.member();
    const email = await giveEmail(app.client, token);
    const known = ['LOGIN', 'RETRIEVE', 'UNBIND'];
    const fresh = ['REGISTER', 'BIND'];
    for (const [path, params, purposes] of [
      ['/verifycodes', { phone }, known],
      ['/verifycodes', { email }, known],
      ['/verifycodes/register', { phone: freshPhone() }, fresh],
      ['/verifycodes/register', { email: freshEmail() }, fresh],
    ] as const) {
      expect(await app.call('POST', path, { wire, params })).toEqual(sent);
      const to = Object.values(params)[0];
      const letter = app.inbox.letters.findLast((one) => one.to === to);
      expect(letter).toEqual({ to, code: expect.stringMatching(/^\d{6}$/), purposes });
    }
  });

  test('plus verifycodes refuse a malformed, taken or unknown address, and send nothing', async () => {
    const { phone, token } = await app.member();
    const email = await giveEmail(app.client, token);
    const before = app.inbox.letters.length;
    for (const path of ['/verifycodes', '/verifycodes/register']) {
      for (const malformed of ['12345', '02812345678', '+14155552671', 'a@b.cn', '%']) {
        expect(await post(path, { phone: malformed })).toEqual(
          invalid('phone', '请输入符合大陆地区的手机号码'),
        );
      }
      for (const malformed of [phone, 'a@', '@example.com', 'a b@example.com']) {
        expect(await post(path, { email: malformed })).toEqual(invalid('email', '请输入正确的 E-Mail'));
      }
      const neither = invalid('phone', '手机号和邮箱必须且只能提供一个');
      expect(await post(path, {})).toEqual(neither);
      expect(await post(path, { phone: '', email: null })).toEqual(neither);
      expect(await post(path, { phone: freshPhone(), email: freshEmail() })).toEqual(neither);
    }
    expect(await post('/verifycodes/register', { phone: `+86${phone}` })).toEqual(taken('phone'));
    expect(await post('/verifycodes/register', { email: email.toUpperCase() })).toEqual(taken('email'));
    expect(await post('/verifycodes', { phone: freshPhone() })).toEqual(invalid('phone', '用户不存在'));
    expect(await post('/verifycodes', { email: freshEmail() })).toEqual(invalid('email', '用户不存在'));
    expect(app.inbox.letters).toHaveLength(before);
  });

  test('plus verifycodes say how long to wait, and stop after the codes of the day', async () => {
    const phone = freshPhone();
    const again = () => send(strict.url, 'POST', '/verifycodes/register', { params: { phone } });
    expect((await again()).status).toBe(202);
    const tooSoon = await again();
    const seconds = /^验证码发送失败，还需要(\d+)秒后才能获取$/.exec(tooSoon.body.message)?.[1];
    expect(Number(seconds)).toBeGreaterThan(50);
    expect(Number(seconds)).toBeLessThanOrEqual(60);
    expect(tooSoon).toMatchObject(said(`验证码发送失败，还需要${seconds}秒后才能获取`, 400));
    expect(tooSoon.headers.get('retry-after')).toBe(seconds);

    expect(await post('/verifycodes/register', { phone })).toEqual(sent);
    const { headers, ...spent } = await again();
    expect(spent).toEqual(TOO_MANY);
    expect(headers.get('x-ratelimit-limit')).toBe('2');
    expect(headers.get('x-ratelimit-remaining')).toBe('0');
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(80_000);
  });

  test('a code of plus is good for its own purpose, and nothing else', async () => {
    const { id, phone, token } = await app.member();
    const fresh = freshPhone();
    const forNew = await app.codeForNew(fresh);
    await app.sql('update users set phone = ? where id = ?', [fresh, id]);
    const retrieval = { verifiable_type: 'sms', phone: fresh, password: 'another horse' };
    const params = { ...retrieval, verifiable_code: forNew };
    expect(await post('/auth/login', { login: fresh, verifiable_code: forNew })).toEqual(WRONG_CODE_FIRST);
    expect(await app.call('PUT', '/user/retrieve-password', { params })).toEqual(WRONG_CODE);
    const unbinding = { password: PASSWORD, verifiable_code: forNew };
    expect(await app.call('DELETE', '/user/phone', { token, params: unbinding })).toEqual(WRONG_CODE);

    const forKnown = await app.codeForKnown(fresh);
    const binding = { phone: fresh, verifiable_code: forKnown };
    expect(await app.call('PUT', '/user', { token, params: binding })).toEqual(WRONG_CODE);
    await app.sql('update users set phone = ? where id = ?', [phone, id]);
    const registration = { name: freshName(), verifiable_type: 'sms', ...binding };
    expect(await post('/users', registration)).toEqual(WRONG_CODE_FIRST);
  });
});

describe('POST users', () => {
  const newcomer = () => ({
    name: freshName(),
    verifiable_type: 'sms',
    phone: freshPhone(),
    password: PASSWORD,
  });

  test.each(WIRES)('plus registers by phone and by e-mail address (%s)', async (wire) => {
    const { phone, ...rest } = newcomer();
    const byPhone = { ...rest, phone, verifiable_code: await app.codeForNew(phone) };
    const answer = await app.call('POST', '/users', { wire, params: byPhone });
    expect(answer).toEqual(registered);
    expect(await app.me(answer.body.token)).toMatchObject({ name: rest.name, phone, email: null });
    expect(await app.login(rest.name, PASSWORD)).toEqual(session);

    const email = freshEmail();
    const verifiable_code = await app.codeForNew(email);
    const byMail = { ...rest, name: freshName(), verifiable_type: 'mail', email, verifiable_code };
    const mailed = await app.call('POST', '/users', { wire, params: byMail });
    expect(mailed).toEqual(registered);
    const me = { name: byMail.name, phone: null, email, emailVerified: true };
    expect(await app.me(mailed.body.token)).toMatchObject(me);
    expect(await app.login(email, PASSWORD)).toEqual(session);
  });

  test('plus refuses a registration for every other reason before the code, which stays good', async () => {
    const other = await app.member();
    await app.sql("insert into banned_words (word) values ('badword') on conflict do nothing");
    const good = newcomer();
    const verifiable_code = await app.codeForNew(good.phone);
    const attempt = (changes: Record<string, unknown>) =>
      post('/users', { ...good, verifiable_code, ...changes });
    const nameInvalid = invalid('name', '用户名只能以非特殊字符和数字开头，不能包含特殊字符');
    const nameLength = invalid('name', '用户名长度不合法');

    for (const name of [undefined, null, '', '  ']) {
      expect(await attempt({ name })).toEqual(invalid('name', '参数错误'));
    }
    for (const name of ['1abcdef', 'ab cdef', 'ab-cdef', '@abcdef', 'abcdef.', '小 明明']) {
      expect({ name, ...(await attempt({ name })) }).toEqual({ name, ...nameInvalid });
    }
    for (const name of ['abc', '甲', 'a'.repeat(25), '甲'.repeat(13), `甲${'a'.repeat(23)}`]) {
      expect({ name, ...(await attempt({ name })) }).toEqual({ name, ...nameLength });
    }
    expect(await attempt({ name: other.name.toUpperCase() })).toEqual(taken('name', '用户名已被使用'));
    expect(await attempt({ name: 'MyBadWord' })).toEqual(invalid('name', '名称包含违禁词'));
    expect(await attempt({ password: '5 cha' })).toEqual(invalid('password', '密码不符合规则'));
    expect(await attempt({ password: 'x'.repeat(129) })).toEqual(invalid('password', '密码不符合规则'));
    expect(await attempt({ phone: other.phone })).toEqual(taken('phone'));
    expect(await attempt({ phone: '12345' })).toEqual(invalid('phone', '请输入符合大陆地区的手机号码'));
    expect(await attempt({ verifiable_type: undefined })).toEqual(invalid('verifiable_type', '参数错误'));
    expect(await attempt({ verifiable_type: 'pigeon' })).toEqual(invalid('verifiable_type', '参数错误'));
    expect(await attempt({ verifiable_code: '' })).toEqual(invalid('verifiable_code', '请输入验证码'));
    expect(await attempt({ verifiable_code: wrongCode(verifiable_code) })).toEqual(WRONG_CODE_FIRST);
    expect(await app.sql('select 1 from users where phone = ?', [good.phone])).toEqual([]);

    expect(await attempt({ password: 'six ch' })).toEqual(registered);
    expect(await app.login(good.name, 'six ch')).toEqual(session);
    expect(await attempt({ name: freshName() })).toEqual(taken('phone'));
  });

  test('plus refuses to register an address that somebody has proven to be theirs', async () => {
    const { token } = await app.member();
    const email = await giveEmail(app.client, token);
    const params = { ...newcomer(), verifiable_type: 'mail', email, verifiable_code: '123456' };
    expect(await post('/users', params)).toEqual(taken('email'));
  });

  test.each(['abcd', '甲乙', '_abc', 'é123', 'a'.repeat(24), '甲'.repeat(12), '甲1_b'])(
    'plus registers the name %s',
    async (name) => {
      const good = { ...newcomer(), name };
      const answer = await post('/users', { ...good, verifiable_code: await app.codeForNew(good.phone) });
      expect(answer).toEqual(registered);
      expect((await app.me(answer.body.token)).name).toBe(name);
    },
  );

  test('of two registrations at plus with one name at once, one comes in, and the code of the other stays good', async () => {
    const name = freshName();
    const both = await Promise.all(
      [newcomer(), newcomer()].map(async (one) => ({
        ...one,
        name,
        verifiable_code: await app.codeForNew(one.phone),
      })),
    );
    const answers = await Promise.all(
      both.map(async (params, index) => {
        const { status, body } = await send((index ? app : strict).url, 'POST', '/users', { params });
        return { status, body };
      }),
    );
    const loser = both.find((_, index) => answers[index]?.status !== 201);
    expect(answers).toEqual(expect.arrayContaining([registered, taken('name', '用户名已被使用')]));
    expect(await post('/users', { ...loser, name: freshName() })).toEqual(registered);
  });

  test('of several registrations at plus with one phone at once, one comes in', async () => {
    const { name: _, ...rest } = newcomer();
    const verifiable_code = await app.codeForNew(rest.phone);
    const answers = await Promise.all(
      [0, 1, 2, 3].map((index) =>
        send((index % 2 ? app : strict).url, 'POST', '/users', {
          params: { ...rest, name: freshName(), verifiable_code },
        }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 422, 422, 422]);
    expect(await app.sql('select 1 from users where phone = ?', [rest.phone])).toHaveLength(1);
  });
});
