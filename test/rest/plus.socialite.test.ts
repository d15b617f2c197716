import type { TestApp } from '../support/app.js';
import { settledAtOnce } from '../support/at-once.js';
import { PASSWORD } from '../support/client.js';
import { FAKE_APPS, FakeProviders } from '../support/fake-providers.js';
import { freshName, grant } from '../support/operations.js';
import { until } from '../support/until.js';
import {
  invalid,
  type Member,
  NO_CONTENT,
  NOT_FOUND,
  type PlusAnswer,
  type PlusApp,
  refused,
  said,
  send,
  startPlus,
  taken,
  UNAUTHENTICATED,
  WIRES,
  WRONG_LOGIN,
} from './plus.support.js';

/** Third parties of ThinkSNS+, and what GraphQL has for them. */

let providers: FakeProviders;
let app: PlusApp;
/** Where WeChat's access tokens, which tell no app, are not taken. */
let strict: TestApp;

beforeAll(async () => {
  providers = await FakeProviders.start();
  app = await startPlus({ ...providers.env, WECHAT_TOKEN_LOGIN: 'on' });
  strict = await app.world.start(providers.env);
});
afterAll(async () => {
  await app.close();
  await providers.close();
});
beforeEach(() => providers.reset());

type Provider = 'qq' | 'wechat' | 'weibo';
const PROVIDERS: readonly Provider[] = ['qq', 'wechat', 'weibo'];

interface Proof {
  access_token: string;
  openid?: string;
}

let people = 0;
/** A person whom nobody here knows, with a token of our app. */
function somebody(provider: Provider, profile: Record<string, unknown> = {}): Proof {
  const id = String(7_000_000 + ++people);
  const access_token = `${provider}-token-${id}`;
  if (provider === 'wechat') {
    providers.addWechatToken(access_token, { openid: id, profile });
    // The token of a WeChat person does not tell whose it is.
    return { access_token, openid: id };
  }
  if (provider === 'qq') providers.addQqToken(access_token, { openid: id, profile });
  else providers.addWeiboToken(access_token, { uid: id, profile });
  return { access_token };
}

const logIn = (provider: Provider, params: object) =>
  app.call('POST', `/socialite/${provider}`, { params: { ...params } });
const register = (provider: Provider, params: object) =>
  app.call('PATCH', `/socialite/${provider}`, { params: { ...params } });
const bind = (provider: Provider, params: object) =>
  app.call('PUT', `/socialite/${provider}`, { params: { ...params } });
const link = (provider: Provider, params: object, token?: string) =>
  app.call('PATCH', `/user/socialite/${provider}`, { params: { ...params }, token });
const unlink = (provider: Provider, token?: string) =>
  app.call('DELETE', `/user/socialite/${provider}`, { token });
const linked = async (token: string) => (await app.call('GET', '/user/socialite', { token })).body;

const THIRTY_DAYS = 43_200;
const session = (user: object) => ({
  status: 201,
  body: {
    token: expect.stringMatching(/^[\w-]{43}$/),
    ttl: THIRTY_DAYS,
    refresh_ttl: THIRTY_DAYS,
    user: expect.objectContaining(user),
  },
});
const REJECTED = refused('第三方授权失败');
const TAKEN = refused('该第三方账号已绑定其他账号');

const sessionsOf = async ({ id }: Pick<Member, 'id'>): Promise<number> =>
  (await app.sql('select 1 from sessions where user_id = ?', [id])).length;
const accounts = async (): Promise<number> => (await app.sql('select 1 from users')).length;

