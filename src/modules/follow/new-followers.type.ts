import { Field, Int, ObjectType } from 'type-graphql';

@ObjectType({ description: 'How many users have begun to follow one since `markFollowersSeen`, or ever.' })
export class NewFollowers {
  @Field(() => Int, { description: 'All of them; 1,000 stands for more as well.' })
  count!: number;

  @Field(() => Int, { description: 'Those among them who are followed back.' })
  mutualCount!: number;
}
