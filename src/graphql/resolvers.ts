// biome-ignore-all assist/source/organizeImports: fields stand in the schema in the order in which their resolvers are loaded.
import type { Services } from '../services.js';
import { LoginResolver } from '../modules/login/login.resolver.js';
import { ContactResolver } from '../modules/contact/contact.resolver.js';
import { ContactDiscoveryResolver } from '../modules/contact/contact-discovery.resolver.js';
import { AccountUpdateResolver } from '../modules/account/account-update.resolver.js';
import { PasswordResolver, UserPasswordResolver } from '../modules/credential/password.resolver.js';
import { AdministrationResolver } from '../modules/account/administration.resolver.js';
import { CodeResolver } from '../modules/code/code.resolver.js';
import { CaptchaResolver } from '../modules/captcha/captcha.resolver.js';
import { AvailabilityResolver } from '../modules/account/availability.resolver.js';
import { AddressResolver, UserAddressResolver } from '../modules/address/address.resolver.js';
import { BlockResolver, UserBlockResolver } from '../modules/follow/block.resolver.js';
import {
  FollowConnectionResolver,
  FollowResolver,
  UserFollowResolver,
} from '../modules/follow/follow.resolver.js';
import { GatewayResolver } from '../modules/gateway/gateway.resolver.js';
import { IdentityResolver } from '../modules/credential/identity.resolver.js';
import { HobbyResolver } from '../modules/hobby/hobby.resolver.js';
import { ImageResolver } from '../modules/image/image.resolver.js';
import { ProfilePictureResolver } from '../modules/profile/profile-picture.resolver.js';
import { UploadResolver } from '../modules/image/upload.resolver.js';
import { OpenAccountResolver } from '../modules/openapp/open-account.resolver.js';
import { CityResolver } from '../modules/place/city.resolver.js';
import { DivisionResolver } from '../modules/place/division.resolver.js';
import { CommunityResolver } from '../modules/place/community.resolver.js';
import { RankingResolver } from '../modules/ranking/ranking.resolver.js';
import { UserRankingResolver } from '../modules/ranking/user-ranking.resolver.js';
import { ReleaseResolver } from '../modules/release/release.resolver.js';
import { ReportResolver } from '../modules/report/report.resolver.js';
import {
  SecurityEventResolver,
  UserSecurityEventResolver,
} from '../modules/security/security-event.resolver.js';
import { SessionResolver, UserSessionResolver } from '../modules/session/session.resolver.js';
import { UserResolver } from '../modules/user/user.resolver.js';
import { UserHobbyResolver } from '../modules/hobby/user-hobby.resolver.js';
import { TagResolver, UserTagResolver } from '../modules/tag/tag.resolver.js';
import { UserImageResolver } from '../modules/image/user-image.resolver.js';
import { ProfileResolver } from '../modules/profile/profile.resolver.js';
import { UserExtraResolver } from '../modules/user/user-extra.resolver.js';
import { UserIdsResolver } from '../modules/user/user-ids.resolver.js';
import {
  UserVerificationResolver,
  VerificationResolver,
} from '../modules/verification/verification.resolver.js';
import { UserWalletResolver } from '../modules/wallet/wallet.resolver.js';
import { NearbyResolver } from '../modules/nearby/nearby.resolver.js';

/** Every resolver, over what it calls. */
export const createResolvers = (services: Services): readonly object[] => [
  new LoginResolver(services.registration, services.login, services.sessions),
  new ContactResolver(services.contacts),
  new ContactDiscoveryResolver(services.contactDiscovery),
  new AccountUpdateResolver(services.accountUpdates),
  new PasswordResolver(services.passwords),
  new UserPasswordResolver(),
  new AdministrationResolver(services.administration),
  new CodeResolver(services.codeRequests),
  new CaptchaResolver(services.captchas),
  new AvailabilityResolver(services.availability),
  new AddressResolver(services.addresses),
  new UserAddressResolver(),
  new FollowResolver(services.follows),
  new UserFollowResolver(services.follows),
  new FollowConnectionResolver(services.follows),
  new BlockResolver(services.blocks),
  new UserBlockResolver(),
  new GatewayResolver(services.gatewayInfo),
  new IdentityResolver(services.identities),
  new HobbyResolver(services.hobbies),
  new ImageResolver(services.images),
  new ProfilePictureResolver(services.profiles),
  new UploadResolver(services.uploads),
  new OpenAccountResolver(services.openAccounts),
  new CityResolver(services.places),
  new DivisionResolver(services.places),
  new CommunityResolver(services.places),
  new RankingResolver(services.ranking, services.incomes),
  new UserRankingResolver(services.userRankings),
  new ReleaseResolver(services.releases),
  new ReportResolver(services.reports),
  new SecurityEventResolver(services.securityEvents),
  new UserSecurityEventResolver(services.securityEvents),
  new SessionResolver(services.sessions),
  new UserSessionResolver(),
  new UserResolver(services.users, services.places),
  new UserHobbyResolver(),
  new TagResolver(services.tags),
  new UserTagResolver(),
  new UserImageResolver(services.images),
  new ProfileResolver(services.profiles),
  new UserExtraResolver(),
  new UserIdsResolver(services.users),
  new UserVerificationResolver(),
  new VerificationResolver(services.verifications),
  new UserWalletResolver(services.wallets),
  new NearbyResolver(services.nearby),
];