describe('somebody new', () => {
  test.each(PROVIDERS)(
    'a person at %s is 404, registers with a name, and logs in from then on',
    async (provider) => {
      const proof = somebody(provider, { nickname: '小微' });
      const before = await accounts();
      expect(await logIn(provider, proof)).toEqual(NOT_FOUND);
      expect(await accounts()).toBe(before);
      const name = freshName();
      const registered = await register(provider, { ...proof, name });
      expect(registered).toEqual(session({ name, phone: null, has_follower: false }));
      expect((await app.me(registered.body.token)).id).toBe(String(registered.body.user.id));
      expect(await linked(registered.body.token)).toEqual([provider]);
      expect(await logIn(provider, proof)).toEqual(session({ id: registered.body.user.id, name }));
      // Sent twice, it logs in to what it has made.
      expect(await register(provider, { ...proof, name: freshName() })).toEqual(
        session({ id: registered.body.user.id, name }),
      );
      expect(await accounts()).toBe(before + 1);
    },
  );

  test.each(WIRES)('the parameters of a third party are read from a %s', async (wire) => {
    const params = { ...somebody('wechat'), name: freshName() };
    const registered = await app.call('PATCH', '/socialite/wechat', { wire, params });
    expect(registered).toEqual(session({ name: params.name }));
    expect((await app.call('POST', '/socialite/wechat', { wire, params })).status).toBe(201);
  });

  test('a name that is missing, malformed, banned or taken creates nobody', async () => {
    const { name: someone } = await app.member();
    await app.services.moderation.banWord(app.infrastructure.database, '坏词');
    const proof = somebody('qq');
    expect(await register('qq', proof)).toEqual(invalid('name', '参数错误'));
    expect(await register('qq', { ...proof, name: '1a' })).toEqual(
      invalid('name', '用户名只能以非特殊字符和数字开头，不能包含特殊字符'),
    );
    expect(await register('qq', { ...proof, name: '很坏词的' })).toEqual(invalid('name', '名称包含违禁词'));
    expect(providers.requests).toEqual([]);
    expect(await register('qq', { ...proof, name: someone.toUpperCase() })).toEqual(
      taken('name', '用户名已被使用'),
    );
    expect(await logIn('qq', proof)).toEqual(NOT_FOUND);
  });
});

describe('refused proofs', () => {
  test('a token of another app, of another person, or unknown is 422', async () => {
    providers.addQqToken('qq-other', { openid: 'x', clientId: '999' });
    providers.addWeiboToken('weibo-other', { uid: '1', appkey: '999' });
    const refusals: [Provider, Proof][] = [
      ['qq', { access_token: 'qq-other' }],
      ['qq', { ...somebody('qq'), openid: 'somebody else' }],
      ['qq', { access_token: 'unknown' }],
      ['weibo', { access_token: 'weibo-other' }],
      ['weibo', { ...somebody('weibo'), openid: '1' }],
      ['wechat', { ...somebody('wechat'), openid: 'somebody-else' }],
    ];
    const { token, name } = await app.member();
    for (const [provider, proof] of refusals) {
      expect(await logIn(provider, proof)).toEqual(REJECTED);
      expect(await register(provider, { ...proof, name: freshName() })).toEqual(REJECTED);
      expect(await bind(provider, { ...proof, login: name, password: PASSWORD })).toEqual(REJECTED);
      expect(await link(provider, proof, token)).toEqual(REJECTED);
    }
    expect(await linked(token)).toEqual([]);
  });

  test('a missing part of the proof is 422 by field, and a third party that there is not is 404', async () => {
    expect(await logIn('qq', {})).toEqual(invalid('access_token', '参数错误'));
    expect(await logIn('wechat', { access_token: 'a' })).toEqual(invalid('openid', '参数错误'));
    for (const provider of ['github', 'QQ', '%20'] as unknown as Provider[]) {
      expect(await logIn(provider, { access_token: 'a' })).toEqual(NOT_FOUND);
    }
    expect(providers.requests).toEqual([]);
  });

  test("WeChat's access tokens are 422 unless they are configured on", async () => {
    const params = { ...somebody('wechat'), name: freshName() };
    const { status, body } = await send(strict.url, 'PATCH', '/socialite/wechat', { params });
    expect({ status, body }).toEqual(refused('该第三方登录未启用'));
    expect(providers.requests).toEqual([]);
  });

  test('a third party that does not answer is 422', async () => {
    providers.misbehave('/oauth2.0/me', 'error500');
    expect(await logIn('qq', somebody('qq'))).toEqual(refused('第三方服务无响应'));
  });
});

