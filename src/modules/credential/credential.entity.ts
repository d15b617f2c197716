import { Entity, Index, OneToOne, Property } from '@mikro-orm/decorators/legacy';
import { createdAt } from '../../infra/database/columns.js';
import { onePerUser } from '../user/user.columns.js';
import { User } from '../user/user.entity.js';

/** The password of an account. An account without a row has none (third-party or code log-in only). */
@Entity({ tableName: 'credentials' })
@Index({
  name: 'credentials_sealed_index',
  expression:
    'create index "credentials_sealed_index" on "credentials" ("user_id") where "key_id" is not null',
})
@Index({
  name: 'credentials_bcrypt_index',
  expression: `create index "credentials_bcrypt_index" on "credentials" (substr("scheme", 12, 2)) where "scheme" like 'bcrypt:%'`,
})
export class Credential {
  @OneToOne(() => User, onePerUser)
  userId!: number;

  /**
   * argon2id in PHC form, over the peppered digest that {@link scheme} names. While {@link keyId} is set it is that
   * digest itself, encrypted.
   */
  @Property({ type: 'text' })
  passwordHash!: string;

  /**
   * The way from a password to the digest: `md5`, which is that of every password set here, or one that came with an
   * import: `md5-md5`, `md5-salt:SALT`, `bcrypt:$2y$COST$SALT`.
   */
  @Property({ type: 'text', default: 'md5' })
  scheme = 'md5';

  /** The key that encrypted the digest, until it is hashed; null once it is. */
  @Property({ type: 'string', length: 32, nullable: true })
  keyId: string | null = null;

  /** True as long as the password is the one that an import brought. */
  @Property({ type: 'boolean', default: false })
  imported = false;

  @Property({ ...createdAt })
  updatedAt!: Date;
}
