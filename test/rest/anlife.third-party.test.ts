import type { TestApp } from '../support/app.js';
import { freshPhone } from '../support/client.js';
import { FAKE_APPS, FakeProviders } from '../support/fake-providers.js';
import {
  type AnlifeApp,
  failed,
  NO_COMMUNITY,
  type Params,
  startAnlife,
  succeeded,
} from './anlife.support.js';

/** anlife.md 接口4: log-in through Weibo and WeChat. */

let app: AnlifeApp;
let providers: FakeProviders;
/** A second gateway, which does not wait long for a provider. */
let impatient: TestApp;

beforeAll(async () => {
  providers = await FakeProviders.start();
  app = await startAnlife(providers.env);
  impatient = await app.world.start({ ...providers.env, THIRD_PARTY_TIMEOUT_MS: '300' });
});
beforeEach(() => providers.reset());
afterAll(async () => {
  await app.close();
  await providers.close();
});

const bySina = (params: Params) => app.post('/user/sinaLoginAndGetUserInfo', params);
const byWechat = (params: Params) => app.post('/user/wechatLoginAndGetUserInfo', params);

const countUsers = async () => (await app.sql<{ n: number }>('select count(*)::int as n from users'))[0]?.n;

let lastPerson = 0;
const freshId = (): string => `person-${++lastPerson}`;

const PROFILE = { screen_name: '微博用户', gender: 'f', avatar_hd: 'https://img.example.com/a.jpg' };

const RECORD = {
  user_id: expect.any(Number),
  nickname: '微博用户',
  sex: 2,
  phone: '',
  birthday: 0,
  age: 0,
  photo: 'https://img.example.com/a.jpg',
  background: '',
  community: NO_COMMUNITY,
  signature: '',
  hobby: [],
  auth_token: expect.stringMatching(/^[\w-]{43}$/),
};

describe('sinaLoginAndGetUserInfo', () => {
  test('sinaLoginAndGetUserInfo creates an account from the profile at the first visit, and finds it at the second', async () => {
    // An int64 that no JavaScript number holds.
    const uid = '9007199254740993';
    providers.addWeiboToken('t', { uid, profile: PROFILE });
    const first = await bySina({ token: 't', uid });
    expect(first).toEqual(succeeded(RECORD));
    const { user_id, auth_token } = first.body.datas;
    expect(await app.isLoggedIn(auth_token)).toBe(true);

    // What the user changed since is not overwritten.
    await app.post('/user/modifyInfo', { user_id, auth_token, nickname: '改名', photo_id: '' });
    // An empty id leaves the picture.
    const second = await bySina({ token: 't', uid });
    expect(second.body.datas).toEqual({ ...RECORD, user_id, nickname: '改名' });
    providers.addWeiboToken('neighbour', { uid: '9007199254740992' });
    expect((await bySina({ token: 'neighbour', uid: '9007199254740992' })).body.datas.user_id).not.toBe(
      user_id,
    );
  });

  test('of five first visits by sinaLoginAndGetUserInfo at once one creates the account, and all get in', async () => {
    const uid = '5511';
    providers.addWeiboToken('at-once', { uid });
    const before = await countUsers();
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => bySina({ token: 'at-once', uid })));
    expect(new Set(answers.map(({ body }) => body.datas?.user_id)).size).toBe(1);
    expect(await countUsers()).toBe((before ?? 0) + 1);
  });

  test('sinaLoginAndGetUserInfo refuses missing parameters', async () => {
    expect(await bySina({ token: 't' })).toEqual(failed(1001));
    expect(await bySina({ uid: '1' })).toEqual(failed(1001));
    expect(await bySina({ token: '', uid: '1' })).toEqual(failed(1001));
    expect(providers.requests).toEqual([]);
  });

  test('sinaLoginAndGetUserInfo answers 1012 for an unknown token, another uid, and a token of another app, and creates nobody', async () => {
    providers.addWeiboToken('mine', { uid: '71' });
    providers.addWeiboToken('of-another-app', { uid: '72', appkey: '999' });
    providers.addWeiboToken('expired', { uid: '73', expireIn: 0 });
    const before = await countUsers();
    expect(await bySina({ token: 'unknown', uid: '71' })).toEqual(failed(1012));
    expect(await bySina({ token: 'mine', uid: '72' })).toEqual(failed(1012));
    expect(await bySina({ token: 'of-another-app', uid: '72' })).toEqual(failed(1012));
    expect(await bySina({ token: 'expired', uid: '73' })).toEqual(failed(1012));
    expect(await countUsers()).toBe(before);
  });

  test.each(['garbage', 'error500', 'array', 'loop', 'huge'] as const)(
    'sinaLoginAndGetUserInfo answers 1012 for a provider that answers with "%s"',
    async (misbehaviour) => {
      providers.addWeiboToken('t', { uid: '81' });
      providers.misbehave('/oauth2/get_token_info', misbehaviour);
      expect(await bySina({ token: 't', uid: '81' })).toEqual(failed(1012));
      expect(providers.requests.map(({ path }) => path)).toEqual(['/oauth2/get_token_info']);
    },
  );

  test('sinaLoginAndGetUserInfo lets a proven user in whose profile cannot be read or used', async () => {
    providers.addWeiboToken('t', { uid: '91' });
    providers.misbehave('/2/users/show.json', 'error500');
    expect((await bySina({ token: 't', uid: '91' })).body.datas).toMatchObject({ photo: '', sex: 0 });

    await app.sql(`insert into banned_words (word) values ('违禁昵称')`);
    providers.reset();
    providers.addWeiboToken('t', {
      uid: '92',
      profile: { screen_name: '我是违禁昵称', profile_image_url: 'javascript:1' },
    });
    const { nickname, photo } = (await bySina({ token: 't', uid: '92' })).body.datas;
    expect(nickname).not.toContain('违禁昵称');
    expect(photo).toBe('');
  });

  test('sinaLoginAndGetUserInfo answers 1009 for a disabled account', async () => {
    providers.addWeiboToken('t', { uid: '95' });
    const { user_id } = (await bySina({ token: 't', uid: '95' })).body.datas;
    await app.sql('update users set status = 0 where id = ?', [user_id]);
    expect(await bySina({ token: 't', uid: '95' })).toEqual(failed(1009));
  });

  test('sinaLoginAndGetUserInfo finds the same account after a phone was bound to it', async () => {
    providers.addWeiboToken('t', { uid: '96' });
    const { user_id, auth_token } = (await bySina({ token: 't', uid: '96' })).body.datas;
    const phone = freshPhone();
    const sms_code = await app.codeFrom('getBindPhoneSms', phone);
    await app.post('/user/bindPhone', { user_id, auth_token, phone, sms_code, password: '0'.repeat(32) });
    expect((await bySina({ token: 't', uid: '96' })).body.datas).toMatchObject({ user_id, phone });
  });
});