describe('an account with a password', () => {
  test('PUT socialite logs in by name, phone and password, and links the third party', async () => {
    const member = await app.member();
    const proof = somebody('weibo');
    const answer = await bind('weibo', { ...proof, login: member.name, password: PASSWORD });
    expect(answer).toEqual(session({ id: member.id, phone: member.phone }));
    expect((await app.me(answer.body.token)).id).toBe(String(member.id));
    expect(await linked(member.token)).toEqual(['weibo']);
    expect(await logIn('weibo', proof)).toEqual(session({ id: member.id }));
    const again = { ...proof, login: member.phone, password: PASSWORD };
    expect(await bind('weibo', again)).toEqual(session({ id: member.id }));
  });

  test('PUT socialite with a wrong password is refused as a log-in is, before the third party is asked', async () => {
    const { name, token } = await app.member();
    const proof = somebody('qq');
    for (const login of [name, freshName()]) {
      expect(await bind('qq', { ...proof, login, password: 'not the password' })).toEqual(WRONG_LOGIN);
    }
    expect(providers.requests).toEqual([]);
    expect(await linked(token)).toEqual([]);
    expect(await bind('qq', { ...proof, password: PASSWORD })).toEqual(invalid('login', '参数错误'));
    expect(await bind('qq', { ...proof, login: name })).toEqual(invalid('password', '请输入密码'));
  });

  test('PUT socialite with a third party of another account opens no session', async () => {
    const proof = somebody('qq');
    const { body } = await register('qq', { ...proof, name: freshName() });
    const member = await app.member();
    expect(await sessionsOf(member)).toBe(1);
    expect(await bind('qq', { ...proof, login: member.name, password: PASSWORD })).toEqual(TAKEN);
    expect(await sessionsOf(member)).toBe(1);
    expect(await linked(member.token)).toEqual([]);
    expect(await logIn('qq', proof)).toEqual(session({ id: body.user.id }));
  });

  test('a disabled account is 403 by its third party, and keeps it', async () => {
    const proof = somebody('qq');
    const { body } = await register('qq', { ...proof, name: freshName() });
    const admin = await app.member();
    await grant(app, admin.id, ['[user] Disabled User']);
    await app.call('PUT', `/system/disabled/${body.user.id}`, { token: admin.token });
    const disabled = said('账号已被禁用，请联系管理员', 403);
    expect(await logIn('qq', proof)).toEqual(disabled);
    expect(await register('qq', { ...proof, name: freshName() })).toEqual(disabled);
    expect(await link('qq', proof, admin.token)).toEqual(TAKEN);
  });

  test('a third party is free again once its account was cancelled', async () => {
    const proof = somebody('qq');
    const { body } = await register('qq', { ...proof, name: freshName() });
    await app.call('DELETE', '/user', { token: body.token });
    expect(await logIn('qq', proof)).toEqual(NOT_FOUND);
    const { token } = await app.member();
    expect(await link('qq', proof, token)).toEqual(NO_CONTENT);
  });
});

