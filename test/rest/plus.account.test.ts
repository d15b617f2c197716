import { freshPhone, md5 } from '../support/client.js';
import { freshEmail, freshName, registerByCode } from '../support/operations.js';
import {
  byHand,
  type Call,
  type Member,
  malformed,
  noContent,
  notFound,
  PASSWORD,
  type PlusApp,
  seen,
  startPlus,
  taken,
  unauthenticated,
} from './plus.support.js';

/** Log-in, registration, codes, profile, contact and password: `plus.md` and DECISIONS §6. */

let app: PlusApp;
let me: Member;

beforeAll(async () => {
  app = await startPlus();
  me = await app.member();
});
afterAll(() => app.close());

const ask = async (method: string, path: string, call?: Call) => seen(await app.call(method, path, call));
const login = (json: Record<string, unknown>) => ask('POST', '/auth/login', { json });
const wrongCode = (code: string): string => (code === '000000' ? '000001' : '000000');
const isGood = async (token: string): Promise<boolean> =>
  (await app.call('GET', '/user', { token })).status === 200;
const REFUSED_CODE = byHand('验证码错误或者已失效');
const REFUSED_LOGIN = byHand('账号或密码不正确');
const NOT_A_PHONE = '请输入符合大陆地区的手机号码';

describe('auth/login', () => {
  const token = {
    access_token: expect.stringMatching(/^[\w-]{43}$/),
    token_type: 'Bearer',
    expires_in: 43_200,
    refresh_ttl: 43_200,
  };

  test('by name, phone and e-mail address, in a form, JSON or the query', async () => {
    const member = await app.member();
    const email = freshEmail();
    const code = await app.codeFrom('verifycodes/register', email);
    const bound = { email, verifiable_code: code };
    expect(await ask('PUT', '/user', { token: member.token, form: bound })).toEqual(noContent);
    for (const account of [member.name, member.phone, email]) {
      const given = { login: account, password: PASSWORD };
      for (const call of [{ json: given }, { form: given }, { query: given }]) {
        expect(await ask('POST', '/auth/login', call)).toEqual({ status: 200, body: token });
      }
    }
  });

  test('by a code sent for it, once', async () => {
    const code = await app.codeFrom('verifycodes', me.phone);
    const given = { login: me.phone, verifiable_code: code };
    expect(await login({ ...given, verifiable_code: wrongCode(code) })).toEqual(REFUSED_CODE);
    expect((await login(given)).status).toBe(200);
    expect(await login(given)).toEqual(REFUSED_CODE);
  });

  test('a number as code is the same code', async () => {
    const code = await app.codeFrom('verifycodes', me.phone);
    if (code.startsWith('0')) return;
    expect((await login({ login: me.phone, verifiable_code: Number(code) })).status).toBe(200);
  });

  test.each([
    ['a wrong password', () => ({ login: me.name, password: 'wrong-7' })],
    ['an unknown name', () => ({ login: 'nobody_here', password: PASSWORD })],
    ['a name with a code', () => ({ login: me.name, verifiable_code: '123456' })],
    ['another spelling of the password', () => ({ login: me.name, password: ` ${PASSWORD}` })],
  ])('%s is refused', async (_, given) => {
    expect(await login(given())).toEqual(REFUSED_LOGIN);
  });

  test('asks for what is missing', async () => {
    expect(await login({ password: PASSWORD })).toEqual(malformed('login'));
    expect(await login({ login: me.name })).toEqual(malformed('password', '请输入密码'));
    expect(await login({ login: [], password: {} })).toEqual(malformed('login'));
  });

  test('an account of the anlife app, which knows only its MD5', async () => {
    const phone = freshPhone();
    await app.client.legacy('GET', '/anlife/v1.0/user/getRegisterSms', { phone });
    const form = { phone, sms_code: app.inbox.code(phone), password: md5('app secret 1') };
    expect((await app.client.legacy('POST', '/anlife/v1.0/user/register', form)).body.datas).toBeDefined();
    expect((await login({ login: phone, password: 'app secret 1' })).status).toBe(200);
  });

  test('too many wrong ones lock, with what is left of the budget', async () => {
    const member = await app.member();
    for (let index = 0; index < 10; index++) await login({ login: member.name, password: `wrong-${index}` });
    const json = { login: member.name, password: PASSWORD };
    const { status, body, headers } = await app.call('POST', '/auth/login', { json });
    expect({ status, body }).toEqual({ status: 429, body: { message: 'Too Many Attempts.' } });
    expect(headers.get('x-ratelimit-limit')).toBe('10');
    expect(headers.get('x-ratelimit-remaining')).toBe('0');
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('auth/logout and auth/refresh', () => {
  test.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])('%s ends the session', async (method) => {
    const { body } = await login({ login: me.name, password: PASSWORD });
    const call = { token: body.access_token };
    expect(await ask(method, '/auth/logout', call)).toEqual({ status: 200, body: { message: '退出成功' } });
    expect(await ask(method, '/auth/logout', call)).toEqual(unauthenticated);
  });

  test('a refreshed token takes the place of the old one; of two at once one wins', async () => {
    const { body } = await login({ login: me.name, password: PASSWORD });
    const answers = await Promise.all(
      [1, 2, 3].map(() => ask('POST', '/auth/refresh', { token: body.access_token })),
    );
    const won = answers.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(2);
    expect(await isGood(body.access_token)).toBe(false);
    expect(await isGood(won[0]?.body.access_token)).toBe(true);
    expect(await ask('POST', '/auth/refresh')).toEqual(unauthenticated);
  });
});

describe('verifycodes', () => {
  test('to a new address for registering or binding, to a known one for the rest', async () => {
    const fresh = freshPhone();
    expect(await ask('POST', '/verifycodes', { form: { phone: fresh } })).toEqual(
      malformed('phone', '用户不存在'),
    );
    expect(await ask('POST', '/verifycodes/register', { form: { phone: me.phone } })).toEqual(
      taken('phone', '已经被使用'),
    );
    const code = await app.codeFrom('verifycodes/register', fresh);
    expect(await login({ login: fresh, verifiable_code: code })).toEqual(REFUSED_CODE);
    const { phone } = await app.member();
    const other = await app.codeFrom('verifycodes', phone);
    const retrieval = { verifiable_type: 'sms', phone, password: PASSWORD };
    expect(
      await ask('PUT', '/user/retrieve-password', { json: { ...retrieval, verifiable_code: other } }),
    ).toEqual(noContent);
  });

  test.each(['verifycodes', 'verifycodes/register'])('%s refuses what is no address', async (door) => {
    const to = (form: Record<string, string>) => ask('POST', `/${door}`, { form });
    expect(await to({ phone: '1381234' })).toEqual(malformed('phone', NOT_A_PHONE));
    expect(await to({ email: 'nobody@' })).toEqual(malformed('email', '请输入正确的 E-Mail'));
    expect((await to({})).status).toBe(422);
    expect((await to({ phone: me.phone, email: 'a@example.com' })).status).toBe(422);
  });

  test('too soon says how long, too many is a 429', async () => {
    const slow = await app.world.start({ CODE_RESEND_SECONDS: '60' });
    const quick = await app.world.start({ CODE_DAILY_LIMIT: '1' });
    const phone = freshPhone();
    const from = async (gateway: { url: string }) => {
      const body = new URLSearchParams({ phone });
      const response = await fetch(`${gateway.url}/api/v2/verifycodes/register`, { method: 'POST', body });
      return { status: response.status, body: await response.json(), headers: response.headers };
    };
    expect((await from(slow)).status).toBe(202);
    const soon = await from(slow);
    expect(soon.status).toBe(400);
    expect(soon.body).toEqual({
      message: expect.stringMatching(/^验证码发送失败，还需要(5\d|60)秒后才能获取$/),
    });
    const spent = await from(quick);
    expect({ status: spent.status, body: spent.body }).toEqual({
      status: 429,
      body: { message: 'Too Many Attempts.' },
    });
    expect(spent.headers.get('x-ratelimit-limit')).toBe('1');
    await slow.close();
    await quick.close();
  });
});

describe('POST users', () => {
  async function registration(own: Record<string, unknown> = {}) {
    const phone = freshPhone();
    const verifiable_code = await app.codeFrom('verifycodes/register', phone);
    return { name: freshName(), phone, verifiable_type: 'sms', verifiable_code, password: PASSWORD, ...own };
  }
  const register = (json: Record<string, unknown>) => ask('POST', '/users', { json });

  test('opens a session; by mail too', async () => {
    const { status, body } = await register(await registration());
    expect({ status, body }).toEqual({
      status: 201,
      body: { token: expect.any(String), ttl: 43_200, refresh_ttl: 43_200 },
    });
    expect(await isGood(body.token)).toBe(true);
    const email = freshEmail();
    const verifiable_code = await app.codeFrom('verifycodes/register', email);
    const byMail = { name: freshName(), email, verifiable_type: 'mail', verifiable_code, password: PASSWORD };
    expect((await register(byMail)).status).toBe(201);
  });

  test.each<[string, Record<string, unknown>, unknown]>([
    ['no name', { name: '' }, malformed('name')],
    [
      'a name with a digit first',
      { name: '1abcd' },
      malformed('name', '用户名只能以非特殊字符和数字开头，不能包含特殊字符'),
    ],
    ['a name too short', { name: '小' }, malformed('name', '用户名长度不合法')],
    ['a password too short', { password: '12345' }, malformed('password', '密码不符合规则')],
    ['another channel', { verifiable_type: 'pigeon' }, malformed('verifiable_type')],
    ['no code', { verifiable_code: '' }, malformed('verifiable_code', '请输入验证码')],
    ['a wrong phone', { phone: '123' }, malformed('phone', NOT_A_PHONE)],
  ])('%s is refused, and the code stays good', async (_, own, answer) => {
    const sound = await registration();
    expect(await register({ ...sound, ...own })).toEqual(answer);
    expect((await register(sound)).status).toBe(201);
  });

  test('a taken name or phone says so', async () => {
    const sound = await registration();
    expect(await register({ ...sound, name: me.name.toUpperCase() })).toEqual(
      taken('name', '用户名已被使用'),
    );
    expect(await register({ ...sound, phone: me.phone })).toEqual(taken('phone', '已经被使用'));
    expect(await register({ ...sound, verifiable_code: wrongCode(sound.verifiable_code as string) })).toEqual(
      REFUSED_CODE,
    );
  });

  test('of two at once with one name one gets it', async () => {
    const name = freshName();
    const both = [await registration({ name }), await registration({ name })];
    const answers = await Promise.all(both.map(register));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 422]);
    expect(answers.find(({ status }) => status === 422)).toEqual(taken('name', '用户名已被使用'));
  });
});

