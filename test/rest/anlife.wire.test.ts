import { freshPhone } from '../support/client.js';
import { type AnlifeApp, type Answer, failed, SECRET, startAnlife, succeeded } from './anlife.support.js';

/** The ways in which old clients write the same request: method, URL, body, token and device. */

let app: AnlifeApp;

beforeAll(async () => {
  app = await startAnlife();
});
afterAll(() => app.close());

async function send(method: string, path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(`${app.url}${path}`, { method, ...init });
  return { status: response.status, body: await response.json() };
}

const json = (value: unknown, type = 'application/json'): RequestInit => ({
  headers: { 'content-type': type },
  body: JSON.stringify(value),
});

describe('the token', () => {
  const ways = {
    'header auth_token': (token: string) => ({ headers: { auth_token: token }, params: {} }),
    'parameter auth_token': (token: string) => ({ headers: {}, params: { auth_token: token } }),
    'Authorization: Bearer': (token: string) => ({
      headers: { authorization: `Bearer ${token}` },
      params: {},
    }),
  };

  test.each(Object.entries(ways))('anlife takes the token from %s, on GET and POST', async (_, way) => {
    const { user_id, phone, auth_token } = await app.member();
    const { headers, params } = way(auth_token);
    for (const call of [app.get, app.post]) {
      expect((await call('/user/getUserInfo', { user_id, ...params }, headers)).body.datas.phone).toBe(phone);
    }
    const changes = { user_id, signature: 'x', ...params };
    expect((await app.post('/user/modifyInfo', changes, headers)).body.datas.signature).toBe('x');
  });

  test('anlife takes a token in a JSON body and the same beside it in the URL', async () => {
    const { user_id, auth_token } = await app.member();
    const path = '/anlife/v1.0/user/modifyInfo';
    const inBody = await send('POST', path, json({ user_id, auth_token, signature: '体' }));
    expect(inBody.body.datas.signature).toBe('体');
    const inUrl = await send(
      'POST',
      `${path}?auth_token=${auth_token}&user_id=${user_id}`,
      json({ signature: '址' }),
    );
    expect(inUrl.body.datas.signature).toBe('址');
  });

  test('anlife takes a token of another API, and not the cookie of the member centre', async () => {
    const { id, token } = await app.client.register();
    expect(await app.get('/user/logout', { user_id: id }, { cookie: `member_session=${token}` })).toEqual(
      failed(1002),
    );
    expect(await app.get('/user/logout', { user_id: id, auth_token: token })).toEqual(succeeded(1));
  });
});

describe('the body', () => {
  test('an anlife body may be a form, JSON or multipart; numbers may be texts and texts numbers', async () => {
    const { user_id, auth_token } = await app.member();
    const path = '/anlife/v1.0/user/modifyInfo';
    const fields = { user_id, auth_token, nickname: '小 红+&=', sex: 1, birthday: -86_400, hobby: '2' };
    const texts = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));
    const form = new FormData();
    for (const [name, value] of Object.entries(texts)) form.append(name, value);

    const answers = [
      await send('POST', path, { body: new URLSearchParams(texts) }),
      await send('POST', path, json(fields)),
      await send('POST', path, json({ ...texts, signature: null }, 'application/json; charset=utf-8')),
      await send('POST', path, { body: form }),
      await send('POST', `${path}?${new URLSearchParams(texts)}`),
    ];
    expect(answers[0]?.body.datas).toMatchObject({ nickname: '小 红+&=', sex: 1, birthday: -115_200 });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  test('an anlife phone may be a number in JSON, and wins over the one in the URL', async () => {
    const { phone } = await app.member();
    const path = `/anlife/v1.0/user/loginAndGetUserInfo?phone=${freshPhone()}`;
    const answer = await send('POST', path, json({ phone: Number(phone), password: SECRET }));
    expect(answer.body.datas.phone).toBe(phone);
  });

  test('anlife ignores parameters that nobody documented', async () => {
    const { user_id } = await app.member();
    const basics = { app: 'anlife', cv: '1.0', from: 'mobile', user_name: '甲', 'a[b]': 'c', version: '' };
    expect(await app.get('/user/getUserInfo', { user_id, ...basics })).toEqual(succeeded(expect.anything()));
    const nested = json({ user_id, device: { os: 'ios' }, list: [1, 2] });
    expect(await send('POST', '/anlife/v1.0/user/getUserInfo', nested)).toEqual(succeeded(expect.anything()));
  });
});

