import { Field, ObjectType } from 'type-graphql';
import { User } from '../user/user.entity.js';

@ObjectType({ description: 'The account that has a phone.' })
export class PhoneMatch {
  @Field(() => String, { description: 'The phone, as it was asked for.' })
  phone!: string;

  @Field(() => User, { description: 'The account.' })
  user!: User;
}
