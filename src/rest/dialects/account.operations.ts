// Written by `npm run operations` from schema.graphql and account.graphql.
import type { Upload } from 'graphql-upload-ts';
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
export type Sex =
  | 'UNSPECIFIED'
  | 'MALE'
  | 'FEMALE';

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

export type UpdateAccountInput = {
  readonly nickname?: string | null | undefined;
  readonly sex?: Sex | null | undefined;
  readonly phone?: string | null | undefined;
  readonly email?: string | null | undefined;
  readonly code?: string | null | undefined;
  readonly captcha?: CaptchaInput | null | undefined;
};

export type UserInfoFragment = { readonly nickname: string, readonly sex: Sex, readonly phone: string | null, readonly email: string | null, readonly small: string | null, readonly large: string | null };

export type LoginMutationVariables = Exact<{
  input: LoginInput;
}>;

export type LoginMutation = { readonly login: { readonly token: string, readonly expiresAt: Date, readonly isNewUser: boolean, readonly provider: Provider | null, readonly user: { readonly id: string, readonly name: string, readonly emailVerified: boolean | null, readonly nickname: string, readonly sex: Sex, readonly phone: string | null, readonly email: string | null, readonly small: string | null, readonly large: string | null } } };

export type RegisterMutationVariables = Exact<{
  input: RegisterInput;
}>;

export type RegisterMutation = { readonly register: { readonly user: { readonly id: string } } };

export type UpdateAvatarMutationVariables = Exact<{
  file: Upload;
}>;

export type UpdateAvatarMutation = { readonly updateAvatar: { readonly small: string | null } };

export type UpdateAccountMutationVariables = Exact<{
  input: UpdateAccountInput;
}>;

export type UpdateAccountMutation = { readonly updateAccount: { readonly nickname: string, readonly sex: Sex, readonly phone: string | null, readonly email: string | null, readonly small: string | null, readonly large: string | null } };

export type AccountOperations = {
  Login: { variables: LoginMutationVariables; data: LoginMutation };
  Register: { variables: RegisterMutationVariables; data: RegisterMutation };
  UpdateAvatar: { variables: UpdateAvatarMutationVariables; data: UpdateAvatarMutation };
  UpdateAccount: { variables: UpdateAccountMutationVariables; data: UpdateAccountMutation };
};
