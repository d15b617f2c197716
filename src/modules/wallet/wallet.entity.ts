import { Entity, OneToOne, Property } from '@mikro-orm/decorators/legacy';
import { GraphQLSafeInt } from 'graphql-scalars';
import { Field, ObjectType } from 'type-graphql';
import { bigCount } from '../../infra/database/columns.js';
import { onePerUser } from '../user/user.columns.js';
import { User } from '../user/user.entity.js';

@ObjectType({ description: 'The money of an account, in fen (1/100 yuan).' })
@Entity({ tableName: 'wallets' })
export class Wallet {
  @OneToOne(() => User, onePerUser)
  userId!: number;

  @Field(() => GraphQLSafeInt, { description: 'Money in hand.' })
  @Property({ ...bigCount })
  balance = 0;

  @Field(() => GraphQLSafeInt, { description: 'All that ever came in.' })
  @Property({ ...bigCount })
  totalIncome = 0;

  @Field(() => GraphQLSafeInt, { description: 'All that ever went out.' })
  @Property({ ...bigCount })
  totalExpenses = 0;
}
