import type { PersonalTable } from '../../infra/database/personal.js';
import { erasedAddresses } from '../address/address.repository.js';
import { erasedCredentials } from '../credential/credential.repository.js';
import { erasedIdentities } from '../credential/identity.repository.js';
import { emptiedAccountEvents } from '../event/event.repository.js';
import { erasedBlocks } from '../follow/block.repository.js';
import { erasedFollows } from '../follow/follow.repository.js';
import { erasedUserHobbies } from '../hobby/hobby.repository.js';
import type { ImageStore } from '../image/image.store.js';
import {
  erasedImportedFollows,
  erasedImportedPictures,
  erasedImportedRecords,
} from '../import/imported.repository.js';
import { erasedSharedPlaces } from '../nearby/shared-place.repository.js';
import { erasedOpenAppCalls } from '../openapp/open-app-call.repository.js';
import { keptOrders } from '../ranking/income.repository.js';
import { keptDailyIncomes } from '../ranking/ranking.repository.js';
import { erasedReports } from '../report/report.repository.js';
import { erasedSecurityEvents } from '../security/security-event.repository.js';
import { erasedSessions } from '../session/session.repository.js';
import { erasedUserTags } from '../tag/tag.repository.js';
import { keptLegacyIds } from '../user/legacy-id.repository.js';
import { emptiedUsers } from '../user/user.repository.js';
import { erasedUserExtras } from '../user/user-extra.repository.js';
import { erasedVerifications } from '../verification/verification.repository.js';
import { erasedVips, keptCurrencies, keptWallets } from '../wallet/wallet.repository.js';

/** Every table that refers to accounts, in the order in which they are erased; the accounts themselves come last. */
export const personalData = (images: ImageStore): readonly PersonalTable[] => [
  images.personal(),
  erasedFollows,
  erasedSharedPlaces,
  erasedBlocks,
  erasedReports,
  erasedAddresses,
  erasedCredentials,
  erasedIdentities,
  erasedOpenAppCalls,
  erasedSecurityEvents,
  emptiedAccountEvents,
  erasedSessions,
  erasedImportedFollows,
  erasedImportedPictures,
  erasedImportedRecords,
  erasedUserExtras,
  erasedUserHobbies,
  erasedUserTags,
  erasedVerifications,
  erasedVips,
  keptCurrencies,
  keptWallets,
  keptOrders,
  keptDailyIncomes,
  keptLegacyIds,
  emptiedUsers,
];
