import { PrimaryKeyProp } from '@mikro-orm/core';
import { Entity, Index, ManyToOne, Property } from '@mikro-orm/decorators/legacy';
import { bigCount } from '../../infra/database/columns.js';
import { userKey } from '../user/user.columns.js';
import { User } from '../user/user.entity.js';

/** Income per user and day (Asia/Shanghai): what the ranking reads instead of the orders. */
@Entity({ tableName: 'daily_incomes' })
@Index({
  name: 'daily_incomes_day_index',
  expression:
    'create index "daily_incomes_day_index" on "daily_incomes" ("day", "user_id") include ("amount")',
})
export class DailyIncome {
  [PrimaryKeyProp]?: ['userId', 'day'];

  @ManyToOne(() => User, { ...userKey, primary: true })
  userId!: number;

  @Property({ type: 'date', primary: true })
  day!: string;

  @Property({ ...bigCount })
  amount = 0;
}