describe('wechatLoginAndGetUserInfo', () => {
  const profile = { nickname: '微信用户', sex: 1, headimgurl: 'http://img.example.com/w/0' };

  test('wechatLoginAndGetUserInfo exchanges the code with our secret and creates an account', async () => {
    providers.addWechatCode('c', { openid: freshId(), profile });
    const answer = await byWechat({ code: 'c' });
    expect(answer).toEqual(
      succeeded({ ...RECORD, nickname: '微信用户', sex: 1, photo: 'http://img.example.com/w/0' }),
    );
    expect(providers.requests[0]).toMatchObject({
      path: '/sns/oauth2/access_token',
      query: { appid: FAKE_APPS.wechat.id, secret: FAKE_APPS.wechat.secret, code: 'c' },
    });
    // WeChat takes a code once.
    expect(await byWechat({ code: 'c' })).toEqual(failed(1012));
  });

  test('wechatLoginAndGetUserInfo takes dev=1 for the test app, and answers 1012 for a code of the other app', async () => {
    for (const dev of [0, 1]) {
      const [own, other] = dev
        ? [FAKE_APPS.wechatDev, FAKE_APPS.wechat]
        : [FAKE_APPS.wechat, FAKE_APPS.wechatDev];
      providers.addWechatCode(`own-${dev}`, { openid: freshId() }, own);
      providers.addWechatCode(`other-${dev}`, { openid: freshId() }, other);
      expect(await byWechat({ code: `own-${dev}`, dev })).toEqual(succeeded(expect.anything()));
      expect(await byWechat({ code: `other-${dev}`, dev })).toEqual(failed(1012));
    }
  });

  test('wechatLoginAndGetUserInfo refuses a missing code and a malformed dev', async () => {
    expect(await byWechat({})).toEqual(failed(1001));
    expect(await byWechat({ code: 'c', dev: 2 })).toEqual(failed(1001));
    expect(await byWechat({ code: 'c', dev: 'yes' })).toEqual(failed(1001));
    expect(providers.requests).toEqual([]);
  });

  /** Logs in with a new code and answers who came in. */
  async function visit(person: { openid: string; unionid?: string }, dev: 0 | 1): Promise<number> {
    const code = freshId();
    providers.addWechatCode(code, person, dev ? FAKE_APPS.wechatDev : FAKE_APPS.wechat);
    const { body } = await byWechat({ code, dev });
    return body.datas.user_id;
  }

  test('wechatLoginAndGetUserInfo takes one unionid for one person in every app, and an openid within its app only', async () => {
    const [openid, unionid] = [freshId(), freshId()];
    const user = await visit({ openid, unionid }, 0);
    expect(await visit({ openid: freshId(), unionid }, 1)).toBe(user);
    expect(await visit({ openid }, 0)).toBe(user);

    const lonely = freshId();
    const main = await visit({ openid: lonely }, 0);
    expect(await visit({ openid: lonely }, 0)).toBe(main);
    expect(await visit({ openid: lonely }, 1)).not.toBe(main);
  });

  test('wechatLoginAndGetUserInfo gives a unionid that appears later to the account of the openid', async () => {
    const [openid, unionid] = [freshId(), freshId()];
    const user = await visit({ openid }, 0);
    expect(await visit({ openid, unionid }, 0)).toBe(user);
    expect(await visit({ openid: freshId(), unionid }, 1)).toBe(user);
  });
});

test('a third-party log-in of anlife is 1012 when the provider does not answer in time, and creates nobody', async () => {
  providers.addWeiboToken('t', { uid: '61' });
  providers.misbehave('/oauth2/get_token_info', 'silent');
  providers.addWechatCode('c', { openid: freshId() });
  providers.misbehave('/sns/oauth2/access_token', 'silent');
  const before = await countUsers();
  for (const [door, params] of [
    ['sina', { token: 't', uid: '61' }],
    ['wechat', { code: 'c' }],
  ] as const) {
    const path = `/anlife/v1.0/user/${door}LoginAndGetUserInfo`;
    const { status, body } = await impatient.client.legacy('POST', path, params);
    expect({ status, body }).toEqual(failed(1012));
  }
  expect(await countUsers()).toBe(before);
});

test('a third-party log-in of anlife is 1012 when the provider is not configured', async () => {
  const { close, client } = await app.world.start();
  const params = { token: 't', uid: '1' };
  const answer = await client.legacy('POST', '/anlife/v1.0/user/sinaLoginAndGetUserInfo', params);
  expect({ status: answer.status, body: answer.body }).toEqual(failed(1012));
  await close();
});
