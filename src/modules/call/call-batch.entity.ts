import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { timestamp } from '../../infra/database/columns.js';

/** The last batch of counts that a process has written, so that one whose answer was lost is not counted twice. */
@Entity({ tableName: 'call_batches' })
export class CallBatch {
  /** A process, from its start to its end. */
  @PrimaryKey({ type: 'uuid' })
  instance!: string;

  @Property({ type: 'integer' })
  sequence!: number;

  @Property({ ...timestamp, defaultRaw: 'now()' })
  writtenAt!: Date;
}
