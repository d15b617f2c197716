import { Field, ID, InputType, registerEnumType } from 'type-graphql';

enum PasswordFormatEnum {
  PLAIN = 'PLAIN',
  MD5 = 'MD5',
}
registerEnumType(PasswordFormatEnum, {
  name: 'PasswordFormat',
  description: 'How a password is sent. Both forms lead to the same account.',
  valuesConfig: {
    PLAIN: { description: 'The password itself.' },
    MD5: { description: 'Its MD5 as 32 hexadecimal digits, in either case: what the anlife app sends.' },
  },
});

enum CodePurposeEnum {
  REGISTER = 'REGISTER',
  LOGIN = 'LOGIN',
  BIND = 'BIND',
  RETRIEVE = 'RETRIEVE',
  UNBIND = 'UNBIND',
}
registerEnumType(CodePurposeEnum, {
  name: 'CodePurpose',
  description: 'What a code is good for.',
  valuesConfig: {
    REGISTER: { description: 'Creating an account. The phone or address must be new.' },
    LOGIN: { description: 'Logging in without a password.' },
    BIND: { description: 'Binding the phone or address to the caller. It must be new.' },
    RETRIEVE: { description: 'Replacing a forgotten password. The phone or address must be known.' },
    UNBIND: { description: 'Removing the phone or address. It must be known.' },
  },
});

export enum ProviderEnum {
  WECHAT = 'WECHAT',
  WEIBO = 'WEIBO',
  QQ = 'QQ',
}
registerEnumType(ProviderEnum, {
  name: 'Provider',
  description: 'A third party that can vouch for a person.',
  valuesConfig: {
    WECHAT: { description: 'WeChat (微信).' },
    WEIBO: { description: 'Weibo (新浪微博).' },
    QQ: { description: 'QQ.' },
  },
});

@InputType('CaptchaInput', {
  description: 'The answer to a captcha, or the id of one already answered with `verify`.',
})
export class CaptchaInput {
  @Field(() => ID, { description: 'The `id` of `createCaptcha`.' })
  id!: string;

  @Field(() => String, { nullable: true, description: 'What the picture shows, in either case.' })
  answer?: string | null;
}

/** What every input with a password takes besides. */
@InputType()
abstract class ProofFields {
  @Field(() => PasswordFormatEnum, {
    defaultValue: PasswordFormatEnum.PLAIN,
    description: 'How passwords are sent in this input.',
  })
  passwordFormat!: PasswordFormatEnum;

  @Field(() => CaptchaInput, { nullable: true, description: 'A captcha, needed after CAPTCHA_REQUIRED.' })
  captcha?: CaptchaInput | null;
}

@InputType('SendCodeInput', {
  description: 'Where to send a code, and what for. Exactly one of phone and email.',
})
export class SendCodeInputType {
  @Field(() => String, {
    nullable: true,
    description: 'A mainland China mobile number; +86, 0086 and 86 are accepted.',
  })
  phone?: string | null;

  @Field(() => String, { nullable: true, description: 'An e-mail address.' })
  email?: string | null;

  @Field(() => [CodePurposeEnum], { description: 'What the code is to be good for: one or more.' })
  purposes!: CodePurposeEnum[];
}

@InputType('VerifyInput', {
  description:
    'A code to check, with exactly one of phone and email; or, without a code, a captcha to answer.',
})
export class VerifyInputType {
  @Field(() => String, { nullable: true, description: 'The phone the code was sent to.' })
  phone?: string | null;

  @Field(() => String, { nullable: true, description: 'The address the code was sent to.' })
  email?: string | null;

  @Field(() => String, { nullable: true, description: 'The code, six digits.' })
  code?: string | null;

  @Field(() => CodePurposeEnum, {
    nullable: true,
    description: 'What it must be good for; any purpose when left out.',
  })
  purpose?: CodePurposeEnum | null;

  @Field(() => CaptchaInput, {
    nullable: true,
    description: 'A captcha and its answer; with a code, after CAPTCHA_REQUIRED.',
  })
  captcha?: CaptchaInput | null;
}

