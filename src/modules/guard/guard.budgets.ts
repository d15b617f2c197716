import { type Clock, type Redis, RedisScript } from '../../infra/redis.js';

/** A number of failures in a sliding window. In a cluster the budgets of one run share the hash tag of their keys. */
export interface Budget {
  readonly key: string;
  readonly windowMs: number;
  readonly limit: number;
  /** The failure that spends it locks: all of them then leave the window together, one window later. */
  readonly locks: boolean;
}

/** A budget and how much of it one try may use; null: the try is counted, but not bound by it. */
export interface BudgetClaim {
  readonly budget: Budget;
  readonly limit: number | null;
}

/** There were that many failures; the oldest leaves after `remainingMs`. */
export interface Spent {
  state: 'spent';
  claim: BudgetClaim;
  failures: number;
  remainingMs: number;
}

/** The outcome of a reservation. `full`: there will be room, unless the tries under way all fail. */
export type Verdict = { state: 'granted' } | { state: 'full'; claim: BudgetClaim } | Spent;

/** A reservation of a process that died ends after so many ms. A check has to end before. */
const LEASE_MS = 30_000;

/*
 * A budget is two sorted sets: the failures by their time, and the reservations under way by the end of their lease.
 * A lock is no state of its own: it is a full window whose failures were all moved to the moment of the last one.
 */

/** KEYS: failures, pending, of each budget. ARGV: id, lease; window, limit (-1: none) of each. */
const RESERVE = new RedisScript<[state: 'granted' | 'full' | 'spent', index: number, number, number]>(`
local full = 0
for i = 1, #KEYS / 2 do
  local failures, pending = KEYS[2 * i - 1], KEYS[2 * i]
  local window, limit = tonumber(ARGV[2 * i + 2]), tonumber(ARGV[2 * i + 3])
  redis.call('ZREMRANGEBYSCORE', failures, '-inf', now - window)
  redis.call('ZREMRANGEBYSCORE', pending, '-inf', now)
  local failed = redis.call('ZCARD', failures)
  if limit >= 0 and failed >= limit then
    local oldest = redis.call('ZRANGE', failures, 0, 0, 'WITHSCORES')
    return { 'spent', i, failed, tonumber(oldest[2]) + window - now }
  end
  if limit >= 0 and full == 0 and failed + redis.call('ZCARD', pending) >= limit then full = i end
end
if full > 0 then return { 'full', full, 0, 0 } end
for i = 1, #KEYS / 2 do
  redis.call('ZADD', KEYS[2 * i], now + ARGV[3], ARGV[2])
  redis.call('PEXPIRE', KEYS[2 * i], ARGV[3])
end
return { 'granted', 0, 0, 0 }
`);

/**
 * KEYS as above. ARGV: id, 1 for a failure; window, limit, 1 to lock, of each. Answers 0 when the lease had run out
 * and the room may have been given to another try. Failures beyond the limit push out the oldest.
 */
const SETTLE = new RedisScript<0 | 1>(`
local held = 1
for i = 1, #KEYS / 2 do
  if redis.call('ZREM', KEYS[2 * i], ARGV[2]) == 0 then held = 0 end
end
if held == 0 or ARGV[3] ~= '1' then return held end
for i = 1, #KEYS / 2 do
  local failures = KEYS[2 * i - 1]
  local window, limit = tonumber(ARGV[3 * i + 1]), tonumber(ARGV[3 * i + 2])
  redis.call('ZREMRANGEBYSCORE', failures, '-inf', now - window)
  redis.call('ZADD', failures, now, ARGV[2])
  redis.call('ZREMRANGEBYRANK', failures, 0, -limit - 1)
  if ARGV[3 * i + 3] == '1' and redis.call('ZCARD', failures) >= limit then
    for _, failure in ipairs(redis.call('ZRANGE', failures, 0, -1)) do
      redis.call('ZADD', failures, now, failure)
    end
  end
  redis.call('PEXPIRE', failures, window)
end
return held
`);

/** KEYS: failures. ARGV: window. Answers how many count, and when the oldest leaves. */
const LOOK = new RedisScript<[failures: number, oldestLeavesAt: number]>(`
local window = tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return { redis.call('ZCARD', KEYS[1]), (tonumber(oldest[2]) or now) + window }
`);

/** The budgets in Redis. Every method is one round trip, and throws SERVICE_UNAVAILABLE without Redis. */
export class Budgets {
  constructor(
    private readonly redis: Redis,
    private readonly clock: Clock,
  ) {}

  /** Takes a try from all of them, or in none. */
  async reserve(id: string, claims: readonly BudgetClaim[]): Promise<Verdict> {
    const bounds = claims.flatMap(({ budget, limit }) => [budget.windowMs, limit ?? -1]);
    const keys = keysOf(claims.map(({ budget }) => budget));
    const [state, index, failures, remainingMs] = await RESERVE.run(this.redis, this.clock, keys, [
      id,
      LEASE_MS,
      ...bounds,
    ]);
    const claim = claims[index - 1];
    return state === 'granted' || !claim ? { state: 'granted' } : { state, claim, failures, remainingMs };
  }

  /** Gives the tries back, or turns them into failures. False when they were not held any more. */
  async settle(id: string, budgets: readonly Budget[], failed: boolean): Promise<boolean> {
    const bounds = budgets.flatMap(({ windowMs, limit, locks }) => [windowMs, limit, Number(locks)]);
    return (await SETTLE.run(this.redis, this.clock, keysOf(budgets), [id, Number(failed), ...bounds])) === 1;
  }

  /** The failures that count now, and the time in ms at which the oldest of them leaves. */
  async look({ key, windowMs }: Budget): Promise<{ failures: number; oldestLeavesAt: number }> {
    const [failures, oldestLeavesAt] = await LOOK.run(this.redis, this.clock, [key], [windowMs]);
    return { failures, oldestLeavesAt };
  }
}

const keysOf = (budgets: readonly Budget[]): string[] =>
  budgets.flatMap(({ key }) => [key, `${key}:pending`]);