describe('linking and unlinking', () => {
  test('a session is needed', async () => {
    expect(await app.call('GET', '/user/socialite')).toEqual(UNAUTHENTICATED);
    expect(await link('qq', somebody('qq'))).toEqual(UNAUTHENTICATED);
    expect(await unlink('qq')).toEqual(UNAUTHENTICATED);
  });

  test('third parties are linked, listed by name, and unlinked; again changes nothing', async () => {
    const { id, token } = await app.member();
    for (const provider of ['weibo', 'qq', 'wechat'] as const) {
      const proof = somebody(provider);
      expect(await link(provider, proof, token)).toEqual(NO_CONTENT);
      expect(await link(provider, proof, token)).toEqual(NO_CONTENT);
      expect(await logIn(provider, proof)).toEqual(session({ id }));
    }
    expect(await linked(token)).toEqual(['qq', 'wechat', 'weibo']);
    expect(await unlink('qq', token)).toEqual(NO_CONTENT);
    expect(await unlink('qq', token)).toEqual(NO_CONTENT);
    expect(await linked(token)).toEqual(['wechat', 'weibo']);
    expect(await app.call('DELETE', '/user/socialite/github', { token })).toEqual(NOT_FOUND);
    const { securityEvents } = await app.client.data('{ securityEvents { nodes { kind } } }', {}, token);
    const kinds = securityEvents.nodes.map(({ kind }: { kind: string }) => kind);
    expect(kinds.filter((kind: string) => /PROVIDER/.test(kind))).toEqual([
      'PROVIDER_UNLINKED',
      ...Array(3).fill('PROVIDER_LINKED'),
    ]);
  });

  test('another person of the same third party takes the place of the one before', async () => {
    const { id, token } = await app.member();
    const [first, second] = [somebody('qq'), somebody('qq')];
    await link('qq', first, token);
    expect(await link('qq', second, token)).toEqual(NO_CONTENT);
    expect(await logIn('qq', first)).toEqual(NOT_FOUND);
    expect(await logIn('qq', second)).toEqual(session({ id }));
  });

  test('a third party of somebody else stays theirs', async () => {
    const [one, other] = [await app.member(), await app.member()];
    const proof = somebody('weibo');
    await link('weibo', proof, one.token);
    expect(await link('weibo', proof, other.token)).toEqual(TAKEN);
    expect(await logIn('weibo', proof)).toEqual(session({ id: one.id }));
  });

  test('the last way to log in stays, also of two that are unlinked at once', async () => {
    const { body } = await register('qq', { ...somebody('qq'), name: freshName() });
    const last = refused('请至少保留手机号码、邮箱或第三方账号之一');
    expect(await unlink('qq', body.token)).toEqual(last);
    await link('weibo', somebody('weibo'), body.token);
    const answers = await Promise.all([unlink('qq', body.token), unlink('weibo', body.token)]);
    expect(answers).toEqual(expect.arrayContaining([NO_CONTENT, last]));
    expect(await linked(body.token)).toHaveLength(1);
  });

  test('who logs in while they are unlinked is not linked again', async () => {
    // The embedded database has one connection: there one thing ends before another begins.
    if (!app.config.DATABASE_URL) return;
    const { id, token } = await app.member();
    const proof = { access_token: 'qq-token-leaving' };
    providers.addQqToken(proof.access_token, { openid: 'leaving' });
    expect(await link('qq', proof, token)).toEqual(NO_CONTENT);
    // An id that QQ did not tell when it was linked.
    providers.addQqToken(proof.access_token, { openid: 'leaving', unionid: 'uleaving' });
    const other = await app.member();
    const waiting = async () => {
      const sql =
        "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
      return (await app.sql(sql)).length;
    };
    // Somebody is about to get that id, and then does not: the log-in waits for it.
    const em = app.infrastructure.database.fork();
    await em.begin();
    const insert = "insert into identities (user_id, provider, subject) values (?, 'QQ', 'unionid:uleaving')";
    let [entering, leaving]: Promise<PlusAnswer>[] = [];
    try {
      await em.execute(insert, [other.id]);
      entering = logIn('qq', proof);
      await until('the log-in has found the account', async () => (await waiting()) === 1);
      let left = false;
      leaving = unlink('qq', token).finally(() => {
        left = true;
      });
      await until('it is unlinked, or waits to be', async () => left || (await waiting()) === 2);
    } finally {
      await em.rollback();
    }
    expect(await leaving).toEqual(NO_CONTENT);
    expect(await entering).toEqual(session({ id }));
    expect(await linked(token)).toEqual([]);
    expect(await logIn('qq', proof)).toEqual(NOT_FOUND);
  });

  test('of accounts that link the same person at once one has it', async () => {
    const members = await Promise.all(Array.from({ length: 5 }, () => app.member()));
    const proof = somebody('qq');
    const answers = await settledAtOnce(5, (index) => link('qq', proof, members[index]?.token));
    const statuses = answers.map((one) => one.status === 'fulfilled' && one.value.status);
    expect(statuses.toSorted()).toEqual([204, 422, 422, 422, 422]);
    const owner = members[statuses.indexOf(204)];
    expect(await logIn('qq', proof)).toEqual(session({ id: owner?.id }));
  });
});

