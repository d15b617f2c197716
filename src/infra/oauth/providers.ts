import type { IdentityProviders, Prover, ProviderName } from './port.js';
import { type QqSettings, qqProver } from './qq.js';
import { type WechatSettings, wechatProver } from './wechat.js';
import { type WeiboSettings, weiboProver } from './weibo.js';

/** The providers that log-in knows. One without an app of ours refuses as disabled. */
export function createIdentityProviders(
  config: WechatSettings & WeiboSettings & QqSettings,
): IdentityProviders {
  const provers: Record<ProviderName, Prover> = {
    WECHAT: wechatProver(config),
    WEIBO: weiboProver(config),
    QQ: qqProver(config),
  };
  return { prove: (credential) => provers[credential.provider](credential) };
}
