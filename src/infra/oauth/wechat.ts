import { required } from './credential.js';
import { ProviderError } from './failure.js';
import { type Fields, idField, ProviderHttp } from './http.js';
import type { ProvenIdentity, Prover, ThirdPartyCredential } from './port.js';
import { readProfile } from './profile.js';

/** Codes for: system busy, daily quota used up, called too often. */
const BUSY = ['-1', '45009', '45011'];

const TOKEN_PATH = '/sns/oauth2/access_token';
const AUTH_PATH = '/sns/auth';
const PROFILE_PATH = '/sns/userinfo';

interface WechatApp {
  id: string;
  secret: string | undefined;
}

interface Grant {
  openId: string;
  unionId: string | undefined;
  accessToken: string;
}

/** The settings, by their names. */
export interface WechatSettings {
  readonly WECHAT_APP_ID?: string;
  readonly WECHAT_APP_SECRET?: string;
  readonly WECHAT_DEV_APP_ID?: string;
  readonly WECHAT_DEV_APP_SECRET?: string;
  readonly WECHAT_API_URL: string;
  readonly WECHAT_TOKEN_LOGIN: boolean;
  readonly THIRD_PARTY_TIMEOUT_MS: number;
}

/**
 * WeChat: a code is exchanged with our secret, which proves that it was issued to our app. An access token is only
 * checked for belonging to its openid (`sns/auth` cannot tell for which app), so that way needs `WECHAT_TOKEN_LOGIN`.
 */
export function wechatProver(config: WechatSettings): Prover {
  const http = new ProviderHttp({
    name: 'WeChat',
    baseUrl: config.WECHAT_API_URL,
    timeoutMs: config.THIRD_PARTY_TIMEOUT_MS,
    errorField: 'errcode',
    busyCodes: BUSY,
  });
  return async (credential) => {
    const app = selectApp(config, credential);
    const byToken = !credential.code && Boolean(credential.accessToken);
    if (byToken && !config.WECHAT_TOKEN_LOGIN) throw new ProviderError('disabled');
    const grant = byToken ? await checkToken(http, credential) : await exchangeCode(http, app, credential);
    return identify(http, app, grant);
  };
}

function selectApp(config: WechatSettings, credential: ThirdPartyCredential): WechatApp {
  const [id, secret] = credential.dev
    ? [config.WECHAT_DEV_APP_ID, config.WECHAT_DEV_APP_SECRET]
    : [config.WECHAT_APP_ID, config.WECHAT_APP_SECRET];
  if (!id) throw new ProviderError('disabled');
  return { id, secret };
}

async function exchangeCode(
  http: ProviderHttp,
  app: WechatApp,
  credential: ThirdPartyCredential,
): Promise<Grant> {
  if (!app.secret) throw new ProviderError('disabled');
  const code = required(credential, 'code');
  const fields = await http.ask({
    path: TOKEN_PATH,
    query: { appid: app.id, secret: app.secret, code, grant_type: 'authorization_code' },
  });
  const openId = idField(fields, 'openid');
  const accessToken = fields.access_token;
  if (!openId || typeof accessToken !== 'string') throw http.unavailable({ path: TOKEN_PATH }, 'no openid');
  return { openId, accessToken, unionId: idField(fields, 'unionid') };
}

async function checkToken(http: ProviderHttp, credential: ThirdPartyCredential): Promise<Grant> {
  const accessToken = required(credential, 'accessToken');
  const openId = idField({ openid: required(credential, 'openId') }, 'openid');
  if (!openId) throw http.rejected({ path: AUTH_PATH }, 'malformed openid');
  const fields = await http.ask({ path: AUTH_PATH, query: { access_token: accessToken, openid: openId } });
  // Only an explicit "ok" is a proof; an answer without a verdict is none.
  if (fields.errcode !== '0') throw http.unavailable({ path: AUTH_PATH }, 'no verdict');
  return { openId, accessToken, unionId: undefined };
}

async function identify(http: ProviderHttp, app: WechatApp, grant: Grant): Promise<ProvenIdentity> {
  const answer = await http.tryAsk({
    path: PROFILE_PATH,
    query: { access_token: grant.accessToken, openid: grant.openId, lang: 'zh_CN' },
  });
  const fields: Fields = answer && idField(answer, 'openid') === grant.openId ? answer : {};
  const unionId = grant.unionId ?? idField(fields, 'unionid');
  const byOpenId = `openid:${app.id}:${grant.openId}`;
  return {
    provider: 'WECHAT',
    subject: unionId ? `unionid:${unionId}` : byOpenId,
    aliases: unionId ? [byOpenId] : [],
    ...readProfile(fields, {
      nickname: ['nickname'],
      avatar: ['headimgurl'],
      sex: 'sex',
      sexes: { '0': 0, '1': 1, '2': 2 },
    }),
  };
}
