import { PrimaryKeyProp } from '@mikro-orm/core';
import { Entity, Index, ManyToOne, Property } from '@mikro-orm/decorators/legacy';
import { keyOnly, timestamp } from '../../infra/database/columns.js';
import { AccountEvent } from './account-event.entity.js';
import { Webhook } from './webhook.entity.js';

/** An event that a webhook has not got yet. Its states: docs/events.md. */
@Entity({ tableName: 'webhook_deliveries' })
@Index({
  name: 'webhook_deliveries_head_index',
  expression:
    'create index "webhook_deliveries_head_index" on "webhook_deliveries" ("webhook_id", "next_try_at") where "next_try_at" is not null',
})
@Index({
  name: 'webhook_deliveries_line_index',
  expression:
    'create index "webhook_deliveries_line_index" on "webhook_deliveries" ("webhook_id", "user_id", "event_id") where "parked_at" is null',
})
@Index({
  name: 'webhook_deliveries_parked_index',
  expression:
    'create index "webhook_deliveries_parked_index" on "webhook_deliveries" ("webhook_id", "event_id") where "parked_at" is not null',
})
export class WebhookDelivery {
  [PrimaryKeyProp]?: ['eventId', 'webhookId'];

  @ManyToOne(() => AccountEvent, { ...keyOnly, primary: true, fieldName: 'event_id', deleteRule: 'cascade' })
  eventId!: number;

  @ManyToOne(() => Webhook, { ...keyOnly, primary: true, fieldName: 'webhook_id', deleteRule: 'cascade' })
  webhookId!: number;

  /** The account of the event: it stands in a line with the others of the account. */
  @Property({ type: 'integer' })
  userId!: number;

  /** Tries that have begun; the number of the one that is under way. */
  @Property({ type: 'integer', default: 0 })
  attempts = 0;

  /** When it is due, at the head of its line; null behind it, and when it is parked. */
  @Property({ ...timestamp, nullable: true })
  nextTryAt: Date | null = null;

  /** A try that fails after this is the last one. */
  @Property({ ...timestamp })
  giveUpAt!: Date;

  /** When it was given up. */
  @Property({ ...timestamp, nullable: true })
  parkedAt: Date | null = null;

  /** Why the last try failed, in capitals. */
  @Property({ type: 'string', length: 40, nullable: true })
  lastError: string | null = null;
}
