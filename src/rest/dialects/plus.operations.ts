// Written by `npm run operations` from schema.graphql and plus.graphql.
import type { Upload } from 'graphql-upload-ts';
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
export type Sex =
  | 'UNSPECIFIED'
  | 'MALE'
  | 'FEMALE';

export type VerificationType =
  | 'USER'
  | 'ORG';

export type VerificationState =
  | 'PENDING'
  | 'REFUSED'
  | 'PASSED';

export type Provider =
  | 'WECHAT'
  | 'WEIBO'
  | 'QQ';

export type UserRankingBy =
  | 'FOLLOWERS'
  | 'POINTS'
  | 'INCOME'
  | 'CHECKIN_STREAK'
  | 'ANSWERS'
  | 'LIKES';

export type UserOrder =
  | 'ID_DESC'
  | 'ID_ASC';

export type UserFilter = {
  readonly nameContains?: string | null | undefined;
  readonly names?: ReadonlyArray<string> | null | undefined;
  readonly ids?: ReadonlyArray<string> | null | undefined;
  readonly since?: string | null | undefined;
  readonly active?: boolean | null | undefined;
  readonly recommended?: boolean | null | undefined;
  readonly nearby?: boolean | null | undefined;
  readonly cityId?: string | null | undefined;
};

export type CoordinatesInput = {
  readonly longitude: number;
  readonly latitude: number;
};

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

export type UnbindInput = {
  readonly passwordFormat?: PasswordFormat;
  readonly captcha?: CaptchaInput | null | undefined;
  readonly password: string;
  readonly code: string;
};

