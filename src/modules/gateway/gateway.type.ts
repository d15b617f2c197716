import { Field, Int, ObjectType } from 'type-graphql';
import type { ProviderName } from '../../infra/oauth/port.js';
import { AtMost } from '../../schema/list-bounds.js';
import { ProviderEnum } from '../credential/provider.type.js';

@ObjectType({ description: 'Facts about the gateway that a client needs before it shows its first form.' })
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
  thirdParties!: ProviderName[];
}
