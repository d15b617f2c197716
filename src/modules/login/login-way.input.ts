import { Field, InputType } from 'type-graphql';
import { OneOf } from '../../schema/one-of.js';
import { ContactInput } from '../code/contact.input.js';
import { ThirdPartyInput } from '../credential/identity.input.js';

@InputType({ description: 'A log-in by password.' })
class PasswordLoginInput {
  @Field(() => String, { description: 'Phone, verified e-mail address or name.' })
  account!: string;

  @Field(() => String, { description: 'The password.' })
  password!: string;
}

@InputType({ description: 'A log-in by code.' })
class CodeLoginInput {
  @Field(() => ContactInput, { description: 'Where the code was sent.' })
  contact!: ContactInput;

  @Field(() => String, { description: 'A code sent for LOGIN.' })
  code!: string;

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'Create the account when nobody has this phone or address; the code is then one for REGISTER.',
  })
  registerUnknown!: boolean;
}

@InputType({ description: 'A log-in through a third party; the first time creates the account.' })
class ThirdPartyLoginInput {
  @Field(() => ThirdPartyInput, { description: 'The proof of who it is.' })
  proof!: ThirdPartyInput;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'USER_NOT_FOUND for somebody new, instead of creating the account.',
  })
  knownOnly!: boolean;
}

@OneOf()
@InputType({ description: 'A way to log in.' })
export class LoginWay {
  @Field(() => PasswordLoginInput, { nullable: true, description: 'By password.' })
  password?: PasswordLoginInput | null;

  @Field(() => CodeLoginInput, { nullable: true, description: 'By a code that was sent.' })
  code?: CodeLoginInput | null;

  @Field(() => ThirdPartyLoginInput, { nullable: true, description: 'Through a third party.' })
  thirdParty?: ThirdPartyLoginInput | null;
}
