import { randomInt, randomUUID } from 'node:crypto';
import type { Config } from '../../config.js';
import { AppError, type Locale, unavailable } from '../../errors/app-error.js';
import { sourceOf } from '../../infra/ip.js';
import { createKeyedHash, type KeyedHash } from '../../infra/keyed-hash.js';
import type { Message, MessageSender } from '../../infra/message/port.js';
import { type Quota, Quotas } from '../../infra/quota.js';
import { type Clock, type Redis, redisTime } from '../../infra/redis.js';
import { compact } from '../../text.js';
import type { CodeAddress, CodeChannel } from './code.address.js';
import { CodeRecipients } from './code.recipients.js';
import { CodeStore } from './code.store.js';

/** A code is good for one of these only. */
export type CodePurpose = 'REGISTER' | 'LOGIN' | 'BIND' | 'RETRIEVE' | 'UNBIND';

export interface CodeSend extends CodeAddress {
  purposes: readonly CodePurpose[];
  ip: string;
  /** The language of whoever asks for it. */
  locale: Locale;
}

export interface CodeTry extends CodeAddress {
  code: string;
}

/** A code and what it is to be used for. */
export type CodeUse = CodeTry & { purpose: CodePurpose };

/** A code that was taken for one piece of work. */
export interface TakenCode {
  /**
   * For when the work was refused for another reason: the code is good again for the rest of its life, unless a newer
   * one was sent.
   */
  putBack(): Promise<void>;
}

type CodeConfig = Pick<
  Config,
  | 'CODE_TTL_SECONDS'
  | 'CODE_TRIES'
  | 'CODE_RESEND_SECONDS'
  | 'CODE_DAILY_LIMIT'
  | 'CODE_IP_DAILY_LIMIT'
  | 'PASSWORD_PEPPER'
>;

/** One-time codes by SMS and mail. A "day" is the last 24 hours. */
export class CodeService {
  private readonly store: CodeStore;
  private readonly quotas: Quotas;
  private readonly recipients: CodeRecipients;
  private readonly hash: KeyedHash;

  constructor(
    redis: Redis,
    private readonly config: CodeConfig,
    private readonly senders: Readonly<Record<CodeChannel, MessageSender>>,
    clock: Clock = redisTime,
  ) {
    this.store = new CodeStore(redis, clock);
    this.quotas = new Quotas(redis, clock);
    this.recipients = new CodeRecipients(redis, clock);
    this.hash = createKeyedHash(config.PASSWORD_PEPPER, 'code');
  }

  /**
   * Sends a new code, which replaces the former one of the address. `resendAfter` is in seconds.
   * Throws, with retryAfter, CODE_TOO_SOON, CODE_LIMIT (the address had its codes of the day), RATE_LIMITED (the
   * source had) and SERVICE_UNAVAILABLE (the provider failed: the send then does not count, and its code is void).
   */
  async send({
    channel,
    address,
    purposes,
    ip,
    locale,
  }: CodeSend): Promise<{ resendAfter: number; expiresAt: Date }> {
    const id = randomUUID();
    const key = this.keyOf({ channel, address });
    const quotas = await this.claim(id, key, ip);
    const lifeMs = this.config.CODE_TTL_SECONDS * 1000;
    let expires = 0;
    const renew = async (): Promise<Message> => {
      const code = randomInt(1_000_000).toString().padStart(6, '0');
      const digest = this.digestOf({ channel, address, code });
      // Stored before it leaves: whoever gets it may use it at once.
      expires = await this.store.put(key, { id, digest, purposes, lifeMs });
      return { to: address, code, purposes, lifeSeconds: lifeMs / 1000, locale, renew };
    };
    try {
      await this.deliver(channel, await renew());
      // The code has left: one that Redis cannot remember is still good.
      await this.recipients.add(this.recipientsOf(ip), key).catch(() => undefined);
      return { resendAfter: this.config.CODE_RESEND_SECONDS, expiresAt: new Date(expires) };
    } catch (error) {
      const undone = [this.store.discard(key, id), ...quotas.map((quota) => this.quotas.release(id, quota))];
      await Promise.allSettled(undone);
      throw error;
    }
  }

