import { inspect } from 'node:util';
import { loadConfig } from '../../src/config.js';
import type { AppError } from '../../src/errors/app-error.js';
import type { ErrorCode } from '../../src/errors/codes.js';
import { toAppError } from '../../src/errors/unexpected.js';
import { ProviderError } from '../../src/infra/oauth/failure.js';
import { parseFields } from '../../src/infra/oauth/http.js';
import type { IdentityProviders, ProvenIdentity, ThirdPartyCredential } from '../../src/infra/oauth/port.js';
import { createIdentityProviders } from '../../src/infra/oauth/providers.js';
import { FAKE_APPS, FakeProviders, type Misbehaviour } from '../support/fake-providers.js';

let fake: FakeProviders;
let providers: IdentityProviders;

const providersWith = (env: Record<string, string | undefined> = {}): IdentityProviders =>
  createIdentityProviders(loadConfig({ ...fake.env, THIRD_PARTY_TIMEOUT_MS: '5000', ...env }));

const prove = (credential: ThirdPartyCredential): Promise<ProvenIdentity> => providers.prove(credential);

async function failure(proof: Promise<ProvenIdentity>): Promise<AppError> {
  const error: unknown = await proof.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ProviderError);
  return toAppError(error);
}

const codeOf = async (proof: Promise<ProvenIdentity>): Promise<ErrorCode> => (await failure(proof)).code;

beforeAll(async () => {
  fake = await FakeProviders.start();
  providers = providersWith();
});
beforeEach(() => fake.reset());
afterAll(() => fake.close());

describe('WeChat by code', () => {
  const person = {
    openid: 'o6_bmjrPTlm6_2sgVt7hMZOPfL2M',
    unionid: 'o6_bmasdasdsad6_2sgVt7hMZOPfL',
    profile: {
      nickname: ' 安居\u0000客\u202e ',
      sex: 2,
      headimgurl: 'https://thirdwx.qlogo.cn/mmopen/a/132',
    },
  };

  test('WeChat by code prefers the unionid, keeps the openid as an alias, and reads the profile', async () => {
    fake.addWechatCode('code-1', person);
    expect(await prove({ provider: 'WECHAT', code: 'code-1' })).toEqual({
      provider: 'WECHAT',
      subject: `unionid:${person.unionid}`,
      aliases: [`openid:wx-main:${person.openid}`],
      nickname: '安居客',
      avatarUrl: 'https://thirdwx.qlogo.cn/mmopen/a/132',
      sex: 2,
    });
    expect(fake.requests.map(({ path }) => path)).toEqual(['/sns/oauth2/access_token', '/sns/userinfo']);
  });

  test('WeChat by code takes the same openid of the test app for another subject', async () => {
    fake.addWechatCode('main', { openid: person.openid });
    fake.addWechatCode('dev', { openid: person.openid }, FAKE_APPS.wechatDev);
    const main = await prove({ provider: 'WECHAT', code: 'main' });
    const dev = await prove({ provider: 'WECHAT', code: 'dev', dev: true });
    expect(main).toMatchObject({ subject: `openid:wx-main:${person.openid}`, aliases: [] });
    expect(dev.subject).toBe(`openid:wx-dev:${person.openid}`);
  });

  test('WeChat by code refuses a code that is unknown, used, or of the other app', async () => {
    fake.addWechatCode('once', person);
    fake.addWechatCode('dev', person, FAKE_APPS.wechatDev);
    await prove({ provider: 'WECHAT', code: 'once' });
    for (const code of ['once', 'dev', 'never-issued']) {
      expect(await codeOf(prove({ provider: 'WECHAT', code }))).toBe('THIRD_PARTY_REJECTED');
    }
  });

  test('WeChat by code proves an identity without a nickname when the profile cannot be read', async () => {
    for (const how of ['garbage', 'error500', 'huge', 'loop'] satisfies Misbehaviour[]) {
      fake.addWechatCode(how, person);
      fake.misbehave('/sns/userinfo', how);
      const identity = await prove({ provider: 'WECHAT', code: how });
      expect(identity.subject).toBe(`unionid:${person.unionid}`);
      expect(identity.nickname).toBeUndefined();
    }
  });

  test("WeChat by code does not use another person's profile, not even for the unionid", async () => {
    fake.addWechatCode('c', { openid: person.openid });
    fake.misbehave('/sns/userinfo', {
      body: '{"openid":"somebody-else","unionid":"victim","nickname":"x"}',
    });
    const identity = await prove({ provider: 'WECHAT', code: 'c' });
    expect(identity.subject).toBe(`openid:wx-main:${person.openid}`);
    expect(identity.nickname).toBeUndefined();
  });

  test('WeChat by code is unavailable while WeChat is busy', async () => {
    fake.misbehave('/sns/oauth2/access_token', { body: '{"errcode":-1,"errmsg":"system error"}' });
    expect(await codeOf(prove({ provider: 'WECHAT', code: 'c' }))).toBe('THIRD_PARTY_UNAVAILABLE');
  });
});

