import { Entity, OneToOne, Property } from '@mikro-orm/decorators/legacy';
import { createdAt } from '../../infra/database/columns.js';
import { onePerUser } from '../user/user.columns.js';
import { User } from '../user/user.entity.js';

/** The password of an account. An account without a row has none (third-party or code log-in only). */
@Entity({ tableName: 'credentials' })
export class Credential {
  @OneToOne(() => User, onePerUser)
  userId!: number;

  /** argon2id in PHC form, over the peppered MD5. */
  @Property({ type: 'text' })
  passwordHash!: string;

  @Property({ ...createdAt })
  updatedAt!: Date;
}
