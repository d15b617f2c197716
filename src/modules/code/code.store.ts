import { type Clock, type Redis, RedisScript } from '../../infra/redis.js';

/*
 * A code is a hash: id, digest, purposes (",LOGIN,REGISTER,"), wrong (tries), expires (ms), and taken while it is
 * being used and ever after.
 */

/** KEYS: code. ARGV: id, digest, purposes, life. Answers when it expires. */
const PUT = new RedisScript<number>(`
local expires = now + tonumber(ARGV[5])
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'id', ARGV[2], 'digest', ARGV[3], 'purposes', ARGV[4], 'wrong', 0, 'expires', expires)
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return expires
`);

/** KEYS: code. ARGV: digest, most wrong tries, 1 to take it; the purpose it must be for, if any. */
const TRY = new RedisScript<[right: 0 | 1, id: string]>(`
local digest = redis.call('HGET', KEYS[1], 'digest')
if not digest or redis.call('HEXISTS', KEYS[1], 'taken') == 1 then return { 0, '-' } end
if tonumber(redis.call('HGET', KEYS[1], 'expires')) <= now then return { 0, '-' } end
local purposes = redis.call('HGET', KEYS[1], 'purposes')
local meant = not ARGV[5] or string.find(purposes, ',' .. ARGV[5] .. ',', 1, true)
-- Counted before it is judged: of what cannot be counted, because Redis is full, nobody learns anything.
local wrong = redis.call('HINCRBY', KEYS[1], 'wrong', 1)
if digest ~= ARGV[2] or not meant then
  if wrong >= tonumber(ARGV[3]) then redis.call('DEL', KEYS[1]) end
  return { 0, '-' }
end
redis.call('HINCRBY', KEYS[1], 'wrong', -1)
if ARGV[4] == '1' then redis.call('HSET', KEYS[1], 'taken', 1) end
return { 1, redis.call('HGET', KEYS[1], 'id') }
`);

/** KEYS: code. ARGV: id. Leaves a newer code alone. */
const PUT_BACK = new RedisScript<number>(`
if redis.call('HGET', KEYS[1], 'id') == ARGV[2] then redis.call('HDEL', KEYS[1], 'taken') end
return 1
`);

/** KEYS: code. ARGV: id. Leaves a newer code alone. */
const DISCARD = new RedisScript<number>(`
if redis.call('HGET', KEYS[1], 'id') == ARGV[2] then redis.call('DEL', KEYS[1]) end
return 1
`);

export interface NewCode {
  id: string;
  digest: string;
  purposes: readonly string[];
  lifeMs: number;
}

export interface CodeGuess {
  digest: string;
  /** Left out: good for anything. */
  purpose?: string;
  mostWrong: number;
  /** Takes the code away from every other guess, if this one is right. */
  take: boolean;
}

/** Codes, in Redis. Every method is one atomic step, and throws SERVICE_UNAVAILABLE without Redis. */
export class CodeStore {
  constructor(
    private readonly redis: Redis,
    private readonly clock: Clock,
  ) {}

  /** Replaces the code under the key. Answers when it expires, in ms. */
  put(key: string, { id, digest, purposes, lifeMs }: NewCode): Promise<number> {
    return PUT.run(this.redis, this.clock, [key], [id, digest, `,${purposes.join()},`, lifeMs]);
  }

  /** The id of the code under the key, if the guess is right; a wrong one counts and may burn it. */
  async guess(key: string, { digest, purpose, mostWrong, take }: CodeGuess): Promise<string | null> {
    const args = [digest, mostWrong, Number(take), ...(purpose ? [purpose] : [])];
    const [right, id] = await TRY.run(this.redis, this.clock, [key], args);
    return right === 1 ? id : null;
  }

  /** Makes a taken code good again for what is left of its life. */
  async putBack(key: string, id: string): Promise<void> {
    await PUT_BACK.run(this.redis, this.clock, [key], [id]);
  }

  async discard(key: string, id: string): Promise<void> {
    await DISCARD.run(this.redis, this.clock, [key], [id]);
  }
}
