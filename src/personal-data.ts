import type { PersonalTable } from './infra/database/personal.js';
import { erasedAddresses } from './modules/address/address.repository.js';
import { erasedCredentials } from './modules/credential/credential.repository.js';
import { erasedIdentities } from './modules/credential/identity.repository.js';
import { erasedFollows } from './modules/follow/follow.repository.js';
import { erasedUserHobbies } from './modules/hobby/hobby.repository.js';
import type { ImageStore } from './modules/image/image.store.js';
import { erasedOpenAppCalls } from './modules/openapp/open-app-call.repository.js';
import { keptOrders } from './modules/ranking/income.repository.js';
import { keptDailyIncomes } from './modules/ranking/ranking.repository.js';
import { erasedSecurityEvents } from './modules/security/security-event.repository.js';
import { erasedSessions } from './modules/session/session.repository.js';
import { emptiedUsers } from './modules/user/user.repository.js';
import { erasedUserExtras } from './modules/user/user-extra.repository.js';
import { erasedVerifications } from './modules/verification/verification.repository.js';
import { erasedVips, keptCurrencies, keptWallets } from './modules/wallet/wallet.repository.js';

/** Every table that refers to accounts, in the order in which they are erased; the accounts themselves come last. */
export const personalData = (images: ImageStore): readonly PersonalTable[] => [
  images.personal(),
  erasedFollows,
  erasedAddresses,
  erasedCredentials,
  erasedIdentities,
  erasedOpenAppCalls,
  erasedSecurityEvents,
  erasedSessions,
  erasedUserExtras,
  erasedUserHobbies,
  erasedVerifications,
  erasedVips,
  keptCurrencies,
  keptWallets,
  keptOrders,
  keptDailyIncomes,
  emptiedUsers,
];