describe('PATCH user', () => {
  const change = (json: unknown, token = me.token) => ask('PATCH', '/user', { json, token });
  const profile = async () => (await app.call('GET', '/user', { token: me.token })).body;

  test('a value sets, absent leaves, null and empty clear; texts are trimmed', async () => {
    const name = freshName();
    expect(await change({ name, bio: ' hallo ', sex: 2, location: '四川省 成都市' })).toEqual(noContent);
    me.name = name;
    expect(await profile()).toMatchObject({ name, bio: 'hallo', sex: 2, location: '四川省 成都市' });
    expect(await change({ sex: '1' })).toEqual(noContent);
    expect(await profile()).toMatchObject({ bio: 'hallo', sex: 1 });
    expect(await change({ bio: '', location: null, sex: 0 })).toEqual(noContent);
    expect(await profile()).toMatchObject({ bio: null, location: null, sex: 0 });
  });

  test.each<[string, Record<string, unknown>, unknown]>([
    ['name', { name: null }, malformed('name', '用户名长度不合法')],
    ['name', { name: 'abc' }, malformed('name', '用户名长度不合法')],
    ['name', { name: 'a b c d' }, malformed('name', '用户名只能以非特殊字符和数字开头，不能包含特殊字符')],
    ['sex', { sex: 3 }, malformed('sex', '发送的性别数据非法')],
    ['sex', { sex: 'male' }, malformed('sex', '发送的性别数据非法')],
    ['bio', { bio: '字'.repeat(192) }, malformed('bio')],
    ['bio', { bio: ['x'] }, malformed('bio')],
    ['location', { location: '😀'.repeat(192) }, malformed('location')],
    ['avatar', { avatar: 'public:2026/01/01/nothing.png' }, malformed('avatar', '头像错误')],
    ['avatar', { avatar: 5 }, malformed('avatar', '头像错误')],
    ['bg', { bg: `public:2026/01/01/${'0'.repeat(32)}.jpg` }, malformed('bg', '背景图片错误')],
  ])('a wrong %s is refused and changes nothing', async (_, json, answer) => {
    const before = await profile();
    expect(await change({ location: 'anders', ...json })).toEqual(answer);
    expect(await profile()).toEqual(before);
  });

  test('191 characters fit, however many bytes they are', async () => {
    expect(await change({ bio: '😀'.repeat(191), location: '字'.repeat(191) })).toEqual(noContent);
    expect(await change({ bio: null, location: null })).toEqual(noContent);
  });

  test('a taken name says so; no session is a 401 whatever was sent', async () => {
    const other = await app.member();
    expect(await change({ name: other.name.toUpperCase() })).toEqual(taken('name', '用户名已被使用'));
    expect(await ask('PATCH', '/user', { json: { sex: 9 } })).toEqual(unauthenticated);
  });
});

