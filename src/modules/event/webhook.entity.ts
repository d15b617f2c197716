import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { createdAt, timestamp } from '../../infra/database/columns.js';

/** A server that is told what happens to accounts. */
@Entity({ tableName: 'webhooks' })
export class Webhook {
  @PrimaryKey({ type: 'integer', autoincrement: true })
  id!: number;

  @Property({ type: 'text' })
  url!: string;

  /** Types of events, and beginnings of them with a `*`. */
  @Property({ type: 'string[]', columnType: 'text[]' })
  types!: string[];

  /** True where it is told phones and e-mail addresses. */
  @Property({ type: 'boolean', default: false })
  private = false;

  /** Names the key that encrypted both secrets. */
  @Property({ type: 'string', length: 32 })
  keyId!: string;

  @Property({ type: 'text' })
  encryptedSecret!: string;

  /** The secret before, which signs beside the other one until {@link oldSecretUntil}. */
  @Property({ type: 'text', nullable: true })
  encryptedOldSecret: string | null = null;

  @Property({ ...timestamp, nullable: true })
  oldSecretUntil: Date | null = null;

  @Property({ ...createdAt })
  createdAt!: Date;
}
