import { randomBytes } from 'node:crypto';
import type { Config } from '../../config.js';
import { createKeyedHash, type KeyedHash } from '../../infra/keyed-hash.js';
import { type Clock, type Redis, RedisScript, redisTime } from '../../infra/redis.js';
import { readAnswer } from './captcha.answer.js';

/** A captcha that was solved before (`answer` left out), or one answered with this request. */
export interface CaptchaAnswer {
  id: string;
  answer?: string | null;
}

export interface Captcha {
  /** 128 random bits in base64url. */
  id: string;
  /** PNG. */
  image: Buffer;
  expiresAt: Date;
}

/** 128 bits in base64url. Anything else is not one of our ids and is not looked up. */
const ID = /^[\w-]{22}$/;

/** KEYS: captcha. ARGV: digest, life. Answers when it expires. */
const PUT = new RedisScript<number>(`
local expires = now + tonumber(ARGV[3])
redis.call('HSET', KEYS[1], 'digest', ARGV[2], 'expires', expires)
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return expires
`);

/** KEYS: captcha. ARGV: digest of the answer, or '-' for none; 1 to redeem it. */
const ANSWER = new RedisScript<0 | 1>(`
local digest = redis.call('HGET', KEYS[1], 'digest')
if not digest or tonumber(redis.call('HGET', KEYS[1], 'expires')) <= now then return 0 end
local redeem, right = ARGV[3] == '1', digest == ARGV[2]
if redeem and redis.call('HEXISTS', KEYS[1], 'verified') == 1 then right = true end
if not right and ARGV[2] == '-' then return 0 end
if redeem or not right then
  redis.call('DEL', KEYS[1])
else
  redis.call('HSET', KEYS[1], 'verified', 1)
end
return right and 1 or 0
`);

/** Captchas: one success each, burnt by a wrong answer. Throws SERVICE_UNAVAILABLE without Redis. */
export class CaptchaService {
  private readonly hash: KeyedHash;

  constructor(
    private readonly redis: Redis,
    private readonly config: Pick<Config, 'CAPTCHA_TTL_SECONDS' | 'CAPTCHA_ANSWER' | 'PASSWORD_PEPPER'>,
    private readonly draw: (answer: string) => Promise<Buffer>,
    private readonly randomAnswer: () => string,
    private readonly clock: Clock = redisTime,
  ) {
    this.hash = createKeyedHash(config.PASSWORD_PEPPER, 'captcha');
  }

  async create(): Promise<Captcha> {
    const id = randomBytes(16).toString('base64url');
    const answer = this.config.CAPTCHA_ANSWER ?? this.randomAnswer();
    const image = await this.draw(answer);
    const args = [this.hash(id, readAnswer(answer)), this.config.CAPTCHA_TTL_SECONDS * 1000];
    const expires = await PUT.run(this.redis, this.clock, [keyOf(id)], args);
    return { id, image, expiresAt: new Date(expires) };
  }

  /**
   * Compares as {@link readAnswer} reads. A right answer marks the captcha as solved for {@link redeem}, a wrong one
   * burns it, none does nothing.
   */
  check(id: string, answer: string): Promise<boolean> {
    return this.answer(id, answer, false);
  }

  /** Uses the captcha up: true once, if it was solved before or the answer is right. Without an answer none is burnt. */
  redeem({ id, answer }: { id: string; answer?: string | null }): Promise<boolean> {
    return this.answer(id, answer ?? '', true);
  }

  private async answer(id: string, typed: string, redeem: boolean): Promise<boolean> {
    if (!ID.test(id)) return false;
    const answer = readAnswer(typed);
    const digest = answer === '' ? '-' : this.hash(id, answer);
    return (await ANSWER.run(this.redis, this.clock, [keyOf(id)], [digest, Number(redeem)])) === 1;
  }
}

const keyOf = (id: string): string => `captcha:${id}`;
