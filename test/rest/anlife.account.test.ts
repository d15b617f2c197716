import { createKeyedHash } from '../../src/infra/keyed-hash.js';
import { freshPhone, md5, wrongCode } from '../support/client.js';
import {
  type AnlifeApp,
  failed,
  NO_COMMUNITY,
  OTHER_SECRET,
  SECRET,
  startAnlife,
  succeeded,
} from './anlife.support.js';

/** anlife.md 接口1, 5, 6, 14, 16: registration, log-in, log-out and codes. */

let app: AnlifeApp;

beforeAll(async () => {
  app = await startAnlife();
});
afterAll(() => app.close());

/** Lets a code run out without waiting for it; fails when codes are no longer kept where this looks. */
async function expireCode(phone: string): Promise<void> {
  const hash = createKeyedHash(app.config.PASSWORD_PEPPER, 'code');
  const key = `code:{${hash('address', 'sms', phone)}}`;
  expect(await app.infrastructure.redis.client.hset(key, 'expires', 1)).toBe(0);
}

const register = (params: Record<string, string>) => app.post('/user/register', params);

describe('接口5 getRegisterSms', () => {
  test('getRegisterSms sends six digits, good for registration only', async () => {
    const phone = freshPhone();
    expect(await app.get('/user/getRegisterSms', { phone })).toEqual(succeeded(1));
    expect(app.inbox.letters.findLast(({ to }) => to === phone)).toEqual({
      to: phone,
      code: expect.stringMatching(/^\d{6}$/),
      purposes: ['REGISTER'],
    });
  });

  test.each(['+86', '0086', '86'])('getRegisterSms takes the prefix %s', async (prefix) => {
    const phone = freshPhone();
    expect(await app.get('/user/getRegisterSms', { phone: prefix + phone })).toEqual(succeeded(1));
    expect(app.inbox.code(phone)).toMatch(/^\d{6}$/);
  });

  test('getRegisterSms refuses a missing, malformed or taken phone, and sends nothing', async () => {
    const { phone } = await app.member();
    const before = app.inbox.letters.length;
    expect(await app.get('/user/getRegisterSms')).toEqual(failed(1001));
    expect(await app.get('/user/getRegisterSms', { phone: '' })).toEqual(failed(1001));
    for (const malformed of ['12345', '02812345678', '+14155552671', '1380000000x', 'a@b.cn']) {
      expect(await app.get('/user/getRegisterSms', { phone: malformed })).toEqual(failed(1005));
    }
    expect(await app.get('/user/getRegisterSms', { phone })).toEqual(failed(1006));
    expect(await app.get('/user/getRegisterSms', { phone: `+86${phone}` })).toEqual(failed(1006));
    expect(app.inbox.letters).toHaveLength(before);
  });

  test('getRegisterSms answers 1099 for a provider that fails, and the next try may follow at once', async () => {
    const phone = freshPhone();
    app.inbox.failing = true;
    const refused = await app.get('/user/getRegisterSms', { phone });
    app.inbox.failing = false;
    expect(refused).toEqual(failed(1099, 503));
    expect(await app.get('/user/getRegisterSms', { phone })).toEqual(succeeded(1));
  });
});

