import { BigIntType } from '@mikro-orm/core';
import { Entity, Index, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { LegacySystem } from '../../door.js';
import { timestamp } from '../../infra/database/columns.js';

/** A system that accounts were imported from, and its last run. */
@Entity({ tableName: 'import_systems' })
@Index({
  name: 'import_systems_keeps_ids_unique',
  expression:
    'create unique index "import_systems_keeps_ids_unique" on "import_systems" ("keeps_ids") where "keeps_ids"',
})
export class ImportSystem {
  @PrimaryKey({ type: 'string', length: 8, autoincrement: false })
  system!: LegacySystem;

  /** True where accounts have the number that they had there; of one system at most. */
  @Property({ type: 'boolean', default: false })
  keepsIds = false;

  /** The number of the last run: records that it has seen carry it. */
  @Property({ type: new BigIntType('number'), default: 0 })
  run = 0;

  @Property({ ...timestamp, nullable: true })
  startedAt: Date | null = null;

  /** Null while it runs, and when it was cut. */
  @Property({ ...timestamp, nullable: true })
  finishedAt: Date | null = null;

  /** What it came to, once it has finished. */
  @Property({ type: 'json', nullable: true })
  counts: Record<string, number> | null = null;
}
