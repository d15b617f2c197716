// biome-ignore-all assist/source/organizeImports: fields stand in the schema in the order in which their resolvers are loaded.
import { LoginResolver } from '../modules/login/login.resolver.js';
import { ContactResolver } from '../modules/contact/contact.resolver.js';
import { AccountUpdateResolver } from '../modules/account/account-update.resolver.js';
import { PasswordResolver } from '../modules/credential/password.resolver.js';
import { AdministrationResolver } from '../modules/account/administration.resolver.js';
import { CodeResolver } from '../modules/code/code.resolver.js';
import { CaptchaResolver } from '../modules/captcha/captcha.resolver.js';
import { AvailabilityResolver } from '../modules/account/availability.resolver.js';
import { AddressResolver } from '../modules/address/address.resolver.js';
import { FollowResolver, UserFollowResolver } from '../modules/follow/follow.resolver.js';
import { GatewayResolver } from '../modules/gateway/gateway.resolver.js';
import { HobbyResolver } from '../modules/hobby/hobby.resolver.js';
import { ImageResolver } from '../modules/image/image.resolver.js';
import { AvatarResolver } from '../modules/profile/avatar.resolver.js';
import { UploadResolver } from '../modules/image/upload.resolver.js';
import { OpenAccountResolver } from '../modules/openapp/open-account.resolver.js';
import { CityResolver } from '../modules/place/city.resolver.js';
import { CommunityResolver } from '../modules/place/community.resolver.js';
import { RankingResolver } from '../modules/ranking/ranking.resolver.js';
import { ReleaseResolver } from '../modules/release/release.resolver.js';
import { SecurityEventResolver } from '../modules/security/security-event.resolver.js';
import { SessionResolver } from '../modules/session/session.resolver.js';
import { UserResolver } from '../modules/user/user.resolver.js';
import { UserHobbyResolver } from '../modules/hobby/user-hobby.resolver.js';
import { UserImageResolver } from '../modules/image/user-image.resolver.js';
import { ProfileResolver } from '../modules/profile/profile.resolver.js';
import { UserExtraResolver } from '../modules/user/user-extra.resolver.js';
import { UserIdsResolver } from '../modules/user/user-ids.resolver.js';
import {
  UserVerificationResolver,
  VerificationResolver,
} from '../modules/verification/verification.resolver.js';
import { UserWalletResolver } from '../modules/wallet/wallet.resolver.js';

/** Every resolver of the schema. */
export const RESOLVERS = [
  LoginResolver,
  ContactResolver,
  AccountUpdateResolver,
  PasswordResolver,
  AdministrationResolver,
  CodeResolver,
  CaptchaResolver,
  AvailabilityResolver,
  AddressResolver,
  FollowResolver,
  UserFollowResolver,
  GatewayResolver,
  HobbyResolver,
  ImageResolver,
  AvatarResolver,
  UploadResolver,
  OpenAccountResolver,
  CityResolver,
  CommunityResolver,
  RankingResolver,
  ReleaseResolver,
  SecurityEventResolver,
  SessionResolver,
  UserResolver,
  UserHobbyResolver,
  UserImageResolver,
  ProfileResolver,
  UserExtraResolver,
  UserIdsResolver,
  UserVerificationResolver,
  VerificationResolver,
  UserWalletResolver,
] as const;
