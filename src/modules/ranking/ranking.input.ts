import { GraphQLSafeInt } from 'graphql-scalars';
import { Field, ID, InputType } from 'type-graphql';

@InputType({ description: 'An income of points to book.' })
export class RecordIncomeInput {
  @Field(() => ID, { description: 'The account that receives the points.' })
  userId!: string;

  @Field(() => GraphQLSafeInt, { description: 'Points, 1 to 1,000,000,000,000.' })
  amount!: number;

  @Field(() => String, {
    description:
      'Names this income, at most 100 characters: the same key books only once, however often it is sent.',
  })
  key!: string;

  @Field(() => String, { nullable: true, description: 'The reason, at most 100 characters.' })
  title?: string | null;
}
