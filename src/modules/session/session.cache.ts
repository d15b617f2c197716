import { isCluster, type Redis } from '../../infra/redis.js';
import { sharedBatch } from '../../infra/shared-batch.js';
import type { LiveSession } from './session.repository.js';

/** How long a cached session is believed, in seconds; also how often a use of it is recorded. */
export const SESSION_CACHE_SECONDS = 60;

/** Stands in the place of a session that changed: whoever finds it asks the database. */
const STALE = '-';

/** How long until a mark that Redis did not take is offered again, in ms. */
const RETRY_MS = 200;

/**
 * Sessions in Redis, by the hash of their token. A change marks them stale instead of deleting them, and a fill
 * never overwrites a mark: a reader that saw the old row cannot bring it back. The marks outlive such a reader.
 * Without Redis every call is a miss, so losing it logs nobody out.
 */
export class SessionCache {
  /** Marks that Redis has not taken yet. Meanwhile they hold in this process. */
  private readonly untaken = new Set<string>();
  private readonly cached = sharedBatch((tokenHashes: readonly string[]) =>
    readAll(this.redis, tokenHashes.map(keyOf)),
  );

  constructor(private readonly redis: Redis) {}

  async get(tokenHash: string): Promise<LiveSession | null> {
    if (this.untaken.has(tokenHash)) return null;
    const cached = await this.cached.load(tokenHash).catch(() => null);
    if (!cached || cached === STALE) return null;
    const session = JSON.parse(cached) as LiveSession;
    return { ...session, expiresAt: new Date(session.expiresAt), lastSeenAt: new Date(session.lastSeenAt) };
  }

  async fill(tokenHash: string, session: LiveSession): Promise<void> {
    const life = Math.min(SESSION_CACHE_SECONDS * 1000, session.expiresAt.getTime() - Date.now());
    if (life > 0) {
      await this.redis.set(keyOf(tokenHash), JSON.stringify(session), 'PX', life, 'NX').catch(() => null);
    }
  }

  /**
   * Call once the change is written; its commit has a minute to follow. A Redis that is gone gets the marks as soon
   * as it is back, because it may come back with the sessions that it had cached.
   */
  async markStale(tokenHashes: readonly string[]): Promise<void> {
    const retryUntil = Date.now() + SESSION_CACHE_SECONDS * 1000;
    await Promise.all(tokenHashes.map((hash) => this.mark(hash, retryUntil)));
  }

  private async mark(hash: string, retryUntil: number): Promise<void> {
    try {
      await this.redis.set(keyOf(hash), STALE, 'EX', SESSION_CACHE_SECONDS);
      this.untaken.delete(hash);
    } catch {
      // What was cached before the change has expired by then.
      if (Date.now() >= retryUntil) this.untaken.delete(hash);
      else {
        this.untaken.add(hash);
        setTimeout(() => this.mark(hash, retryUntil), RETRY_MS).unref();
      }
    }
  }
}

const keyOf = (tokenHash: string): string => `session:${tokenHash}`;

/** The nodes of a cluster have no keys in common. */
const readAll = (redis: Redis, keys: string[]): Promise<(string | null)[]> =>
  isCluster(redis) ? Promise.all(keys.map((key) => redis.get(key))) : redis.mget(keys);
