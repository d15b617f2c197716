import type { Config } from '../../config.js';
import type { ProviderName } from '../../infra/oauth/port.js';

/** The facts a client needs before it shows its first form. */
export interface GatewayInfo {
  sessionDays: number;
  codeTtlSeconds: number;
  codeResendSeconds: number;
  uploadMaxBytes: number;
  thirdParties: ProviderName[];
}

type InfoConfig = Pick<
  Config,
  | 'SESSION_DAYS'
  | 'CODE_TTL_SECONDS'
  | 'CODE_RESEND_SECONDS'
  | 'UPLOAD_MAX_BYTES'
  | 'WECHAT_APP_ID'
  | 'WEIBO_APP_KEY'
  | 'QQ_APP_ID'
>;

export function gatewayInfoOf(config: InfoConfig): GatewayInfo {
  const apps: [ProviderName, string | undefined][] = [
    ['WECHAT', config.WECHAT_APP_ID],
    ['WEIBO', config.WEIBO_APP_KEY],
    ['QQ', config.QQ_APP_ID],
  ];
  return {
    sessionDays: config.SESSION_DAYS,
    codeTtlSeconds: config.CODE_TTL_SECONDS,
    codeResendSeconds: config.CODE_RESEND_SECONDS,
    uploadMaxBytes: config.UPLOAD_MAX_BYTES,
    thirdParties: apps.filter(([, app]) => app).map(([provider]) => provider),
  };
}
