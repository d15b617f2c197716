import { Field, ObjectType } from 'type-graphql';
import { Verification } from './verification.entity.js';

@ObjectType({ description: 'A verification was withdrawn.' })
export class WithdrawVerificationPayload {
  @Field(() => Verification, { description: 'The verification as it was.' })
  verification!: Verification;
}