  private deliver(channel: CodeChannel, message: Message): Promise<void> {
    return this.senders[channel].send(message).catch((cause: unknown) => {
      throw unavailable({ cause });
    });
  }

  /** True for each address that a code was sent to in the last ten minutes, asked for from the source of `ip`. */
  async wereSent(addresses: readonly CodeAddress[], ip: string): Promise<boolean[]> {
    if (addresses.length === 0) return [];
    return this.recipients.find(
      this.recipientsOf(ip),
      addresses.map((address) => this.keyOf(address)),
    );
  }

  /** Checks a code for the purpose, or for any, and leaves it valid; a wrong try counts. */
  async check({ purpose, ...attempt }: CodeTry & { purpose?: CodePurpose }): Promise<boolean> {
    return (await this.guess(attempt, purpose, false)) !== null;
  }

  /**
   * Takes a code that is right, so that nobody else can use it any more. Null when it is wrong, expired, burnt, used,
   * or for something else.
   */
  async take(attempt: CodeUse): Promise<TakenCode | null> {
    const id = await this.guess(attempt, attempt.purpose, true);
    if (id === null) return null;
    // Without Redis it stays used; the reason of the refusal is what the client needs to know.
    return { putBack: () => this.store.putBack(this.keyOf(attempt), id).catch(() => undefined) };
  }

  private guess(attempt: CodeTry, purpose: CodePurpose | undefined, take: boolean): Promise<string | null> {
    const digest = this.digestOf(attempt);
    return this.store.guess(this.keyOf(attempt), {
      digest,
      purpose,
      take,
      mostWrong: this.config.CODE_TRIES,
    });
  }

  /** The source goes first: one that had its share must not make an address wait. */
  private async claim(id: string, key: string, ip: string): Promise<Quota[]> {
    const { CODE_IP_DAILY_LIMIT, CODE_DAILY_LIMIT, CODE_RESEND_SECONDS } = this.config;
    const ofSource = { key: `${this.sourceKey(ip)}:sent`, limit: CODE_IP_DAILY_LIMIT, gapMs: 0 };
    const ofAddress = { key: `${key}:sent`, limit: CODE_DAILY_LIMIT, gapMs: CODE_RESEND_SECONDS * 1000 };

    const bySource = await this.quotas.claim(id, ofSource);
    if (bySource.state !== 'granted')
      throw new AppError('RATE_LIMITED', {
        ...retryAfter(bySource.waitMs),
        limit: CODE_IP_DAILY_LIMIT,
      });
    const byAddress = await this.quotas.claim(id, ofAddress);
    if (byAddress.state === 'granted') return [ofSource, ofAddress];
    await this.quotas.release(id, ofSource);
    const wait = retryAfter(byAddress.waitMs);
    if (byAddress.state === 'too_soon') throw new AppError('CODE_TOO_SOON', wait);
    throw new AppError('CODE_LIMIT', { ...wait, limit: CODE_DAILY_LIMIT });
  }

  private digestOf({ channel, address, code }: CodeTry): string {
    return this.hash('digest', channel, address, asMeant(code));
  }

  private sourceKey(ip: string): string {
    return `code:{${this.hash('source', sourceOf(ip))}}`;
  }

  private recipientsOf(ip: string): string {
    return `${this.sourceKey(ip)}:recipients`;
  }

  private keyOf({ channel, address }: CodeAddress): string {
    return `code:{${this.hash('address', channel, address)}}`;
  }
}

/** The digits of a code that was typed or pasted: what stands around and between them is no part of it. */
const asMeant = (code: string): string => compact(code).replace(/\p{Pd}/gu, '');

const retryAfter = (waitMs: number): { retryAfter: number } => ({ retryAfter: Math.ceil(waitMs / 1000) });