describe('PUT user', () => {
  const put = (form: Record<string, string>, token = me.token) => ask('PUT', '/user', { form, token });

  test('takes exactly one of phone and e-mail address', async () => {
    expect(await put({})).toEqual(byHand('非法操作'));
    expect(await put({ phone: freshPhone(), email: freshEmail(), verifiable_code: '1' })).toEqual(
      byHand('非法操作'),
    );
    expect(await ask('PUT', '/user', { form: {} })).toEqual(unauthenticated);
  });

  test('refuses malformed, taken and unproven ones', async () => {
    const other = await app.member();
    expect(await put({ phone: '123', verifiable_code: '1' })).toEqual(malformed('phone', NOT_A_PHONE));
    expect(await put({ email: 'x@', verifiable_code: '1' })).toEqual(
      malformed('email', '请输入正确的 E-Mail'),
    );
    expect(await put({ phone: freshPhone() })).toEqual(malformed('verifiable_code', '请输入验证码'));
    expect(await put({ phone: other.phone, verifiable_code: '1' })).toEqual(taken('phone', '已经被使用'));
    const phone = freshPhone();
    const code = await app.codeFrom('verifycodes/register', phone);
    expect(await put({ phone, verifiable_code: wrongCode(code) })).toEqual(REFUSED_CODE);
    expect(await put({ phone: freshPhone(), verifiable_code: code })).toEqual(REFUSED_CODE);
    expect(await put({ phone, verifiable_code: code })).toEqual(noContent);
    me.phone = phone;
    expect((await app.call('GET', '/user', { token: me.token })).body.phone).toBe(phone);
  });
});

