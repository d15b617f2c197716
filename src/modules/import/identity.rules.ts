import type { Config } from '../../config.js';
import type { ProviderName } from '../../infra/oauth/port.js';
import type { ImportRecord } from './record.js';
import { reject } from './rejection.js';

/** The ids of our apps at the providers: an openid means nothing without the app that it is for. */
export type ProviderApps = Pick<Config, 'WECHAT_APP_ID' | 'QQ_APP_ID'>;

/** A person at a third party, by the id that log-ins are looked up by. */
export interface Subject {
  provider: ProviderName;
  subject: string;
}

type Identity = NonNullable<ImportRecord['identities']>[number];

const ID = /^[\w.=+-]{1,128}$/;

function idOf(identity: Identity, field: 'openid' | 'unionid'): string | undefined {
  const id = identity[field];
  if (id && !ID.test(id)) reject('INVALID_INPUT', field);
  return id || undefined;
}

/**
 * The subjects that a log-in by the provider looks for. Throws INVALID_INPUT, or THIRD_PARTY_DISABLED for an openid
 * alone where no app of that provider is configured.
 */
export function subjectsOf(apps: ProviderApps, identity: Identity): Subject[] {
  const { provider } = identity;
  const [openid, unionid] = [idOf(identity, 'openid'), idOf(identity, 'unionid')];
  if (!openid && !unionid) reject('INVALID_INPUT', 'openid');
  if (provider === 'WEIBO') return [{ provider, subject: `uid:${openid ?? unionid}` }];
  const appId = provider === 'QQ' ? apps.QQ_APP_ID : apps.WECHAT_APP_ID;
  if (!unionid && !appId) reject('THIRD_PARTY_DISABLED', 'openid');
  return [
    ...(unionid ? [{ provider, subject: `unionid:${unionid}` }] : []),
    ...(openid && appId ? [{ provider, subject: `openid:${appId}:${openid}` }] : []),
  ];
}
