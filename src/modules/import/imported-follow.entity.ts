import { PrimaryKeyProp } from '@mikro-orm/core';
import { Entity, Index, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { LegacySystem } from '../../door.js';
import { keyOnly } from '../../infra/database/columns.js';
import { LEGACY_ID_MAX } from '../user/legacy-id.entity.js';
import { User } from '../user/user.entity.js';

/** A follow of somebody who has not come yet: it waits until they do. */
@Entity({ tableName: 'imported_follows' })
@Index({ name: 'imported_follows_legacy_id_index', properties: ['system', 'legacyId'] })
export class ImportedFollow {
  [PrimaryKeyProp]?: ['followerId', 'system', 'legacyId'];

  @ManyToOne(() => User, { ...keyOnly, primary: true, fieldName: 'follower_id', deleteRule: 'cascade' })
  followerId!: number;

  @PrimaryKey({ type: 'string', length: 8 })
  system!: LegacySystem;

  /** The old id of the one who is followed. */
  @Property({ type: 'string', length: LEGACY_ID_MAX, collation: 'C', primary: true })
  legacyId!: string;
}