describe('PUT user/password', () => {
  const put = (json: Record<string, unknown>, token = me.token) =>
    ask('PUT', '/user/password', { json, token });

  test('changes it with the old one, and ends the other sessions', async () => {
    const member = await app.member();
    const other = (await login({ login: member.name, password: PASSWORD })).body.access_token;
    const next = 'neues-8';
    const sound = { old_password: PASSWORD, password: next, password_confirmation: next };
    expect(await put({ ...sound, old_password: 'falsch' }, member.token)).toEqual(
      taken('old_password', '账户密码错误'),
    );
    expect(await put({ password: next, password_confirmation: next }, member.token)).toEqual(
      taken('old_password', '账户密码错误'),
    );
    expect(await put({ ...sound, password_confirmation: 'x' }, member.token)).toEqual(
      malformed('password', '确认输入的新密码不一致'),
    );
    expect(await put({ ...sound, password_confirmation: undefined }, member.token)).toEqual(
      malformed('password', '确认输入的新密码不一致'),
    );
    const same = { old_password: PASSWORD, password: PASSWORD, password_confirmation: PASSWORD };
    expect(await put(same, member.token)).toEqual(malformed('password', '新密码和旧密码相同'));
    expect(await put(sound, member.token)).toEqual(noContent);
    expect([await isGood(member.token), await isGood(other)]).toEqual([true, false]);
    expect((await login({ login: member.name, password: next })).status).toBe(200);
    expect(await login({ login: member.name, password: PASSWORD })).toEqual(REFUSED_LOGIN);
  });

  test('needs no old one where there is none', async () => {
    const { token } = await registerByCode(app.client);
    expect(await put({ password: 'erstes-1', password_confirmation: 'erstes-1' }, token)).toEqual(noContent);
    expect(await ask('PUT', '/user/password', { json: {} })).toEqual(unauthenticated);
  });
});