describe('WeChat by access token', () => {
  const credential = { provider: 'WECHAT', accessToken: 'at', openId: 'oid' } as const;

  test('WeChat by access token is off unless configured on', async () => {
    fake.addWechatToken('at', { openid: 'oid' });
    expect(await codeOf(prove(credential))).toBe('THIRD_PARTY_DISABLED');
    expect(fake.requests).toEqual([]);
  });

  test('WeChat by access token requires a token of the openid', async () => {
    const open = providersWith({ WECHAT_TOKEN_LOGIN: 'on' });
    fake.addWechatToken('at', { openid: 'oid', unionid: 'uni' });
    expect(await open.prove(credential)).toMatchObject({
      subject: 'unionid:uni',
      aliases: ['openid:wx-main:oid'],
    });
    for (const wrong of [{ openId: 'other' }, { openId: 'a b:c' }, { accessToken: 'stolen' }]) {
      expect(await codeOf(open.prove({ ...credential, ...wrong }))).toBe('THIRD_PARTY_REJECTED');
    }
    fake.misbehave('/sns/auth', { body: '{}' });
    expect(await codeOf(open.prove(credential))).toBe('THIRD_PARTY_UNAVAILABLE');
  });
});

describe('Weibo', () => {
  const uid = '9223372036854775807';
  const credential = { provider: 'WEIBO', accessToken: 'wb', openId: uid } as const;

  test('Weibo proves uid and app key, reads the profile, and keeps every digit of an int64', async () => {
    const profile = { screen_name: 'zaku', gender: 'm', avatar_large: 'http://tp1.sinaimg.cn/1/180/0/1' };
    fake.addWeiboToken('wb', { uid, profile });
    expect(await prove(credential)).toEqual({
      provider: 'WEIBO',
      subject: `uid:${uid}`,
      aliases: [],
      nickname: 'zaku',
      avatarUrl: 'http://tp1.sinaimg.cn/1/180/0/1',
      sex: 1,
    });
    expect(fake.requests[0]).toMatchObject({ method: 'POST', query: {}, form: { access_token: 'wb' } });
  });

  test('Weibo tells whose a token is to clients that do not', async () => {
    fake.addWeiboToken('wb', { uid });
    expect(await prove({ provider: 'WEIBO', accessToken: 'wb' })).toMatchObject({ subject: `uid:${uid}` });
    fake.addWeiboToken('other', { uid, appkey: '999' });
    expect(await codeOf(prove({ provider: 'WEIBO', accessToken: 'other' }))).toBe('THIRD_PARTY_REJECTED');
  });

  test('Weibo refuses a neighbouring uid that rounds to the same double', async () => {
    fake.addWeiboToken('wb', { uid });
    expect(await codeOf(prove({ ...credential, openId: '9223372036854775806' }))).toBe(
      'THIRD_PARTY_REJECTED',
    );
    expect(await codeOf(prove({ ...credential, openId: '9223372036854775808' }))).toBe(
      'THIRD_PARTY_REJECTED',
    );
  });

  test.each([
    ['of another app', { uid, appkey: '999' }],
    ['expired', { uid, expireIn: 0 }],
    ['of another user', { uid: '1' }],
  ])('Weibo refuses a token %s', async (_, grant) => {
    fake.addWeiboToken('wb', grant);
    expect(await codeOf(prove(credential))).toBe('THIRD_PARTY_REJECTED');
  });

  test('Weibo refuses an unknown token, and is unavailable while it is paused', async () => {
    expect(await codeOf(prove(credential))).toBe('THIRD_PARTY_REJECTED');
    fake.misbehave('/oauth2/get_token_info', { status: 403, body: '{"error":"x","error_code":"10002"}' });
    expect(await codeOf(prove(credential))).toBe('THIRD_PARTY_UNAVAILABLE');
  });
});

