import type { ApolloServerPlugin } from '@apollo/server';
import { LRUCache } from 'lru-cache';
import type { RequestContext } from '../context.js';
import { sourceOf } from '../infra/ip.js';
import { createKeyedHash, type KeyedHash } from '../infra/keyed-hash.js';
import { Quotas } from '../infra/quota.js';
import { type Clock, type Redis, RedisScript, redisTime } from '../infra/redis.js';
import { UnavailableError } from '../infra/unavailable.js';

/** How much is kept. */
export const PERSISTED_LIMITS = {
  /** Longer texts, in characters, are answered and not kept: they come from no app. */
  text: 16_384,
  /** Bytes in Redis, with {@link ENTRY_BYTES} for each text. Those least recently used go first. */
  total: 16_777_216,
  /** Characters that one source may have kept within a day. */
  source: 1_000_000,
  /** The least that a text counts as, of these: there are not many short ones, either. */
  least: 1000,
};

/** The bytes that Redis needs for a text besides. */
const ENTRY_BYTES = 200;
/** The ms after which a text that nobody has asked Redis for is forgotten. */
const KEPT_MS = 7 * 86_400_000;
/** Texts that this process remembers, in characters, and the ms after which it asks Redis again. */
const LOCAL_MAX = 500_000;
const LOCAL_MS = 3_600_000;
const DAY_MS = 86_400_000;

const KEYS = ['persisted:{queries}:texts', 'persisted:{queries}:used'] as const;

const HASH = /^[0-9a-f]{64}$/;

/** KEYS: a hash of the texts, and a sorted set of when they were used. ARGV: hash, the ms that texts are kept. */
const FIND = new RedisScript<string | number>(`
local used = redis.call('ZSCORE', KEYS[2], ARGV[2])
if not used or tonumber(used) + tonumber(ARGV[3]) <= now then return 0 end
local text = redis.call('HGET', KEYS[1], ARGV[2])
if not text then return 0 end
redis.call('ZADD', KEYS[2], now, ARGV[2])
return text
`);

/** KEYS: as above; the hash holds the size of all, too. ARGV: hash, ms, text, the bytes an entry takes besides, the most in all. */
const KEEP = new RedisScript<number>(`
local life, entry, most = tonumber(ARGV[3]), tonumber(ARGV[5]), tonumber(ARGV[6])
local size = tonumber(redis.call('HGET', KEYS[1], 'size') or 0) or 0
local function drop(hash)
  local text = redis.call('HGET', KEYS[1], hash)
  if text then size = size - #text - entry end
  redis.call('HDEL', KEYS[1], hash)
  redis.call('ZREM', KEYS[2], hash)
end
drop(ARGV[2])
for _, hash in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now - life, 'LIMIT', 0, 100)) do drop(hash) end
while size + #ARGV[4] + entry > most do
  local oldest = redis.call('ZRANGE', KEYS[2], 0, 0)
  if not oldest[1] then
    redis.call('DEL', KEYS[1])
    size = 0
    break
  end
  drop(oldest[1])
end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[4], 'size', size + #ARGV[4] + entry)
redis.call('ZADD', KEYS[2], now, ARGV[2])
redis.call('PEXPIRE', KEYS[1], life)
redis.call('PEXPIRE', KEYS[2], life)
return 1
`);

/** Undefined where Redis does not answer: clients go on by sending the text. */
const orNothing = <T>(asked: Promise<T>): Promise<T | undefined> =>
  asked.catch((error: unknown) => {
    if (error instanceof UnavailableError) return undefined;
    throw error;
  });

/**
 * The texts of queries by their SHA-256, so that clients need not send them each time (Apollo's automatic persisted
 * queries). All instances know what one of them was sent. Anybody may have texts kept, so they are few in all, and fewer
 * of one source.
 */
export class PersistedQueries {
  private readonly local = new LRUCache<string, string>({
    maxSize: LOCAL_MAX,
    sizeCalculation: (text) => text.length || 1,
    ttl: LOCAL_MS,
  });
  private readonly quotas: Quotas;
  private readonly hash: KeyedHash;

  constructor(
    private readonly redis: Redis,
    config: { readonly PASSWORD_PEPPER: string },
    private readonly clock: Clock = redisTime,
    private readonly limits = PERSISTED_LIMITS,
  ) {
    this.quotas = new Quotas(redis, clock);
    this.hash = createKeyedHash(config.PASSWORD_PEPPER, 'persisted');
  }

  /** The text of a hash, as far as this process remembers it. */
  remembered(hash: string): string | undefined {
    return this.local.get(hash);
  }

  /** The text of a hash; undefined where none is kept, or Redis does not answer. */
  async find(hash: string): Promise<string | undefined> {
    if (!HASH.test(hash)) return undefined;
    const known = this.local.get(hash);
    if (known !== undefined) return known;
    const found = await orNothing(FIND.run(this.redis, this.clock, KEYS, [hash, KEPT_MS]));
    if (typeof found !== 'string') return undefined;
    this.local.set(hash, found);
    return found;
  }

  /** Keeps the text of a hash, unless it is too long, or its source has had too much kept. */
  async keep(hash: string, text: string, ip: string): Promise<void> {
    const { text: longest, total, source, least } = this.limits;
    if (text.length > longest || (await this.find(hash)) !== undefined) return;
    const key = `persisted:{${this.hash('source', sourceOf(ip))}}`;
    const allowance = { key, limit: source, windowMs: DAY_MS };
    const spent = await orNothing(this.quotas.spend(hash, allowance, Math.max(text.length, least)));
    if (spent?.state !== 'granted') return;
    const args = [hash, KEPT_MS, text, ENTRY_BYTES, total];
    const kept = await orNothing(KEEP.run(this.redis, this.clock, KEYS, args));
    if (kept) this.local.set(hash, text);
  }
}

/** Keeps the queries that came with their hashes, once they have run. What cannot run is nobody's to ask for again. */
export const persistencePlugin = (persisted: PersistedQueries): ApolloServerPlugin<RequestContext> => ({
  async requestDidStart() {
    return {
      async willSendResponse({ metrics, queryHash, source, response: { body }, contextValue }) {
        const hasRun = body.kind === 'single' && body.singleResult.data !== undefined;
        if (metrics.persistedQueryRegister && hasRun && queryHash && source)
          await persisted.keep(queryHash, source, contextValue.client.ip);
      },
    };
  },
});