describe('接口6 register', () => {
  test("anlife's register answers the number and a token that is good for every API", async () => {
    const phone = freshPhone();
    const sms_code = await app.codeFrom('getRegisterSms', phone);
    const answer = await register({ phone, password: SECRET, sms_code });
    expect(answer).toEqual(
      succeeded({ user_id: expect.any(Number), auth_token: expect.stringMatching(/^[\w-]{43}$/) }),
    );
    const { user_id, auth_token } = answer.body.datas;
    const { me } = await app.client.data('{ me { id phone } }', {}, auth_token);
    expect(me).toEqual({ id: String(user_id), phone });
  });

  test("anlife's register refuses missing and malformed parameters, and leaves the code unused", async () => {
    const phone = freshPhone();
    const sms_code = await app.codeFrom('getRegisterSms', phone);
    const good = { phone, password: SECRET, sms_code };
    for (const name of ['phone', 'password', 'sms_code']) {
      const { [name as 'phone']: _, ...rest } = good;
      expect(await register(rest)).toEqual(failed(1001));
      expect(await register({ ...good, [name]: '' })).toEqual(failed(1001));
    }
    for (const password of ['secret', SECRET.slice(1), `${SECRET}0`, `g${SECRET.slice(1)}`, ` ${SECRET}`]) {
      expect(await register({ ...good, password })).toEqual(failed(1001));
    }
    expect(await register({ ...good, phone: '12345' })).toEqual(failed(1005));
    expect(await register(good)).toEqual(succeeded(expect.anything()));
  });

  test("anlife's register answers 1007 for a code that is wrong, expired, used, or sent for something else", async () => {
    const phone = freshPhone();
    const sms_code = await app.codeFrom('getRegisterSms', phone);
    expect(await register({ phone, password: SECRET, sms_code: wrongCode(sms_code) })).toEqual(failed(1007));
    await expireCode(phone);
    expect(await register({ phone, password: SECRET, sms_code })).toEqual(failed(1007));

    const forBinding = await app.codeFrom('getBindPhoneSms', phone);
    expect(await register({ phone, password: SECRET, sms_code: forBinding })).toEqual(failed(1007));
    expect(await app.sql('select 1 from users where phone = ?', [phone])).toEqual([]);
  });

  test("anlife's register burns a code after five wrong tries", async () => {
    const phone = freshPhone();
    const sms_code = await app.codeFrom('getRegisterSms', phone);
    for (let wrong = 1; wrong <= 5; wrong++) {
      expect(await register({ phone, password: SECRET, sms_code: wrongCode(sms_code) })).toEqual(
        failed(1007),
      );
    }
    expect(await register({ phone, password: SECRET, sms_code })).toEqual(failed(1007));
  });

  test("anlife's register answers 1006 for a phone that was taken meanwhile", async () => {
    const phone = freshPhone();
    const sms_code = await app.codeFrom('getRegisterSms', phone);
    const { user_id } = await app.member();
    await app.sql('update users set phone = ? where id = ?', [phone, user_id]);
    expect(await register({ phone, password: SECRET, sms_code })).toEqual(failed(1006));
  });

  test('of two anlife registrations with one code, one comes in', async () => {
    const phone = freshPhone();
    const sms_code = await app.codeFrom('getRegisterSms', phone);
    const answers = await Promise.all([1, 2, 3].map(() => register({ phone, password: SECRET, sms_code })));
    expect(answers.filter(({ body }) => body.datas)).toHaveLength(1);
    expect(await app.sql('select 1 from users where phone = ?', [phone])).toHaveLength(1);
  });
});

describe('接口1 loginAndGetUserInfo', () => {
  test('loginAndGetUserInfo answers the whole record and a new token', async () => {
    const { user_id, phone, auth_token } = await app.member();
    const answer = await app.login(phone, SECRET);
    expect(answer).toEqual(
      succeeded({
        user_id,
        nickname: expect.stringMatching(/./),
        sex: 0,
        phone,
        birthday: 0,
        age: 0,
        photo: '',
        background: '',
        community: NO_COMMUNITY,
        signature: '',
        hobby: [],
        auth_token: expect.stringMatching(/^[\w-]{43}$/),
      }),
    );
    expect(answer.body.datas.auth_token).not.toBe(auth_token);
    expect(await app.isLoggedIn(auth_token)).toBe(true);
  });

  test('loginAndGetUserInfo takes MD5 in either case, and an account whose password came as plain text', async () => {
    const { phone } = await app.member();
    expect(await app.login(phone, SECRET.toUpperCase())).toEqual(succeeded(expect.anything()));
    const plain = await app.client.register({ password: '明文 password 1' });
    expect(await app.login(`+86 ${plain.phone}`, md5('明文 password 1'))).toEqual(
      succeeded(expect.anything()),
    );
    // The MD5 is the password only where a route says so: it is none of its own.
    expect(await app.login(plain.phone, md5(md5('明文 password 1')))).toEqual(failed(1008));
  });

  test('loginAndGetUserInfo refuses missing and malformed parameters', async () => {
    const { phone, user_id } = await app.member();
    expect(await app.post('/user/loginAndGetUserInfo')).toEqual(failed(1001));
    expect(await app.post('/user/loginAndGetUserInfo', { phone })).toEqual(failed(1001));
    expect(await app.post('/user/loginAndGetUserInfo', { password: SECRET })).toEqual(failed(1001));
    expect(await app.login(phone, 'secret of the app')).toEqual(failed(1001));
    expect(await app.login('12345', SECRET)).toEqual(failed(1005));
    // A door for phones: no other name of the account opens it.
    const [user] = await app.sql<{ name: string }>('select name from users where id = ?', [user_id]);
    expect(await app.login(user?.name ?? '', SECRET)).toEqual(failed(1005));
  });

  test('loginAndGetUserInfo says the same of a wrong password and an unknown phone', async () => {
    const { phone } = await app.member();
    expect(await app.login(phone, OTHER_SECRET)).toEqual(failed(1008));
    expect(await app.login(freshPhone(), SECRET)).toEqual(failed(1008));
  });

  test('ten wrong passwords at anlife lock the account, for the right one too and for every API', async () => {
    const { phone } = await app.member();
    const before = app.services.hasher.evaluations;
    for (let failures = 1; failures <= 10; failures++) {
      expect(await app.login(phone, OTHER_SECRET)).toEqual(failed(1008));
    }
    expect(app.services.hasher.evaluations - before).toBe(10);
    expect(await app.login(phone, SECRET)).toEqual(failed(1009));
    expect(app.services.hasher.evaluations - before).toBe(10);
    const login = 'mutation ($input: LoginInput!) { login(input: $input) { token } }';
    const input = { account: phone, password: 'secret of the app' };
    expect(await app.client.code(login, { input })).toBe('ACCOUNT_LOCKED');
    const sms_code = await app.codeFrom('getFindPwdSms', phone);
    const retrieval = { phone, sms_code, password1: SECRET, password2: SECRET };
    expect(await app.post('/user/findPwd', retrieval)).toEqual(failed(1009));
  });

  test('loginAndGetUserInfo answers 1009 for a disabled account to its owner, 1008 to others, and its sessions are over', async () => {
    const member = await app.member();
    const admin = await app.client.register();
    await app.sql(`update users set abilities = '{"[user] Disabled User"}' where id = ?`, [admin.id]);
    const { login } = await app.client.data(
      'mutation ($input: LoginInput!) { login(input: $input) { token } }',
      { input: { account: admin.phone, password: admin.password } },
    );
    const change = (name: string) =>
      app.client.data(`mutation ($id: ID!) { ${name}(id: $id) { id } }`, { id: member.user_id }, login.token);

    await change('disableUser');
    expect(await app.login(member.phone, SECRET)).toEqual(failed(1009));
    expect(await app.login(member.phone, OTHER_SECRET)).toEqual(failed(1008));
    const { user_id, auth_token } = member;
    expect(await app.post('/user/modifyInfo', { user_id, auth_token, nickname: 'x' })).toEqual(failed(1002));
    await change('enableUser');
    expect(await app.login(member.phone, SECRET)).toEqual(succeeded(expect.anything()));
  });
});

