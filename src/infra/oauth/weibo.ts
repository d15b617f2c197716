import { claimedPerson, required } from './credential.js';
import { ProviderError } from './failure.js';
import { idField, ProviderHttp, textField } from './http.js';
import type { ProvenIdentity, Prover } from './port.js';
import { readProfile } from './profile.js';

/**
 * Codes for: system error, service paused, remote error, too many tasks, job expired, RPC error, limits of
 * our IP, user and app.
 */
const BUSY = ['10001', '10002', '10003', '10009', '10010', '10011', '10022', '10023', '10024'];

const TOKEN_PATH = '/oauth2/get_token_info';
const PROFILE_PATH = '/2/users/show.json';

/** The settings, by their names. */
export interface WeiboSettings {
  readonly WEIBO_APP_KEY?: string;
  readonly WEIBO_API_URL: string;
  readonly THIRD_PARTY_TIMEOUT_MS: number;
}

/**
 * Weibo: the token must be of our app key, unexpired, and of the uid that the client names, if it names one. Weibo writes
 * uids as int64.
 */
export function weiboProver(config: WeiboSettings): Prover {
  const http = new ProviderHttp({
    name: 'Weibo',
    baseUrl: config.WEIBO_API_URL,
    timeoutMs: config.THIRD_PARTY_TIMEOUT_MS,
    errorField: 'error_code',
    busyCodes: BUSY,
  });
  return async (credential) => {
    const appKey = config.WEIBO_APP_KEY;
    if (!appKey) throw new ProviderError('disabled');
    const accessToken = required(credential, 'accessToken');
    const claimed = claimedPerson(credential);
    const uid = await proveUid(http, accessToken, appKey);
    if (claimed !== undefined && claimed !== uid)
      throw http.rejected({ path: TOKEN_PATH }, 'the token is of another user');
    return identify(http, accessToken, uid);
  };
}

async function proveUid(http: ProviderHttp, accessToken: string, appKey: string): Promise<string> {
  const fields = await http.ask({ path: TOKEN_PATH, form: { access_token: accessToken } });
  const uid = idField(fields, 'uid');
  const tokenAppKey = textField(fields, 'appkey');
  if (!uid || !tokenAppKey) throw http.unavailable({ path: TOKEN_PATH }, 'no uid or appkey');
  if (tokenAppKey !== appKey) throw http.rejected({ path: TOKEN_PATH }, 'the token is of another app');
  const secondsLeft = textField(fields, 'expire_in');
  if (secondsLeft !== undefined && Number(secondsLeft) <= 0) {
    throw http.rejected({ path: TOKEN_PATH }, 'the token has expired');
  }
  return uid;
}

async function identify(http: ProviderHttp, accessToken: string, uid: string): Promise<ProvenIdentity> {
  const answer = await http.tryAsk({ path: PROFILE_PATH, query: { access_token: accessToken, uid } });
  const answeredFor = answer && (idField(answer, 'idstr') ?? idField(answer, 'id'));
  return {
    provider: 'WEIBO',
    subject: `uid:${uid}`,
    aliases: [],
    ...readProfile(answer && answeredFor === uid ? answer : {}, {
      nickname: ['screen_name', 'name'],
      avatar: ['avatar_hd', 'avatar_large', 'profile_image_url'],
      sex: 'gender',
      sexes: { m: 1, f: 2, n: 0 },
    }),
  };
}
