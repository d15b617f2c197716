import { Entity, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';

/** What users refer to; see plain.entities.ts. */

export enum Sex {
  UNSPECIFIED = 0,
  MALE = 1,
  FEMALE = 2,
}
export enum UserStatus {
  ACTIVE = 1,
  DISABLED = 2,
  DELETED = 3,
}
export enum VerificationState {
  PENDING = -1,
  REFUSED = 0,
  PASSED = 1,
}
export enum VerificationType {
  USER = 'user',
  ORG = 'org',
}
registerEnumType(Sex, { name: 'Sex' });
registerEnumType(UserStatus, { name: 'UserStatus' });
registerEnumType(VerificationState, { name: 'VerificationState' });
registerEnumType(VerificationType, { name: 'VerificationType' });

@ObjectType()
@Entity({ tableName: 'images' })
export class Image {
  @Field(() => ID)
  @PrimaryKey({ type: 'string' })
  id!: string;

  @Property({ type: 'string' })
  key!: string;

  @Field()
  @Property({ type: 'string' })
  mime!: string;

  @Field(() => Int)
  @Property({ type: 'integer' })
  width!: number;

  @Field(() => Int)
  @Property({ type: 'integer' })
  height!: number;
}

@Entity({ tableName: 'provinces' })
export class Province {
  @PrimaryKey({ type: 'integer' })
  id!: number;

  @Property({ type: 'string' })
  name!: string;
}

@ObjectType()
@Entity({ tableName: 'cities' })
export class City {
  @Field(() => ID)
  @PrimaryKey({ type: 'integer' })
  id!: number;

  @Field()
  @Property({ type: 'string' })
  name!: string;

  @ManyToOne(() => Province)
  province!: Province;
}

@ObjectType()
@Entity({ tableName: 'hobbies' })
export class Hobby {
  @Field(() => ID)
  @PrimaryKey({ type: 'integer' })
  id!: number;

  @Field()
  @Property({ type: 'string' })
  name!: string;
}