describe('GraphQL', () => {
  const LINK = 'mutation ($input: ThirdPartyInput!) { linkProvider(input: $input) }';
  const UNLINK = 'mutation ($provider: Provider!) { unlinkProvider(provider: $provider) }';
  const LOGIN = 'mutation ($input: LoginInput!) { login(input: $input) { isNewUser user { id name } } }';

  test('linkProvider and unlinkProvider answer what is linked', async () => {
    const { token } = await app.member();
    providers.addWechatCode('code-1', { openid: 'g1', unionid: 'u1' });
    const { access_token: accessToken } = somebody('qq');
    const byCode = { provider: 'WECHAT', code: 'code-1' };
    expect(await app.client.data(LINK, { input: byCode }, token)).toEqual({ linkProvider: ['WECHAT'] });
    const byToken = { provider: 'QQ', accessToken, openId: null };
    expect(await app.client.data(LINK, { input: byToken }, token)).toEqual({
      linkProvider: ['QQ', 'WECHAT'],
    });
    expect(await app.client.data(UNLINK, { provider: 'WECHAT' }, token)).toEqual({ unlinkProvider: ['QQ'] });
    expect(await app.client.data('{ linkedProviders }', {}, token)).toEqual({ linkedProviders: ['QQ'] });
  });

  test('a person is the same by every id that WeChat tells, in both apps', async () => {
    const { id, token } = await app.member();
    const other = await app.member();
    providers.addWechatCode('openid alone', { openid: 'same' });
    providers.addWechatCode('unionid too', { openid: 'same', unionid: 'same' });
    providers.addWechatCode('test app', { openid: 'dev', unionid: 'same' }, FAKE_APPS.wechatDev);
    providers.addWechatCode('later', { openid: 'same' });
    const linkBy = (code: string, by: string, dev = false) =>
      app.client.graphql(LINK, { input: { provider: 'WECHAT', code, dev } }, { token: by });
    expect((await linkBy('openid alone', token)).errors).toBeUndefined();
    // Known by the openid, so the unionid is no stranger's.
    const { errors } = await linkBy('unionid too', other.token);
    expect(errors?.[0]?.extensions.code).toBe('THIRD_PARTY_TAKEN');
    providers.addWechatCode('unionid again', { openid: 'same', unionid: 'same' });
    expect((await linkBy('unionid again', token)).errors).toBeUndefined();
    expect((await linkBy('test app', token, true)).errors).toBeUndefined();
    const thirdParty = { provider: 'WECHAT', code: 'later' };
    const { login } = await app.client.data(LOGIN, { input: { thirdParty, knownOnly: true } });
    expect(login.user.id).toBe(String(id));
  });

  test('login by a code registers under the name that it was given', async () => {
    const name = freshName();
    const phone = '13900000001';
    const code = await app.client.sendCode(phone, ['LOGIN', 'REGISTER']);
    const input = { account: phone, code, registerUnknown: true, name };
    expect((await app.client.data(LOGIN, { input })).login).toMatchObject({
      isNewUser: true,
      user: { name },
    });
  });
});
