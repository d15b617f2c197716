import { freshPhone, wrongCode } from '../support/client.js';
import { FakeProviders } from '../support/fake-providers.js';
import { type AnlifeApp, failed, OTHER_SECRET, SECRET, startAnlife, succeeded } from './anlife.support.js';

/** anlife.md 接口8, 9, 10, 11: binding a phone, and replacing a forgotten password. */

let app: AnlifeApp;
let providers: FakeProviders;

beforeAll(async () => {
  providers = await FakeProviders.start();
  app = await startAnlife(providers.env);
});
afterAll(async () => {
  await app.close();
  await providers.close();
});

/** An account from Weibo: without phone and password. */
async function visitor(): Promise<{ user_id: number; auth_token: string }> {
  const uid = freshPhone();
  providers.addWeiboToken(`token-${uid}`, { uid });
  const { body } = await app.post('/user/sinaLoginAndGetUserInfo', { token: `token-${uid}`, uid });
  return { user_id: body.datas.user_id, auth_token: body.datas.auth_token };
}

const myPhone = async (token: string): Promise<string | null> =>
  (await app.client.data('{ me { phone } }', {}, token)).me.phone;

describe('接口8 getBindPhoneSms', () => {
  test('getBindPhoneSms sends a code that is good for binding only', async () => {
    const phone = freshPhone();
    expect(await app.get('/user/getBindPhoneSms', { phone })).toEqual(succeeded(1));
    expect(app.inbox.letters.findLast(({ to }) => to === phone)?.purposes).toEqual(['BIND']);
  });

  test('getBindPhoneSms refuses a missing, malformed or taken phone', async () => {
    const { phone } = await app.member();
    expect(await app.get('/user/getBindPhoneSms')).toEqual(failed(1001));
    expect(await app.get('/user/getBindPhoneSms', { phone: '138' })).toEqual(failed(1005));
    expect(await app.get('/user/getBindPhoneSms', { phone })).toEqual(failed(1006));
  });
});

describe('接口9 bindPhone', () => {
  test('bindPhone gives a third-party account a phone and a password', async () => {
    const { user_id, auth_token } = await visitor();
    const phone = freshPhone();
    const sms_code = await app.codeFrom('getBindPhoneSms', phone);
    const answer = await app.post('/user/bindPhone', {
      user_id,
      auth_token,
      phone,
      sms_code,
      password: SECRET,
    });
    expect(answer).toEqual(succeeded(1));
    expect((await app.login(phone, SECRET)).body.datas).toMatchObject({ user_id, phone });
  });

  test('bindPhone replaces the phone of an account that proves itself, and frees the old one', async () => {
    const { user_id, auth_token, phone: former } = await app.member();
    const phone = freshPhone();
    const sms_code = await app.codeFrom('getBindPhoneSms', phone);
    const bind = (password: string) =>
      app.post('/user/bindPhone', { user_id, auth_token, phone: `0086${phone}`, sms_code, password });
    expect(await bind(SECRET.toUpperCase())).toEqual(succeeded(1));
    expect(await myPhone(auth_token)).toBe(phone);
    expect(await app.login(former, SECRET)).toEqual(failed(1008));
    expect((await app.member(former)).user_id).not.toBe(user_id);
    // The code is used up, for whoever holds the phone too.
    expect(await bind(SECRET)).toEqual(failed(1007));
  });

  test('bindPhone refuses for every documented reason, each time leaving phone and code as they were', async () => {
    const member = await app.member();
    const stranger = await app.member();
    const phone = freshPhone();
    const sms_code = await app.codeFrom('getBindPhoneSms', phone);
    const { user_id, auth_token } = member;
    const good = { user_id, auth_token, phone, sms_code, password: SECRET };
    const bind = (changes: Partial<Record<keyof typeof good, string | number>>) =>
      app.post('/user/bindPhone', { ...good, ...changes });

    for (const name of ['user_id', 'phone', 'sms_code', 'password']) {
      expect(await bind({ [name]: '' })).toEqual(failed(1001));
    }
    expect(await bind({ password: 'secret of the app' })).toEqual(failed(1001));
    expect(await bind({ phone: '138' })).toEqual(failed(1005));
    expect(await bind({ auth_token: '' })).toEqual(failed(1002));
    expect(await bind({ user_id: stranger.user_id })).toEqual(failed(1003));
    expect(await bind({ phone: stranger.phone })).toEqual(failed(1006));
    expect(await bind({ password: OTHER_SECRET })).toEqual(failed(1008));
    expect(await bind({ sms_code: wrongCode(sms_code) })).toEqual(failed(1007));
    expect(await myPhone(auth_token)).toBe(member.phone);
    expect(await bind({})).toEqual(succeeded(1));
  });

  test('bindPhone does not take a code sent for registration', async () => {
    const { user_id, auth_token, phone: former } = await app.member();
    const phone = freshPhone();
    const sms_code = await app.codeFrom('getRegisterSms', phone);
    const answer = await app.post('/user/bindPhone', {
      user_id,
      auth_token,
      phone,
      sms_code,
      password: SECRET,
    });
    expect(answer).toEqual(failed(1007));
    expect(await myPhone(auth_token)).toBe(former);
  });

  test('ten wrong passwords lock bindPhone', async () => {
    const { user_id, auth_token } = await app.member();
    const phone = freshPhone();
    const sms_code = await app.codeFrom('getBindPhoneSms', phone);
    const bind = (password: string) =>
      app.post('/user/bindPhone', { user_id, auth_token, phone, sms_code, password });
    for (let wrong = 1; wrong <= 10; wrong++) expect(await bind(OTHER_SECRET)).toEqual(failed(1008));
    expect(await bind(SECRET)).toEqual(failed(1009));
  });
});

