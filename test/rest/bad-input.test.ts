import { anlife } from '../../src/rest/dialects/anlife.js';
import { freshPhone } from '../support/client.js';
import {
  type AnlifeApp,
  type Answer,
  failed,
  type Member,
  SECRET,
  startAnlife,
  succeeded,
} from './anlife.support.js';
import { rawRequest, readAnswer, sendRaw } from './raw.support.js';

/** Requests that no client should send: each is answered in the dialect's envelope and changes nothing. */

let app: AnlifeApp;
let member: Member;

const BODY_LIMIT = 20_000;

beforeAll(async () => {
  app = await startAnlife({ BODY_LIMIT_BYTES: String(BODY_LIMIT), UPLOAD_MAX_BYTES: '50000' });
  member = await app.member();
  const { user_id, auth_token } = member;
  await app.post('/user/modifyInfo', { user_id, auth_token, nickname: '原名', hobby: '1,2', birthday: 0 });
});
afterAll(() => app.close());

/** Every test leaves things as they were. */
let before: unknown;
beforeEach(async () => {
  before = await app.state();
});
afterEach(async () => {
  expect(await app.state()).toEqual(before);
});

async function send(method: string, url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(app.url + url, { method, ...init });
  return { status: response.status, body: await response.json() };
}

const post = (url: string, type: string, body: string, headers = {}) =>
  send('POST', url, { headers: { 'content-type': type, ...headers }, body });

const postJson = (path: string, value: unknown) =>
  post(`/anlife/v1.0${path}`, 'application/json', JSON.stringify(value));

/** Every URL of the dialect that takes a body. */
const URLS = anlife.mounts.flatMap(({ prefix, rows }) =>
  rows.filter(({ methods }) => methods.includes('POST')).map(({ path }) => prefix + path),
);

/** What is wrong stands beside the answer, so that a failure says which it was. */
async function expectEach<T>(
  cases: readonly T[],
  call: (one: T) => Promise<Answer>,
  answer: Answer,
): Promise<void> {
  for (const one of cases) expect({ one, ...(await call(one)) }).toEqual({ one, ...answer });
}

describe('malformed bodies', () => {
  test.each([
    ['no JSON', 'application/json', '{"user_id": 1'],
    ['an array', 'application/json', '[{"user_id": 1}]'],
    ['a string', 'application/json', '"user_id=1"'],
    ['a number', 'application/json', '1'],
    ['a boolean', 'application/json', 'true'],
    ['a number too large for JavaScript', 'application/json', '1e400'],
    ['an array of great depth', 'application/json', '['.repeat(9000) + ']'.repeat(9000)],
    ['a prototype', 'application/json', '{"__proto__": {"user_id": 1}}'],
    ['a constructor with a prototype', 'application/json', '{"constructor": {"prototype": {"user_id": 1}}}'],
    ['XML', 'text/xml', '<user_id>1</user_id>'],
    ['plain text', 'text/plain', 'user_id=1'],
    ['bytes', 'application/octet-stream', 'user_id=1'],
    ['another multipart', 'multipart/mixed; boundary=x', '--x--'],
    ['a form without a boundary', 'multipart/form-data', '--x\r\n\r\n--x--\r\n'],
    ['a form of another boundary', 'multipart/form-data; boundary=y', '--x\r\n\r\n--x--\r\n'],
    ['a media type that is none', ';;;', 'user_id=1'],
  ])('a malformed body is refused at every URL of anlife: %s', async (_, type, body) => {
    await expectEach(URLS, (url) => post(url, type, body), failed(1001));
  });

  test('a body that is too large is refused at every URL of anlife, announced or not', async () => {
    const form = `note=${'x'.repeat(BODY_LIMIT)}`;
    for (const [type, body] of [
      ['application/json', JSON.stringify({ note: 'x'.repeat(BODY_LIMIT) })],
      ['application/x-www-form-urlencoded', form],
    ] as const) {
      const urls = URLS.filter((url) => url !== '/upload');
      await expectEach(urls, (url) => post(url, type, body), failed(1001));
    }
    const chunked = rawRequest({
      path: '/anlife/v1.0/user/register',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'transfer-encoding': 'chunked' },
      body: `${form.length.toString(16)}\r\n${form}\r\n0\r\n\r\n`,
    });
    const unannounced = Buffer.from(chunked.toString().replace(/content-length: \d+\r\n/, ''));
    expect(readAnswer(await sendRaw(app.url, unannounced))).toEqual(failed(1001));
    expect(await post('/upload', 'application/json', 'x'.repeat(100_000))).toEqual(failed(1001));
  });
});