describe('PUT user/retrieve-password', () => {
  const put = (json: Record<string, unknown>) => ask('PUT', '/user/retrieve-password', { json });

  test('replaces it with a code that came by the channel named, and ends all sessions', async () => {
    const member = await app.member();
    const verifiable_code = await app.codeFrom('verifycodes', member.phone);
    const sound = { verifiable_type: 'sms', verifiable_code, phone: member.phone, password: 'wieder-9' };
    expect(await put({ ...sound, email: 'a@example.com' })).toEqual(byHand('非法请求', 400));
    expect(await put({ ...sound, phone: freshPhone() })).toEqual(malformed('phone', '用户不存在'));
    expect(await put({ ...sound, verifiable_type: 'mail' })).toEqual(malformed('email'));
    expect(await put({ ...sound, verifiable_type: '' })).toEqual(malformed('verifiable_type'));
    expect(await put({ ...sound, password: '' })).toEqual(malformed('password', '请输入密码'));
    expect(await put({ ...sound, password: '12345' })).toEqual(malformed('password', '密码不符合规则'));
    expect(await put({ ...sound, verifiable_code: wrongCode(verifiable_code) })).toEqual(REFUSED_CODE);
    expect(await put(sound)).toEqual(noContent);
    expect(await isGood(member.token)).toBe(false);
    expect((await login({ login: member.name, password: 'wieder-9' })).status).toBe(200);
    expect(await put(sound)).toEqual(REFUSED_CODE);
  });
});

describe('DELETE user/phone and user/email', () => {
  test('take the password before the code, and keep one way to log in', async () => {
    const member = await app.member();
    const remove = (what: string, form: Record<string, string>) =>
      ask('DELETE', `/user/${what}`, { form, token: member.token });
    const code = await app.codeFrom('verifycodes', member.phone);
    const sound = { password: PASSWORD, verifiable_code: code };
    expect(await remove('phone', { ...sound, password: 'falsch' })).toEqual(byHand('密码错误'));
    expect(await remove('phone', { ...sound, verifiable_code: wrongCode(code) })).toEqual(REFUSED_CODE);
    expect(await remove('phone', { verifiable_code: code })).toEqual(malformed('password', '请输入密码'));
    expect(await remove('phone', sound)).toEqual(byHand('至少需要保留一种登录方式'));
    expect(await remove('email', sound)).toEqual(byHand('非法操作'));

    const email = freshEmail();
    const mailed = await app.codeFrom('verifycodes/register', email);
    const form = { email, verifiable_code: mailed };
    expect(await ask('PUT', '/user', { form, token: member.token })).toEqual(noContent);
    expect(await remove('phone', sound)).toEqual(noContent);
    expect((await app.call('GET', '/user', { token: member.token })).body).toMatchObject({
      phone: null,
      email,
    });
    expect(await ask('DELETE', '/user/phone', { form: sound })).toEqual(unauthenticated);
  });
});

describe('DELETE user', () => {
  test('cancels the account: sessions end, everything that named it is free', async () => {
    const member = await app.member();
    const second = (await login({ login: member.name, password: PASSWORD })).body.access_token;
    expect(await ask('DELETE', '/user', { token: member.token })).toEqual({
      status: 202,
      body: { message: '操作成功,再见' },
    });
    expect([await isGood(member.token), await isGood(second)]).toEqual([false, false]);
    expect(await ask('GET', `/users/${member.id}`)).toEqual(notFound);
    expect(await login({ login: member.name, password: PASSWORD })).toEqual(REFUSED_LOGIN);
    const verifiable_code = await app.codeFrom('verifycodes/register', member.phone);
    const { name, phone } = member;
    const json = { name, phone, verifiable_type: 'sms', verifiable_code, password: PASSWORD };
    expect((await ask('POST', '/users', { json })).status).toBe(201);
    expect(await ask('DELETE', '/user', { token: member.token })).toEqual(unauthenticated);
    expect(await ask('DELETE', '/user')).toEqual(unauthenticated);
  });
});
