import { Entity, Index, ManyToOne, OneToOne, Property } from '@mikro-orm/decorators/legacy';
import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { createdAt, keyOnly } from '../../infra/database/columns.js';
import { OwnedBy } from '../../schema/access.js';
import { AccountId } from '../../schema/account-ids.js';
import { Renamed } from '../../schema/deprecated.js';
import { Image } from '../user/image.entity.js';
import { onePerUser } from '../user/user.columns.js';
import { User } from '../user/user.entity.js';

export enum VerificationState {
  PENDING = -1,
  REFUSED = 0,
  PASSED = 1,
}
registerEnumType(VerificationState, {
  name: 'VerificationState',
  description: 'The state of a verification.',
  valuesConfig: {
    PENDING: { description: 'It waits for a review.' },
    REFUSED: { description: 'It was refused; its owner may change it, after which it waits again.' },
    PASSED: { description: 'It was passed.' },
  },
});

export enum VerificationType {
  USER = 'user',
  ORG = 'org',
}
registerEnumType(VerificationType, {
  name: 'VerificationType',
  description: 'The kind of owner that is verified.',
  valuesConfig: {
    USER: { description: 'A person.' },
    ORG: { description: 'An organisation, by the person who stands for it.' },
  },
});

export enum ReviewDecision {
  PASS = 'PASS',
  REFUSE = 'REFUSE',
}
registerEnumType(ReviewDecision, {
  name: 'ReviewDecision',
  description: 'The decision of a reviewer.',
  valuesConfig: {
    PASS: { description: 'The person or organisation is who they say.' },
    REFUSE: { description: 'Not like this; the owner may change it and submit again.' },
  },
});

/** Longest texts, in characters. */
export const VERIFICATION_TEXT_MAX = 191;

const text = { type: 'string', length: VERIFICATION_TEXT_MAX, nullable: true } as const;

const picture = (fieldName: string) =>
  ({ ...keyOnly, nullable: true, fieldName, deleteRule: 'set null' }) as const;

/**
 * The real-name verification of an account. What identifies a person is encrypted, under the named key. Fields here
 * are for everybody; what only the owner and reviewers may see has a field resolver.
 */
@OwnedBy((verification: Verification) => verification.userId)
@ObjectType({
  description:
    'The real-name verification of an account. What identifies somebody is null but for the owner, reviewers, and who may read private data.',
})
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
  @AccountId()
  @Field(() => ID, { description: 'The account that is verified.' })
  @OneToOne(() => User, onePerUser)
  userId!: number;

  @Field(() => VerificationType, { description: 'A person or an organisation.' })
  @Property({ type: 'string', length: 8 })
  type!: VerificationType;

  @Field(() => VerificationState, { description: 'Its state.' })
  @Property({ type: 'smallint', default: -1 })
  state: VerificationState = VerificationState.PENDING;

  /** Names the key that encrypted the two columns below. */
  @Property({ type: 'string', length: 32 })
  keyId!: string;

  @Property({ type: 'text' })
  encryptedRealName!: string;

  @Property({ type: 'text' })
  encryptedIdNumber!: string;

  @Property({ type: 'string', length: 11 })
  phoneNumber!: string;

  @Renamed(
    () => String,
    { name: 'description', was: 'desc' },
    {
      nullable: true,
      description: 'The claim that is verified, in the words of its owner or of the reviewer.',
    },
  )
  @Property({ ...text })
  description: string | null = null;

  @Field(() => String, { nullable: true, description: 'A line to show beside it.' })
  @Property({ ...text })
  slogan: string | null = null;

  @Property({ ...text })
  organisationName: string | null = null;

  @Property({ ...text })
  organisationAddress: string | null = null;

  @ManyToOne(() => Image, picture('front_image_id'))
  frontImageId: string | null = null;

  @ManyToOne(() => Image, picture('rear_image_id'))
  rearImageId: string | null = null;

  @ManyToOne(() => Image, picture('certificate_image_id'))
  certificateImageId: string | null = null;

  @Field(() => Date, { description: 'When it was first submitted.' })
  @Property({ ...createdAt })
  createdAt!: Date;

  @Field(() => Date, { description: 'When it was last changed or reviewed.' })
  @Property({ ...createdAt })
  updatedAt!: Date;
}
