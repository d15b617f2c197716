import { GraphQLSafeInt } from 'graphql-scalars';
import { Field, Int, ObjectType } from 'type-graphql';
import { OfPage } from '../../schema/list-bounds.js';
import { User } from '../user/user.entity.js';

@ObjectType({ description: 'One entry of the income ranking.' })
export class IncomeRankEntry {
  @Field(() => Int, { description: 'The rank, from 1.' })
  position!: number;

  @Field(() => User, { description: 'The holder of the rank.' })
  user!: User;

  @Field(() => GraphQLSafeInt, { description: 'Points received in the time that is ranked.' })
  amount!: number;
}

@ObjectType({ description: "The caller's own rank in the income ranking." })
export class IncomeRankMine {
  @Field(() => Int, { nullable: true, description: 'The rank, from 1; null outside the first 1,000.' })
  position!: number | null;

  @Field(() => User, { description: 'The caller.' })
  user!: User;

  @Field(() => GraphQLSafeInt, { description: 'Points received in the time that is ranked.' })
  amount!: number;
}

@ObjectType({ description: 'The ranking by points received.' })
export class IncomeRank {
  @OfPage()
  @Field(() => [IncomeRankEntry], {
    description:
      'The best, best first; ties by the id of the account. Disabled and deleted accounts are left out.',
  })
  entries!: IncomeRankEntry[];

  @Field(() => IncomeRankMine, {
    nullable: true,
    description:
      "The caller's rank; null without a session, or when a city is asked for that is not the caller's.",
  })
  mine!: IncomeRankMine | null;

  @Field(() => Date, { description: 'When the ranking was computed; that happens every 3 minutes at most.' })
  computedAt!: Date;
}
