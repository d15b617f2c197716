import { PrimaryKeyProp } from '@mikro-orm/core';
import { Check, Entity, Index, ManyToOne, Property } from '@mikro-orm/decorators/legacy';
import { createdAt, keyOnly } from '../../infra/database/columns.js';
import { User } from '../user/user.entity.js';

@Entity({ tableName: 'follows' })
@Index({
  name: 'follows_followers_index',
  expression:
    'create index "follows_followers_index" on "follows" ("followee_id", "created_at" desc, "follower_id" desc)',
})
@Index({
  name: 'follows_followings_index',
  expression:
    'create index "follows_followings_index" on "follows" ("follower_id", "created_at" desc, "followee_id" desc)',
})
@Check({ name: 'follows_not_self', expression: '"follower_id" <> "followee_id"' })
export class Follow {
  [PrimaryKeyProp]?: ['followerId', 'followeeId'];

  @ManyToOne(() => User, { ...keyOnly, primary: true, fieldName: 'follower_id', deleteRule: 'cascade' })
  followerId!: number;

  @ManyToOne(() => User, { ...keyOnly, primary: true, fieldName: 'followee_id', deleteRule: 'cascade' })
  followeeId!: number;

  @Property({ ...createdAt })
  createdAt!: Date;
}
