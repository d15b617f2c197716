import { randomUUID } from 'node:crypto';
import type { RequestContext, Viewer } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import { Quotas } from '../../infra/quota.js';
import { type Clock, type Redis, redisTime } from '../../infra/redis.js';
import type { CodeService } from '../code/code.service.js';
import { parsePhone } from '../user/contact.js';
import type { User } from '../user/user.entity.js';
import { findActiveUsersByPhones } from '../user/user.repository.js';

/** The account behind a number. */
export interface PhoneMatch {
  /** As it was asked for. */
  phone: string;
  user: User;
}

/** Numbers that one request may ask for. */
export const PHONES_MAX = 100;
/** Numbers that one account may ask for within an hour. */
const HOURLY_MAX = 1000;
const HOUR_MS = 3_600_000;

/**
 * Finding people by their numbers, as from an address book. It tells which numbers are registered, so how many may be asked
 * for is bounded, with `RATE_LIMIT=off` too.
 */
export class ContactDiscoveryService {
  private readonly quotas: Quotas;

  constructor(
    redis: Redis,
    private readonly codes: Pick<CodeService, 'wereSent'>,
    clock: Clock = redisTime,
  ) {
    this.quotas = new Quotas(redis, clock);
  }

  /**
   * The active accounts of the numbers, in their order. Callers without a session learn only of numbers that a code was
   * just sent to from where they are. Throws INVALID_INPUT for more than {@link PHONES_MAX}, RATE_LIMITED.
   */
  async find(ctx: RequestContext, phones: readonly string[]): Promise<PhoneMatch[]> {
    if (phones.length > PHONES_MAX) throw new AppError('INVALID_INPUT', { field: 'phones' });
    if (ctx.viewer) await this.spend(ctx.viewer, phones.length);
    const asked = phones.flatMap((phone) => {
      const number = parsePhone(phone);
      return number ? [{ phone, number }] : [];
    });
    const allowed = ctx.viewer ? asked : await this.justSent(ctx, asked);
    if (allowed.length === 0) return [];
    const numbers = [...new Set(allowed.map(({ number }) => number))];
    const users = await findActiveUsersByPhones(ctx.em, numbers);
    return allowed.flatMap(({ phone, number }) => {
      const user = users.get(number);
      return user ? [{ phone, user }] : [];
    });
  }

  /** Numbers count as often as they are asked for, whatever they are. */
  private async spend({ userId }: Viewer, count: number): Promise<void> {
    if (count === 0) return;
    const hourly = { key: `phones:${userId}`, limit: HOURLY_MAX, windowMs: HOUR_MS };
    const { state, waitMs } = await this.quotas.spend(randomUUID(), hourly, count);
    if (state !== 'granted') {
      throw new AppError('RATE_LIMITED', { retryAfter: Math.ceil(waitMs / 1000), limit: HOURLY_MAX });
    }
  }

  private async justSent<T extends { number: string }>(
    { client }: RequestContext,
    asked: readonly T[],
  ): Promise<T[]> {
    const addresses = asked.map(({ number }) => ({ channel: 'sms', address: number }) as const);
    const sent = await this.codes.wereSent(addresses, client.ip);
    return asked.filter((_one, index) => sent[index]);
  }
}
