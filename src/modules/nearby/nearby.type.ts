import { Field, Int, ObjectType } from 'type-graphql';
import { User } from '../user/user.entity.js';

@ObjectType({ description: 'A user who shares a place nearby.' })
export class NearbyUser {
  @Field(() => User, { description: 'The user.' })
  user!: User;

  @Field(() => Int, { description: 'The distance in metres, to the nearest 100.' })
  distance!: number;
}
