import { Field, InputType } from 'type-graphql';
import { ProviderEnum } from './provider.type.js';

@InputType({ description: 'The proof of identity that a third party gave the client.' })
export class ThirdPartyInput {
  @Field(() => ProviderEnum, { description: 'The third party.' })
  provider!: ProviderEnum;

  @Field(() => String, { nullable: true, description: 'WeChat: the authorisation code.' })
  code?: string;

  @Field(() => String, {
    nullable: true,
    description:
      'Weibo, QQ: the access token. WeChat: one in place of a code, where the operator allows it; THIRD_PARTY_DISABLED elsewhere.',
  })
  accessToken?: string;

  @Field(() => String, {
    nullable: true,
    description:
      'WeChat: the openid of an access token. Weibo: the uid, and QQ: the openid, that the token has to be of; they tell whose it is, so it may be left out.',
  })
  openId?: string | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'WeChat: whether the test build of the app asks.',
  })
  dev!: boolean;
}
