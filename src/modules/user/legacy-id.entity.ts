import { BigIntType, PrimaryKeyProp } from '@mikro-orm/core';
import { Entity, Index, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import type { LegacySystem } from '../../door.js';
import { createdAt } from '../../infra/database/columns.js';
import { userKey } from './user.columns.js';
import { User } from './user.entity.js';

/** Longest id of another system, in characters. */
export const LEGACY_ID_MAX = 64;

/** The id by which an account is known in a system that it comes from: one for each account and system. */
@Entity({ tableName: 'legacy_ids' })
@Unique({ name: 'legacy_ids_system_user_unique', properties: ['system', 'userId'] })
@Index({
  name: 'legacy_ids_unnumbered_index',
  expression: 'create index "legacy_ids_unnumbered_index" on "legacy_ids" ("system") where "number" is null',
})
@Index({
  name: 'legacy_ids_number_index',
  expression: 'create index "legacy_ids_number_index" on "legacy_ids" ("number") where "number" is not null',
})
export class LegacyId {
  [PrimaryKeyProp]?: ['system', 'legacyId'];

  @PrimaryKey({ type: 'string', length: 8 })
  system!: LegacySystem;

  @PrimaryKey({ type: 'string', length: LEGACY_ID_MAX, collation: 'C' })
  legacyId!: string;

  /** The same as a number; null where it is no positive whole one below 2^53, written as numbers are. */
  @Property({ type: new BigIntType('number'), nullable: true })
  number: number | null = null;

  @ManyToOne(() => User, { ...userKey, index: true })
  userId!: number;

  /** True for a number that the account was given here because its own is somebody else's old id there. */
  @Property({ type: 'boolean', default: false })
  given = false;

  @Property({ ...createdAt })
  createdAt!: Date;
}
