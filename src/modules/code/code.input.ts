import { Field, InputType, registerEnumType } from 'type-graphql';
import { replacedBy } from '../../schema/deprecated.js';
import { CaptchaInput } from '../captcha/captcha.input.js';
import { ContactInput } from './contact.input.js';

enum CodePurposeEnum {
  REGISTER = 'REGISTER',
  LOGIN = 'LOGIN',
  BIND = 'BIND',
  RETRIEVE = 'RETRIEVE',
  UNBIND = 'UNBIND',
}
registerEnumType(CodePurposeEnum, {
  name: 'CodePurpose',
  description: 'The purpose of a code.',
  valuesConfig: {
    REGISTER: { description: 'Creating an account. The phone or address must be new.' },
    LOGIN: { description: 'Logging in without a password.' },
    BIND: { description: 'Binding the phone or address to the caller. It must be new.' },
    RETRIEVE: { description: 'Replacing a forgotten password. The phone or address must be known.' },
    UNBIND: { description: 'Removing the phone or address. It must be known.' },
  },
});

@InputType({
  description: 'The recipient of a code, and its purposes.',
})
export class SendCodeInput {
  @Field(() => ContactInput, { nullable: true, description: 'The recipient; required.' })
  contact?: ContactInput | null;

  @Field(() => String, {
    nullable: true,
    deprecationReason: replacedBy('contact'),
    description: 'A mainland China mobile number; +86, 0086 and 86 are accepted.',
  })
  phone?: string | null;

  @Field(() => String, {
    nullable: true,
    deprecationReason: replacedBy('contact'),
    description: 'An e-mail address.',
  })
  email?: string | null;

  @Field(() => [CodePurposeEnum], { description: 'The purposes of the code: one or more.' })
  purposes!: CodePurposeEnum[];
}

@InputType({
  description: 'A code to check; or, without a code, a captcha to answer.',
})
export class VerifyInput {
  @Field(() => ContactInput, {
    nullable: true,
    description: 'Where the code was sent; required with a code.',
  })
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
    description: 'The address the code was sent to.',
  })
  email?: string | null;

  @Field(() => String, { nullable: true, description: 'The code, six digits.' })
  code?: string | null;

  @Field(() => CodePurposeEnum, {
    nullable: true,
    description: 'The purpose it must be good for; any when left out.',
  })
  purpose?: CodePurposeEnum | null;

  @Field(() => CaptchaInput, {
    nullable: true,
    description: 'A captcha and its answer; with a code, after CAPTCHA_REQUIRED.',
  })
  captcha?: CaptchaInput | null;
}
