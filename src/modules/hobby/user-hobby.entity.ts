import { PrimaryKeyProp } from '@mikro-orm/core';
import { Entity, ManyToOne } from '@mikro-orm/decorators/legacy';
import { keyOnly } from '../../infra/database/columns.js';
import { userKey } from '../user/user.columns.js';
import { User } from '../user/user.entity.js';
import { Hobby } from './hobby.entity.js';

@Entity({ tableName: 'user_hobbies' })
export class UserHobby {
  [PrimaryKeyProp]?: ['userId', 'hobbyId'];

  @ManyToOne(() => User, { ...userKey, primary: true })
  userId!: number;

  @ManyToOne(() => Hobby, {
    ...keyOnly,
    primary: true,
    fieldName: 'hobby_id',
    deleteRule: 'cascade',
    index: true,
  })
  hobbyId!: number;
}
