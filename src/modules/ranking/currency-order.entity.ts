import { BigIntType } from '@mikro-orm/core';
import { Entity, Index, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { GraphQLSafeInt } from 'graphql-scalars';
import { Field, ID, ObjectType } from 'type-graphql';
import { createdAt } from '../../infra/database/columns.js';
import { AccountId } from '../../schema/account-ids.js';
import { userKey } from '../user/user.columns.js';
import { User } from '../user/user.entity.js';

@ObjectType({ description: 'One income of points, as it was booked.' })
@Entity({ tableName: 'currency_orders' })
@Index({ name: 'currency_orders_user_index', properties: ['userId', 'id'] })
export class CurrencyOrder {
  @Field(() => ID, { description: 'The id of the order.' })
  @PrimaryKey({ type: new BigIntType('number'), autoincrement: true })
  id!: number;

  @AccountId()
  @Field(() => ID, { description: 'The account that received the points.' })
  @ManyToOne(() => User, userKey)
  userId!: number;

  @Field(() => String, { description: 'The key it was recorded under; the same key books only once.' })
  @Unique({ name: 'currency_orders_key_unique' })
  @Property({ type: 'string', length: 100 })
  key!: string;

  @Field(() => GraphQLSafeInt, { description: 'Points received.' })
  @Property({ type: new BigIntType('number') })
  amount!: number;

  @Field(() => String, { description: 'The reason.' })
  @Property({ type: 'string', length: 100, default: '' })
  title = '';

  @Field(() => Date, { description: 'When it was booked.' })
  @Property({ ...createdAt })
  createdAt!: Date;
}
