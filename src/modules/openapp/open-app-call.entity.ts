import { Entity, Index, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { createdAt, keyOnly } from '../../infra/database/columns.js';
import { userKey } from '../user/user.columns.js';
import { User } from '../user/user.entity.js';
import { OpenApp } from './open-app.entity.js';

/** A registration that an app has signed, so that the same request a second time creates nothing. */
@Entity({ tableName: 'open_app_calls' })
@Index({ name: 'open_app_calls_created_index', properties: ['createdAt'] })
export class OpenAppCall {
  @ManyToOne(() => OpenApp, { ...keyOnly, primary: true, fieldName: 'app_id', deleteRule: 'cascade' })
  appId!: number;

  /** The signature, lower-case hexadecimal. */
  @PrimaryKey({ type: 'string', length: 32 })
  signature!: string;

  /** The account it created; null until it has. */
  @ManyToOne(() => User, { ...userKey, nullable: true })
  userId: number | null = null;

  @Property({ ...createdAt })
  createdAt!: Date;
}
