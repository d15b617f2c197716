import { Check, Entity, Index, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { GraphQLLocalDate } from 'graphql-scalars';
import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { DeviceType } from '../../device-type.js';
import { calendarDate, createdAt, keyOnly, timestamp } from '../../infra/database/columns.js';
import { NO_ACCOUNT } from '../../numbers.js';
import { OwnedBy } from '../../schema/access.js';
import { AccountId } from '../../schema/account-ids.js';
import { City } from '../place/city.entity.js';
import { Community } from '../place/community.entity.js';
import { Image } from './image.entity.js';

export enum Sex {
  UNSPECIFIED = 0,
  MALE = 1,
  FEMALE = 2,
}
registerEnumType(Sex, {
  name: 'Sex',
  description: 'The sex a user has chosen to show.',
  valuesConfig: {
    UNSPECIFIED: { description: 'Not told.' },
    MALE: { description: 'Male.' },
    FEMALE: { description: 'Female.' },
  },
});

export enum UserStatus {
  ACTIVE = 1,
  DISABLED = 2,
  DELETED = 3,
}
registerEnumType(UserStatus, {
  name: 'UserStatus',
  description: 'Decides if the account can be used.',
  valuesConfig: {
    ACTIVE: { description: 'In use.' },
    DISABLED: { description: 'Disabled by an administrator: it cannot log in and is hidden from lists.' },
    DELETED: { description: 'Cancelled by its owner; its personal data is erased after a grace period.' },
  },
});

registerEnumType(DeviceType, {
  name: 'DeviceType',
  description: 'The kind of device a session was opened on.',
  valuesConfig: {
    UNKNOWN: { description: 'A browser, a server, or a device that did not say.' },
    IOS: { description: 'iPhone or iPad.' },
    ANDROID: { description: 'Android.' },
  },
});

/** Longest stored values, in characters; the source of each is the document that limits it. */
export const USER_LIMITS = { nickname: 64, bio: 191, location: 191 } as const;

/** A row of `users`, and the public face of an account. What only its owner may see has a field resolver. */
@OwnedBy((user: User) => user.id)
@ObjectType({ description: 'An account. Fields that belong to the owner alone are null for everybody else.' })
@Entity({ tableName: 'users' })
@Index({
  name: 'users_name_unique',
  expression: 'create unique index "users_name_unique" on "users" ((name_key("name") collate "C"))',
})
@Index({
  name: 'users_name_trgm',
  expression: 'create index "users_name_trgm" on "users" using gin (name_key("name") gin_trgm_ops)',
})
@Index({
  name: 'users_name_grams',
  expression: 'create index "users_name_grams" on "users" using gin (name_grams(name_key("name")))',
})
@Index({
  name: 'users_email_verified_unique',
  expression: 'create unique index "users_email_verified_unique" on "users" ("email") where "email_verified"',
})
@Index({ name: 'users_email_index', properties: ['email'] })
@Index({ name: 'users_city_index', properties: ['cityId', 'id'] })
@Index({ name: 'users_city_device_index', properties: ['cityId', 'lastDeviceType', 'id'] })
@Index({
  name: 'users_active_index',
  expression:
    'create index "users_active_index" on "users" ("last_active_at" desc, "id" desc) where "status" = 1',
})
@Index({
  name: 'users_recommended_index',
  expression:
    'create index "users_recommended_index" on "users" ("recommended_at" desc, "id" desc) where "recommended_at" is not null',
})
@Index({
  name: 'users_erasable_index',
  expression:
    'create index "users_erasable_index" on "users" ("deleted_at") where "deleted_at" is not null and "erased_at" is null',
})
@Index({
  name: 'users_invite_code_unique',
  expression:
    'create unique index "users_invite_code_unique" on "users" ("invite_code") where "invite_code" is not null',
})
// Deleting a picture looks for who shows it.
@Index({
  name: 'users_avatar_index',
  expression: 'create index "users_avatar_index" on "users" ("avatar_id") where "avatar_id" is not null',
})
@Index({
  name: 'users_background_index',
  expression:
    'create index "users_background_index" on "users" ("background_id") where "background_id" is not null',
})
@Check({ name: 'users_id_check', expression: `id < ${NO_ACCOUNT}` })
export class User {
  @AccountId()
  @Field(() => ID, {
    description: 'The id of the account; the same at every door that speaks no old ids.',
  })
  @PrimaryKey({ type: 'integer', autoincrement: true })
  id!: number;

  /** The name as it was chosen; compared by `name_key`, which is the same for every case and composition of its letters. */
  @Field(() => String, { description: 'The unique login name, compared without case.' })
  @Property({ columnType: 'text', type: 'string' })
  name!: string;

  /** Display name; null falls back to {@link name}. */
  @Property({ type: 'string', length: USER_LIMITS.nickname, nullable: true })
  nickname: string | null = null;

  /** Eleven digits, without a country prefix. */
  @Unique({ name: 'users_phone_unique' })
  @Property({ type: 'string', length: 11, nullable: true })
  phone: string | null = null;

  @Property({ columnType: 'citext', type: 'string', nullable: true })
  email: string | null = null;

  @Property({ type: 'boolean', default: false })
  emailVerified = false;

  @Field(() => Sex, { description: 'Sex, as the user gave it.' })
  @Property({ type: 'smallint', default: 0 })
  sex: Sex = Sex.UNSPECIFIED;

  @Field(() => GraphQLLocalDate, { nullable: true, description: 'Date of birth, or null when not given.' })
  @Property({ ...calendarDate })
  birthday: string | null = null;

  @Field(() => String, { nullable: true, description: 'A short text about oneself, at most 191 characters.' })
  @Property({ type: 'string', length: USER_LIMITS.bio, nullable: true })
  bio: string | null = null;

  @Field(() => String, {
    nullable: true,
    description: 'The home of the user, in free words such as "四川省 成都市"; at most 191 characters.',
  })
  @Property({ type: 'string', length: USER_LIMITS.location, nullable: true })
  location: string | null = null;

  /** The city of the community, else the one parsed from {@link location}. */
  @ManyToOne(() => City, { ...keyOnly, nullable: true, fieldName: 'city_id' })
  cityId: number | null = null;

  @ManyToOne(() => Community, {
    ...keyOnly,
    nullable: true,
    fieldName: 'community_id',
    deleteRule: 'set null',
  })
  communityId: number | null = null;

  @ManyToOne(() => Image, { ...keyOnly, nullable: true, fieldName: 'avatar_id', deleteRule: 'set null' })
  avatarId: string | null = null;

  /** The row of the avatar, read with the user. */
  avatar?: Image | null;

  /** A picture at a third party, shown until the user sets one here. */
  @Property({ type: 'string', length: 500, nullable: true })
  externalAvatarUrl: string | null = null;

  @ManyToOne(() => Image, { ...keyOnly, nullable: true, fieldName: 'background_id', deleteRule: 'set null' })
  backgroundId: string | null = null;

  @Field(() => UserStatus, { description: 'Decides if the account can be used.' })
  @Property({ type: 'smallint', default: 1 })
  status: UserStatus = UserStatus.ACTIVE;

  /** The account's abilities beyond its own affairs; `*` is all of them. */
  @Property({ type: 'string[]', columnType: 'text[]', defaultRaw: `'{}'` })
  abilities: string[] = [];

  /** The code that the account had in the system it comes from; null where it is the one of its number. */
  @Property({ type: 'string', length: 32, nullable: true })
  inviteCode: string | null = null;

  /** Device of the latest session (anlife 接口17). */
  @Property({ type: 'smallint', default: 0 })
  lastDeviceType: DeviceType = DeviceType.UNKNOWN;

  @Property({ ...createdAt })
  lastActiveAt!: Date;

  /** When all sessions of the account were last ended at once: tokens of another system from before are no good. */
  @Property({ ...timestamp, nullable: true })
  sessionsEndedAt: Date | null = null;

  @Property({ ...timestamp, nullable: true })
  recommendedAt: Date | null = null;

  @Property({ ...timestamp, nullable: true })
  deletedAt: Date | null = null;

  /** Set when a cancelled account's personal data was erased; the id stays, with all that is counted under it. */
  @Property({ ...timestamp, nullable: true })
  erasedAt: Date | null = null;

  @Field(() => Date, { description: 'When the account was created.' })
  @Property({ ...createdAt })
  createdAt!: Date;

  @Field(() => Date, { description: 'When the profile was last changed.' })
  @Property({ ...createdAt })
  updatedAt!: Date;
}

// The column that pictures have and cannot declare themselves.
ManyToOne(() => User, {
  ...keyOnly,
  nullable: true,
  fieldName: 'owner_id',
  deleteRule: 'set null',
  index: true,
})(Image.prototype, 'ownerId');
