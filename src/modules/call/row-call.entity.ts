import { PrimaryKeyProp } from '@mikro-orm/core';
import { Entity, Index, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { CallOutcome, LegacySystem, RowKey } from '../../door.js';
import { bigCount, timestamp } from '../../infra/database/columns.js';
import { CLIENT_MAX } from './client-version.js';

/** Calls of one row on one day (UTC), by client version and outcome. */
@Entity({ tableName: 'row_calls' })
@Index({ name: 'row_calls_day_index', properties: ['day'] })
export class RowCall implements RowKey {
  [PrimaryKeyProp]?: ['door', 'endpoint', 'day', 'client', 'outcome'];

  @PrimaryKey({ type: 'string', length: 8 })
  door!: LegacySystem;

  @PrimaryKey({ type: 'string', length: 255, collation: 'C' })
  endpoint!: string;

  @PrimaryKey({ type: 'date' })
  day!: string;

  /** App and version (`client-version.ts`); never a whole User-Agent. */
  @PrimaryKey({ type: 'string', length: CLIENT_MAX, collation: 'C' })
  client!: string;

  @PrimaryKey({ type: 'string', length: 8 })
  outcome!: CallOutcome;

  @Property({ ...bigCount })
  calls = 0;

  @Property({ ...timestamp })
  lastAt!: Date;
}