describe('unknown URLs and methods', () => {
  test('unknown URLs under the prefixes of anlife are refused in its envelope', async () => {
    const urls = [
      '',
      '/',
      '/user',
      '/user/',
      '/user/login',
      '/user/getuserinfo',
      '/user/register/1',
      '/users',
      '/findPwd.php',
    ];
    await expectEach(urls, (url) => send('GET', `/anlife/v1.0${url}`), failed(1001));
    await expectEach(urls, (url) => send('POST', `/anlife/v1.0${url}`), failed(1001));
    expect(await send('POST', '/upload/1')).toEqual(failed(1001));
    expect(await send('GET', `/anlife/v1.0/${'x'.repeat(3000)}`)).toEqual(failed(1001));
  });

  test('malformed escapes in an anlife URL are refused in its envelope', async () => {
    for (const path of [
      '/anlife/v1.0/user/%zz',
      '/anlife/v1.0/%ED%A0%80',
      '/anlife/v1.0/user/getUserInfo%',
      '/upload/%ff',
    ]) {
      expect({ path, ...readAnswer(await sendRaw(app.url, rawRequest({ method: 'GET', path }))) }).toEqual({
        path,
        ...failed(1001),
      });
    }
  });

  test('methods that an anlife route does not have are refused in its envelope', async () => {
    const writes = anlife.mounts.flatMap(({ prefix, rows }) =>
      rows.filter(({ methods }) => !methods.includes('GET')).map(({ path }) => prefix + path),
    );
    expect(writes).toHaveLength(7);
    await expectEach(
      writes,
      (url) => send('GET', `${url}?phone=${member.phone}&password=${SECRET}`),
      failed(1001),
    );
    for (const method of ['PUT', 'PATCH', 'DELETE']) {
      await expectEach(URLS, (url) => send(method, url), failed(1001));
    }
  });

  test('a HEAD of getRegisterSms sends no SMS', async () => {
    await fetch(`${app.url}/anlife/v1.0/user/getRegisterSms?phone=${freshPhone()}`, { method: 'HEAD' });
  });
});

/** Good parameters of every call that takes some; each is refused for the one that is spoilt. */
const CALLS: Record<string, () => Record<string, unknown>> = {
  '/user/loginAndGetUserInfo': () => ({ phone: member.phone, password: SECRET }),
  '/user/getUserInfo': () => ({ user_id: member.user_id }),
  '/user/getHobbyList': () => ({ user_id: member.user_id }),
  '/user/sinaLoginAndGetUserInfo': () => ({ token: 't', uid: '1' }),
  '/user/wechatLoginAndGetUserInfo': () => ({ code: 'c', dev: 0 }),
  '/user/getRegisterSms': () => ({ phone: freshPhone() }),
  '/user/register': () => ({ phone: freshPhone(), password: SECRET, sms_code: '123456' }),
  '/user/modifyInfo': () => ({
    user_id: member.user_id,
    auth_token: member.auth_token,
    nickname: '新名',
    photo_id: '0'.repeat(32),
    photo_host: 1,
    background_id: '0'.repeat(32),
    background_host: 1,
    sex: 1,
    birthday: 1,
    signature: '新文',
    hobby: '3',
    community_id: 1,
  }),
  '/user/getBindPhoneSms': () => ({ phone: freshPhone() }),
  '/user/bindPhone': () => ({ ...own(), phone: freshPhone(), sms_code: '123456', password: SECRET }),
  '/user/getFindPwdSms': () => ({ phone: member.phone }),
  '/user/findPwd': () => ({ phone: member.phone, sms_code: '123456', password1: SECRET, password2: SECRET }),
  '/support/upgrade': () => ({ app_type: 1 }),
  '/user/logout': () => own(),
  '/user/verifyPhoneCode': () => ({ phone: member.phone, sms_code: '123456' }),
  '/user/getUseridsByCityId': () => ({ city_id: 110100, device_type: 0 }),
};

