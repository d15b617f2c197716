import { Field, ObjectType } from 'type-graphql';
import { ProviderEnum } from '../credential/provider.type.js';
import { User } from '../user/user.entity.js';
import type { AuthResult } from './auth-result.js';

@ObjectType({ description: 'A session just opened.' })
export class AuthPayload implements AuthResult {
  @Field(() => User, { description: 'The account.' })
  user!: User;

  @Field(() => String, { description: 'Send it as `Authorization: Bearer …`. It is shown this once.' })
  token!: string;

  @Field(() => Date, { description: 'When the session expires.' })
  expiresAt!: Date;

  @Field(() => Boolean, { description: 'True when this very call created the account.' })
  isNewUser!: boolean;

  @Field(() => ProviderEnum, {
    nullable: true,
    description: 'The third party that vouched for this log-in; null when none did.',
  })
  provider?: AuthResult['provider'];
}
