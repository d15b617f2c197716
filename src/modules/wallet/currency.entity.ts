import { Entity, Index, OneToOne, Property } from '@mikro-orm/decorators/legacy';
import { GraphQLSafeInt } from 'graphql-scalars';
import { ObjectType } from 'type-graphql';
import { bigCount } from '../../infra/database/columns.js';
import { Renamed } from '../../schema/deprecated.js';
import { onePerUser } from '../user/user.columns.js';
import { User } from '../user/user.entity.js';

@ObjectType({ description: 'The points of an account.' })
@Entity({ tableName: 'currencies' })
@Index({
  name: 'currencies_sum_index',
  expression: 'create index "currencies_sum_index" on "currencies" ("sum" desc, "user_id") where "sum" > 0',
})
@Index({
  name: 'currencies_total_income_index',
  expression:
    'create index "currencies_total_income_index" on "currencies" ("total_income" desc, "user_id") where "total_income" > 0',
})
export class Currency {
  @OneToOne(() => User, onePerUser)
  userId!: number;

  @Renamed(() => GraphQLSafeInt, { name: 'balance', was: 'sum' }, { description: 'Points in hand.' })
  @Property({ ...bigCount })
  sum = 0;

  /** Points ever received, which is what the ranking of all time reads. */
  @Property({ ...bigCount })
  totalIncome = 0;
}
