import { BigIntType } from '@mikro-orm/core';
import { Entity, Index, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { timestamp } from '../../infra/database/columns.js';
import { userKey } from '../user/user.columns.js';
import { User } from '../user/user.entity.js';
import type { EventType } from './event.types.js';

/** What happened to an account; written by triggers of the tables, in the transaction of the change. */
@Entity({ tableName: 'account_events' })
@Index({ name: 'account_events_user_index', properties: ['userId', 'transaction', 'type'] })
@Index({ name: 'account_events_created_index', properties: ['createdAt'] })
@Index({
  name: 'account_events_fresh_index',
  expression: 'create index "account_events_fresh_index" on "account_events" ("id") where not "dispatched"',
})
export class AccountEvent {
  /** Later ones of an account are higher. Numbers are given before they are committed, in any order of accounts. */
  @PrimaryKey({ type: new BigIntType('number'), autoincrement: true })
  id!: number;

  @ManyToOne(() => User, userKey)
  userId!: number;

  @Property({ type: 'string', length: 32 })
  type!: EventType;

  /** Ids, and the names of what changed. */
  @Property({ type: 'json', columnType: 'jsonb' })
  data!: Record<string, unknown>;

  /** What only private webhooks are told; null where there is none, and once the account is erased. */
  @Property({ type: 'json', columnType: 'jsonb', nullable: true })
  private: Record<string, unknown> | null = null;

  @Property({ type: 'string', columnType: 'xid8', defaultRaw: 'pg_current_xact_id()' })
  transaction!: string;

  /** True once each webhook that wants it has a delivery. */
  @Property({ type: 'boolean', default: false })
  dispatched = false;

  /** By the clock, not by the transaction. */
  @Property({ ...timestamp, defaultRaw: 'clock_timestamp()' })
  createdAt!: Date;
}
