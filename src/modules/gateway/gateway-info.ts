import { Field, Int, ObjectType } from 'type-graphql';
import type { Config } from '../../config.js';
import { AtMost } from '../../schema/list-bounds.js';
import { ProviderEnum } from '../credential/provider.enum.js';

@ObjectType({ description: 'What a client has to know of the gateway before it shows its first form.' })
export class GatewayInfo {
  @Field(() => Int, { description: 'Days until a session expires.' })
  sessionDays!: number;

  @Field(() => Int, { description: 'Seconds that a code is good.' })
  codeTtlSeconds!: number;

  @Field(() => Int, { description: 'Seconds between two codes to one phone or address.' })
  codeResendSeconds!: number;

  @Field(() => Int, { description: 'Largest picture that can be uploaded, in bytes.' })
  uploadMaxBytes!: number;

  @AtMost(Object.keys(ProviderEnum).length)
  @Field(() => [ProviderEnum], { description: 'The third parties one can log in through.' })
  thirdParties!: ProviderEnum[];
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
  const configured = {
    [ProviderEnum.WECHAT]: config.WECHAT_APP_ID,
    [ProviderEnum.WEIBO]: config.WEIBO_APP_KEY,
    [ProviderEnum.QQ]: config.QQ_APP_ID,
  };
  return {
    sessionDays: config.SESSION_DAYS,
    codeTtlSeconds: config.CODE_TTL_SECONDS,
    codeResendSeconds: config.CODE_RESEND_SECONDS,
    uploadMaxBytes: config.UPLOAD_MAX_BYTES,
    thirdParties: Object.values(ProviderEnum).filter((provider) => configured[provider]),
  };
}
