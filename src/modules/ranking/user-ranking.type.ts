import { GraphQLSafeInt } from 'graphql-scalars';
import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { OfPage } from '../../schema/list-bounds.js';
import { User } from '../user/user.entity.js';

export enum UserRankingBy {
  FOLLOWERS = 'FOLLOWERS',
  POINTS = 'POINTS',
  INCOME = 'INCOME',
  CHECKIN_STREAK = 'CHECKIN_STREAK',
  ANSWERS = 'ANSWERS',
  LIKES = 'LIKES',
}
registerEnumType(UserRankingBy, {
  name: 'UserRankingBy',
  description: 'The counter that users are ranked by.',
  valuesConfig: {
    FOLLOWERS: { description: 'Users who follow this one, `extra.followersCount`.' },
    POINTS: { description: 'Points in hand, `currency.balance`. Money in wallets is ranked nowhere.' },
    INCOME: { description: 'Points ever received; `rank` has days and cities besides.' },
    CHECKIN_STREAK: {
      description: 'Days checked in without a gap, up to the last one, `extra.checkInStreak`.',
    },
    ANSWERS: { description: 'Answers given, `extra.answersCount`.' },
    LIKES: { description: 'Likes received, `extra.likesCount`.' },
  },
});

@ObjectType({ description: 'One entry of a ranking of users.' })
export class UserRankingEntry {
  @Field(() => Int, { description: 'The rank, from 1.' })
  position!: number;

  @Field(() => User, { description: 'The holder of the rank.' })
  user!: User;

  @Field(() => GraphQLSafeInt, { description: 'The counter that the rank was won by; never 0.' })
  count!: number;
}

@ObjectType({ description: 'A page of a ranking of users.' })
export class UserRanking {
  @OfPage()
  @Field(() => [UserRankingEntry], { description: 'The page, best first; ties by the id of the account.' })
  entries!: UserRankingEntry[];
}
