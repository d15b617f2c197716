import { PrimaryKeyProp } from '@mikro-orm/core';
import { Check, Entity, Index, ManyToOne, Property } from '@mikro-orm/decorators/legacy';
import { createdAt, keyOnly } from '../../infra/database/columns.js';
import { User } from '../user/user.entity.js';

/** One user has blocked another: neither follows the other as long as it lasts. */
@Entity({ tableName: 'blocks' })
@Index({ name: 'blocks_blocked_index', properties: ['blockedId', 'blockerId'] })
@Index({ name: 'blocks_latest_index', properties: ['blockerId', 'createdAt', 'blockedId'] })
@Check({ name: 'blocks_not_self', expression: '"blocker_id" <> "blocked_id"' })
export class Block {
  [PrimaryKeyProp]?: ['blockerId', 'blockedId'];

  @ManyToOne(() => User, { ...keyOnly, primary: true, fieldName: 'blocker_id', deleteRule: 'cascade' })
  blockerId!: number;

  @ManyToOne(() => User, { ...keyOnly, primary: true, fieldName: 'blocked_id', deleteRule: 'cascade' })
  blockedId!: number;

  @Property({ ...createdAt })
  createdAt!: Date;
}
