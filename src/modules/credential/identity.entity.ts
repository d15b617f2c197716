import { Entity, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { createdAt, keyOnly } from '../../infra/database/columns.js';
import type { ProviderName } from '../../infra/oauth/port.js';
import { User } from '../user/user.entity.js';

/** A person at a third party who logs in to an account here. */
@Entity({ tableName: 'identities' })
@Unique({ name: 'identities_provider_subject_unique', properties: ['provider', 'subject'] })
export class Identity {
  @PrimaryKey({ type: 'integer', autoincrement: true })
  id!: number;

  @ManyToOne(() => User, { ...keyOnly, fieldName: 'user_id', deleteRule: 'cascade', index: true })
  userId!: number;

  @Property({ type: 'string', length: 16 })
  provider!: ProviderName;

  /** The provider's stable id of the person, with its namespace. */
  @Property({ type: 'string', length: 191 })
  subject!: string;

  @Property({ ...createdAt })
  createdAt!: Date;
}