@InputType('RegisterInput', {
  description: 'What a new account starts with. Exactly one of phone and email.',
})
export class RegisterInputType extends ProofFields {
  @Field(() => String, { nullable: true, description: 'The phone the code was sent to.' })
  phone?: string | null;

  @Field(() => String, { nullable: true, description: 'The e-mail address the code was sent to.' })
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

@InputType('ThirdPartyInput', { description: 'What a third party gave the client to prove who its user is.' })
class ThirdPartyInput {
  @Field(() => ProviderEnum, { description: 'The third party.' })
  provider!: ProviderEnum;

  @Field(() => String, { nullable: true, description: 'WeChat: the authorisation code.' })
  code?: string;

  @Field(() => String, { nullable: true, description: 'Weibo, QQ: the access token.' })
  accessToken?: string;

  @Field(() => String, { nullable: true, description: 'Weibo: the uid. QQ, WeChat: the openid.' })
  openId?: string;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'WeChat: whether the test build of the app asks.',
  })
  dev!: boolean;
}

@InputType('LoginInput', { description: 'How to log in: exactly one of password, code and thirdParty.' })
export class LoginInputType extends ProofFields {
  @Field(() => String, {
    nullable: true,
    description: 'Phone, verified e-mail address or name. With a code: not a name.',
  })
  account?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Instead of `account`: the phone, where nothing else may name the account.',
  })
  phone?: string | null;

  @Field(() => String, { nullable: true, description: 'The password.' })
  password?: string;

  @Field(() => String, { nullable: true, description: 'A code sent for LOGIN.' })
  code?: string | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'With a code: create the account when nobody has this phone or address.',
  })
  registerUnknown!: boolean;

  @Field(() => ThirdPartyInput, {
    nullable: true,
    description: 'Log in through a third party; the first time creates the account.',
  })
  thirdParty?: ThirdPartyInput | null;
}

/** What binding a phone and binding an e-mail address take alike. */
@InputType()
abstract class BindFields extends ProofFields {
  @Field(() => String, { description: 'A code sent to the new phone or address for BIND.' })
  code!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The current password; for an account without one, the password it is to have.',
  })
  password?: string;
}

@InputType('BindPhoneInput', { description: 'A phone to bind to the caller.' })
export class BindPhoneInputType extends BindFields {
  @Field(() => String, { description: 'The phone.' })
  phone!: string;
}

@InputType('BindEmailInput', { description: 'An e-mail address to bind to the caller.' })
export class BindEmailInputType extends BindFields {
  @Field(() => String, { description: 'The address.' })
  email!: string;
}

@InputType('UnbindInput', { description: 'What it takes to remove a phone or an e-mail address.' })
export class UnbindInputType extends ProofFields {
  @Field(() => String, { description: 'The password.' })
  password!: string;

  @Field(() => String, { description: 'A code sent to the phone or address for UNBIND.' })
  code!: string;
}

@InputType('ChangePasswordInput', { description: 'A new password for the caller.' })
export class ChangePasswordInputType extends ProofFields {
  @Field(() => String, { nullable: true, description: 'The old password; required unless there is none.' })
  oldPassword?: string | null;

  @Field(() => String, {
    description: 'The new password: 8 to 128 characters, not a common one, not the old one.',
  })
  password!: string;
}

@InputType('RetrievePasswordInput', {
  description: 'A new password in the place of a forgotten one. Exactly one of phone and email.',
})
export class RetrievePasswordInputType extends ProofFields {
  @Field(() => String, { nullable: true, description: 'The phone of the account.' })
  phone?: string | null;

  @Field(() => String, { nullable: true, description: 'The verified e-mail address of the account.' })
  email?: string | null;

  @Field(() => String, { description: 'A code sent there for RETRIEVE.' })
  code!: string;

  @Field(() => String, { description: 'The new password: 8 to 128 characters, not a common one.' })
  password!: string;
}
