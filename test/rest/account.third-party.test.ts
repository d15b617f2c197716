import type { TestApp } from '../support/app.js';
import { FakeProviders } from '../support/fake-providers.js';
import { setUser, whoIs } from '../support/operations.js';
import {
  type AccountApp,
  type Answer,
  clientOf,
  loginFailed,
  type Params,
  startAccount,
} from './account.support.js';

/** account.md 3.1 with user_type 2 (QQ), 3 (WeChat) and 4 (Weibo). */

let app: AccountApp;
let providers: FakeProviders;
/** A second gateway, which takes WeChat tokens and does not wait long for a provider. */
let trusting: TestApp;

beforeAll(async () => {
  providers = await FakeProviders.start();
  app = await startAccount(providers.env);
  trusting = await app.world.start({
    ...providers.env,
    WECHAT_TOKEN_LOGIN: 'on',
    THIRD_PARTY_TIMEOUT_MS: '300',
  });
});
beforeEach(() => providers.reset());
afterAll(async () => {
  await app.close();
  await providers.close();
});

const visit = (params: Params, at: TestApp = app): Promise<Answer> => clientOf(at.url).form('/login', params);

const PHOTO = 'https://img.example.com/a.jpg';

let lastPerson = 0;
const freshId = (): string => String(70_000 + ++lastPerson);

/** A token at the provider, for the person. */
const PROVIDERS = [
  {
    user_type: 2,
    gender: 0,
    grant: (token: string, openid: string) =>
      providers.addQqToken(token, {
        openid,
        profile: { nickname: '某人', gender: '女', figureurl_qq_2: PHOTO },
      }),
  },
  {
    user_type: 3,
    gender: 1,
    grant: (token: string, openid: string) =>
      providers.addWechatToken(token, { openid, profile: { nickname: '某人', sex: 1, headimgurl: PHOTO } }),
  },
  {
    user_type: 4,
    gender: 1,
    grant: (token: string, uid: string) =>
      providers.addWeiboToken(token, {
        uid,
        profile: { screen_name: '某人', gender: 'm', avatar_hd: PHOTO },
      }),
  },
];

const countUsers = async () => (await app.sql<{ n: number }>('select count(*)::int as n from users'))[0]?.n;

test.each(PROVIDERS)(
  'user_type $user_type creates an account from the profile at the first visit, and finds it at the second',
  async ({ user_type, gender, grant }) => {
    const openid = freshId();
    grant('t', openid);
    const first = await visit({ user_type, token: 't', openid }, trusting);
    expect(first).toEqual({
      status: 200,
      body: {
        code: 1000,
        msg: 'succ',
        data: {
          user_info: {
            uid: expect.any(Number),
            account: expect.stringMatching(/^user_[0-9a-f]{10}$/),
            name: '某人',
            gender,
            user_type,
            user_status: 1,
            avator: PHOTO,
            large_avator: PHOTO,
            token: expect.stringMatching(/^[\w-]{43}$/),
            expires: expect.any(Number),
            phone: null,
            email: '',
            is_new_user: 1,
          },
        },
      },
    });
    const { uid, token, account } = first.body.data.user_info;
    expect(await whoIs(app.client, token)).toBe(uid);

    const second = (await visit({ user_type, token: 't', openid }, trusting)).body.data.user_info;
    expect(second).toMatchObject({ uid, account, user_type, is_new_user: 0 });
    expect(second.token).not.toBe(token);
  },
);

test.each(PROVIDERS)(
  "user_type $user_type: an unknown token or somebody else's is 3100",
  async ({ user_type, grant }) => {
    const openid = freshId();
    grant('t', openid);
    const before = await countUsers();
    const refused = loginFailed(3100, '第三方授权失败');
    expect(await visit({ user_type, token: 'unknown', openid }, trusting)).toEqual(refused);
    expect(await visit({ user_type, token: 't', openid: freshId() }, trusting)).toEqual(refused);
    expect(await countUsers()).toBe(before);
  },
);

test('a third-party token of another app is 3100 for account, and creates nobody', async () => {
  const [qq, weibo] = [freshId(), freshId()];
  providers.addQqToken('qq', { openid: qq, clientId: '999' });
  providers.addWeiboToken('weibo', { uid: weibo, appkey: '999' });
  const before = await countUsers();
  const refused = loginFailed(3100, '第三方授权失败');
  expect(await visit({ user_type: 2, token: 'qq', openid: qq })).toEqual(refused);
  expect(await visit({ user_type: 4, token: 'weibo', openid: weibo })).toEqual(refused);
  expect(await countUsers()).toBe(before);
});

test('a WeChat token is 3100 for account unless configured on, which the answer says, and WeChat is not asked', async () => {
  const openid = freshId();
  providers.addWechatToken('t', { openid });
  const answer = await visit({ user_type: 3, token: 't', openid });
  expect(answer).toEqual(loginFailed(3100, '该第三方登录未启用'));
  expect(providers.requests).toEqual([]);
});

test.each([
  [2, '/oauth2.0/me'],
  [3, '/sns/auth'],
  [4, '/oauth2/get_token_info'],
] as const)('user_type %d: a provider that does not answer is 3100', async (user_type, path) => {
  for (const how of ['silent', 'garbage', 'error500'] as const) {
    providers.misbehave(path, how);
    const { status, body } = await visit({ user_type, token: 't', openid: '1' }, trusting);
    expect({ how, status, code: body.code }).toEqual({ how, status: 200, code: 3100 });
  }
});

test('a third-party log-in of account with a missing or empty token or openid is 1001, and no provider is asked', async () => {
  for (const user_type of [2, 3, 4]) {
    expect(await visit({ user_type, openid: '1' }, trusting)).toEqual(loginFailed(1001));
    expect(await visit({ user_type, token: '', openid: '1' }, trusting)).toEqual(loginFailed(1001));
    expect(await visit({ user_type, token: 't' }, trusting)).toEqual(loginFailed(1001));
    expect(await visit({ user_type, token: 't', openid: '' }, trusting)).toEqual(loginFailed(1001));
    // A password is none of these doors' business.
    expect(await visit({ user_type, account: 'felix', password: 'abc12345' }, trusting)).toEqual(
      loginFailed(1001),
    );
  }
  expect(providers.requests).toEqual([]);
});

test("a session's own token does not log in as a third-party token", async () => {
  const { token } = await app.person();
  expect(await visit({ user_type: 2, token, openid: '1' })).toEqual(loginFailed(3100, '第三方授权失败'));
});

test('a disabled account is 3101 for a third-party log-in of account', async () => {
  const openid = freshId();
  providers.addQqToken('t', { openid });
  const { uid } = (await visit({ user_type: 2, token: 't', openid })).body.data.user_info;
  await setUser(app.infrastructure.database.fork(), uid, { status: 2 });
  expect(await visit({ user_type: 2, token: 't', openid })).toEqual(loginFailed(3101));
});

test('a third-party person is the same account for account and anlife', async () => {
  const uid = freshId();
  providers.addWeiboToken('t', { uid });
  const mine = (await visit({ user_type: 4, token: 't', openid: uid })).body.data.user_info;
  const path = '/anlife/v1.0/user/sinaLoginAndGetUserInfo';
  const { body } = await app.client.legacy('POST', path, { token: 't', uid });
  expect(body.datas.user_id).toBe(mine.uid);
});
