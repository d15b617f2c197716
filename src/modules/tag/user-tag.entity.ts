import { PrimaryKeyProp } from '@mikro-orm/core';
import { Entity, Index, ManyToOne } from '@mikro-orm/decorators/legacy';
import { keyOnly } from '../../infra/database/columns.js';
import { userKey } from '../user/user.columns.js';
import { User } from '../user/user.entity.js';
import { Tag } from './tag.entity.js';

@Entity({ tableName: 'user_tags' })
@Index({ name: 'user_tags_tag_index', properties: ['tagId', 'userId'] })
export class UserTag {
  [PrimaryKeyProp]?: ['userId', 'tagId'];

  @ManyToOne(() => User, { ...userKey, primary: true })
  userId!: number;

  @ManyToOne(() => Tag, { ...keyOnly, primary: true, fieldName: 'tag_id', deleteRule: 'cascade' })
  tagId!: number;
}
