import { Field, ID, InputType } from 'type-graphql';
import { replacedBy } from '../../schema/deprecated.js';
import { VerificationType } from './verification.entity.js';
import type { VerificationFields } from './verification.rules.js';

const PICTURE = 'a picture the caller uploaded, by its id, reference or number';

@InputType({
  description:
    'The verification as submitted, whole each time. All texts at most 191 characters. Fields of the other type are ignored.',
})
export class VerificationInput implements VerificationFields {
  @Field(() => VerificationType, {
    nullable: true,
    description: 'The kind of owner. Needed to submit; an update keeps the type and ignores this.',
  })
  type?: VerificationType | null;

  @Field(() => String, {
    nullable: true,
    description: 'Required. Name of the person, or of the one who stands for the organisation.',
  })
  realName?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "Required. That person's number of 18 digits, the last may be X (GB 11643): of an identity card, a residence permit (81, 82, 83) or a permanent residence card (9).",
  })
  idNumber?: string | null;

  @Field(() => String, { nullable: true, description: 'Required. A mainland mobile number.' })
  phoneNumber?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Required. What the account is to be verified as; everybody can read it.',
  })
  description?: string | null;

  @Field(() => String, {
    nullable: true,
    deprecationReason: replacedBy('description'),
    description: 'The `description`, where that is left out.',
  })
  desc?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: `Required of a person. Front of the identity card: ${PICTURE}.`,
  })
  frontImageId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: `Required of a person. Rear of the identity card: ${PICTURE}.`,
  })
  rearImageId?: string | null;

  @Field(() => String, { nullable: true, description: 'Required of an organisation. Its name.' })
  organisationName?: string | null;

  @Field(() => String, { nullable: true, description: 'Required of an organisation. Its address.' })
  organisationAddress?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: `Required of an organisation. Its certificate: ${PICTURE}.`,
  })
  certificateImageId?: string | null;
}
