import { Entity, Index, OneToOne, Property } from '@mikro-orm/decorators/legacy';
import { Field, Int, ObjectType } from 'type-graphql';
import { createdAt, timestamp } from '../../infra/database/columns.js';
import { Renamed } from '../../schema/deprecated.js';
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

  @Renamed(
    () => Int,
    { name: 'rewardPoints', was: 'beRewardCount' },
    { description: 'Points received for liked posts.' },
  )
  @Property({ ...count, fieldName: 'be_reward_count' })
  rewardPoints = 0;

  @Field(() => Int, { description: 'Questions asked.' })
  @Property({ ...count })
  questionsCount = 0;

  @Field(() => Int, { description: 'Answers given.' })
  @Property({ ...count })
  answersCount = 0;

  @Renamed(() => Int, { name: 'postsCount', was: 'feedsCount' }, { description: 'Posts published.' })
  @Property({ ...count, fieldName: 'feeds_count' })
  postsCount = 0;

  @Renamed(() => Int, { name: 'circlesCount', was: 'feedTopicsCount' }, { description: 'Circles created.' })
  @Property({ ...count, fieldName: 'feed_topics_count' })
  circlesCount = 0;

  @Renamed(() => Int, { name: 'goodsCount', was: 'commoditiesCount' }, { description: 'Goods offered.' })
  @Property({ ...count, fieldName: 'commodities_count' })
  goodsCount = 0;

  @Renamed(() => Int, { name: 'checkInDays', was: 'checkinCount' }, { description: 'Days checked in.' })
  @Property({ ...count, fieldName: 'checkin_count' })
  checkInDays = 0;

  @Renamed(
    () => Int,
    { name: 'checkInStreak', was: 'lastCheckinCount' },
    { description: 'Days checked in without a gap, up to the last one.' },
  )
  @Property({ ...count, fieldName: 'last_checkin_count' })
  checkInStreak = 0;

  @Field(() => Date, { description: 'When a counter last changed.' })
  @Property({ ...createdAt })
  updatedAt!: Date;

  /** When the user last looked at who follows them; null before the first time. */
  @Property({ ...timestamp, nullable: true })
  followersSeenAt: Date | null = null;
}
