import type { EntityManager } from '@mikro-orm/postgresql';
import DataLoader from 'dataloader';
import { createFollowLoader } from './modules/follow/follow.loader.js';
import { findHobbiesOfUsers } from './modules/hobby/hobby.repository.js';
import { findImages } from './modules/image/image.repository.js';
import { findCities, findCommunities } from './modules/place/place.repository.js';
import { findUsersByIds } from './modules/user/user.repository.js';
import { findExtras } from './modules/user/user-extra.repository.js';
import { findVerifications } from './modules/verification/verification.repository.js';
import { findCurrencies, findVips, findWallets } from './modules/wallet/wallet.repository.js';

/** One batch per relation and request: a page of users costs the same number of statements whatever its size. */
export function createLoaders(em: EntityManager) {
  const byKey = <K, V>(find: (em: EntityManager, keys: readonly K[]) => Promise<Map<K, V>>) =>
    new DataLoader<K, V | null>(async (keys) => {
      const found = await find(em, keys);
      return keys.map((key) => found.get(key) ?? null);
    });
  return {
    user: byKey(findUsersByIds),
    image: byKey(findImages),
    city: byKey(findCities),
    community: byKey(findCommunities),
    hobbies: byKey(findHobbiesOfUsers),
    extra: byKey(findExtras),
    currency: byKey(findCurrencies),
    wallet: byKey(findWallets),
    vip: byKey(findVips),
    verification: byKey(findVerifications),
    follows: createFollowLoader(em),
  };
}

export type Loaders = ReturnType<typeof createLoaders>;
