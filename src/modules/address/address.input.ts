import { Field, InputType } from 'type-graphql';

const BYTES = 'bytes in GB18030, where a Chinese character is 2 and an emoji 4';

@InputType({ description: 'A new delivery address.' })
export class AddressInput {
  @Field(() => String, {
    nullable: true,
    description: `The owner's name for it, such as 公司; at most 24 ${BYTES}.`,
  })
  alias?: string | null;

  @Field(() => String, { description: `The receiver; at most 24 ${BYTES}.` })
  name!: string;

  @Field(() => String, { description: 'Phone of the receiver: a mainland mobile number.' })
  phone!: string;

  @Field(() => String, { nullable: true, description: `Province; at most 32 ${BYTES}.` })
  province?: string | null;

  @Field(() => String, { nullable: true, description: `City; at most 32 ${BYTES}.` })
  city?: string | null;

  @Field(() => String, { nullable: true, description: `County or district; at most 32 ${BYTES}.` })
  county?: string | null;

  @Field(() => String, { description: `Street, house and door; at most 160 ${BYTES}.` })
  detail!: string;

  @Field(() => String, { nullable: true, description: 'Postcode, six digits.' })
  postcode?: string | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'True makes it the default, instead of the former one.',
  })
  isDefault!: boolean;
}

@InputType({
  description: 'Changes of a delivery address. Absent fields stay; null clears one that may be empty.',
})
export class AddressPatch {
  @Field(() => String, { nullable: true, description: `The owner's name for it; at most 24 ${BYTES}.` })
  alias?: string | null;

  @Field(() => String, {
    nullable: true,
    description: `The receiver; at most 24 ${BYTES}. Not to be cleared.`,
  })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'A mainland mobile number. Not to be cleared.' })
  phone?: string | null;

  @Field(() => String, { nullable: true, description: `Province; at most 32 ${BYTES}.` })
  province?: string | null;

  @Field(() => String, { nullable: true, description: `City; at most 32 ${BYTES}.` })
  city?: string | null;

  @Field(() => String, { nullable: true, description: `County or district; at most 32 ${BYTES}.` })
  county?: string | null;

  @Field(() => String, {
    nullable: true,
    description: `Street, house and door; at most 160 ${BYTES}. Not to be cleared.`,
  })
  detail?: string | null;

  @Field(() => String, { nullable: true, description: 'Postcode, six digits.' })
  postcode?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'True makes it the default instead of the former one; false leaves the account without it. Not null.',
  })
  isDefault?: boolean | null;
}
