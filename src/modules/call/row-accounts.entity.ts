import { PrimaryKeyProp } from '@mikro-orm/core';
import { Entity, Index, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { LegacySystem, RowKey } from '../../door.js';

/** How many accounts called a row on one day (UTC): their number is kept, not who they are. */
@Entity({ tableName: 'row_accounts' })
@Index({ name: 'row_accounts_day_index', properties: ['day'] })
export class RowAccounts implements RowKey {
  [PrimaryKeyProp]?: ['door', 'endpoint', 'day'];

  @PrimaryKey({ type: 'string', length: 8 })
  door!: LegacySystem;

  @PrimaryKey({ type: 'string', length: 255, collation: 'C' })
  endpoint!: string;

  @PrimaryKey({ type: 'date' })
  day!: string;

  /** Of a HyperLogLog. */
  @Property({ type: 'blob' })
  registers!: Uint8Array;
}
