import { Field, InputType, registerEnumType } from 'type-graphql';
import { replacedBy } from '../../schema/deprecated.js';
import { CaptchaInput } from '../captcha/captcha.input.js';
import { ContactInput } from '../code/contact.input.js';

enum PasswordFormatEnum {
  PLAIN = 'PLAIN',
  MD5 = 'MD5',
}
registerEnumType(PasswordFormatEnum, {
  name: 'PasswordFormat',
  description: 'The form in which a password is sent. Both forms lead to the same account.',
  valuesConfig: {
    PLAIN: { description: 'The password itself.' },
    MD5: {
      description:
        'Its MD5 as 32 hexadecimal digits, in either case: what the anlife app sends. MD5_REFUSED where the gateway no longer takes it.',
    },
  },
});

/** Fields shared by all inputs with a password. */
@InputType()
export abstract class PasswordFields {
  @Field(() => PasswordFormatEnum, {
    defaultValue: PasswordFormatEnum.PLAIN,
    description: 'The form of passwords in this input.',
  })
  passwordFormat!: PasswordFormatEnum;

  @Field(() => CaptchaInput, { nullable: true, description: 'A captcha, needed after CAPTCHA_REQUIRED.' })
  captcha?: CaptchaInput | null;
}

@InputType({ description: 'A new password for the caller.' })
export class ChangePasswordInput extends PasswordFields {
  @Field(() => String, { nullable: true, description: 'The old password; required unless there is none.' })
  oldPassword?: string | null;

  @Field(() => String, {
    description: 'The new password: 8 to 128 characters, not a common one, not the old one.',
  })
  password!: string;
}

@InputType({
  description: 'A new password instead of a forgotten one.',
})
export class RetrievePasswordInput extends PasswordFields {
  @Field(() => ContactInput, {
    nullable: true,
    description: 'Where the code was sent: the phone or verified address of the account; required.',
  })
  contact?: ContactInput | null;

  @Field(() => String, {
    nullable: true,
    deprecationReason: replacedBy('contact'),
    description: 'The phone of the account.',
  })
  phone?: string | null;

  @Field(() => String, {
    nullable: true,
    deprecationReason: replacedBy('contact'),
    description: 'The verified e-mail address of the account.',
  })
  email?: string | null;

  @Field(() => String, { description: 'A code sent there for RETRIEVE.' })
  code!: string;

  @Field(() => String, { description: 'The new password: 8 to 128 characters, not a common one.' })
  password!: string;
}
