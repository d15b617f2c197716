import { Entity, OneToOne, Property } from '@mikro-orm/decorators/legacy';
import { Field, ObjectType } from 'type-graphql';
import { timestamp } from '../../infra/database/columns.js';
import { onePerUser } from '../user/user.columns.js';
import { User } from '../user/user.entity.js';

@ObjectType({ description: 'A membership that is still running.' })
@Entity({ tableName: 'vips' })
export class Vip {
  @OneToOne(() => User, onePerUser)
  userId!: number;

  @Field(() => String, { description: 'Its level, such as middle.' })
  @Property({ type: 'string', length: 32 })
  level!: string;

  @Field(() => String, { description: 'Its name, such as 钻石会员.' })
  @Property({ type: 'string', length: 64 })
  name!: string;

  @Field(() => Date, { description: 'When it ends.' })
  @Property({ ...timestamp })
  endTime!: Date;
}
