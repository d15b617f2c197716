import { Field, InputType } from 'type-graphql';
import { AppError } from '../../errors/app-error.js';
import { OneOf } from '../../schema/one-of.js';

@OneOf()
@InputType({ description: 'A phone or an e-mail address.' })
export class ContactInput {
  @Field(() => String, {
    nullable: true,
    description: 'A mainland China mobile number; +86, 0086 and 86 are accepted.',
  })
  phone?: string | null;

  @Field(() => String, { nullable: true, description: 'An e-mail address.' })
  email?: string | null;
}

interface Contacted {
  contact?: ContactInput | null;
  phone?: string | null;
  email?: string | null;
}

/** An input with what its `contact` names, in place of the older fields. Throws CONTACT_AMBIGUOUS for both. */
export function withContact<T extends Contacted>({ contact, ...input }: T): Omit<T, 'contact'> {
  if (!contact) return input;
  if (input.phone || input.email) throw new AppError('CONTACT_AMBIGUOUS', { field: 'contact' });
  return { ...input, ...contact };
}
