import type { EntityManager } from '@mikro-orm/postgresql';
import DataLoader from 'dataloader';
import { sharedBatch } from './infra/shared-batch.js';
import { createFollowLoader } from './modules/follow/follow.loader.js';
import type { Hobby } from './modules/hobby/hobby.entity.js';
import { findHobbiesOfUsers } from './modules/hobby/hobby.repository.js';
import { createDefaultPhotoLoader } from './modules/image/default-photo.loader.js';
import { findImages } from './modules/image/image.repository.js';
import { findCommunities } from './modules/place/place.repository.js';
import { findUsersByIds } from './modules/user/user.repository.js';
import { findExtras } from './modules/user/user-extra.repository.js';
import { findVerifications } from './modules/verification/verification.repository.js';
import { findCurrencies, findVips, findWallets } from './modules/wallet/wallet.repository.js';

/**
 * May be asked for a key twice. Nobody may change what is found: several requests may have asked for it. A key that the
 * database cannot read, such as a number out of range, fails all who ask with it: what clients send is checked before.
 */
type Find<K, V> = (em: EntityManager, keys: readonly K[]) => Promise<Map<K, V>>;

/** Finds what several requests ask of one entity manager at the same time with one statement. */
function findTogether<K, V>(find: Find<K, V>): Find<K, V> {
  const batches = new WeakMap<EntityManager, DataLoader<readonly K[], Map<K, V>>>();
  return (em, keys) => {
    const known = batches.get(em);
    if (known) return known.load(keys);
    const created = sharedBatch(async (requests: readonly (readonly K[])[]) => {
      const found = await find(em, requests.flat());
      return requests.map(() => found);
    });
    batches.set(em, created);
    return created.load(keys);
  };
}

/** `absent` stands for what is not found. */
function byKey<K, V, A = null>(find: Find<K, V>, absent: A = null as A) {
  const together = findTogether(find);
  return (em: EntityManager) =>
    new DataLoader<K, V | A>(async (keys) => {
      // What a transaction has changed is seen on its own connection alone.
      const found = await (em.isInTransaction() ? find(em, keys) : together(em, keys));
      return keys.map((key) => found.get(key) ?? absent);
    });
}

const LOADERS = {
  user: byKey(findUsersByIds),
  image: byKey(findImages),
  community: byKey(findCommunities),
  hobbies: byKey(findHobbiesOfUsers, [] as readonly Hobby[]),
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

/** For one request. Those that are given the same entity manager find what goes by a key together. */
export const createLoaders = (em: EntityManager): Loaders => new LazyLoaders(em) as unknown as Loaders;
