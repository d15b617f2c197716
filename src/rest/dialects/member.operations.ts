// Written by `npm run operations` from schema.graphql and member.graphql.
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
export type PhoneAvailability =
  | 'AVAILABLE'
  | 'TAKEN'
  | 'INVALID';

export type NameAvailability =
  | 'AVAILABLE'
  | 'TAKEN'
  | 'BANNED'
  | 'INVALID';

export type Provider =
  | 'WECHAT'
  | 'WEIBO'
  | 'QQ';

export type RegisterInput = {
  readonly passwordFormat?: PasswordFormat;
  readonly captcha?: CaptchaInput | null | undefined;
  readonly contact?: ContactInput | null | undefined;
  /** @deprecated Use `contact`. Removed after 2027-06-01. */
  readonly phone?: string | null | undefined;
  /** @deprecated Use `contact`. Removed after 2027-06-01. */
  readonly email?: string | null | undefined;
  readonly code: string;
  readonly password?: string | null | undefined;
  readonly name?: string | null | undefined;
  readonly nickname?: string | null | undefined;
};

export type PasswordFormat =
  | 'PLAIN'
  | 'MD5';

export type CaptchaInput = {
  readonly id: string;
  readonly answer?: string | null | undefined;
};

export type ContactInput =
  {   readonly phone: string; readonly email?: never; }
  |  { readonly phone?: never;   readonly email: string; };

export type LoginInput = {
  readonly passwordFormat?: PasswordFormat;
  readonly captcha?: CaptchaInput | null | undefined;
  readonly with?: LoginWay | null | undefined;
  /** @deprecated Use `with`. Removed after 2027-06-01. */
  readonly account?: string | null | undefined;
  /** @deprecated Use `with`. Removed after 2027-06-01. */
  readonly phone?: string | null | undefined;
  /** @deprecated Use `with`. Removed after 2027-06-01. */
  readonly password?: string | null | undefined;
  /** @deprecated Use `with`. Removed after 2027-06-01. */
  readonly code?: string | null | undefined;
  /** @deprecated Use `with`. Removed after 2027-06-01. */
  readonly registerUnknown?: boolean;
  /** @deprecated Use `with`. Removed after 2027-06-01. */
  readonly thirdParty?: ThirdPartyInput | null | undefined;
  /** @deprecated Use `with`. Removed after 2027-06-01. */
  readonly knownOnly?: boolean;
  readonly name?: string | null | undefined;
  readonly link?: ThirdPartyInput | null | undefined;
};

export type LoginWay =
  {   readonly password: PasswordLoginInput; readonly code?: never; readonly thirdParty?: never; }
  |  { readonly password?: never;   readonly code: CodeLoginInput; readonly thirdParty?: never; }
  |  { readonly password?: never; readonly code?: never;   readonly thirdParty: ThirdPartyLoginInput; };

export type PasswordLoginInput = {
  readonly account: string;
  readonly password: string;
};

export type CodeLoginInput = {
  readonly contact: ContactInput;
  readonly code: string;
  readonly registerUnknown?: boolean;
};

export type ThirdPartyLoginInput = {
  readonly proof: ThirdPartyInput;
  readonly knownOnly?: boolean;
};

export type ThirdPartyInput = {
  readonly provider: Provider;
  readonly code?: string | null | undefined;
  readonly accessToken?: string | null | undefined;
  readonly openId?: string | null | undefined;
  readonly dev?: boolean;
};

export type SendCodeInput = {
  readonly contact?: ContactInput | null | undefined;
  /** @deprecated Use `contact`. Removed after 2027-06-01. */
  readonly phone?: string | null | undefined;
  /** @deprecated Use `contact`. Removed after 2027-06-01. */
  readonly email?: string | null | undefined;
  readonly purposes: ReadonlyArray<CodePurpose>;
};

export type CodePurpose =
  | 'REGISTER'
  | 'LOGIN'
  | 'BIND'
  | 'RETRIEVE'
  | 'UNBIND';

export type VerifyInput = {
  readonly contact?: ContactInput | null | undefined;
  /** @deprecated Use `contact`. Removed after 2027-06-01. */
  readonly phone?: string | null | undefined;
  /** @deprecated Use `contact`. Removed after 2027-06-01. */
  readonly email?: string | null | undefined;
  readonly code?: string | null | undefined;
  readonly purpose?: CodePurpose | null | undefined;
  readonly captcha?: CaptchaInput | null | undefined;
};

export type PhoneAvailabilityQueryVariables = Exact<{
  phone: string;
}>;

export type PhoneAvailabilityQuery = { readonly phoneAvailability: PhoneAvailability };

export type NameAvailabilityQueryVariables = Exact<{
  name: string;
}>;

export type NameAvailabilityQuery = { readonly nameAvailability: NameAvailability };

export type CreateCaptchaMutationVariables = Exact<{ [key: string]: never; }>;

export type CreateCaptchaMutation = { readonly createCaptcha: { readonly id: string, readonly image: string, readonly expiresAt: Date } };

export type CheckCaptchaMutationVariables = Exact<{
  input: VerifyInput;
}>;

export type CheckCaptchaMutation = { readonly verify: boolean };

export type SendCodeMutationVariables = Exact<{
  input: SendCodeInput;
}>;

export type SendCodeMutation = { readonly sendCode: { readonly expiresAt: Date } };

export type VerifyCodeMutationVariables = Exact<{
  input: VerifyInput;
}>;

export type VerifyCodeMutation = { readonly verify: boolean };

export type LoginStatusQueryVariables = Exact<{
  account: string;
}>;

export type LoginStatusQuery = { readonly loginStatus: { readonly failures: number, readonly captchaRequired: boolean } };

export type LoginMutationVariables = Exact<{
  input: LoginInput;
}>;

export type LoginMutation = { readonly login: { readonly token: string, readonly expiresAt: Date } };

export type RegisterMutationVariables = Exact<{
  input: RegisterInput;
}>;

export type RegisterMutation = { readonly register: { readonly token: string, readonly expiresAt: Date } };

export type MemberOperations = {
  PhoneAvailability: { variables: PhoneAvailabilityQueryVariables; data: PhoneAvailabilityQuery };
  NameAvailability: { variables: NameAvailabilityQueryVariables; data: NameAvailabilityQuery };
  CreateCaptcha: { variables: CreateCaptchaMutationVariables; data: CreateCaptchaMutation };
  CheckCaptcha: { variables: CheckCaptchaMutationVariables; data: CheckCaptchaMutation };
  SendCode: { variables: SendCodeMutationVariables; data: SendCodeMutation };
  VerifyCode: { variables: VerifyCodeMutationVariables; data: VerifyCodeMutation };
  LoginStatus: { variables: LoginStatusQueryVariables; data: LoginStatusQuery };
  Login: { variables: LoginMutationVariables; data: LoginMutation };
  Register: { variables: RegisterMutationVariables; data: RegisterMutation };
};