describe('QQ', () => {
  const openid = 'B08D412EEC4000FFC37CAABBDC1234CC';
  const credential = { provider: 'QQ', accessToken: 'qq', openId: openid } as const;
  const profile = {
    nickname: 'Peter',
    gender: '女',
    figureurl_qq_1: 'http://q.qlogo.cn/40',
    figureurl_qq_2: '',
  };

  test.each([true, false])('QQ proves client id and openid (JSONP only: %s)', async (jsonpOnly) => {
    fake.qqJsonpOnly = jsonpOnly;
    fake.addQqToken('qq', { openid, unionid: 'UID_1', profile });
    expect(await prove(credential)).toEqual({
      provider: 'QQ',
      subject: 'unionid:UID_1',
      aliases: [`openid:${FAKE_APPS.qq.id}:${openid}`],
      nickname: 'Peter',
      avatarUrl: 'http://q.qlogo.cn/40',
      sex: 2,
    });
  });

  test('QQ tells whose a token is to clients that do not', async () => {
    fake.addQqToken('qq', { openid, unionid: 'UID_1' });
    expect(await prove({ provider: 'QQ', accessToken: 'qq' })).toMatchObject({ subject: 'unionid:UID_1' });
    fake.addQqToken('other', { openid, clientId: '1' });
    expect(await codeOf(prove({ provider: 'QQ', accessToken: 'other' }))).toBe('THIRD_PARTY_REJECTED');
  });

  test('QQ falls back to the openid for an app without unionids', async () => {
    fake.qqUnionIdAllowed = false;
    fake.addQqToken('qq', { openid, unionid: 'UID_1', profile });
    expect(await prove(credential)).toMatchObject({
      subject: `openid:${FAKE_APPS.qq.id}:${openid}`,
      aliases: [],
    });
  });

  test.each([
    ['of another app', { openid, clientId: '1' }],
    ['of another user', { openid: 'F'.repeat(32) }],
  ])('QQ refuses a token %s', async (_, grant) => {
    fake.addQqToken('qq', grant);
    expect(await codeOf(prove(credential))).toBe('THIRD_PARTY_REJECTED');
  });

  test('QQ refuses an unknown token', async () => {
    fake.qqJsonpOnly = true;
    expect(await codeOf(prove(credential))).toBe('THIRD_PARTY_REJECTED');
  });
});

