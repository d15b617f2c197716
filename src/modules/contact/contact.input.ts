import { Field, InputType } from 'type-graphql';
import { PasswordFields } from '../credential/password.input.js';

/** Fields shared by the inputs that bind a phone and an e-mail address. */
@InputType()
abstract class BindFields extends PasswordFields {
  @Field(() => String, { description: 'A code sent to the new phone or address for BIND.' })
  code!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The current password; for an account without one, the password it is to have.',
  })
  password?: string;
}

@InputType({ description: 'A phone to bind to the caller.' })
export class BindPhoneInput extends BindFields {
  @Field(() => String, { description: 'The phone.' })
  phone!: string;
}

@InputType({ description: 'An e-mail address to bind to the caller.' })
export class BindEmailInput extends BindFields {
  @Field(() => String, { description: 'The address.' })
  email!: string;
}

@InputType({ description: 'The proof needed to remove a phone or an e-mail address.' })
export class UnbindInput extends PasswordFields {
  @Field(() => String, { description: 'The password.' })
  password!: string;

  @Field(() => String, { description: 'A code sent to the phone or address for UNBIND.' })
  code!: string;
}