const own = () => ({ user_id: member.user_id, auth_token: member.auth_token });

/** Each parameter of each call, one at a time. */
const PARAMETERS = () =>
  Object.entries(CALLS).flatMap(([path, params]) => Object.keys(params()).map((name) => ({ path, name })));

/** A call with one parameter spoilt. */
const spoilt = (path: string, name: string, value: unknown) =>
  postJson(path, { ...CALLS[path]?.(), [name]: value });

describe('values that no parameter takes', () => {
  test.each([
    ['an array', ['1']],
    ['an empty array', []],
    ['an object', { toString: '1' }],
    ['a boolean', true],
    ['half a surrogate pair', 'a\ud800'],
  ])('%s is refused for every parameter of every anlife call', async (_, value) => {
    await expectEach(PARAMETERS(), ({ path, name }) => spoilt(path, name, value), failed(1001));
  });

  test('a parameter given twice is refused in the URL, a form and multipart', async () => {
    const { user_id, auth_token } = member;
    const twice = `user_id=${user_id}&user_id=${user_id}`;
    expect(await send('GET', `/anlife/v1.0/user/getUserInfo?${twice}`)).toEqual(failed(1001));
    const form = 'application/x-www-form-urlencoded';
    const url = '/anlife/v1.0/user/modifyInfo';
    const names = 'nickname=甲&nickname=乙';
    expect(await post(url, form, `${names}&user_id=${user_id}&auth_token=${auth_token}`)).toEqual(
      failed(1001),
    );
    const parts = new FormData();
    for (const [name, value] of Object.entries({ ...own(), nickname: '甲' }))
      parts.append(name, String(value));
    parts.append('nickname', '乙');
    expect(await send('POST', url, { body: parts })).toEqual(failed(1001));
  });

  test('parameters named like members of every object are parameters like others', async () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '__proto__[user_id]']) {
      const params = { user_id: member.user_id, [name]: '1' };
      const query = `user_id=${member.user_id}&${encodeURIComponent(name)}=1`;
      const answer = succeeded(expect.objectContaining({ user_id: member.user_id }));
      expect(await send('GET', `/anlife/v1.0/user/getUserInfo?${query}`)).toEqual(answer);
      expect(await app.post('/user/getUserInfo', params)).toEqual(answer);
      expect(await app.get('/user/getUserInfo', { [name]: String(member.user_id) })).toEqual(failed(1001));
    }
    const form = new FormData();
    form.append('__proto__', '1');
    expect(await send('POST', '/anlife/v1.0/user/modifyInfo', { body: form })).toEqual(failed(1001));
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  const NICKNAMES = {
    'a NUL': 'a%00b',
    'half a surrogate pair in UTF-8': '%ED%A0%80',
    'bytes that are no UTF-8': '%B0%A1',
    'a character cut short': '%E4%BD',
    'an escape that is none': '%zz',
  };

  test.each(Object.entries(NICKNAMES))('%s is refused in a form and in the URL', async (_, escaped) => {
    const rest = `user_id=${member.user_id}&auth_token=${member.auth_token}`;
    const url = '/anlife/v1.0/user/modifyInfo';
    const form = 'application/x-www-form-urlencoded';
    expect(await post(url, form, `${rest}&nickname=${escaped}`)).toEqual(failed(1001));
    expect(await post(url, form, `${rest}&nickname=x${escaped}&sex=1`)).toEqual(failed(1001));
    const request = rawRequest({ path: `${url}?${rest}&nickname=${escaped}` });
    expect(readAnswer(await sendRaw(app.url, request))).toEqual(failed(1001));
  });

  test('a NUL is refused for every anlife parameter that is a text', async () => {
    const texts = ['nickname', 'signature', 'photo_id', 'background_id', 'hobby'];
    const ofProfile = texts.map((name) => ({ path: '/user/modifyInfo', name }));
    await expectEach(ofProfile, ({ path, name }) => spoilt(path, name, '1\0'), failed(1001));
    const others = PARAMETERS().filter(
      ({ path, name }) => path !== '/user/modifyInfo' && name !== 'auth_token',
    );
    await expectEach(others, ({ path, name }) => spoilt(path, name, '1\0'), failed(1001));
    await expectEach(
      ['/user/modifyInfo', '/user/logout'],
      (path) => spoilt(path, 'auth_token', 'x\0'),
      failed(1002),
    );
  });

  test('texts far too long are refused for every anlife parameter', async () => {
    const long = 'x'.repeat(15_000);
    const others = PARAMETERS().filter(({ name }) => name !== 'auth_token');
    await expectEach(others, ({ path, name }) => spoilt(path, name, long), failed(1001));
    expect(await spoilt('/user/logout', 'auth_token', long)).toEqual(failed(1002));
  });
});