describe('every provider', () => {
  const cases: [path: string, credential: ThirdPartyCredential][] = [
    ['/sns/oauth2/access_token', { provider: 'WECHAT', code: 's3cret-code' }],
    ['/oauth2/get_token_info', { provider: 'WEIBO', accessToken: 's3cret-token', openId: '1' }],
    ['/oauth2.0/me', { provider: 'QQ', accessToken: 's3cret-token', openId: 'A' }],
  ];

  test.each(cases)('%s is unavailable without a usable answer', async (path, credential) => {
    const impatient = providersWith({ THIRD_PARTY_TIMEOUT_MS: '100' });
    for (const how of ['garbage', 'array', 'error500', 'huge', 'loop'] satisfies Misbehaviour[]) {
      fake.misbehave(path, how);
      expect(await codeOf(prove(credential))).toBe('THIRD_PARTY_UNAVAILABLE');
    }
    fake.misbehave(path, 'silent');
    expect(await codeOf(impatient.prove(credential))).toBe('THIRD_PARTY_UNAVAILABLE');
    expect(fake.requests.filter((seen) => seen.path === '/stolen')).toEqual([]);
  });

  test.each(cases)('%s reports errors without any secret', async (path, credential) => {
    const unreachable = providersWith({
      WECHAT_API_URL: 'http://127.0.0.1:1',
      WEIBO_API_URL: 'http://127.0.0.1:1',
      QQ_API_URL: 'http://127.0.0.1:1',
    });
    const failures = [await failure(prove(credential)), await failure(unreachable.prove(credential))];
    fake.misbehave(path, { body: '{"errcode":"s3cret","error":"s3cret","error_code":"s3cret"}' });
    failures.push(await failure(prove(credential)));
    expect(failures.map(({ code }) => code)).toEqual([
      'THIRD_PARTY_REJECTED',
      'THIRD_PARTY_UNAVAILABLE',
      'THIRD_PARTY_REJECTED',
    ]);
    expect(inspect(failures, { depth: 10 })).not.toMatch(/s3cret|-secret/);
  });

  test.each(cases)('%s refuses with a plain 401, not with a plain 404', async (path, credential) => {
    fake.misbehave(path, { status: 401, body: '' });
    expect(await codeOf(prove(credential))).toBe('THIRD_PARTY_REJECTED');
    fake.misbehave(path, { status: 404, body: '' });
    expect(await codeOf(prove(credential))).toBe('THIRD_PARTY_UNAVAILABLE');
  });

  test('a provider without an app is disabled', async () => {
    const none = createIdentityProviders(loadConfig({ WECHAT_APP_ID: 'id-without-secret' }));
    for (const [, credential] of cases)
      expect(await codeOf(none.prove(credential))).toBe('THIRD_PARTY_DISABLED');
    const noDev = providersWith({ WECHAT_DEV_APP_ID: undefined });
    expect(await codeOf(noDev.prove({ provider: 'WECHAT', code: 'c', dev: true }))).toBe(
      'THIRD_PARTY_DISABLED',
    );
  });

  test.each<[field: string, credential: ThirdPartyCredential]>([
    ['code', { provider: 'WECHAT' }],
    ['accessToken', { provider: 'WEIBO', openId: '1' }],
    ['openId', { provider: 'WEIBO', accessToken: 't', openId: ' ' }],
    ['accessToken', { provider: 'QQ', accessToken: 'x'.repeat(3000), openId: '1' }],
    ['openId', { provider: 'QQ', accessToken: 't', openId: '' }],
  ])('a credential with a missing or oversized %s is invalid input', async (field, credential) => {
    expect(await failure(prove(credential))).toMatchObject({ code: 'INVALID_INPUT', details: { field } });
    expect(fake.requests).toEqual([]);
  });

  test('third-party profiles are cut and cleaned before they are stored', async () => {
    const avatars = ['javascript:alert(1)', `https://a.example/${'x'.repeat(500)}`, 'https://'];
    for (const [index, headimgurl] of avatars.entries()) {
      fake.addWechatCode(`c${index}`, {
        openid: 'o',
        profile: { nickname: '😀'.repeat(70), headimgurl, sex: 7 },
      });
      const identity = await prove({ provider: 'WECHAT', code: `c${index}` });
      expect(identity.avatarUrl).toBeUndefined();
      expect(identity.sex).toBeUndefined();
      expect(identity.nickname).toBe('😀'.repeat(64));
    }
  });
});

test('JSON and JSONP of providers are read with their numbers as written', () => {
  const fields = { id: '12345678901234567890', half: '1.50', nested: { n: '1' } };
  expect(parseFields('{"id":12345678901234567890,"half":1.50,"nested":{"n":1}}')).toEqual(fields);
  expect(parseFields('callback( {"error":100016,"error_description":"failed",}\n);\n')).toEqual({
    error: '100016',
    error_description: 'failed',
  });
  for (const text of ['', '[]', 'null', '"x"', '{', 'callback();', 'alert(1)']) {
    expect(parseFields(text)).toBeUndefined();
  }
});
