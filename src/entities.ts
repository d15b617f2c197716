import { Address } from './modules/address/address.entity.js';
import { CallBatch } from './modules/call/call-batch.entity.js';
import { RowAccounts } from './modules/call/row-accounts.entity.js';
import { RowCall } from './modules/call/row-call.entity.js';
import { Credential } from './modules/credential/credential.entity.js';
import { Identity } from './modules/credential/identity.entity.js';
import { AccountEvent } from './modules/event/account-event.entity.js';
import { WebhookDelivery } from './modules/event/delivery.entity.js';
import { Webhook } from './modules/event/webhook.entity.js';
import { Block } from './modules/follow/block.entity.js';
import { Follow } from './modules/follow/follow.entity.js';
import { Hobby } from './modules/hobby/hobby.entity.js';
import { UserHobby } from './modules/hobby/user-hobby.entity.js';
import { DefaultPhoto } from './modules/image/default-photo.entity.js';
import { ImportGuard } from './modules/import/import-guard.entity.js';
import { ImportSystem } from './modules/import/import-system.entity.js';
import { ImportedFollow } from './modules/import/imported-follow.entity.js';
import { ImportedPicture } from './modules/import/imported-picture.entity.js';
import { ImportedRecord } from './modules/import/imported-record.entity.js';
import { BannedWord } from './modules/moderation/banned-word.entity.js';
import { BlockedIp } from './modules/moderation/blocked-ip.entity.js';
import { SharedPlace } from './modules/nearby/shared-place.entity.js';
import { OpenApp } from './modules/openapp/open-app.entity.js';
import { OpenAppCall } from './modules/openapp/open-app-call.entity.js';
import { City } from './modules/place/city.entity.js';
import { Community } from './modules/place/community.entity.js';
import { County } from './modules/place/county.entity.js';
import { Province } from './modules/place/province.entity.js';
import { CurrencyOrder } from './modules/ranking/currency-order.entity.js';
import { DailyIncome } from './modules/ranking/daily-income.entity.js';
import { AppRelease } from './modules/release/app-release.entity.js';
import { Report } from './modules/report/report.entity.js';
import { SecurityEvent } from './modules/security/security-event.entity.js';
import { Session } from './modules/session/session.entity.js';
import { ShadowDifference } from './modules/shadow/shadow-difference.entity.js';
import { ShadowRow } from './modules/shadow/shadow-row.entity.js';
import { Tag } from './modules/tag/tag.entity.js';
import { TagCategory } from './modules/tag/tag-category.entity.js';
import { UserTag } from './modules/tag/user-tag.entity.js';
import { Image } from './modules/user/image.entity.js';
import { LegacyId } from './modules/user/legacy-id.entity.js';
import { User } from './modules/user/user.entity.js';
import { UserExtra } from './modules/user/user-extra.entity.js';
import { Verification } from './modules/verification/verification.entity.js';
import { Currency } from './modules/wallet/currency.entity.js';
import { Vip } from './modules/wallet/vip.entity.js';
import { Wallet } from './modules/wallet/wallet.entity.js';

/** Every table of the domain. */
export const ENTITIES = [
  User,
  LegacyId,
  UserExtra,
  UserHobby,
  Credential,
  Identity,
  Session,
  SecurityEvent,
  Image,
  DefaultPhoto,
  Hobby,
  TagCategory,
  Tag,
  UserTag,
  Province,
  City,
  County,
  Community,
  Address,
  Follow,
  SharedPlace,
  Block,
  Report,
  Verification,
  CurrencyOrder,
  DailyIncome,
  Currency,
  Wallet,
  Vip,
  AppRelease,
  OpenApp,
  OpenAppCall,
  BlockedIp,
  BannedWord,
  ImportGuard,
  ImportSystem,
  ImportedRecord,
  ImportedFollow,
  ImportedPicture,
  RowCall,
  RowAccounts,
  CallBatch,
  ShadowRow,
  ShadowDifference,
  Webhook,
  AccountEvent,
  WebhookDelivery,
];
