import { PrimaryKeyProp } from '@mikro-orm/core';
import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { LegacySystem, RowKey } from '../../door.js';
import { bigCount, timestamp } from '../../infra/database/columns.js';

/** What became of the requests of one row that were to be asked of the other side as well. */
@Entity({ tableName: 'shadow_rows' })
export class ShadowRow implements RowKey {
  [PrimaryKeyProp]?: ['door', 'endpoint'];

  @PrimaryKey({ type: 'string', length: 8 })
  door!: LegacySystem;

  @PrimaryKey({ type: 'string', length: 255, collation: 'C' })
  endpoint!: string;

  @Property({ ...bigCount })
  same = 0;

  @Property({ ...bigCount })
  different = 0;

  @Property({ ...bigCount })
  failed = 0;

  @Property({ ...bigCount })
  skipped = 0;

  @Property({ ...bigCount })
  stopped = 0;

  @Property({ ...timestamp })
  lastAt!: Date;

  /** When the other side was last left alone, for being slow or failing. */
  @Property({ ...timestamp, nullable: true })
  stoppedAt: Date | null = null;
}
