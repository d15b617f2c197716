import { Entity, Index, OneToOne, Property } from '@mikro-orm/decorators/legacy';
import { Field, Int, ObjectType } from 'type-graphql';
import { createdAt, timestamp } from '../../infra/database/columns.js';
import { onePerUser } from './user.columns.js';
import { User } from './user.entity.js';

const count = { type: 'integer', default: 0 } as const;

/** The counters of a user (`plus.md`, 用户数据结构). A user without a row has done nothing yet. */
@ObjectType({ description: 'Counters of a user: done and received.' })
@Entity({ tableName: 'user_extras' })
// Rankings are read in these orders.
@Index({
  name: 'user_extras_followers_index',
  expression:
    'create index "user_extras_followers_index" on "user_extras" ("followers_count" desc, "user_id") where "followers_count" > 0',
})
@Index({
  name: 'user_extras_checkin_index',
  expression:
    'create index "user_extras_checkin_index" on "user_extras" ("last_checkin_count" desc, "user_id") where "last_checkin_count" > 0',
})
@Index({
  name: 'user_extras_answers_index',
  expression:
    'create index "user_extras_answers_index" on "user_extras" ("answers_count" desc, "user_id") where "answers_count" > 0',
})
@Index({
  name: 'user_extras_likes_index',
  expression:
    'create index "user_extras_likes_index" on "user_extras" ("likes_count" desc, "user_id") where "likes_count" > 0',
})
export class UserExtra {
  @OneToOne(() => User, onePerUser)
  userId!: number;

  @Field(() => Int, { description: 'Likes received.' })
  @Property({ ...count })
  likesCount = 0;

  @Field(() => Int, { description: 'Comments written.' })
  @Property({ ...count })
  commentsCount = 0;

  @Field(() => Int, { description: 'Users who follow this one.' })
  @Property({ ...count })
  followersCount = 0;

  @Field(() => Int, { description: 'Users this one follows.' })
  @Property({ ...count })
  followingsCount = 0;

  @Field(() => Int, { description: 'Points received for liked posts.' })
  @Property({ ...count })
  beRewardCount = 0;

  @Field(() => Int, { description: 'Questions asked.' })
  @Property({ ...count })
  questionsCount = 0;

  @Field(() => Int, { description: 'Answers given.' })
  @Property({ ...count })
  answersCount = 0;

  @Field(() => Int, { description: 'Posts published.' })
  @Property({ ...count })
  feedsCount = 0;

  @Field(() => Int, { description: 'Circles created.' })
  @Property({ ...count })
  feedTopicsCount = 0;

  @Field(() => Int, { description: 'Goods offered.' })
  @Property({ ...count })
  commoditiesCount = 0;

  @Field(() => Int, { description: 'Days checked in.' })
  @Property({ ...count })
  checkinCount = 0;

  @Field(() => Int, { description: 'Days checked in without a gap, up to the last one.' })
  @Property({ ...count })
  lastCheckinCount = 0;

  @Field(() => Date, { description: 'When a counter last changed.' })
  @Property({ ...createdAt })
  updatedAt!: Date;

  /** When the user last looked at who follows them; null before the first time. */
  @Property({ ...timestamp, nullable: true })
  followersSeenAt: Date | null = null;
}
