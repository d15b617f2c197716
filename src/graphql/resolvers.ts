import { AccountResolver } from '../modules/account/account.resolver.js';
import { CodeResolver } from '../modules/account/code.resolver.js';
import { AddressResolver } from '../modules/address/address.resolver.js';
import { FollowResolver, UserFollowResolver } from '../modules/follow/follow.resolver.js';
import { GatewayResolver } from '../modules/gateway/gateway.resolver.js';
import { HobbyResolver } from '../modules/hobby/hobby.resolver.js';
import { ImageResolver } from '../modules/image/image.resolver.js';
import { OpenAccountResolver } from '../modules/openapp/open-account.resolver.js';
import { CityResolver } from '../modules/place/city.resolver.js';
import { CommunityResolver } from '../modules/place/community.resolver.js';
import { RankingResolver } from '../modules/ranking/ranking.resolver.js';
import { ReleaseResolver } from '../modules/release/release.resolver.js';
import { SecurityEventResolver } from '../modules/security/security-event.resolver.js';
import { SessionResolver } from '../modules/session/session.resolver.js';
import { UserResolver } from '../modules/user/user.resolver.js';
import { UserExtraResolver } from '../modules/user/user-extra.resolver.js';
import { UserIdsResolver } from '../modules/user/user-ids.resolver.js';
import {
  UserVerificationResolver,
  VerificationResolver,
} from '../modules/verification/verification.resolver.js';
import { UserWalletResolver } from '../modules/wallet/wallet.resolver.js';

/** Every resolver of the schema. */
export const RESOLVERS = [
  AccountResolver,
  AddressResolver,
  CityResolver,
  CodeResolver,
  CommunityResolver,
  FollowResolver,
  GatewayResolver,
  HobbyResolver,
  ImageResolver,
  OpenAccountResolver,
  RankingResolver,
  ReleaseResolver,
  SecurityEventResolver,
  SessionResolver,
  UserExtraResolver,
  UserFollowResolver,
  UserIdsResolver,
  UserResolver,
  UserVerificationResolver,
  UserWalletResolver,
  VerificationResolver,
] as const;
