import { Collection, type Rel } from '@mikro-orm/core';
import {
  Entity,
  ManyToMany,
  ManyToOne,
  OneToMany,
  OneToOne,
  PrimaryKey,
  Property,
} from '@mikro-orm/decorators/legacy';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import {
  City,
  Hobby,
  Image,
  Sex,
  UserStatus,
  VerificationState,
  VerificationType,
} from './plain.references.js';

/** Entities over the gateway's tables, each at once a type of the schema, as both libraries' documentation shows. */

@ObjectType()
@Entity({ tableName: 'users' })
export class User {
  @Field(() => ID)
  @PrimaryKey({ type: 'integer' })
  id!: number;

  @Field()
  @Property({ type: 'string' })
  name!: string;

  @Property({ type: 'string', nullable: true })
  nickname!: string | null;

  @Field(() => Sex)
  @Property({ type: 'smallint' })
  sex!: Sex;

  @Field(() => String, { nullable: true })
  @Property({ type: 'date', nullable: true })
  birthday!: string | null;

  @Field(() => String, { nullable: true })
  @Property({ type: 'string', nullable: true })
  bio!: string | null;

  @Field(() => String, { nullable: true })
  @Property({ type: 'string', nullable: true })
  location!: string | null;

  @Field(() => UserStatus)
  @Property({ type: 'smallint' })
  status!: UserStatus;

  @Property({ type: 'string', nullable: true })
  phone!: string | null;

  @Property({ type: 'string', nullable: true })
  email!: string | null;

  @Field()
  @Property({ type: Date, columnType: 'timestamptz' })
  createdAt!: Date;

  @Field(() => Image, { nullable: true })
  @ManyToOne(() => Image, { nullable: true })
  avatar!: Image | null;

  @Field(() => City, { nullable: true })
  @ManyToOne(() => City, { nullable: true })
  city!: City | null;

  @ManyToMany(() => Hobby, undefined, {
    pivotTable: 'user_hobbies',
    joinColumn: 'user_id',
    inverseJoinColumn: 'hobby_id',
    orderBy: { id: 'asc' },
  })
  hobbies = new Collection<Hobby>(this);

  @Field(() => Verification, { nullable: true })
  @OneToOne(
    () => Verification,
    (verification) => verification.user,
    { nullable: true },
  )
  verification!: Rel<Verification> | null;

  @Field(() => UserExtra)
  @OneToOne(
    () => UserExtra,
    (extra) => extra.user,
  )
  extra!: Rel<UserExtra>;

  @OneToMany(
    () => Address,
    (address) => address.user,
    { orderBy: { id: 'desc' } },
  )
  addresses = new Collection<Address>(this);
}

@ObjectType()
@Entity({ tableName: 'verifications' })
export class Verification {
  @OneToOne(() => User, { primary: true, owner: true })
  user!: User;

  @Field(() => VerificationType)
  @Property({ type: 'string' })
  type!: VerificationType;

  @Field(() => VerificationState)
  @Property({ type: 'smallint' })
  state!: VerificationState;

  @Field(() => String, { name: 'desc', nullable: true })
  @Property({ type: 'string', nullable: true })
  description!: string | null;
}

@ObjectType()
@Entity({ tableName: 'user_extras' })
export class UserExtra {
  @OneToOne(() => User, { primary: true, owner: true })
  user!: User;

  @Field(() => Int)
  @Property({ type: 'integer' })
  likesCount!: number;

  @Field(() => Int)
  @Property({ type: 'integer' })
  followersCount!: number;

  @Field(() => Int)
  @Property({ type: 'integer' })
  followingsCount!: number;

  @Field(() => Int)
  @Property({ type: 'integer' })
  feedsCount!: number;
}

@ObjectType()
@Entity({ tableName: 'addresses' })
export class Address {
  @Field(() => ID)
  @PrimaryKey({ type: 'integer' })
  id!: number;

  @ManyToOne(() => User)
  user!: User;

  @Field(() => String, { nullable: true })
  @Property({ type: 'string', nullable: true })
  alias!: string | null;

  @Field()
  @Property({ type: 'string' })
  name!: string;

  @Field()
  @Property({ type: 'string' })
  phone!: string;

  @Field(() => String, { nullable: true })
  @Property({ type: 'string', nullable: true })
  province!: string | null;

  @Field(() => String, { nullable: true })
  @Property({ type: 'string', nullable: true })
  city!: string | null;

  @Field(() => String, { nullable: true })
  @Property({ type: 'string', nullable: true })
  county!: string | null;

  @Field()
  @Property({ type: 'string' })
  detail!: string;

  @Field(() => String, { nullable: true })
  @Property({ type: 'string', nullable: true })
  postcode!: string | null;

  @Field()
  @Property({ type: 'boolean' })
  isDefault!: boolean;

  @Field()
  @Property({ type: Date, columnType: 'timestamptz' })
  createdAt!: Date;

  @Field()
  @Property({ type: Date, columnType: 'timestamptz' })
  updatedAt!: Date;
}

/** A user is active while its status says so. */
@Entity({ tableName: 'sessions' })
export class Session {
  @PrimaryKey({ type: 'integer' })
  id!: number;

  @ManyToOne(() => User)
  user!: User;

  @Property({ type: 'string' })
  tokenHash!: string;

  @Property({ type: Date, columnType: 'timestamptz' })
  expiresAt!: Date;

  @Property({ type: Date, columnType: 'timestamptz', nullable: true })
  revokedAt!: Date | null;
}

@Entity({ tableName: 'currencies' })
export class Currency {
  @OneToOne(() => User, { primary: true, owner: true })
  user!: User;

  @Property({ type: 'bigint' })
  totalIncome!: string;
}
