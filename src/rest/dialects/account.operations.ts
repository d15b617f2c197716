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
  readonly phone?: string | null | undefined;
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

export type LoginInput = {
  readonly passwordFormat?: PasswordFormat;
  readonly captcha?: CaptchaInput | null | undefined;
  readonly account?: string | null | undefined;
  readonly phone?: string | null | undefined;
  readonly password?: string | null | undefined;
  readonly code?: string | null | undefined;
  readonly registerUnknown?: boolean;
  readonly thirdParty?: ThirdPartyInput | null | undefined;
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
