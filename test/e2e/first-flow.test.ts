import { type LoneApp, startTestApp } from '../support/app.js';
import { freshPhone, md5 } from '../support/client.js';

let app: LoneApp;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

/** The flow that the README promises: the old app registers, and a front end knows its user. */
test('an anlife client registers, logs in, edits its profile, and GraphQL knows the same user', async () => {
  const phone = freshPhone();
  const password = md5('my secret password');
  const call = (method: 'GET' | 'POST', path: string, params: Record<string, string | number>) =>
    app.client.legacy(method, `/anlife/v1.0/user/${path}`, params);

  expect((await call('GET', 'getRegisterSms', { phone })).body).toEqual({ datas: 1 });
  const registered = await call('POST', 'register', { phone, password, sms_code: app.inbox.code(phone) });
  const { user_id } = registered.body.datas;
  expect(registered.body).toEqual({ datas: { user_id: expect.any(Number), auth_token: expect.any(String) } });

  const loggedIn = await call('POST', 'loginAndGetUserInfo', { phone, password });
  const { auth_token } = loggedIn.body.datas;
  expect(loggedIn.body.datas).toMatchObject({ user_id, phone, sex: 0, hobby: [], birthday: 0, age: 0 });

  const changes = { nickname: '小明', sex: 1, birthday: 631123200, signature: '你好', hobby: '1,2' };
  const modified = await call('POST', 'modifyInfo', { user_id, auth_token, ...changes });
  expect(modified.body.datas).toMatchObject({
    nickname: '小明',
    sex: 1,
    birthday: 631123200,
    signature: '你好',
  });

  const seen = await call('GET', 'getUserInfo', { user_id });
  expect(seen.body.datas).toEqual({ ...modified.body.datas, phone: '' });

  const { me } = await app.client.data('{ me { id nickname phone hobbies { id } } }', {}, auth_token);
  expect(me).toEqual({ id: String(user_id), nickname: '小明', phone, hobbies: [{ id: '1' }, { id: '2' }] });
});
