import { randomUUID } from 'node:crypto';
import type { Config } from '../../config.js';
import { AppError } from '../../errors/app-error.js';
import { sourceOf } from '../../infra/ip.js';
import { createKeyedHash, type KeyedHash } from '../../infra/keyed-hash.js';
import { Quotas } from '../../infra/quota.js';
import { type Redis, redisTime } from '../../infra/redis.js';

/** Limits the pictures that one source may store without a session within 24 hours. */
export class SessionlessQuota {
  private readonly quotas: Quotas;
  private readonly hash: KeyedHash;

  constructor(
    redis: Redis,
    private readonly config: Pick<Config, 'PASSWORD_PEPPER' | 'UPLOAD_IP_DAILY_LIMIT'>,
  ) {
    this.quotas = new Quotas(redis, redisTime);
    this.hash = createKeyedHash(config.PASSWORD_PEPPER, 'upload');
  }

  /** Counts a picture of the source while it is stored, and not at all when that fails. Throws RATE_LIMITED. */
  async spend<T>(ip: string, store: () => Promise<T>): Promise<T> {
    const limit = this.config.UPLOAD_IP_DAILY_LIMIT;
    const quota = { key: `upload:{${this.hash('source', sourceOf(ip))}}`, limit, gapMs: 0 };
    const id = randomUUID();
    const { state, waitMs } = await this.quotas.claim(id, quota);
    if (state !== 'granted') {
      throw new AppError('RATE_LIMITED', { retryAfter: Math.ceil(waitMs / 1000), limit });
    }
    try {
      return await store();
    } catch (error) {
      // A failure of Redis here is told nobody: the reason of the refusal is.
      await this.quotas.release(id, quota).catch(() => undefined);
      throw error;
    }
  }
}
