import type { EntityManager } from '@mikro-orm/postgresql';
import DataLoader from 'dataloader';
import { sharedBatch } from './infra/shared-batch.js';

/**
 * Everything one request has loaded: a page of users costs the same number of statements whatever its size. Requests that are
 * given the same entity manager find what goes by a key together.
 */
export class Loaders {
  private readonly made = new Map<unknown, unknown>();

  constructor(private readonly em: EntityManager) {}

  /** The request's own, made when it is first asked for: a request uses few of them. */
  of<Loader>(create: (em: EntityManager) => Loader): Loader {
    // Each was made by what it is found by.
    const known = this.made.get(create) as Loader | undefined;
    if (known !== undefined) return known;
    const loader = create(this.em);
    this.made.set(create, loader);
    return loader;
  }

  /** Forgets what may be true no more: everything is read anew. */
  clear(): void {
    this.made.clear();
  }
}

/** A loader of the request that is given. */
export type LoaderOf<Loader> = (request: { readonly loaders: Loaders }) => Loader;

export const requestLoader =
  <Loader>(create: (em: EntityManager) => Loader): LoaderOf<Loader> =>
  ({ loaders }) =>
    loaders.of(create);

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

/** Loads by key, in batches; `absent` stands for what is not found. */
export function keyedLoader<K, V, A>(find: Find<K, V>, absent: A): LoaderOf<DataLoader<K, V | A>> {
  const together = findTogether(find);
  return requestLoader(
    (em) =>
      new DataLoader<K, V | A>(async (keys) => {
        // A transaction's own changes are seen on its own connection alone.
        const found = await (em.isInTransaction() ? find(em, keys) : together(em, keys));
        return keys.map((key) => found.get(key) ?? absent);
      }),
  );
}
