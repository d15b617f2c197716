import { randomUUID } from 'node:crypto';
import { isCluster, type Redis, RedisScript, redisTime } from '../../infra/redis.js';
import { wasLostWithin } from '../../infra/redis.watch.js';
import { sharedBatch } from '../../infra/shared-batch.js';
import type { LiveSession } from './session.repository.js';

/** A cached session is believed this long, in ms, from before its row was read. */
const LIFE_MS = 10_000;

/** Pause before Redis is told again to forget what it did not, in ms. */
const RETRY_MS = 200;

/** KEYS: session. ARGV: the reservation, the session. It lives as long as the reservation would have. */
const FILL = new RedisScript<number>(`
if redis.call('GET', KEYS[1]) ~= ARGV[2] then return 0 end
local left = redis.call('PTTL', KEYS[1])
if left > 0 then redis.call('SET', KEYS[1], ARGV[3], 'PX', left) end
return left
`);

/**
 * Sessions in Redis, by the hash of their token. A slot is reserved before a row is read, and filled only if it is
 * still reserved; a change deletes the key once it is committed. So a reader that saw the old row cannot bring it back,
 * and ending a session needs no write that a full Redis refuses. The slot of a token that is none is given up: however
 * many are guessed, nothing stays of them.
 *
 * Without Redis every call is a miss, so losing it logs nobody out. What it did not forget, because it was gone, is
 * cached for {@link LIFE_MS} at most, and for that long nobody believes it who noticed: whoever lost it, or could not
 * make it forget.
 */
export class SessionCache {
  private doubtedUntil = 0;
  private readonly cached = sharedBatch((tokenHashes: readonly string[]) =>
    readAll(this.redis, tokenHashes.map(keyOf)),
  );

  constructor(
    private readonly redis: Redis,
    /** Hears of each look-up. */
    private readonly onAsked: (hit: boolean) => void = () => {},
  ) {}

  /** The session, from the cache or else by `find`. */
  async get(tokenHash: string, find: () => Promise<LiveSession | null>): Promise<LiveSession | null> {
    const key = keyOf(tokenHash);
    const cached = this.isDoubtful() ? GONE : await this.cached.load(tokenHash).catch(() => GONE);
    const hit = cached?.startsWith('{') === true;
    this.onAsked(hit);
    if (hit) return revive(cached);
    const slot = `?${randomUUID()}`;
    // Somebody else's reservation stays theirs.
    const reserved = cached === null && (await this.reserve(key, slot));
    let session: LiveSession | null = null;
    try {
      session = await find();
    } finally {
      if (reserved) await (session ? this.fill(key, slot, session) : this.giveUp(key));
    }
    return session;
  }

  /** Call once the change is committed. Never throws. */
  async forget(tokenHashes: readonly string[]): Promise<void> {
    const until = performance.now() + LIFE_MS;
    await Promise.all(tokenHashes.map((hash) => this.delete(keyOf(hash), until)));
  }

  private isDoubtful(): boolean {
    return performance.now() < this.doubtedUntil || wasLostWithin(this.redis, LIFE_MS);
  }

  private reserve(key: string, slot: string): Promise<boolean> {
    return this.redis.set(key, slot, 'PX', LIFE_MS, 'NX').then(
      (answer) => answer === 'OK',
      () => false,
    );
  }

  private async fill(key: string, slot: string, session: LiveSession): Promise<void> {
    await FILL.run(this.redis, redisTime, [key], [slot, JSON.stringify(session)]).catch(() => 0);
  }

  /** What somebody else has put there since is read again. */
  private async giveUp(key: string): Promise<void> {
    await this.redis.del(key).catch(() => 0);
  }

  /** Other instances may still reach a Redis that this one does not, so it is told as soon as it can be. */
  private async delete(key: string, until: number): Promise<void> {
    try {
      await this.redis.del(key);
    } catch {
      this.doubtedUntil = Math.max(this.doubtedUntil, until);
      if (performance.now() < until) setTimeout(() => this.delete(key, until), RETRY_MS).unref();
    }
  }
}

/** Stands for no reply, since null is the reply that nothing is there. */
const GONE = '';

const keyOf = (tokenHash: string): string => `session:${tokenHash}`;

function revive(cached: string): LiveSession {
  const session = JSON.parse(cached) as LiveSession;
  return {
    ...session,
    createdAt: new Date(session.createdAt),
    expiresAt: new Date(session.expiresAt),
    lastSeenAt: new Date(session.lastSeenAt),
  };
}

/** The nodes of a cluster have no keys in common. */
const readAll = (redis: Redis, keys: string[]): Promise<(string | null)[]> =>
  isCluster(redis) ? Promise.all(keys.map((key) => redis.get(key))) : redis.mget(keys);
