import { BigIntType, PrimaryKeyProp } from '@mikro-orm/core';
import { Entity, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { LegacySystem } from '../../door.js';
import { LEGACY_ID_MAX } from '../user/legacy-id.entity.js';
import { userKey } from '../user/user.columns.js';
import { User } from '../user/user.entity.js';

/** What the last import has seen of a record, so that the next one can tell what has changed, there and here. */
@Entity({ tableName: 'imported_records' })
export class ImportedRecord {
  [PrimaryKeyProp]?: ['system', 'legacyId'];

  @PrimaryKey({ type: 'string', length: 8 })
  system!: LegacySystem;

  @PrimaryKey({ type: 'string', length: LEGACY_ID_MAX, collation: 'C' })
  legacyId!: string;

  @ManyToOne(() => User, { ...userKey, index: true })
  userId!: number;

  /** The run that has seen it last. */
  @Property({ type: new BigIntType('number') })
  run!: number;

  /** A keyed hash of all of it. */
  @Property({ type: 'string', length: 43 })
  digest!: string;

  /** A keyed hash of each field: no value can be guessed from it without the key. */
  @Property({ type: 'json' })
  fields!: Record<string, string>;
}
