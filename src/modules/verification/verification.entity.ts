import { Entity, Index, ManyToOne, OneToOne, Property } from '@mikro-orm/decorators/legacy';
import { createdAt, keyOnly } from '../../infra/database/columns.js';
import { Image } from '../image/image.entity.js';
import { User } from '../user/user.entity.js';

export enum VerificationState {
  PENDING = -1,
  REFUSED = 0,
  PASSED = 1,
}

const picture = (fieldName: string) =>
  ({ ...keyOnly, nullable: true, fieldName, deleteRule: 'set null' }) as const;

/** The real-name verification of an account. What identifies a person is encrypted, under the named key. */
@Entity({ tableName: 'verifications' })
@Index({ name: 'verifications_state_index', properties: ['state', 'updatedAt'] })
// Deleting a picture looks for who shows it.
@Index({
  name: 'verifications_front_image_index',
  expression:
    'create index "verifications_front_image_index" on "verifications" ("front_image_id") where "front_image_id" is not null',
})
@Index({
  name: 'verifications_rear_image_index',
  expression:
    'create index "verifications_rear_image_index" on "verifications" ("rear_image_id") where "rear_image_id" is not null',
})
@Index({
  name: 'verifications_certificate_image_index',
  expression:
    'create index "verifications_certificate_image_index" on "verifications" ("certificate_image_id") where "certificate_image_id" is not null',
})
export class Verification {
  @OneToOne(() => User, {
    ...keyOnly,
    primary: true,
    owner: true,
    fieldName: 'user_id',
    deleteRule: 'cascade',
  })
  userId!: number;

  /** `user` for a person, `org` for an organisation. */
  @Property({ type: 'string', length: 8 })
  type!: 'user' | 'org';

  @Property({ type: 'smallint', default: -1 })
  state: VerificationState = VerificationState.PENDING;

  /** Which key encrypted the two columns below. */
  @Property({ type: 'string', length: 32 })
  keyId!: string;

  @Property({ type: 'text' })
  encryptedRealName!: string;

  @Property({ type: 'text' })
  encryptedIdNumber!: string;

  @Property({ type: 'string', length: 11 })
  phoneNumber!: string;

  @Property({ type: 'string', length: 191, nullable: true })
  description: string | null = null;

  @Property({ type: 'string', length: 191, nullable: true })
  slogan: string | null = null;

  @Property({ type: 'string', length: 191, nullable: true })
  organisationName: string | null = null;

  @Property({ type: 'string', length: 191, nullable: true })
  organisationAddress: string | null = null;

  @ManyToOne(() => Image, picture('front_image_id'))
  frontImageId: string | null = null;

  @ManyToOne(() => Image, picture('rear_image_id'))
  rearImageId: string | null = null;

  @ManyToOne(() => Image, picture('certificate_image_id'))
  certificateImageId: string | null = null;

  @Property({ ...createdAt })
  createdAt!: Date;

  @Property({ ...createdAt })
  updatedAt!: Date;
}
