import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { createdAt, timestamp } from '../../infra/database/columns.js';

/** An application that may call the signed open API, and ask whose a token is. */
@Entity({ tableName: 'open_apps' })
export class OpenApp {
  @PrimaryKey({ type: 'integer', autoincrement: true })
  id!: number;

  @Property({ type: 'string', length: 100, default: '' })
  name = '';

  /** Names the key that encrypted the secret. */
  @Property({ type: 'string', length: 32 })
  keyId!: string;

  @Property({ type: 'text' })
  encryptedSecret!: string;

  /** CIDR ranges it may call from; empty allows any. */
  @Property({ type: 'string[]', columnType: 'text[]', defaultRaw: `'{}'` })
  allowedIps: string[] = [];

  @Property({ ...timestamp, nullable: true })
  disabledAt: Date | null = null;

  @Property({ ...createdAt })
  createdAt!: Date;
}
