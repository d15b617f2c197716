import { claimedPerson, required } from './credential.js';
import { ProviderError } from './failure.js';
import { type Fields, idField, ProviderHttp, textField } from './http.js';
import type { ProvenIdentity, Prover } from './port.js';
import { readProfile } from './profile.js';

/** The code for an app that may not ask for unionids, which has to be applied for. */
const NO_UNIONID = '100048';

const TOKEN_PATH = '/oauth2.0/me';
const PROFILE_PATH = '/user/get_user_info';

/** The settings, by their names. */
export interface QqSettings {
  readonly QQ_APP_ID?: string;
  readonly QQ_API_URL: string;
  readonly THIRD_PARTY_TIMEOUT_MS: number;
}

/** QQ: the token must be of our client id, and of the openid that the client names, if it names one. */
export function qqProver(config: QqSettings): Prover {
  const http = new ProviderHttp({
    name: 'QQ',
    baseUrl: config.QQ_API_URL,
    timeoutMs: config.THIRD_PARTY_TIMEOUT_MS,
    errorField: 'error',
    busyCodes: [],
  });
  return async (credential) => {
    const appId = config.QQ_APP_ID;
    if (!appId) throw new ProviderError('disabled');
    const accessToken = required(credential, 'accessToken');
    const claimed = claimedPerson(credential);
    const owner = await readOwner(http, accessToken);
    const clientId = textField(owner, 'client_id');
    const openId = idField(owner, 'openid');
    if (!clientId || !openId) throw http.unavailable({ path: TOKEN_PATH }, 'no client_id or openid');
    if (clientId !== appId) throw http.rejected({ path: TOKEN_PATH }, 'the token is of another app');
    if (claimed !== undefined && claimed !== openId)
      throw http.rejected({ path: TOKEN_PATH }, 'the token is of another user');
    return identify(http, { appId, accessToken, openId, unionId: idField(owner, 'unionid') });
  };
}

async function readOwner(http: ProviderHttp, accessToken: string): Promise<Fields> {
  const query = { access_token: accessToken, fmt: 'json' };
  const owner = await http.ask({
    path: TOKEN_PATH,
    query: { ...query, unionid: '1' },
    expectedError: NO_UNIONID,
  });
  return textField(owner, 'error') === NO_UNIONID ? http.ask({ path: TOKEN_PATH, query }) : owner;
}

async function identify(
  http: ProviderHttp,
  proven: { appId: string; accessToken: string; openId: string; unionId: string | undefined },
): Promise<ProvenIdentity> {
  const answer = await http.tryAsk({
    path: PROFILE_PATH,
    query: { access_token: proven.accessToken, oauth_consumer_key: proven.appId, openid: proven.openId },
  });
  const byOpenId = `openid:${proven.appId}:${proven.openId}`;
  return {
    provider: 'QQ',
    subject: proven.unionId ? `unionid:${proven.unionId}` : byOpenId,
    aliases: proven.unionId ? [byOpenId] : [],
    ...readProfile(answer && textField(answer, 'ret') === '0' ? answer : {}, {
      nickname: ['nickname'],
      avatar: ['figureurl_qq_2', 'figureurl_qq_1', 'figureurl_qq', 'figureurl_2'],
      sex: 'gender',
      sexes: { 男: 1, 女: 2 },
    }),
  };
}