describe('接口14 logout', () => {
  test("anlife's logout ends this session and no other", async () => {
    const { user_id, auth_token, phone } = await app.member();
    const { datas: other } = (await app.login(phone, SECRET)).body;
    expect(await app.get('/user/logout', { user_id, auth_token })).toEqual(succeeded(1));
    expect(await app.isLoggedIn(auth_token)).toBe(false);
    expect(await app.isLoggedIn(other.auth_token)).toBe(true);
    expect(await app.get('/user/logout', { user_id, auth_token })).toEqual(failed(1002));
  });

  test("anlife's logout needs the caller's own user_id and a session", async () => {
    const [one, two] = [await app.member(), await app.member()];
    const { auth_token } = one;
    expect(await app.get('/user/logout', { auth_token })).toEqual(failed(1001));
    expect(await app.get('/user/logout', { auth_token, user_id: 'me' })).toEqual(failed(1001));
    expect(await app.get('/user/logout', { user_id: one.user_id })).toEqual(failed(1002));
    expect(await app.get('/user/logout', { user_id: one.user_id, auth_token: 'x'.repeat(43) })).toEqual(
      failed(1002),
    );
    expect(await app.get('/user/logout', { auth_token, user_id: two.user_id })).toEqual(failed(1003));
    expect(await app.isLoggedIn(auth_token)).toBe(true);
  });
});

describe('接口16 verifyPhoneCode', () => {
  test('verifyPhoneCode answers true and false, and does not use the code up', async () => {
    const phone = freshPhone();
    const sms_code = await app.codeFrom('getRegisterSms', phone);
    const check = (code: string) => app.get('/user/verifyPhoneCode', { phone, sms_code: code });
    expect(await check(sms_code)).toEqual(succeeded(true));
    expect(await check(wrongCode(sms_code))).toEqual(succeeded(false));
    expect(await check(sms_code)).toEqual(succeeded(true));
    expect(await register({ phone, password: SECRET, sms_code })).toEqual(succeeded(expect.anything()));
    expect(await check(sms_code)).toEqual(succeeded(false));
  });

  test('verifyPhoneCode answers for a code of any purpose, and counts wrong tries', async () => {
    const phone = freshPhone();
    const sms_code = await app.codeFrom('getBindPhoneSms', phone);
    const check = (code: string) => app.get('/user/verifyPhoneCode', { phone, sms_code: code });
    expect(await check(sms_code)).toEqual(succeeded(true));
    for (let wrong = 1; wrong <= 5; wrong++)
      expect(await check(wrongCode(sms_code))).toEqual(succeeded(false));
    expect(await check(sms_code)).toEqual(succeeded(false));
  });

  test('verifyPhoneCode refuses missing and malformed parameters, and locks out who guesses on', async () => {
    const phone = freshPhone();
    const check = (params: Record<string, string>) => app.get('/user/verifyPhoneCode', params);
    expect(await check({ phone })).toEqual(failed(1001));
    expect(await check({ sms_code: '123456' })).toEqual(failed(1001));
    expect(await check({ phone: '12345', sms_code: '123456' })).toEqual(failed(1005));
    for (let wrong = 1; wrong <= 10; wrong++) {
      expect(await check({ phone, sms_code: '123456' })).toEqual(succeeded(false));
    }
    expect(await check({ phone, sms_code: '123456' })).toEqual(failed(1009));
  });
});
