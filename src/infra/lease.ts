import { randomUUID } from 'node:crypto';
import { orUnavailable, type Redis, RedisScript, redisTime } from './redis.js';

/** How long a lease holds that nobody renews: what a process held that has died is free after that. */
const LIFE_MS = 60_000;

/** KEYS: lease. ARGV: holder, life. */
const RENEW = new RedisScript<0 | 1>(`
if redis.call('GET', KEYS[1]) ~= ARGV[2] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[3])
`);

/** KEYS: lease. ARGV: holder. */
const RELEASE = new RedisScript<0 | 1>(`
if redis.call('GET', KEYS[1]) ~= ARGV[2] then return 0 end
return redis.call('DEL', KEYS[1])
`);

/**
 * Does the work while this is the only process that does; null when another one is at it. The signal is aborted when
 * the lease is lost, for example because Redis is gone: somebody else may then begin, so the work has to be safe
 * against that, if only for a moment. Throws an UnavailableError when Redis does not answer.
 */
export async function withLease<T>(
  redis: Redis,
  name: string,
  work: (lost: AbortSignal) => Promise<T>,
  lifeMs = LIFE_MS,
): Promise<T | null> {
  const key = `lease:${name}`;
  const holder = randomUUID();
  if ((await orUnavailable(redis.set(key, holder, 'PX', lifeMs, 'NX'))) === null) return null;
  const lost = new AbortController();
  const renew = async () => {
    if ((await RENEW.run(redis, redisTime, [key], [holder, lifeMs])) === 0) throw new Error('lease lost');
  };
  const renewal = setInterval(() => renew().catch((error) => lost.abort(error)), lifeMs / 3).unref();
  try {
    return await work(lost.signal);
  } finally {
    clearInterval(renewal);
    await RELEASE.run(redis, redisTime, [key], [holder]).catch(() => undefined);
  }
}