describe('接口10 getFindPwdSms', () => {
  test('getFindPwdSms sends a code to a known phone, good for this only', async () => {
    const { phone } = await app.member();
    expect(await app.get('/user/getFindPwdSms', { phone })).toEqual(succeeded(1));
    expect(app.inbox.letters.findLast(({ to }) => to === phone)?.purposes).toEqual(['RETRIEVE']);
  });

  test('getFindPwdSms refuses a missing, malformed or unknown phone, and sends nothing', async () => {
    const phone = freshPhone();
    expect(await app.get('/user/getFindPwdSms')).toEqual(failed(1001));
    expect(await app.get('/user/getFindPwdSms', { phone: '138' })).toEqual(failed(1005));
    expect(await app.get('/user/getFindPwdSms', { phone })).toEqual(failed(1004));
    expect(() => app.inbox.code(phone)).toThrow();
  });
});

describe('接口11 findPwd', () => {
  test.each([
    ['GET', '/user/findPwd'],
    ['POST', '/user/findPwd'],
    ['GET', '/findPwd'],
    ['POST', '/findPwd'],
  ] as const)('%s %s of anlife replaces the password and ends every session', async (method, path) => {
    const { phone, auth_token } = await app.member();
    const sms_code = await app.codeFrom('getFindPwdSms', phone);
    const params = { phone, sms_code, password1: OTHER_SECRET, password2: OTHER_SECRET.toUpperCase() };
    const retrieve = method === 'GET' ? app.get : app.post;
    expect(await retrieve(path, params)).toEqual(succeeded(1));
    expect(await app.isLoggedIn(auth_token)).toBe(false);
    expect(await app.login(phone, SECRET)).toEqual(failed(1008));
    expect(await app.login(phone, OTHER_SECRET)).toEqual(succeeded(expect.anything()));
    expect(await retrieve(path, params)).toEqual(failed(1007));
  });

  test('findPwd refuses for every documented reason, each time leaving password, sessions and code as they were', async () => {
    const { phone, auth_token } = await app.member();
    const sms_code = await app.codeFrom('getFindPwdSms', phone);
    const good = { phone, sms_code, password1: OTHER_SECRET, password2: OTHER_SECRET };
    const retrieve = (changes: Partial<typeof good>) => app.post('/user/findPwd', { ...good, ...changes });

    for (const name of Object.keys(good)) expect(await retrieve({ [name]: '' })).toEqual(failed(1001));
    expect(await retrieve({ password1: 'plain', password2: 'plain' })).toEqual(failed(1001));
    expect(await retrieve({ password2: SECRET })).toEqual(failed(1011));
    expect(await retrieve({ phone: '138' })).toEqual(failed(1005));
    expect(await retrieve({ phone: freshPhone() })).toEqual(failed(1004));
    expect(await retrieve({ sms_code: wrongCode(sms_code) })).toEqual(failed(1007));
    expect(await app.isLoggedIn(auth_token)).toBe(true);
    expect(await app.login(phone, OTHER_SECRET)).toEqual(failed(1008));
    expect(await retrieve({})).toEqual(succeeded(1));
  });

  test('findPwd does not take a code sent for something else', async () => {
    const { phone } = await app.member();
    const sms_code = await app.client.sendCode(phone, ['LOGIN']);
    const params = { phone, sms_code, password1: OTHER_SECRET, password2: OTHER_SECRET };
    expect(await app.get('/findPwd', params)).toEqual(failed(1007));
    expect(await app.login(phone, SECRET)).toEqual(succeeded(expect.anything()));
  });
});
