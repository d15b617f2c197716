import { type Clock, orUnavailable, type Redis, RedisScript } from './redis.js';

const DAY_MS = 86_400_000;

/** KEYS: a sorted set of what was counted, by its time. ARGV: id, window, limit, least gap. */
const CLAIM = new RedisScript<[state: 'granted' | 'spent' | 'too_soon', waitMs: number]>(`
local window, limit, gap = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
if redis.call('ZCARD', KEYS[1]) >= limit then
  local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
  return { 'spent', tonumber(oldest[2]) + window - now }
end
local newest = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
if newest[2] and tonumber(newest[2]) + gap > now then
  return { 'too_soon', tonumber(newest[2]) + gap - now }
end
redis.call('ZADD', KEYS[1], now, ARGV[2])
redis.call('PEXPIRE', KEYS[1], window)
return { 'granted', 0 }
`);

/** KEYS: a sorted set of `amount:id`, by its time. ARGV: id, window, limit, amount. */
const SPEND = new RedisScript<[state: 'granted' | 'spent', waitMs: number]>(`
local window, limit, amount = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
local spent = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
local function amountOf(member) return tonumber(string.match(member, '^%d+')) end
local excess = amount - limit
for i = 1, #spent, 2 do excess = excess + amountOf(spent[i]) end
for i = 1, #spent, 2 do
  if excess <= 0 then break end
  excess = excess - amountOf(spent[i])
  if excess <= 0 then return { 'spent', tonumber(spent[i + 1]) + window - now } end
end
redis.call('ZADD', KEYS[1], now, amount .. ':' .. ARGV[2])
redis.call('PEXPIRE', KEYS[1], window)
return { 'granted', 0 }
`);

/** The most times something may be done within a time, 24 hours when left out, and the least ms between two times. */
export interface Quota {
  key: string;
  limit: number;
  gapMs: number;
  windowMs?: number;
}

/** The most of something within a time. */
export interface Allowance {
  key: string;
  limit: number;
  windowMs: number;
}

/** Counts what may be done only so often, in Redis. Each method is one atomic step, and throws an UnavailableError without it. */
export class Quotas {
  constructor(
    private readonly redis: Redis,
    private readonly clock: Clock,
  ) {}

  /** Counts one time under `id`, or says why it is one too many and after how many ms it is not. */
  async claim(
    id: string,
    { key, limit, gapMs, windowMs = DAY_MS }: Quota,
  ): Promise<{ state: string; waitMs: number }> {
    const [state, waitMs] = await CLAIM.run(this.redis, this.clock, [key], [id, windowMs, limit, gapMs]);
    return { state, waitMs };
  }

  /** Spends an amount, at most the limit, as a whole, or says after how many ms it can be. */
  async spend(
    id: string,
    { key, limit, windowMs }: Allowance,
    amount: number,
  ): Promise<{ state: string; waitMs: number }> {
    const [state, waitMs] = await SPEND.run(this.redis, this.clock, [key], [id, windowMs, limit, amount]);
    return { state, waitMs };
  }

  /** Takes the count of `id` back. */
  async release(id: string, { key }: Quota): Promise<void> {
    await orUnavailable(this.redis.zrem(key, id));
  }
}
