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
  expression:
    'create index "sessions_ended_index" on "sessions" (coalesce("token_expires_at", least("expires_at", "revoked_at")))',
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

  @Field(() => String, {
    nullable: true,
    description: 'The IP address it was opened from; null where another system opened it.',
  })
  @Property({ type: 'string', length: 45, nullable: true })
  ip: string | null = null;

  /**
   * The address as the guard counts sources: IPv6 by its /64. Null where no log-in here opened the session: nobody has
   * proven anything from there.
   */
  @Property({ type: 'string', length: 64, nullable: true })
  source: string | null = null;

  @Field(() => String, {
    nullable: true,
    description: 'The user agent it was opened with, cut at 255 characters.',
  })
  @Property({ type: 'string', length: 255, nullable: true })
  userAgent: string | null = null;

  @Field(() => Date, { description: 'When it was opened here, or came from another system.' })
  @Property({ ...createdAt })
  createdAt!: Date;

  @Field(() => Date, {
    description: 'When it was last used, to the minute; at first, when it was opened or came.',
  })
  @Property({ ...createdAt })
  lastSeenAt!: Date;

  @Field(() => Date, { description: 'When it expires.' })
  @Property({ ...timestamp })
  expiresAt!: Date;

  /** The session that a log-in opened and that became this one by renewals; null for one that a log-in opened. */
  @Property({ type: 'integer', nullable: true })
  originId: number | null = null;

  /** True where the token is another system's. */
  @Property({ type: 'boolean', default: false })
  imported = false;

  /**
   * When a token of another system expires by itself, which may be later than {@link expiresAt}. The row stays until
   * then, ended or not: without it the same token would come back.
   */
  @Property({ ...timestamp, nullable: true })
  tokenExpiresAt: Date | null = null;

  /** Set when it was ended before its time; kept so that known sources stay known for 30 days. */
  @Property({ ...timestamp, nullable: true })
  revokedAt: Date | null = null;
}