describe('the URL', () => {
  test('trailing and doubled slashes in an anlife URL reach the same route', async () => {
    const { user_id, auth_token } = await app.member();
    const own = { headers: { auth_token } };
    const answer = await send('GET', `/anlife/v1.0/user/getUserInfo?user_id=${user_id}`, own);
    expect(answer).toEqual(succeeded(expect.objectContaining({ user_id })));
    for (const path of ['/user/getUserInfo/', '//user//getUserInfo', '/user/getUserInfo//']) {
      expect(await send('GET', `/anlife/v1.0${path}?user_id=${user_id}`, own)).toEqual(answer);
    }
    const upload = await send('POST', '//upload/', { ...own, body: new FormData() });
    expect(upload).toEqual(failed(1001));
  });

  test('anlife answers POST where the document says GET, so that no secret has to stand in a URL', async () => {
    const { user_id, auth_token, phone } = await app.member();
    const fresh = freshPhone();
    const reads: [path: string, params: Record<string, string | number>][] = [
      ['/user/getUserInfo', { user_id }],
      ['/user/getHobbyList', { user_id }],
      ['/user/getDefaultPhotoList', {}],
      ['/support/upgrade', { app_type: 2 }],
      ['/user/getUseridsByCityId', { city_id: 110100, device_type: 0 }],
      ['/user/verifyPhoneCode', { phone, sms_code: '123456' }],
      ['/user/getRegisterSms', { phone: fresh }],
      ['/user/getBindPhoneSms', { phone: fresh }],
      ['/user/getFindPwdSms', { phone }],
    ];
    for (const [path, params] of reads) {
      const [got, posted] = [await app.get(path, params), await app.post(path, params)];
      expect({ path, ...posted }).toEqual({ path, ...got });
      expect(got).toEqual(succeeded(expect.anything()));
    }
    expect(await app.post('/user/logout', { user_id, auth_token })).toEqual(succeeded(1));
  });
});

describe('the device of a session', () => {
  const IPHONE = 'anlife/1.0 (iPhone; iOS 9.1; Scale/2.00)';
  const ANDROID = 'Dalvik/2.1.0 (Linux; U; Android 5.1; MX4 Build/LMY47I)';

  /** What GraphQL says of a session just opened. */
  async function deviceOf(
    params: Record<string, string | number>,
    headers: Record<string, string>,
  ): Promise<string> {
    const { phone } = await app.member();
    const login = { phone, password: SECRET, ...params };
    const { body } = await app.post('/user/loginAndGetUserInfo', login, headers);
    const { sessions } = await app.client.data('{ sessions { deviceType } }', {}, body.datas.auth_token);
    expect(sessions).toHaveLength(2);
    return sessions[0].deviceType;
  }

  test.each([
    ['the parameter', { device_type: 1 }, {}, 'IOS'],
    ['the parameter', { device_type: 2 }, {}, 'ANDROID'],
    ['the User-Agent', {}, { 'user-agent': IPHONE }, 'IOS'],
    ['the User-Agent', {}, { 'user-agent': ANDROID }, 'ANDROID'],
    ['neither', {}, { 'user-agent': 'curl/8' }, 'UNKNOWN'],
    ['the parameter before the User-Agent', { device_type: 2 }, { 'user-agent': IPHONE }, 'ANDROID'],
    [
      'the User-Agent when the parameter is none of the two',
      { device_type: 9 },
      { 'user-agent': IPHONE },
      'IOS',
    ],
  ])('anlife tells the device of a session by %s', async (_, params, headers, expected) => {
    expect(await deviceOf(params as Record<string, number>, headers as Record<string, string>)).toBe(
      expected,
    );
  });
});
