import { randomUUID } from 'node:crypto';
import { orUnavailable, type Redis, RedisScript, redisTime } from './redis.js';

/** The life of a lease that nobody renews, in ms: one held by a process that has died is free after that. */
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

/** The right to be the only one at something, for as long as Redis says so. */
export class Lease {
  private readonly holder = randomUUID();

  constructor(
    private readonly redis: Redis,
    private readonly key: string,
    private readonly lifeMs: number,
  ) {}

  /** False when another one holds it. Throws an UnavailableError when Redis does not answer. */
  async take(): Promise<boolean> {
    return (await orUnavailable(this.redis.set(this.key, this.holder, 'PX', this.lifeMs, 'NX'))) !== null;
  }

  /** Extends the lease; throws when it is lost. */
  async renew(): Promise<void> {
    const { redis, key, holder, lifeMs } = this;
    if ((await RENEW.run(redis, redisTime, [key], [holder, lifeMs])) === 0) throw new Error('lease lost');
  }

  /** Gives the lease back, if it is still held; never throws. */
  async release(): Promise<void> {
    await RELEASE.run(this.redis, redisTime, [this.key], [this.holder]).catch(() => undefined);
  }
}

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
  const lease = new Lease(redis, `lease:${name}`, lifeMs);
  if (!(await lease.take())) return null;
  const lost = new AbortController();
  const renewal = setInterval(() => lease.renew().catch((error) => lost.abort(error)), lifeMs / 3).unref();
  try {
    return await work(lost.signal);
  } finally {
    clearInterval(renewal);
    await lease.release();
  }
}
