import { UserStatus } from '../../src/modules/user/user.entity.js';
import { type LoneApp, startTestApp } from '../support/app.js';
import { FAKE_APPS, FakeProviders } from '../support/fake-providers.js';
import { mutate, setUser, whoIs } from '../support/operations.js';

let providers: FakeProviders;
let app: LoneApp;

beforeAll(async () => {
  providers = await FakeProviders.start();
  app = await startTestApp(providers.env);
});
afterAll(async () => {
  await app.close();
  await providers.close();
});
beforeEach(() => providers.reset());

const login = (thirdParty: Record<string, unknown>) => mutate(app.client, 'login', { thirdParty });

let codes = 0;
/** Logs a person in at WeChat, with a code of their own. */
function byWechat(openid: string, unionid?: string, { dev = false, profile = {} } = {}) {
  const code = `code-${codes++}`;
  providers.addWechatCode(code, { openid, unionid, profile }, dev ? FAKE_APPS.wechatDev : FAKE_APPS.wechat);
  return login({ provider: 'WECHAT', code, dev });
}

describe('first and later visits', () => {
  test('the first visit by WeChat creates the account, and later ones find it', async () => {
    const profile = { nickname: '小微', sex: 2, headimgurl: 'https://wx.example.com/a.png' };
    const first = await byWechat('o1', undefined, { profile });
    expect(first.value).toMatchObject({
      isNewUser: true,
      user: { nickname: '小微', sex: 'FEMALE', phone: null },
    });
    const { me } = await app.client.data('{ me { avatar { id } avatarUrl } }', {}, first.value.token);
    expect(me).toEqual({ avatar: null, avatarUrl: 'https://wx.example.com/a.png' });
    const second = await byWechat('o1');
    expect(second.value).toMatchObject({
      isNewUser: false,
      user: { id: first.value.user.id, nickname: '小微' },
    });
  });

  test('the first visit by Weibo creates the account, and later ones find it', async () => {
    const profile = { screen_name: '小博', gender: 'm', avatar_hd: 'https://wb.example.com/a.png' };
    providers.addWeiboToken('t1', { uid: '9007199254740993', profile });
    const credential = { provider: 'WEIBO', accessToken: 't1', openId: '9007199254740993' };
    const first = await login(credential);
    expect(first.value).toMatchObject({ isNewUser: true, user: { nickname: '小博', sex: 'MALE' } });
    expect((await login(credential)).value).toMatchObject({
      isNewUser: false,
      user: { id: first.value.user.id },
    });
  });

  test('the first visit by QQ creates the account, and later ones find it', async () => {
    providers.addQqToken('t2', { openid: 'q1', unionid: 'uq1', profile: { nickname: '小Q', gender: '女' } });
    const credential = { provider: 'QQ', accessToken: 't2', openId: 'q1' };
    const first = await login(credential);
    expect(first.value).toMatchObject({ isNewUser: true, user: { nickname: '小Q', sex: 'FEMALE' } });
    expect((await login(credential)).value).toMatchObject({
      isNewUser: false,
      user: { id: first.value.user.id },
    });
  });

  test('the same id at two providers is two accounts', async () => {
    providers.addQqToken('t3', { openid: 'same' });
    const wechat = await byWechat('same');
    const qq = await login({ provider: 'QQ', accessToken: 't3', openId: 'same' });
    expect(qq.value.user.id).not.toBe(wechat.value.user.id);
  });
});

test('two first visits at once make one account', async () => {
  const results = await Promise.all(Array.from({ length: 6 }, () => byWechat('twice', 'union-twice')));
  expect(new Set(results.map(({ value }) => value?.user.id)).size).toBe(1);
  expect(results.filter(({ value }) => value.isNewUser)).toHaveLength(1);
  for (const { value } of results) expect(await whoIs(app.client, value.token)).toBe(Number(value.user.id));
});

test('a person is one account by every id that WeChat ever told, in both apps', async () => {
  const first = await byWechat('o-main');
  const withUnion = await byWechat('o-main', 'union-1');
  const inTestApp = await byWechat('o-dev', 'union-1', { dev: true });
  const withoutUnion = await byWechat('o-dev', undefined, { dev: true });
  for (const { value } of [withUnion, inTestApp, withoutUnion]) {
    expect(value).toMatchObject({ isNewUser: false, user: { id: first.value.user.id } });
  }
});

describe('refused credentials', () => {
  test('a third-party token of another app, of another person, or unknown is refused', async () => {
    providers.addWeiboToken('other-app', { uid: '1', appkey: '999' });
    providers.addWeiboToken('mine', { uid: '2' });
    providers.addQqToken('other-app', { openid: 'x', clientId: '999' });
    for (const credential of [
      { provider: 'WEIBO', accessToken: 'other-app', openId: '1' },
      { provider: 'WEIBO', accessToken: 'mine', openId: '3' },
      { provider: 'WEIBO', accessToken: 'unknown', openId: '3' },
      { provider: 'QQ', accessToken: 'other-app', openId: 'x' },
      { provider: 'WECHAT', code: 'unknown' },
    ]) {
      expect(await login(credential)).toMatchObject({ code: 'THIRD_PARTY_REJECTED' });
    }
  });

  test('a WeChat token, which proves no app, is refused unless configured', async () => {
    providers.addWechatToken('token', { openid: 'o9' });
    const credential = { provider: 'WECHAT', accessToken: 'token', openId: 'o9' };
    expect((await login(credential)).code).toBe('THIRD_PARTY_DISABLED');
  });

  test('a third-party credential with a part missing is refused', async () => {
    expect((await login({ provider: 'WECHAT' })).code).toBe('INVALID_INPUT');
    expect((await login({ provider: 'QQ', openId: 'a' })).code).toBe('INVALID_INPUT');
    expect((await login({ provider: 'WEIBO', openId: '1' })).code).toBe('INVALID_INPUT');
  });

  test('third-party log-ins are unavailable while the provider does not answer', async () => {
    providers.misbehave('/oauth2.0/me', 'error500');
    expect((await login({ provider: 'QQ', accessToken: 't', openId: 'o' })).code).toBe(
      'THIRD_PARTY_UNAVAILABLE',
    );
  });

  test('a disabled account is refused by a third-party log-in', async () => {
    const { value } = await byWechat('o-disabled');
    await setUser(app.infrastructure.database.fork(), Number(value.user.id), { status: UserStatus.DISABLED });
    expect((await byWechat('o-disabled')).code).toBe('ACCOUNT_DISABLED');
  });
});

test('a banned nickname of a third-party profile is not taken over', async () => {
  await app.services.moderation.banWord(app.infrastructure.database, '坏词');
  const { value } = await byWechat('o-banned', undefined, { profile: { nickname: '很坏词的' } });
  expect(value.user.nickname).toBe(value.user.name);
});
