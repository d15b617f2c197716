// Written by `npm run operations` from schema.graphql and anlife.graphql.
import type { Upload } from 'graphql-upload-ts';
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
export type Sex =
  | 'UNSPECIFIED'
  | 'MALE'
  | 'FEMALE';

export type DeviceType =
  | 'UNKNOWN'
  | 'IOS'
  | 'ANDROID';

export type Provider =
  | 'WECHAT'
  | 'WEIBO'
  | 'QQ';

export type AppPlatform =
  | 'ANDROID'
  | 'IOS';

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

export type BindPhoneInput = {
  readonly passwordFormat?: PasswordFormat;
  readonly captcha?: CaptchaInput | null | undefined;
  readonly code: string;
  readonly password?: string | null | undefined;
  readonly phone: string;
};

export type RetrievePasswordInput = {
  readonly passwordFormat?: PasswordFormat;
  readonly captcha?: CaptchaInput | null | undefined;
  readonly contact?: ContactInput | null | undefined;
  /** @deprecated Use `contact`. Removed after 2027-06-01. */
  readonly phone?: string | null | undefined;
  /** @deprecated Use `contact`. Removed after 2027-06-01. */
  readonly email?: string | null | undefined;
  readonly code: string;
  readonly password: string;
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

export type UpdateProfileInput = {
  readonly name?: string | null | undefined;
  readonly nickname?: string | null | undefined;
  readonly sex?: Sex | null | undefined;
  readonly birthday?: string | null | undefined;
  readonly bio?: string | null | undefined;
  readonly location?: string | null | undefined;
  readonly communityId?: string | null | undefined;
  readonly hobbyIds?: ReadonlyArray<string> | null | undefined;
  readonly avatarId?: string | null | undefined;
  readonly backgroundId?: string | null | undefined;
};

export type UserInfoFragment = { readonly id: string, readonly nickname: string, readonly sex: Sex, readonly phone: string | null, readonly birthday: string | null, readonly age: number | null, readonly avatarUrl: string | null, readonly bio: string | null, readonly background: { readonly url: string } | null, readonly community: { readonly id: string, readonly name: string, readonly cityId: string } | null, readonly hobbies: ReadonlyArray<{ readonly id: string, readonly name: string }> };

export type LoginMutationVariables = Exact<{
  input: LoginInput;
}>;

export type LoginMutation = { readonly login: { readonly token: string, readonly user: { readonly id: string, readonly nickname: string, readonly sex: Sex, readonly phone: string | null, readonly birthday: string | null, readonly age: number | null, readonly avatarUrl: string | null, readonly bio: string | null, readonly background: { readonly url: string } | null, readonly community: { readonly id: string, readonly name: string, readonly cityId: string } | null, readonly hobbies: ReadonlyArray<{ readonly id: string, readonly name: string }> } } };

export type UserInfoByIdQueryVariables = Exact<{
  id: string;
}>;

export type UserInfoByIdQuery = { readonly user: { readonly id: string, readonly nickname: string, readonly sex: Sex, readonly phone: string | null, readonly birthday: string | null, readonly age: number | null, readonly avatarUrl: string | null, readonly bio: string | null, readonly background: { readonly url: string } | null, readonly community: { readonly id: string, readonly name: string, readonly cityId: string } | null, readonly hobbies: ReadonlyArray<{ readonly id: string, readonly name: string }> } | null };

export type HobbiesQueryVariables = Exact<{ [key: string]: never; }>;

export type HobbiesQuery = { readonly hobbies: ReadonlyArray<{ readonly id: string, readonly name: string }> };

export type SendCodeMutationVariables = Exact<{
  input: SendCodeInput;
}>;

export type SendCodeMutation = { readonly sendCode: { readonly resendAfter: number } };

export type RegisterMutationVariables = Exact<{
  input: RegisterInput;
}>;

export type RegisterMutation = { readonly register: { readonly token: string, readonly user: { readonly id: string } } };

export type UpdateProfileMutationVariables = Exact<{
  input: UpdateProfileInput;
}>;

export type UpdateProfileMutation = { readonly updateProfile: { readonly id: string, readonly nickname: string, readonly sex: Sex, readonly phone: string | null, readonly birthday: string | null, readonly age: number | null, readonly avatarUrl: string | null, readonly bio: string | null, readonly background: { readonly url: string } | null, readonly community: { readonly id: string, readonly name: string, readonly cityId: string } | null, readonly hobbies: ReadonlyArray<{ readonly id: string, readonly name: string }> } };

export type BindPhoneMutationVariables = Exact<{
  input: BindPhoneInput;
}>;

export type BindPhoneMutation = { readonly bindPhone: { readonly id: string } };

export type RetrievePasswordMutationVariables = Exact<{
  input: RetrievePasswordInput;
}>;

export type RetrievePasswordMutation = { readonly retrievePassword: boolean };

export type UploadImageMutationVariables = Exact<{
  file: Upload;
}>;

export type UploadImageMutation = { readonly uploadImage: { readonly id: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly existed: boolean | null, readonly url: string } };

export type AppReleaseQueryVariables = Exact<{
  platform: AppPlatform;
}>;

export type AppReleaseQuery = { readonly appRelease: { readonly id: string, readonly platform: AppPlatform, readonly version: string, readonly versionCode: number, readonly url: string, readonly title: string, readonly message: string, readonly updatedAt: Date } | null };

export type LogoutMutationVariables = Exact<{ [key: string]: never; }>;

export type LogoutMutation = { readonly logout: boolean };

export type DefaultPhotosQueryVariables = Exact<{ [key: string]: never; }>;

export type DefaultPhotosQuery = { readonly defaultPhotos: ReadonlyArray<{ readonly id: string, readonly url: string }> };

export type VerifyCodeMutationVariables = Exact<{
  input: VerifyInput;
}>;

export type VerifyCodeMutation = { readonly verify: boolean };

export type UserIdsQueryVariables = Exact<{
  cityId: string;
  deviceType?: DeviceType | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;

export type UserIdsQuery = { readonly userIds: { readonly ids: ReadonlyArray<number>, readonly endCursor: string | null, readonly hasNextPage: boolean } | null };

export type AnlifeOperations = {
  Login: { variables: LoginMutationVariables; data: LoginMutation };
  UserInfoById: { variables: UserInfoByIdQueryVariables; data: UserInfoByIdQuery };
  Hobbies: { variables: HobbiesQueryVariables; data: HobbiesQuery };
  SendCode: { variables: SendCodeMutationVariables; data: SendCodeMutation };
  Register: { variables: RegisterMutationVariables; data: RegisterMutation };
  UpdateProfile: { variables: UpdateProfileMutationVariables; data: UpdateProfileMutation };
  BindPhone: { variables: BindPhoneMutationVariables; data: BindPhoneMutation };
  RetrievePassword: { variables: RetrievePasswordMutationVariables; data: RetrievePasswordMutation };
  UploadImage: { variables: UploadImageMutationVariables; data: UploadImageMutation };
  AppRelease: { variables: AppReleaseQueryVariables; data: AppReleaseQuery };
  Logout: { variables: LogoutMutationVariables; data: LogoutMutation };
  DefaultPhotos: { variables: DefaultPhotosQueryVariables; data: DefaultPhotosQuery };
  VerifyCode: { variables: VerifyCodeMutationVariables; data: VerifyCodeMutation };
  UserIds: { variables: UserIdsQueryVariables; data: UserIdsQuery };
};