export type ChangePasswordInput = {
  readonly passwordFormat?: PasswordFormat;
  readonly captcha?: CaptchaInput | null | undefined;
  readonly oldPassword?: string | null | undefined;
  readonly password: string;
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

export type AddressInput = {
  readonly alias?: string | null | undefined;
  readonly name: string;
  readonly phone: string;
  readonly province?: string | null | undefined;
  readonly city?: string | null | undefined;
  readonly county?: string | null | undefined;
  readonly detail: string;
  readonly postcode?: string | null | undefined;
  readonly isDefault?: boolean;
};

export type AddressPatch = {
  readonly alias?: string | null | undefined;
  readonly name?: string | null | undefined;
  readonly phone?: string | null | undefined;
  readonly province?: string | null | undefined;
  readonly city?: string | null | undefined;
  readonly county?: string | null | undefined;
  readonly detail?: string | null | undefined;
  readonly postcode?: string | null | undefined;
  readonly isDefault?: boolean | null | undefined;
};

export type CreateUploadInput = {
  readonly filename: string;
  readonly size: number;
  readonly mime: string;
  readonly md5: string;
};

export type ReportInput = {
  readonly userId: string;
  readonly reason: string;
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

export type VerificationInput = {
  readonly type?: VerificationType | null | undefined;
  readonly realName?: string | null | undefined;
  readonly idNumber?: string | null | undefined;
  readonly phoneNumber?: string | null | undefined;
  readonly description?: string | null | undefined;
  /** @deprecated Use `description`. Removed after 2027-06-01. */
  readonly desc?: string | null | undefined;
  readonly frontImageId?: string | null | undefined;
  readonly rearImageId?: string | null | undefined;
  readonly organisationName?: string | null | undefined;
  readonly organisationAddress?: string | null | undefined;
  readonly certificateImageId?: string | null | undefined;
};

export type MeQueryVariables = Exact<{ [key: string]: never; }>;

export type MeQuery = { readonly me: { readonly hasFollower: boolean, readonly hasFollowing: boolean, readonly id: string, readonly name: string, readonly privateVisible: boolean, readonly phone: string | null, readonly email: string | null, readonly bio: string | null, readonly sex: Sex, readonly location: string | null, readonly inviteCode: string, readonly createdAt: Date, readonly updatedAt: Date, readonly avatarUrl: string | null, readonly blocked: boolean, readonly mutualFollowingsCount: number | null, readonly hasPassword: boolean | null, readonly avatar: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly background: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly extra: { readonly likesCount: number, readonly commentsCount: number, readonly followersCount: number, readonly followingsCount: number, readonly rewardPoints: number, readonly questionsCount: number, readonly answersCount: number, readonly postsCount: number, readonly circlesCount: number, readonly goodsCount: number, readonly checkInDays: number, readonly checkInStreak: number, readonly updatedAt: Date }, readonly currency: { readonly balance: number } | null, readonly wallet: { readonly balance: number, readonly totalIncome: number, readonly totalExpenses: number } | null, readonly vip: { readonly level: string, readonly name: string, readonly endTime: Date } | null, readonly tags: ReadonlyArray<{ readonly id: string, readonly name: string, readonly weight: number }>, readonly verification: { readonly type: VerificationType, readonly state: VerificationState, readonly createdAt: Date, readonly updatedAt: Date, readonly description: string | null, readonly slogan: string | null, readonly userId: string, readonly realName: string | null, readonly idNumber: string | null, readonly phoneNumber: string | null, readonly organisationName: string | null, readonly organisationAddress: string | null, readonly frontImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly rearImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly certificateImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null } | null } | null };

export type UserByAccountQueryVariables = Exact<{
  account: string;
  follower?: string | null | undefined;
  following?: string | null | undefined;
}>;

export type UserByAccountQuery = { readonly user: { readonly hasFollower: boolean, readonly hasFollowing: boolean, readonly id: string, readonly name: string, readonly privateVisible: boolean, readonly phone: string | null, readonly email: string | null, readonly bio: string | null, readonly sex: Sex, readonly location: string | null, readonly inviteCode: string, readonly createdAt: Date, readonly updatedAt: Date, readonly avatarUrl: string | null, readonly blocked: boolean, readonly mutualFollowingsCount: number | null, readonly hasPassword: boolean | null, readonly avatar: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly background: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly extra: { readonly likesCount: number, readonly commentsCount: number, readonly followersCount: number, readonly followingsCount: number, readonly rewardPoints: number, readonly questionsCount: number, readonly answersCount: number, readonly postsCount: number, readonly circlesCount: number, readonly goodsCount: number, readonly checkInDays: number, readonly checkInStreak: number, readonly updatedAt: Date }, readonly currency: { readonly balance: number } | null, readonly wallet: { readonly balance: number, readonly totalIncome: number, readonly totalExpenses: number } | null, readonly vip: { readonly level: string, readonly name: string, readonly endTime: Date } | null, readonly tags: ReadonlyArray<{ readonly id: string, readonly name: string, readonly weight: number }>, readonly verification: { readonly type: VerificationType, readonly state: VerificationState, readonly createdAt: Date, readonly updatedAt: Date, readonly description: string | null, readonly slogan: string | null, readonly userId: string, readonly realName: string | null, readonly idNumber: string | null, readonly phoneNumber: string | null, readonly organisationName: string | null, readonly organisationAddress: string | null, readonly frontImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly rearImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly certificateImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null } | null } | null };

export type UsersQueryVariables = Exact<{
  filter?: UserFilter | null | undefined;
  order?: UserOrder | null | undefined;
  first?: number | null | undefined;
  offset?: number | null | undefined;
}>;

export type UsersQuery = { readonly users: { readonly nodes: ReadonlyArray<{ readonly hasFollower: boolean, readonly hasFollowing: boolean, readonly id: string, readonly name: string, readonly privateVisible: boolean, readonly phone: string | null, readonly email: string | null, readonly bio: string | null, readonly sex: Sex, readonly location: string | null, readonly inviteCode: string, readonly createdAt: Date, readonly updatedAt: Date, readonly avatarUrl: string | null, readonly blocked: boolean, readonly mutualFollowingsCount: number | null, readonly hasPassword: boolean | null, readonly avatar: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly background: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly extra: { readonly likesCount: number, readonly commentsCount: number, readonly followersCount: number, readonly followingsCount: number, readonly rewardPoints: number, readonly questionsCount: number, readonly answersCount: number, readonly postsCount: number, readonly circlesCount: number, readonly goodsCount: number, readonly checkInDays: number, readonly checkInStreak: number, readonly updatedAt: Date }, readonly currency: { readonly balance: number } | null, readonly wallet: { readonly balance: number, readonly totalIncome: number, readonly totalExpenses: number } | null, readonly vip: { readonly level: string, readonly name: string, readonly endTime: Date } | null, readonly tags: ReadonlyArray<{ readonly id: string, readonly name: string, readonly weight: number }>, readonly verification: { readonly type: VerificationType, readonly state: VerificationState, readonly createdAt: Date, readonly updatedAt: Date, readonly description: string | null, readonly slogan: string | null, readonly userId: string, readonly realName: string | null, readonly idNumber: string | null, readonly phoneNumber: string | null, readonly organisationName: string | null, readonly organisationAddress: string | null, readonly frontImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly rearImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly certificateImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null } | null }> } | null };

export type IncomeRankQueryVariables = Exact<{
  days?: number | null | undefined;
  city?: string | null | undefined;
  first?: number | null | undefined;
}>;

export type IncomeRankQuery = { readonly rank: { readonly entries: ReadonlyArray<{ readonly position: number, readonly amount: number, readonly user: { readonly hasFollower: boolean, readonly hasFollowing: boolean, readonly id: string, readonly name: string, readonly privateVisible: boolean, readonly phone: string | null, readonly email: string | null, readonly bio: string | null, readonly sex: Sex, readonly location: string | null, readonly inviteCode: string, readonly createdAt: Date, readonly updatedAt: Date, readonly avatarUrl: string | null, readonly blocked: boolean, readonly mutualFollowingsCount: number | null, readonly hasPassword: boolean | null, readonly avatar: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly background: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly extra: { readonly likesCount: number, readonly commentsCount: number, readonly followersCount: number, readonly followingsCount: number, readonly rewardPoints: number, readonly questionsCount: number, readonly answersCount: number, readonly postsCount: number, readonly circlesCount: number, readonly goodsCount: number, readonly checkInDays: number, readonly checkInStreak: number, readonly updatedAt: Date }, readonly currency: { readonly balance: number } | null, readonly wallet: { readonly balance: number, readonly totalIncome: number, readonly totalExpenses: number } | null, readonly vip: { readonly level: string, readonly name: string, readonly endTime: Date } | null, readonly tags: ReadonlyArray<{ readonly id: string, readonly name: string, readonly weight: number }>, readonly verification: { readonly type: VerificationType, readonly state: VerificationState, readonly createdAt: Date, readonly updatedAt: Date, readonly description: string | null, readonly slogan: string | null, readonly userId: string, readonly realName: string | null, readonly idNumber: string | null, readonly phoneNumber: string | null, readonly organisationName: string | null, readonly organisationAddress: string | null, readonly frontImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly rearImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly certificateImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null } | null } }>, readonly mine: { readonly position: number | null, readonly amount: number, readonly user: { readonly hasFollower: boolean, readonly hasFollowing: boolean, readonly id: string, readonly name: string, readonly privateVisible: boolean, readonly phone: string | null, readonly email: string | null, readonly bio: string | null, readonly sex: Sex, readonly location: string | null, readonly inviteCode: string, readonly createdAt: Date, readonly updatedAt: Date, readonly avatarUrl: string | null, readonly blocked: boolean, readonly mutualFollowingsCount: number | null, readonly hasPassword: boolean | null, readonly avatar: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly background: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly extra: { readonly likesCount: number, readonly commentsCount: number, readonly followersCount: number, readonly followingsCount: number, readonly rewardPoints: number, readonly questionsCount: number, readonly answersCount: number, readonly postsCount: number, readonly circlesCount: number, readonly goodsCount: number, readonly checkInDays: number, readonly checkInStreak: number, readonly updatedAt: Date }, readonly currency: { readonly balance: number } | null, readonly wallet: { readonly balance: number, readonly totalIncome: number, readonly totalExpenses: number } | null, readonly vip: { readonly level: string, readonly name: string, readonly endTime: Date } | null, readonly tags: ReadonlyArray<{ readonly id: string, readonly name: string, readonly weight: number }>, readonly verification: { readonly type: VerificationType, readonly state: VerificationState, readonly createdAt: Date, readonly updatedAt: Date, readonly description: string | null, readonly slogan: string | null, readonly userId: string, readonly realName: string | null, readonly idNumber: string | null, readonly phoneNumber: string | null, readonly organisationName: string | null, readonly organisationAddress: string | null, readonly frontImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly rearImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly certificateImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null } | null } } | null } };

export type LoginMutationVariables = Exact<{
  input: LoginInput;
}>;

export type LoginMutation = { readonly login: { readonly token: string, readonly expiresAt: Date } };

export type RegisterMutationVariables = Exact<{
  input: RegisterInput;
}>;

export type RegisterMutation = { readonly register: { readonly token: string, readonly expiresAt: Date } };

export type RefreshSessionMutationVariables = Exact<{ [key: string]: never; }>;

export type RefreshSessionMutation = { readonly refreshSession: { readonly token: string, readonly expiresAt: Date } };

export type LogoutMutationVariables = Exact<{ [key: string]: never; }>;

export type LogoutMutation = { readonly logout: boolean };

export type SendCodeMutationVariables = Exact<{
  input: SendCodeInput;
}>;

export type SendCodeMutation = { readonly sendCode: { readonly resendAfter: number } };

export type UpdateProfileMutationVariables = Exact<{
  input: UpdateProfileInput;
}>;

export type UpdateProfileMutation = { readonly updateProfile: { readonly id: string } };

export type UpdateContactMutationVariables = Exact<{
  phone: string;
  byPhone: boolean;
  email: string;
  byEmail: boolean;
  code: string;
}>;

export type UpdateContactMutation = { readonly bindPhone?: { readonly id: string }, readonly bindEmail?: { readonly id: string } };

export type ChangePasswordMutationVariables = Exact<{
  input: ChangePasswordInput;
}>;

export type ChangePasswordMutation = { readonly changePassword: boolean };

export type RetrievePasswordMutationVariables = Exact<{
  input: RetrievePasswordInput;
}>;

export type RetrievePasswordMutation = { readonly retrievePassword: boolean };

export type UnbindPhoneMutationVariables = Exact<{
  input: UnbindInput;
}>;

export type UnbindPhoneMutation = { readonly unbindPhone: { readonly id: string } };

export type UnbindEmailMutationVariables = Exact<{
  input: UnbindInput;
}>;

export type UnbindEmailMutation = { readonly unbindEmail: { readonly id: string } };

export type DeleteAccountMutationVariables = Exact<{ [key: string]: never; }>;

export type DeleteAccountMutation = { readonly deleteAccount: boolean };

export type DisableUserMutationVariables = Exact<{
  id: string;
}>;

export type DisableUserMutation = { readonly disableUser: { readonly id: string } };

export type EnableUserMutationVariables = Exact<{
  id: string;
}>;

export type EnableUserMutation = { readonly enableUser: { readonly id: string } };

export type FollowMutationVariables = Exact<{
  userId: string;
}>;

export type FollowMutation = { readonly follow: { readonly id: string } };

export type UnfollowMutationVariables = Exact<{
  userId: string;
}>;

export type UnfollowMutation = { readonly unfollow: { readonly id: string } };

export type AddressesQueryVariables = Exact<{ [key: string]: never; }>;

export type AddressesQuery = { readonly addresses: ReadonlyArray<{ readonly id: string, readonly userId: string, readonly alias: string | null, readonly name: string, readonly phone: string, readonly province: string | null, readonly city: string | null, readonly county: string | null, readonly detail: string, readonly postcode: string | null, readonly isDefault: boolean, readonly createdAt: Date, readonly updatedAt: Date }> | null };

export type AddressQueryVariables = Exact<{
  id: string;
}>;

export type AddressQuery = { readonly address: { readonly id: string, readonly userId: string, readonly alias: string | null, readonly name: string, readonly phone: string, readonly province: string | null, readonly city: string | null, readonly county: string | null, readonly detail: string, readonly postcode: string | null, readonly isDefault: boolean, readonly createdAt: Date, readonly updatedAt: Date } | null };

export type CreateAddressMutationVariables = Exact<{
  input: AddressInput;
}>;

export type CreateAddressMutation = { readonly createAddress: { readonly id: string, readonly userId: string, readonly alias: string | null, readonly name: string, readonly phone: string, readonly province: string | null, readonly city: string | null, readonly county: string | null, readonly detail: string, readonly postcode: string | null, readonly isDefault: boolean, readonly createdAt: Date, readonly updatedAt: Date } };

export type UpdateAddressMutationVariables = Exact<{
  id: string;
  input: AddressPatch;
}>;

export type UpdateAddressMutation = { readonly updateAddress: { readonly id: string, readonly userId: string, readonly alias: string | null, readonly name: string, readonly phone: string, readonly province: string | null, readonly city: string | null, readonly county: string | null, readonly detail: string, readonly postcode: string | null, readonly isDefault: boolean, readonly createdAt: Date, readonly updatedAt: Date } };

export type DeleteAddressMutationVariables = Exact<{
  id: string;
}>;

export type DeleteAddressMutation = { readonly removeAddress: { readonly address: { readonly id: string } } };

export type VerificationQueryVariables = Exact<{ [key: string]: never; }>;

export type VerificationQuery = { readonly me: { readonly verification: { readonly type: VerificationType, readonly state: VerificationState, readonly createdAt: Date, readonly updatedAt: Date, readonly description: string | null, readonly slogan: string | null, readonly userId: string, readonly realName: string | null, readonly idNumber: string | null, readonly phoneNumber: string | null, readonly organisationName: string | null, readonly organisationAddress: string | null, readonly frontImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly rearImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly certificateImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null } | null } | null };

export type SubmitVerificationMutationVariables = Exact<{
  input: VerificationInput;
}>;

export type SubmitVerificationMutation = { readonly submitVerification: { readonly state: VerificationState } };

export type UpdateVerificationMutationVariables = Exact<{
  input: VerificationInput;
}>;

export type UpdateVerificationMutation = { readonly updateVerification: { readonly state: VerificationState } };

export type DeleteVerificationMutationVariables = Exact<{ [key: string]: never; }>;

export type DeleteVerificationMutation = { readonly withdrawVerification: { readonly verification: { readonly userId: string } } };

export type CreateUploadMutationVariables = Exact<{
  input: CreateUploadInput;
}>;

export type CreateUploadMutation = { readonly createUpload: { readonly token: string, readonly reference: string, readonly mime: string, readonly size: number, readonly md5: string, readonly publicUrl: string } };

export type StoreUploadMutationVariables = Exact<{
  token: string;
  file: Upload;
}>;

export type StoreUploadMutation = { readonly storeUpload: { readonly reference: string } };

export type AbilitiesQueryVariables = Exact<{ [key: string]: never; }>;

export type AbilitiesQuery = { readonly me: { readonly abilities: ReadonlyArray<string> | null } | null };

export type GatewayInfoQueryVariables = Exact<{ [key: string]: never; }>;

export type GatewayInfoQuery = { readonly gatewayInfo: { readonly sessionDays: number, readonly codeResendSeconds: number, readonly uploadMaxBytes: number } };

export type BlockedUsersQueryVariables = Exact<{
  first?: number | null | undefined;
  offset?: number | null | undefined;
}>;

export type BlockedUsersQuery = { readonly blockedUsers: { readonly nodes: ReadonlyArray<{ readonly hasFollower: boolean, readonly hasFollowing: boolean, readonly id: string, readonly name: string, readonly privateVisible: boolean, readonly phone: string | null, readonly email: string | null, readonly bio: string | null, readonly sex: Sex, readonly location: string | null, readonly inviteCode: string, readonly createdAt: Date, readonly updatedAt: Date, readonly avatarUrl: string | null, readonly blocked: boolean, readonly mutualFollowingsCount: number | null, readonly hasPassword: boolean | null, readonly avatar: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly background: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly extra: { readonly likesCount: number, readonly commentsCount: number, readonly followersCount: number, readonly followingsCount: number, readonly rewardPoints: number, readonly questionsCount: number, readonly answersCount: number, readonly postsCount: number, readonly circlesCount: number, readonly goodsCount: number, readonly checkInDays: number, readonly checkInStreak: number, readonly updatedAt: Date }, readonly currency: { readonly balance: number } | null, readonly wallet: { readonly balance: number, readonly totalIncome: number, readonly totalExpenses: number } | null, readonly vip: { readonly level: string, readonly name: string, readonly endTime: Date } | null, readonly tags: ReadonlyArray<{ readonly id: string, readonly name: string, readonly weight: number }>, readonly verification: { readonly type: VerificationType, readonly state: VerificationState, readonly createdAt: Date, readonly updatedAt: Date, readonly description: string | null, readonly slogan: string | null, readonly userId: string, readonly realName: string | null, readonly idNumber: string | null, readonly phoneNumber: string | null, readonly organisationName: string | null, readonly organisationAddress: string | null, readonly frontImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly rearImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly certificateImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null } | null }> } | null };

export type BlockMutationVariables = Exact<{
  userId: string;
}>;

export type BlockMutation = { readonly block: { readonly id: string } };

export type UnblockMutationVariables = Exact<{
  userId: string;
}>;

export type UnblockMutation = { readonly unblock: { readonly id: string } };

export type ReportUserMutationVariables = Exact<{
  input: ReportInput;
}>;

export type ReportUserMutation = { readonly reportUser: boolean };

export type NewFollowersQueryVariables = Exact<{ [key: string]: never; }>;

export type NewFollowersQuery = { readonly me: { readonly newFollowers: { readonly count: number, readonly mutualCount: number } | null } | null };

export type MarkSeenMutationVariables = Exact<{
  followers: boolean;
}>;

export type MarkSeenMutation = { readonly markFollowersSeen?: { readonly id: string } };

export type NothingQueryVariables = Exact<{ [key: string]: never; }>;

export type NothingQuery = { readonly __typename: 'Query' };

export type LoginByThirdPartyMutationVariables = Exact<{
  input: LoginInput;
}>;

export type LoginByThirdPartyMutation = { readonly login: { readonly token: string, readonly expiresAt: Date, readonly user: { readonly hasFollower: boolean, readonly hasFollowing: boolean, readonly id: string, readonly name: string, readonly privateVisible: boolean, readonly phone: string | null, readonly email: string | null, readonly bio: string | null, readonly sex: Sex, readonly location: string | null, readonly inviteCode: string, readonly createdAt: Date, readonly updatedAt: Date, readonly avatarUrl: string | null, readonly blocked: boolean, readonly mutualFollowingsCount: number | null, readonly hasPassword: boolean | null, readonly avatar: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly background: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly extra: { readonly likesCount: number, readonly commentsCount: number, readonly followersCount: number, readonly followingsCount: number, readonly rewardPoints: number, readonly questionsCount: number, readonly answersCount: number, readonly postsCount: number, readonly circlesCount: number, readonly goodsCount: number, readonly checkInDays: number, readonly checkInStreak: number, readonly updatedAt: Date }, readonly currency: { readonly balance: number } | null, readonly wallet: { readonly balance: number, readonly totalIncome: number, readonly totalExpenses: number } | null, readonly vip: { readonly level: string, readonly name: string, readonly endTime: Date } | null, readonly tags: ReadonlyArray<{ readonly id: string, readonly name: string, readonly weight: number }>, readonly verification: { readonly type: VerificationType, readonly state: VerificationState, readonly createdAt: Date, readonly updatedAt: Date, readonly description: string | null, readonly slogan: string | null, readonly userId: string, readonly realName: string | null, readonly idNumber: string | null, readonly phoneNumber: string | null, readonly organisationName: string | null, readonly organisationAddress: string | null, readonly frontImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly rearImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly certificateImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null } | null } } };

export type LinkedProvidersQueryVariables = Exact<{ [key: string]: never; }>;

export type LinkedProvidersQuery = { readonly linkedProviders: ReadonlyArray<Provider> | null };

export type LinkProviderMutationVariables = Exact<{
  input: ThirdPartyInput;
}>;

export type LinkProviderMutation = { readonly linkProvider: ReadonlyArray<Provider> };

export type UnlinkProviderMutationVariables = Exact<{
  provider: Provider;
}>;

export type UnlinkProviderMutation = { readonly unlinkProvider: ReadonlyArray<Provider> };

export type PopularCitiesQueryVariables = Exact<{ [key: string]: never; }>;

export type PopularCitiesQuery = { readonly popularCities: ReadonlyArray<{ readonly name: string, readonly province: string }> };

export type DivisionsQueryVariables = Exact<{
  name: string;
}>;

export type DivisionsQuery = { readonly divisions: ReadonlyArray<{ readonly id: string, readonly name: string, readonly parent: { readonly id: string, readonly name: string, readonly parent: { readonly id: string, readonly name: string } | null } | null, readonly children: ReadonlyArray<{ readonly id: string, readonly name: string }> }> };

export type NearbyUsersQueryVariables = Exact<{
  from: CoordinatesInput;
  radius?: number | null | undefined;
  first?: number | null | undefined;
  offset?: number | null | undefined;
}>;

export type NearbyUsersQuery = { readonly nearbyUsers: { readonly nodes: ReadonlyArray<{ readonly distance: number, readonly user: { readonly id: string } }> } | null };

export type SharePlaceMutationVariables = Exact<{
  input: CoordinatesInput;
}>;

export type SharePlaceMutation = { readonly sharePlace: boolean };

export type HidePlaceMutationVariables = Exact<{ [key: string]: never; }>;

export type HidePlaceMutation = { readonly hidePlace: boolean };

export type PlusAddressFragment = { readonly id: string, readonly userId: string, readonly alias: string | null, readonly name: string, readonly phone: string, readonly province: string | null, readonly city: string | null, readonly county: string | null, readonly detail: string, readonly postcode: string | null, readonly isDefault: boolean, readonly createdAt: Date, readonly updatedAt: Date };

export type PlusListedUserFragment = { readonly hasFollower: boolean, readonly hasFollowing: boolean, readonly id: string, readonly name: string, readonly privateVisible: boolean, readonly phone: string | null, readonly email: string | null, readonly bio: string | null, readonly sex: Sex, readonly location: string | null, readonly inviteCode: string, readonly createdAt: Date, readonly updatedAt: Date, readonly avatarUrl: string | null, readonly blocked: boolean, readonly mutualFollowingsCount: number | null, readonly hasPassword: boolean | null, readonly avatar: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly background: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly extra: { readonly likesCount: number, readonly commentsCount: number, readonly followersCount: number, readonly followingsCount: number, readonly rewardPoints: number, readonly questionsCount: number, readonly answersCount: number, readonly postsCount: number, readonly circlesCount: number, readonly goodsCount: number, readonly checkInDays: number, readonly checkInStreak: number, readonly updatedAt: Date }, readonly currency: { readonly balance: number } | null, readonly wallet: { readonly balance: number, readonly totalIncome: number, readonly totalExpenses: number } | null, readonly vip: { readonly level: string, readonly name: string, readonly endTime: Date } | null, readonly tags: ReadonlyArray<{ readonly id: string, readonly name: string, readonly weight: number }>, readonly verification: { readonly type: VerificationType, readonly state: VerificationState, readonly createdAt: Date, readonly updatedAt: Date, readonly description: string | null, readonly slogan: string | null, readonly userId: string, readonly realName: string | null, readonly idNumber: string | null, readonly phoneNumber: string | null, readonly organisationName: string | null, readonly organisationAddress: string | null, readonly frontImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly rearImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly certificateImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null } | null };

export type PlusUserFragment = { readonly id: string, readonly name: string, readonly privateVisible: boolean, readonly phone: string | null, readonly email: string | null, readonly bio: string | null, readonly sex: Sex, readonly location: string | null, readonly inviteCode: string, readonly createdAt: Date, readonly updatedAt: Date, readonly avatarUrl: string | null, readonly blocked: boolean, readonly mutualFollowingsCount: number | null, readonly hasPassword: boolean | null, readonly avatar: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly background: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly extra: { readonly likesCount: number, readonly commentsCount: number, readonly followersCount: number, readonly followingsCount: number, readonly rewardPoints: number, readonly questionsCount: number, readonly answersCount: number, readonly postsCount: number, readonly circlesCount: number, readonly goodsCount: number, readonly checkInDays: number, readonly checkInStreak: number, readonly updatedAt: Date }, readonly currency: { readonly balance: number } | null, readonly wallet: { readonly balance: number, readonly totalIncome: number, readonly totalExpenses: number } | null, readonly vip: { readonly level: string, readonly name: string, readonly endTime: Date } | null, readonly tags: ReadonlyArray<{ readonly id: string, readonly name: string, readonly weight: number }>, readonly verification: { readonly type: VerificationType, readonly state: VerificationState, readonly createdAt: Date, readonly updatedAt: Date, readonly description: string | null, readonly slogan: string | null, readonly userId: string, readonly realName: string | null, readonly idNumber: string | null, readonly phoneNumber: string | null, readonly organisationName: string | null, readonly organisationAddress: string | null, readonly frontImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly rearImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly certificateImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null } | null };

export type PlusVerificationFragment = { readonly type: VerificationType, readonly state: VerificationState, readonly createdAt: Date, readonly updatedAt: Date, readonly description: string | null, readonly slogan: string | null, readonly userId: string, readonly realName: string | null, readonly idNumber: string | null, readonly phoneNumber: string | null, readonly organisationName: string | null, readonly organisationAddress: string | null, readonly frontImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly rearImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly certificateImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null };

export type PlusFileFragment = { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string };

export type NumberedImageQueryVariables = Exact<{
  number: number;
  width?: number | null | undefined;
  height?: number | null | undefined;
}>;

export type NumberedImageQuery = { readonly image: { readonly url: string } | null };

export type UploadedImageQueryVariables = Exact<{
  md5: string;
}>;

export type UploadedImageQuery = { readonly uploadedImage: { readonly number: number } | null };

export type UploadImageMutationVariables = Exact<{
  file: Upload;
}>;

export type UploadImageMutation = { readonly uploadImage: { readonly number: number } };

export type UpdateAvatarMutationVariables = Exact<{
  file: Upload;
}>;

export type UpdateAvatarMutation = { readonly updateAvatar: { readonly id: string } };

export type UpdateBackgroundMutationVariables = Exact<{
  file: Upload;
}>;

export type UpdateBackgroundMutation = { readonly updateBackground: { readonly id: string } };

export type CertificationQueryVariables = Exact<{ [key: string]: never; }>;

export type CertificationQuery = { readonly me: { readonly verification: { readonly userId: string, readonly type: VerificationType, readonly state: VerificationState, readonly createdAt: Date, readonly updatedAt: Date, readonly description: string | null, readonly realName: string | null, readonly idNumber: string | null, readonly phoneNumber: string | null, readonly organisationName: string | null, readonly organisationAddress: string | null, readonly frontImage: { readonly number: number } | null, readonly rearImage: { readonly number: number } | null, readonly certificateImage: { readonly number: number } | null } | null } | null };

export type TagCategoriesQueryVariables = Exact<{ [key: string]: never; }>;

export type TagCategoriesQuery = { readonly tagCategories: ReadonlyArray<{ readonly id: string, readonly name: string, readonly weight: number, readonly tags: ReadonlyArray<{ readonly id: string, readonly name: string, readonly weight: number }> }> };

export type UserTagsQueryVariables = Exact<{
  id: string;
}>;

export type UserTagsQuery = { readonly user: { readonly tags: ReadonlyArray<{ readonly id: string, readonly name: string, readonly weight: number }> } | null };

export type OwnTagsQueryVariables = Exact<{ [key: string]: never; }>;

export type OwnTagsQuery = { readonly me: { readonly tags: ReadonlyArray<{ readonly id: string, readonly name: string, readonly weight: number }> } | null };

export type AttachTagMutationVariables = Exact<{
  id: string;
}>;

export type AttachTagMutation = { readonly attachTag: { readonly id: string } };

export type DetachTagMutationVariables = Exact<{
  id: string;
}>;

export type DetachTagMutation = { readonly detachTag: { readonly id: string } };

export type UsersSharingTagsQueryVariables = Exact<{
  first?: number | null | undefined;
  offset?: number | null | undefined;
}>;

export type UsersSharingTagsQuery = { readonly usersSharingTags: { readonly nodes: ReadonlyArray<{ readonly hasFollower: boolean, readonly hasFollowing: boolean, readonly id: string, readonly name: string, readonly privateVisible: boolean, readonly phone: string | null, readonly email: string | null, readonly bio: string | null, readonly sex: Sex, readonly location: string | null, readonly inviteCode: string, readonly createdAt: Date, readonly updatedAt: Date, readonly avatarUrl: string | null, readonly blocked: boolean, readonly mutualFollowingsCount: number | null, readonly hasPassword: boolean | null, readonly avatar: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly background: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly extra: { readonly likesCount: number, readonly commentsCount: number, readonly followersCount: number, readonly followingsCount: number, readonly rewardPoints: number, readonly questionsCount: number, readonly answersCount: number, readonly postsCount: number, readonly circlesCount: number, readonly goodsCount: number, readonly checkInDays: number, readonly checkInStreak: number, readonly updatedAt: Date }, readonly currency: { readonly balance: number } | null, readonly wallet: { readonly balance: number, readonly totalIncome: number, readonly totalExpenses: number } | null, readonly vip: { readonly level: string, readonly name: string, readonly endTime: Date } | null, readonly tags: ReadonlyArray<{ readonly id: string, readonly name: string, readonly weight: number }>, readonly verification: { readonly type: VerificationType, readonly state: VerificationState, readonly createdAt: Date, readonly updatedAt: Date, readonly description: string | null, readonly slogan: string | null, readonly userId: string, readonly realName: string | null, readonly idNumber: string | null, readonly phoneNumber: string | null, readonly organisationName: string | null, readonly organisationAddress: string | null, readonly frontImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly rearImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly certificateImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null } | null }> } | null };

export type PlusTagFragment = { readonly id: string, readonly name: string, readonly weight: number };

export type UserFollowersQueryVariables = Exact<{
  id: string;
  first?: number | null | undefined;
  offset?: number | null | undefined;
}>;

export type UserFollowersQuery = { readonly user: { readonly followers: { readonly nodes: ReadonlyArray<{ readonly hasFollower: boolean, readonly hasFollowing: boolean, readonly id: string, readonly name: string, readonly privateVisible: boolean, readonly phone: string | null, readonly email: string | null, readonly bio: string | null, readonly sex: Sex, readonly location: string | null, readonly inviteCode: string, readonly createdAt: Date, readonly updatedAt: Date, readonly avatarUrl: string | null, readonly blocked: boolean, readonly mutualFollowingsCount: number | null, readonly hasPassword: boolean | null, readonly avatar: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly background: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly extra: { readonly likesCount: number, readonly commentsCount: number, readonly followersCount: number, readonly followingsCount: number, readonly rewardPoints: number, readonly questionsCount: number, readonly answersCount: number, readonly postsCount: number, readonly circlesCount: number, readonly goodsCount: number, readonly checkInDays: number, readonly checkInStreak: number, readonly updatedAt: Date }, readonly currency: { readonly balance: number } | null, readonly wallet: { readonly balance: number, readonly totalIncome: number, readonly totalExpenses: number } | null, readonly vip: { readonly level: string, readonly name: string, readonly endTime: Date } | null, readonly tags: ReadonlyArray<{ readonly id: string, readonly name: string, readonly weight: number }>, readonly verification: { readonly type: VerificationType, readonly state: VerificationState, readonly createdAt: Date, readonly updatedAt: Date, readonly description: string | null, readonly slogan: string | null, readonly userId: string, readonly realName: string | null, readonly idNumber: string | null, readonly phoneNumber: string | null, readonly organisationName: string | null, readonly organisationAddress: string | null, readonly frontImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly rearImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly certificateImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null } | null }> } | null } | null };

export type UserFollowingsQueryVariables = Exact<{
  id: string;
  first?: number | null | undefined;
  offset?: number | null | undefined;
}>;

export type UserFollowingsQuery = { readonly user: { readonly followings: { readonly nodes: ReadonlyArray<{ readonly hasFollower: boolean, readonly hasFollowing: boolean, readonly id: string, readonly name: string, readonly privateVisible: boolean, readonly phone: string | null, readonly email: string | null, readonly bio: string | null, readonly sex: Sex, readonly location: string | null, readonly inviteCode: string, readonly createdAt: Date, readonly updatedAt: Date, readonly avatarUrl: string | null, readonly blocked: boolean, readonly mutualFollowingsCount: number | null, readonly hasPassword: boolean | null, readonly avatar: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly background: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly extra: { readonly likesCount: number, readonly commentsCount: number, readonly followersCount: number, readonly followingsCount: number, readonly rewardPoints: number, readonly questionsCount: number, readonly answersCount: number, readonly postsCount: number, readonly circlesCount: number, readonly goodsCount: number, readonly checkInDays: number, readonly checkInStreak: number, readonly updatedAt: Date }, readonly currency: { readonly balance: number } | null, readonly wallet: { readonly balance: number, readonly totalIncome: number, readonly totalExpenses: number } | null, readonly vip: { readonly level: string, readonly name: string, readonly endTime: Date } | null, readonly tags: ReadonlyArray<{ readonly id: string, readonly name: string, readonly weight: number }>, readonly verification: { readonly type: VerificationType, readonly state: VerificationState, readonly createdAt: Date, readonly updatedAt: Date, readonly description: string | null, readonly slogan: string | null, readonly userId: string, readonly realName: string | null, readonly idNumber: string | null, readonly phoneNumber: string | null, readonly organisationName: string | null, readonly organisationAddress: string | null, readonly frontImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly rearImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly certificateImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null } | null }> } | null } | null };

export type FollowersQueryVariables = Exact<{
  first?: number | null | undefined;
  offset?: number | null | undefined;
}>;

export type FollowersQuery = { readonly me: { readonly followers: { readonly nodes: ReadonlyArray<{ readonly hasFollower: boolean, readonly hasFollowing: boolean, readonly id: string, readonly name: string, readonly privateVisible: boolean, readonly phone: string | null, readonly email: string | null, readonly bio: string | null, readonly sex: Sex, readonly location: string | null, readonly inviteCode: string, readonly createdAt: Date, readonly updatedAt: Date, readonly avatarUrl: string | null, readonly blocked: boolean, readonly mutualFollowingsCount: number | null, readonly hasPassword: boolean | null, readonly avatar: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly background: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly extra: { readonly likesCount: number, readonly commentsCount: number, readonly followersCount: number, readonly followingsCount: number, readonly rewardPoints: number, readonly questionsCount: number, readonly answersCount: number, readonly postsCount: number, readonly circlesCount: number, readonly goodsCount: number, readonly checkInDays: number, readonly checkInStreak: number, readonly updatedAt: Date }, readonly currency: { readonly balance: number } | null, readonly wallet: { readonly balance: number, readonly totalIncome: number, readonly totalExpenses: number } | null, readonly vip: { readonly level: string, readonly name: string, readonly endTime: Date } | null, readonly tags: ReadonlyArray<{ readonly id: string, readonly name: string, readonly weight: number }>, readonly verification: { readonly type: VerificationType, readonly state: VerificationState, readonly createdAt: Date, readonly updatedAt: Date, readonly description: string | null, readonly slogan: string | null, readonly userId: string, readonly realName: string | null, readonly idNumber: string | null, readonly phoneNumber: string | null, readonly organisationName: string | null, readonly organisationAddress: string | null, readonly frontImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly rearImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly certificateImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null } | null }> } | null } | null };

export type FollowingsQueryVariables = Exact<{
  first?: number | null | undefined;
  offset?: number | null | undefined;
}>;

export type FollowingsQuery = { readonly me: { readonly followings: { readonly nodes: ReadonlyArray<{ readonly hasFollower: boolean, readonly hasFollowing: boolean, readonly id: string, readonly name: string, readonly privateVisible: boolean, readonly phone: string | null, readonly email: string | null, readonly bio: string | null, readonly sex: Sex, readonly location: string | null, readonly inviteCode: string, readonly createdAt: Date, readonly updatedAt: Date, readonly avatarUrl: string | null, readonly blocked: boolean, readonly mutualFollowingsCount: number | null, readonly hasPassword: boolean | null, readonly avatar: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly background: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly extra: { readonly likesCount: number, readonly commentsCount: number, readonly followersCount: number, readonly followingsCount: number, readonly rewardPoints: number, readonly questionsCount: number, readonly answersCount: number, readonly postsCount: number, readonly circlesCount: number, readonly goodsCount: number, readonly checkInDays: number, readonly checkInStreak: number, readonly updatedAt: Date }, readonly currency: { readonly balance: number } | null, readonly wallet: { readonly balance: number, readonly totalIncome: number, readonly totalExpenses: number } | null, readonly vip: { readonly level: string, readonly name: string, readonly endTime: Date } | null, readonly tags: ReadonlyArray<{ readonly id: string, readonly name: string, readonly weight: number }>, readonly verification: { readonly type: VerificationType, readonly state: VerificationState, readonly createdAt: Date, readonly updatedAt: Date, readonly description: string | null, readonly slogan: string | null, readonly userId: string, readonly realName: string | null, readonly idNumber: string | null, readonly phoneNumber: string | null, readonly organisationName: string | null, readonly organisationAddress: string | null, readonly frontImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly rearImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly certificateImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null } | null }> } | null } | null };

export type MutualFollowingsQueryVariables = Exact<{
  first?: number | null | undefined;
  offset?: number | null | undefined;
}>;

export type MutualFollowingsQuery = { readonly me: { readonly mutualFollowings: { readonly nodes: ReadonlyArray<{ readonly hasFollower: boolean, readonly hasFollowing: boolean, readonly id: string, readonly name: string, readonly privateVisible: boolean, readonly phone: string | null, readonly email: string | null, readonly bio: string | null, readonly sex: Sex, readonly location: string | null, readonly inviteCode: string, readonly createdAt: Date, readonly updatedAt: Date, readonly avatarUrl: string | null, readonly blocked: boolean, readonly mutualFollowingsCount: number | null, readonly hasPassword: boolean | null, readonly avatar: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly background: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly extra: { readonly likesCount: number, readonly commentsCount: number, readonly followersCount: number, readonly followingsCount: number, readonly rewardPoints: number, readonly questionsCount: number, readonly answersCount: number, readonly postsCount: number, readonly circlesCount: number, readonly goodsCount: number, readonly checkInDays: number, readonly checkInStreak: number, readonly updatedAt: Date }, readonly currency: { readonly balance: number } | null, readonly wallet: { readonly balance: number, readonly totalIncome: number, readonly totalExpenses: number } | null, readonly vip: { readonly level: string, readonly name: string, readonly endTime: Date } | null, readonly tags: ReadonlyArray<{ readonly id: string, readonly name: string, readonly weight: number }>, readonly verification: { readonly type: VerificationType, readonly state: VerificationState, readonly createdAt: Date, readonly updatedAt: Date, readonly description: string | null, readonly slogan: string | null, readonly userId: string, readonly realName: string | null, readonly idNumber: string | null, readonly phoneNumber: string | null, readonly organisationName: string | null, readonly organisationAddress: string | null, readonly frontImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly rearImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly certificateImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null } | null }> } | null } | null };

export type UserRankingQueryVariables = Exact<{
  by: UserRankingBy;
  first?: number | null | undefined;
  offset?: number | null | undefined;
}>;

export type UserRankingQuery = { readonly userRanking: { readonly entries: ReadonlyArray<{ readonly position: number, readonly count: number, readonly user: { readonly hasFollower: boolean, readonly hasFollowing: boolean, readonly id: string, readonly name: string, readonly privateVisible: boolean, readonly phone: string | null, readonly email: string | null, readonly bio: string | null, readonly sex: Sex, readonly location: string | null, readonly inviteCode: string, readonly createdAt: Date, readonly updatedAt: Date, readonly avatarUrl: string | null, readonly blocked: boolean, readonly mutualFollowingsCount: number | null, readonly hasPassword: boolean | null, readonly avatar: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly background: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly extra: { readonly likesCount: number, readonly commentsCount: number, readonly followersCount: number, readonly followingsCount: number, readonly rewardPoints: number, readonly questionsCount: number, readonly answersCount: number, readonly postsCount: number, readonly circlesCount: number, readonly goodsCount: number, readonly checkInDays: number, readonly checkInStreak: number, readonly updatedAt: Date }, readonly currency: { readonly balance: number } | null, readonly wallet: { readonly balance: number, readonly totalIncome: number, readonly totalExpenses: number } | null, readonly vip: { readonly level: string, readonly name: string, readonly endTime: Date } | null, readonly tags: ReadonlyArray<{ readonly id: string, readonly name: string, readonly weight: number }>, readonly verification: { readonly type: VerificationType, readonly state: VerificationState, readonly createdAt: Date, readonly updatedAt: Date, readonly description: string | null, readonly slogan: string | null, readonly userId: string, readonly realName: string | null, readonly idNumber: string | null, readonly phoneNumber: string | null, readonly organisationName: string | null, readonly organisationAddress: string | null, readonly frontImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly rearImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly certificateImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null } | null } }> } };

export type UsersByPhonesQueryVariables = Exact<{
  phones: ReadonlyArray<string> | string;
}>;

export type UsersByPhonesQuery = { readonly usersByPhones: ReadonlyArray<{ readonly phone: string, readonly user: { readonly hasFollower: boolean, readonly hasFollowing: boolean, readonly id: string, readonly name: string, readonly privateVisible: boolean, readonly phone: string | null, readonly email: string | null, readonly bio: string | null, readonly sex: Sex, readonly location: string | null, readonly inviteCode: string, readonly createdAt: Date, readonly updatedAt: Date, readonly avatarUrl: string | null, readonly blocked: boolean, readonly mutualFollowingsCount: number | null, readonly hasPassword: boolean | null, readonly avatar: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly background: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly extra: { readonly likesCount: number, readonly commentsCount: number, readonly followersCount: number, readonly followingsCount: number, readonly rewardPoints: number, readonly questionsCount: number, readonly answersCount: number, readonly postsCount: number, readonly circlesCount: number, readonly goodsCount: number, readonly checkInDays: number, readonly checkInStreak: number, readonly updatedAt: Date }, readonly currency: { readonly balance: number } | null, readonly wallet: { readonly balance: number, readonly totalIncome: number, readonly totalExpenses: number } | null, readonly vip: { readonly level: string, readonly name: string, readonly endTime: Date } | null, readonly tags: ReadonlyArray<{ readonly id: string, readonly name: string, readonly weight: number }>, readonly verification: { readonly type: VerificationType, readonly state: VerificationState, readonly createdAt: Date, readonly updatedAt: Date, readonly description: string | null, readonly slogan: string | null, readonly userId: string, readonly realName: string | null, readonly idNumber: string | null, readonly phoneNumber: string | null, readonly organisationName: string | null, readonly organisationAddress: string | null, readonly frontImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly rearImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null, readonly certificateImage: { readonly url: string, readonly mime: string, readonly size: number, readonly width: number, readonly height: number, readonly reference: string } | null } | null } }> | null };

export type PlusOperations = {
  Me: { variables: MeQueryVariables; data: MeQuery };
  UserByAccount: { variables: UserByAccountQueryVariables; data: UserByAccountQuery };
  Users: { variables: UsersQueryVariables; data: UsersQuery };
  IncomeRank: { variables: IncomeRankQueryVariables; data: IncomeRankQuery };
  Login: { variables: LoginMutationVariables; data: LoginMutation };
  Register: { variables: RegisterMutationVariables; data: RegisterMutation };
  RefreshSession: { variables: RefreshSessionMutationVariables; data: RefreshSessionMutation };
  Logout: { variables: LogoutMutationVariables; data: LogoutMutation };
  SendCode: { variables: SendCodeMutationVariables; data: SendCodeMutation };
  UpdateProfile: { variables: UpdateProfileMutationVariables; data: UpdateProfileMutation };
  UpdateContact: { variables: UpdateContactMutationVariables; data: UpdateContactMutation };
  ChangePassword: { variables: ChangePasswordMutationVariables; data: ChangePasswordMutation };
  RetrievePassword: { variables: RetrievePasswordMutationVariables; data: RetrievePasswordMutation };
  UnbindPhone: { variables: UnbindPhoneMutationVariables; data: UnbindPhoneMutation };
  UnbindEmail: { variables: UnbindEmailMutationVariables; data: UnbindEmailMutation };
  DeleteAccount: { variables: DeleteAccountMutationVariables; data: DeleteAccountMutation };
  DisableUser: { variables: DisableUserMutationVariables; data: DisableUserMutation };
  EnableUser: { variables: EnableUserMutationVariables; data: EnableUserMutation };
  Follow: { variables: FollowMutationVariables; data: FollowMutation };
  Unfollow: { variables: UnfollowMutationVariables; data: UnfollowMutation };
  Addresses: { variables: AddressesQueryVariables; data: AddressesQuery };
  Address: { variables: AddressQueryVariables; data: AddressQuery };
  CreateAddress: { variables: CreateAddressMutationVariables; data: CreateAddressMutation };
  UpdateAddress: { variables: UpdateAddressMutationVariables; data: UpdateAddressMutation };
  DeleteAddress: { variables: DeleteAddressMutationVariables; data: DeleteAddressMutation };
  Verification: { variables: VerificationQueryVariables; data: VerificationQuery };
  SubmitVerification: { variables: SubmitVerificationMutationVariables; data: SubmitVerificationMutation };
  UpdateVerification: { variables: UpdateVerificationMutationVariables; data: UpdateVerificationMutation };
  DeleteVerification: { variables: DeleteVerificationMutationVariables; data: DeleteVerificationMutation };
  CreateUpload: { variables: CreateUploadMutationVariables; data: CreateUploadMutation };
  StoreUpload: { variables: StoreUploadMutationVariables; data: StoreUploadMutation };
  Abilities: { variables: AbilitiesQueryVariables; data: AbilitiesQuery };
  GatewayInfo: { variables: GatewayInfoQueryVariables; data: GatewayInfoQuery };
  BlockedUsers: { variables: BlockedUsersQueryVariables; data: BlockedUsersQuery };
  Block: { variables: BlockMutationVariables; data: BlockMutation };
  Unblock: { variables: UnblockMutationVariables; data: UnblockMutation };
  ReportUser: { variables: ReportUserMutationVariables; data: ReportUserMutation };
  NewFollowers: { variables: NewFollowersQueryVariables; data: NewFollowersQuery };
  MarkSeen: { variables: MarkSeenMutationVariables; data: MarkSeenMutation };
  Nothing: { variables: NothingQueryVariables; data: NothingQuery };
  LoginByThirdParty: { variables: LoginByThirdPartyMutationVariables; data: LoginByThirdPartyMutation };
  LinkedProviders: { variables: LinkedProvidersQueryVariables; data: LinkedProvidersQuery };
  LinkProvider: { variables: LinkProviderMutationVariables; data: LinkProviderMutation };
  UnlinkProvider: { variables: UnlinkProviderMutationVariables; data: UnlinkProviderMutation };
  PopularCities: { variables: PopularCitiesQueryVariables; data: PopularCitiesQuery };
  Divisions: { variables: DivisionsQueryVariables; data: DivisionsQuery };
  NearbyUsers: { variables: NearbyUsersQueryVariables; data: NearbyUsersQuery };
  SharePlace: { variables: SharePlaceMutationVariables; data: SharePlaceMutation };
  HidePlace: { variables: HidePlaceMutationVariables; data: HidePlaceMutation };
  NumberedImage: { variables: NumberedImageQueryVariables; data: NumberedImageQuery };
  UploadedImage: { variables: UploadedImageQueryVariables; data: UploadedImageQuery };
  UploadImage: { variables: UploadImageMutationVariables; data: UploadImageMutation };
  UpdateAvatar: { variables: UpdateAvatarMutationVariables; data: UpdateAvatarMutation };
  UpdateBackground: { variables: UpdateBackgroundMutationVariables; data: UpdateBackgroundMutation };
  Certification: { variables: CertificationQueryVariables; data: CertificationQuery };
  TagCategories: { variables: TagCategoriesQueryVariables; data: TagCategoriesQuery };
  UserTags: { variables: UserTagsQueryVariables; data: UserTagsQuery };
  OwnTags: { variables: OwnTagsQueryVariables; data: OwnTagsQuery };
  AttachTag: { variables: AttachTagMutationVariables; data: AttachTagMutation };
  DetachTag: { variables: DetachTagMutationVariables; data: DetachTagMutation };
  UsersSharingTags: { variables: UsersSharingTagsQueryVariables; data: UsersSharingTagsQuery };
  UserFollowers: { variables: UserFollowersQueryVariables; data: UserFollowersQuery };
  UserFollowings: { variables: UserFollowingsQueryVariables; data: UserFollowingsQuery };
  Followers: { variables: FollowersQueryVariables; data: FollowersQuery };
  Followings: { variables: FollowingsQueryVariables; data: FollowingsQuery };
  MutualFollowings: { variables: MutualFollowingsQueryVariables; data: MutualFollowingsQuery };
  UserRanking: { variables: UserRankingQueryVariables; data: UserRankingQuery };
  UsersByPhones: { variables: UsersByPhonesQueryVariables; data: UsersByPhonesQuery };
};
