import { Field, InputType } from 'type-graphql';
import { replacedBy } from '../../schema/deprecated.js';
import { ContactInput } from '../code/contact.input.js';
import { ThirdPartyInput } from '../credential/identity.input.js';
import { PasswordFields } from '../credential/password.input.js';
import { LoginWay } from './login-way.input.js';

@InputType({
  description: 'The first data of a new account.',
})
export class RegisterInput extends PasswordFields {
  @Field(() => ContactInput, { nullable: true, description: 'Where the code was sent; required.' })
  contact?: ContactInput | null;

  @Field(() => String, {
    nullable: true,
    deprecationReason: replacedBy('contact'),
    description: 'The phone the code was sent to.',
  })
  phone?: string | null;

  @Field(() => String, {
    nullable: true,
    deprecationReason: replacedBy('contact'),
    description: 'The e-mail address the code was sent to.',
  })
  email?: string | null;

  @Field(() => String, { description: 'A code sent for REGISTER.' })
  code!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The password: 8 to 128 characters, not a common one. Left out, the account has none.',
  })
  password?: string;

  @Field(() => String, { nullable: true, description: 'The login name; generated when left out.' })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'The display name, at most 64 characters.' })
  nickname?: string | null;
}

@InputType({ description: 'A log-in, and what goes with it.' })
export class LoginInput extends PasswordFields {
  @Field(() => LoginWay, { nullable: true, description: 'The way to log in; required.' })
  with?: LoginWay | null;

  @Field(() => String, {
    nullable: true,
    deprecationReason: replacedBy('with'),
    description: 'Phone, verified e-mail address or name. With a code: not a name.',
  })
  account?: string | null;

  @Field(() => String, {
    nullable: true,
    deprecationReason: replacedBy('with'),
    description: 'Instead of `account`: the phone, where nothing else may name the account.',
  })
  phone?: string | null;

  @Field(() => String, {
    nullable: true,
    deprecationReason: replacedBy('with'),
    description: 'The password.',
  })
  password?: string;

  @Field(() => String, {
    nullable: true,
    deprecationReason: replacedBy('with'),
    description: 'A code sent for LOGIN.',
  })
  code?: string | null;

  @Field(() => Boolean, {
    defaultValue: false,
    deprecationReason: replacedBy('with'),
    description: 'With a code: create the account when nobody has this phone or address.',
  })
  registerUnknown!: boolean;

  @Field(() => ThirdPartyInput, {
    nullable: true,
    deprecationReason: replacedBy('with'),
    description: 'Log in through a third party; the first time creates the account.',
  })
  thirdParty?: ThirdPartyInput | null;

  @Field(() => Boolean, {
    defaultValue: false,
    deprecationReason: replacedBy('with'),
    description: 'With a third party: USER_NOT_FOUND for somebody new, instead of creating the account.',
  })
  knownOnly!: boolean;

  @Field(() => String, {
    nullable: true,
    description:
      'The login name of the account that this creates, if it creates one; generated when left out.',
  })
  name?: string | null;

  @Field(() => ThirdPartyInput, {
    nullable: true,
    description:
      'A third party to link to the account that logs in, as `linkProvider` does; where it cannot be linked, nobody is logged in.',
  })
  link?: ThirdPartyInput | null;
}
