import { Entity, Index, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, ID, ObjectType } from 'type-graphql';
import { DeviceType } from '../../device-type.js';
import { createdAt, timestamp } from '../../infra/database/columns.js';
import { userKey } from '../user/user.columns.js';
import { User } from '../user/user.entity.js';

@ObjectType({ description: 'A log-in that is still good.' })
@Entity({ tableName: 'sessions' })
@Index({ name: 'sessions_user_source_index', properties: ['userId', 'source', 'createdAt'] })
@Index({
  name: 'sessions_ended_index',
  expression: 'create index "sessions_ended_index" on "sessions" (least("expires_at", "revoked_at"))',
})
export class Session {
  @Field(() => ID, { description: 'The id of the session, for `revokeSession`.' })
  @PrimaryKey({ type: 'integer', autoincrement: true })
  id!: number;

  @ManyToOne(() => User, userKey)
  userId!: number;

  /** SHA-256 of the token in hexadecimal; the token itself is never stored. */
  @Unique({ name: 'sessions_token_hash_unique' })
  @Property({ type: 'string', length: 64 })
  tokenHash!: string;

  @Field(() => DeviceType, { description: 'The kind of device it was opened on.' })
  @Property({ type: 'smallint', default: 0 })
  deviceType: DeviceType = DeviceType.UNKNOWN;

  @Field(() => String, { description: 'The IP address it was opened from.' })
  @Property({ type: 'string', length: 45 })
  ip!: string;

  /** The address as the guard counts sources: IPv6 by its /64. */
  @Property({ type: 'string', length: 64 })
  source!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The user agent it was opened with, cut at 255 characters.',
  })
  @Property({ type: 'string', length: 255, nullable: true })
  userAgent: string | null = null;

  @Field(() => Date, { description: 'When it was opened.' })
  @Property({ ...createdAt })
  createdAt!: Date;

  @Field(() => Date, { description: 'When it was last used, to the minute.' })
  @Property({ ...createdAt })
  lastSeenAt!: Date;

  @Field(() => Date, { description: 'When it expires.' })
  @Property({ ...timestamp })
  expiresAt!: Date;

  /** The session that a log-in opened and that became this one by renewals; null for one that a log-in opened. */
  @Property({ type: 'integer', nullable: true })
  originId: number | null = null;

  /** True where the token is another system's: the row stays until that expires, lest an import brings it back. */
  @Property({ type: 'boolean', default: false })
  imported = false;

  /** Set when it was ended before its time; kept so that known sources stay known for 30 days. */
  @Property({ ...timestamp, nullable: true })
  revokedAt: Date | null = null;
}
