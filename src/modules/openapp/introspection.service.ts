import { randomBytes } from 'node:crypto';
import type { Config } from '../../config.js';
import type { RequestContext } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import { Quotas } from '../../infra/quota.js';
import { type Redis, redisTime } from '../../infra/redis.js';
import { UnavailableError } from '../../infra/unavailable.js';
import type { LiveSession } from '../session/session.repository.js';
import type { SessionService } from '../session/session.service.js';
import type { AppCredentials, OpenAppService } from './open-app.service.js';

/** A server that may ask about tokens, as what it asks in vain is counted: an open app, or all internal ones. */
type Inquirer = string;

const MINUTE_MS = 60_000;

/** Tells other servers whose a token is: docs/decisions.md. */
export class IntrospectionService {
  private readonly quotas: Quotas;

  constructor(
    private readonly config: Pick<Config, 'INTROSPECTION_INTERNAL' | 'INTROSPECTION_MISSES_PER_MINUTE'>,
    redis: Redis,
    private readonly apps: OpenAppService,
    private readonly sessions: SessionService,
  ) {
    this.quotas = new Quotas(redis, redisTime);
  }

  /**
   * The server that asks: the app of these credentials, or without any one inside the internal networks, where those may;
   * null for everybody else.
   */
  async inquirerOf(ctx: RequestContext, credentials: AppCredentials | null): Promise<Inquirer | null> {
    if (!credentials) return this.config.INTROSPECTION_INTERNAL && ctx.client.internal ? 'internal' : null;
    const app = await this.apps.identify(ctx, credentials);
    return app && `app:${app.id}`;
  }

  /**
   * The session of a token; null for one that is none, or not any more. One in the cache is told without a budget; what
   * has to be read is reserved before, and given back unless there is no session. Throws RATE_LIMITED.
   */
  find(ctx: RequestContext, inquirer: Inquirer, token: string): Promise<LiveSession | null> {
    return this.sessions.find(ctx, token, async (read) => {
      const giveBack = await this.reserve(inquirer);
      let isNone = false;
      try {
        const session = await read();
        isNone = session === null;
        return session;
      } finally {
        if (!isNone) await giveBack();
      }
    });
  }

  /**
   * Counts one token as asked about in vain; returns what takes that back. Without Redis nothing is counted: no token can
   * be guessed, and servers have to know who calls them.
   */
  private async reserve(inquirer: Inquirer): Promise<() => Promise<void>> {
    const quota = {
      key: `introspection:${inquirer}`,
      limit: this.config.INTROSPECTION_MISSES_PER_MINUTE,
      gapMs: 0,
      windowMs: MINUTE_MS,
    };
    const id = randomBytes(9).toString('base64url');
    const { state, waitMs } = await this.quotas.claim(id, quota).catch(unlessUnavailable);
    if (state === 'spent') throw new AppError('RATE_LIMITED', { retryAfter: Math.ceil(waitMs / 1000) });
    return () => this.quotas.release(id, quota).catch(() => undefined);
  }
}

function unlessUnavailable(error: unknown): { state: string; waitMs: number } {
  if (error instanceof UnavailableError) return { state: 'uncounted', waitMs: 0 };
  throw error;
}
