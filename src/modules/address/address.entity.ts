import { Entity, Index, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, ID, ObjectType } from 'type-graphql';
import { createdAt } from '../../infra/database/columns.js';
import { AccountId } from '../../schema/account-ids.js';
import { userKey } from '../user/user.columns.js';
import { User } from '../user/user.entity.js';

@ObjectType({ description: 'A delivery address of the caller.' })
@Entity({ tableName: 'addresses' })
@Index({ name: 'addresses_user_index', properties: ['userId', 'id'] })
@Index({
  name: 'addresses_default_unique',
  expression: 'create unique index "addresses_default_unique" on "addresses" ("user_id") where "is_default"',
})
export class Address {
  @Field(() => ID, { description: 'The number of the address.' })
  @PrimaryKey({ type: 'integer', autoincrement: true })
  id!: number;

  @AccountId()
  @Field(() => ID, { description: 'The account it belongs to.' })
  @ManyToOne(() => User, userKey)
  userId!: number;

  @Field(() => String, { nullable: true, description: "The owner's name for it, such as 公司." })
  @Property({ type: 'string', length: 24, nullable: true })
  alias: string | null = null;

  @Field(() => String, { description: 'The receiver.' })
  @Property({ type: 'string', length: 24 })
  name!: string;

  @Field(() => String, { description: 'Phone of the receiver, eleven digits.' })
  @Property({ type: 'string', length: 11 })
  phone!: string;

  @Field(() => String, { nullable: true, description: 'Province.' })
  @Property({ type: 'string', length: 32, nullable: true })
  province: string | null = null;

  @Field(() => String, { nullable: true, description: 'City.' })
  @Property({ type: 'string', length: 32, nullable: true })
  city: string | null = null;

  @Field(() => String, { nullable: true, description: 'County or district.' })
  @Property({ type: 'string', length: 32, nullable: true })
  county: string | null = null;

  @Field(() => String, { description: 'Street, house and door.' })
  @Property({ type: 'string', length: 160 })
  detail!: string;

  @Field(() => String, { nullable: true, description: 'Postcode, six digits.' })
  @Property({ type: 'string', length: 6, nullable: true })
  postcode: string | null = null;

  @Field(() => Boolean, { description: 'True for the default; an account has at most one.' })
  @Property({ type: 'boolean', default: false })
  isDefault = false;

  @Field(() => Date, { description: 'When it was created.' })
  @Property({ ...createdAt })
  createdAt!: Date;

  @Field(() => Date, { description: 'When it was last changed.' })
  @Property({ ...createdAt })
  updatedAt!: Date;
}
