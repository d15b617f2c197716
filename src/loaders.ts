import type { EntityManager } from '@mikro-orm/postgresql';
import DataLoader from 'dataloader';
import { createFollowLoader } from './modules/follow/follow.loader.js';
import { findHobbiesOfUsers } from './modules/hobby/hobby.repository.js';
import { createDefaultPhotoLoader } from './modules/image/default-photo.loader.js';
import { findImages } from './modules/image/image.repository.js';
import { findCommunities } from './modules/place/place.repository.js';
import { findUsersByIds } from './modules/user/user.repository.js';
import { findExtras } from './modules/user/user-extra.repository.js';
import { findVerifications } from './modules/verification/verification.repository.js';
import { findCurrencies, findVips, findWallets } from './modules/wallet/wallet.repository.js';

type Find<K, V> = (em: EntityManager, keys: readonly K[]) => Promise<Map<K, V>>;

const byKey =
  <K, V>(find: Find<K, V>) =>
  (em: EntityManager) =>
    new DataLoader<K, V | null>(async (keys) => {
      const found = await find(em, keys);
      return keys.map((key) => found.get(key) ?? null);
    });

const LOADERS = {
  user: byKey(findUsersByIds),
  image: byKey(findImages),
  community: byKey(findCommunities),
  hobbies: byKey(findHobbiesOfUsers),
  extra: byKey(findExtras),
  currency: byKey(findCurrencies),
  wallet: byKey(findWallets),
  vip: byKey(findVips),
  verification: byKey(findVerifications),
  defaultPhoto: createDefaultPhotoLoader,
  follows: createFollowLoader,
};

/** One batch per relation and request: a page of users costs the same number of statements whatever its size. */
export type Loaders = { readonly [Name in keyof typeof LOADERS]: ReturnType<(typeof LOADERS)[Name]> };

/** Makes each loader when it is first asked for: a request uses few of them. */
class LazyLoaders {
  constructor(readonly em: EntityManager) {}
}

for (const [name, create] of Object.entries(LOADERS)) {
  Object.defineProperty(LazyLoaders.prototype, name, {
    get(this: LazyLoaders) {
      const loader = create(this.em);
      Object.defineProperty(this, name, { value: loader });
      return loader;
    },
  });
}

export const createLoaders = (em: EntityManager): Loaders => new LazyLoaders(em) as unknown as Loaders;
