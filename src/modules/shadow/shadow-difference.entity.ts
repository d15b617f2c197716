import { Entity, Index, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { LegacySystem, RowKey } from '../../door.js';
import { timestamp } from '../../infra/database/columns.js';

/** One place at which two answers differ; the values are as they may be shown. */
export interface KeptDifference {
  path: string;
  what: string;
  left: string;
  right: string;
}

/** One of the last requests of a row whose answers differed. */
@Entity({ tableName: 'shadow_differences' })
@Index({ name: 'shadow_differences_row_index', properties: ['door', 'endpoint', 'id'] })
export class ShadowDifference implements RowKey {
  @PrimaryKey({ type: 'bigint', autoincrement: true })
  id!: string;

  @Property({ type: 'string', length: 8 })
  door!: LegacySystem;

  @Property({ type: 'string', length: 255, collation: 'C' })
  endpoint!: string;

  @Property({ ...timestamp })
  at!: Date;

  @Property({ type: 'json', columnType: 'jsonb' })
  differences!: KeptDifference[];
}