describe('a number out of range', () => {
  /** As JSON writes them, so that no JavaScript number stands between. */
  const NO_NUMBERS = ['1e400', '-1e400', '1.5', '1e-7', '"0x10"', '"+1"', '"1 1"', '"NaN"', '"Infinity"'];
  const NOBODY = [
    '0',
    '-0',
    '-1',
    '2147483648',
    '-2147483649',
    '4294967297',
    '9999999999999999',
    '99999999999999999999',
  ];

  const user = (id: string) =>
    post('/anlife/v1.0/user/getUserInfo', 'application/json', `{"user_id": ${id}}`);

  test('a user_id out of range is refused or unknown, as the user to look up', async () => {
    await expectEach(NO_NUMBERS, user, failed(1001));
    await expectEach(NOBODY, user, failed(1004));
  });

  test('a user_id out of range is refused, as the caller', async () => {
    const logout = (id: string) =>
      post('/anlife/v1.0/user/logout', 'application/json', `{"user_id": ${id}}`, {
        auth_token: member.auth_token,
      });
    await expectEach(NO_NUMBERS, logout, failed(1001));
    await expectEach(NOBODY, logout, failed(1003));
  });

  test('a city_id out of range is refused or has no users', async () => {
    const city = (id: string) =>
      post(
        '/anlife/v1.0/user/getUseridsByCityId',
        'application/json',
        `{"city_id": ${id}, "device_type": 0}`,
      );
    await expectEach(NO_NUMBERS, city, failed(1001));
    await expectEach(NOBODY, city, succeeded({ user_ids: [] }));
  });

  const IN_RANGE: Record<string, string[]> = {
    sex: ['0', '-0'],
    // The fourth is in 2038.
    birthday: ['0', '-0', '-1', '2147483648', '-2147483649'],
  };

  test.each(['sex', 'birthday', 'hobby', 'community_id'])(
    'a number out of range is refused as %s of a profile',
    async (name) => {
      const { user_id, auth_token } = member;
      const modify = (value: string) =>
        post(
          '/anlife/v1.0/user/modifyInfo',
          'application/json',
          `{"user_id": ${user_id}, "auth_token": "${auth_token}", "nickname": "新名", "${name}": ${value}}`,
        );
      const outOfRange = NOBODY.filter((value) => !IN_RANGE[name]?.includes(value));
      await expectEach([...NO_NUMBERS, ...outOfRange], modify, failed(1001));
    },
  );
});
