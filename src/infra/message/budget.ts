import { type Clock, type Redis, RedisScript, redisTime } from '../redis.js';

/** The most SMS of a day (Asia/Shanghai), in all and by one provider. */
export interface SmsBudgets {
  all: number;
  of: ReadonlyMap<string, number>;
}

/** The keys are kept for two days: the day's own name is in them. */
const KEPT_MS = 172_800_000;

/** KEYS: counters of the day. ARGV: the life of a key in ms; the most of each. Counts all of them, or none. */
const SPEND = new RedisScript<0 | 1>(`
for i, key in ipairs(KEYS) do
  if tonumber(redis.call('GET', key) or '0') >= tonumber(ARGV[i + 2]) then return 0 end
end
for _, key in ipairs(KEYS) do
  redis.call('INCR', key)
  redis.call('PEXPIRE', key, ARGV[2])
end
return 1
`);

/** KEYS: counters of the day. */
const TAKE_BACK = new RedisScript<1>(`
for _, key in ipairs(KEYS) do
  if tonumber(redis.call('GET', key) or '0') > 0 then redis.call('DECR', key) end
end
return 1
`);

const DAY = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' });

/** Counts SMS against the budgets of the day, in Redis, for all instances together. */
export class SmsBudget {
  constructor(
    private readonly redis: Redis,
    private readonly budgets: SmsBudgets | undefined,
    private readonly clock: Clock = redisTime,
    private readonly now: () => Date = () => new Date(),
  ) {}

  /** Counts one SMS; null where that would be more than a budget. Throws an UnavailableError without Redis. */
  async spend(provider: string): Promise<{ takeBack(): Promise<void> } | null> {
    if (!this.budgets) return { takeBack: async () => undefined };
    const day = DAY.format(this.now());
    const keys = ['all', provider].map((name) => `sms:{budget}:${day}:${name}`);
    const most = [this.budgets.all, this.budgets.of.get(provider) ?? this.budgets.all];
    const spent = await SPEND.run(this.redis, this.clock, keys, [KEPT_MS, ...most]);
    if (spent === 0) return null;
    // One that cannot be taken back stays spent: less is sent than might be, never more.
    const takeBack = () =>
      TAKE_BACK.run(this.redis, this.clock, keys).then(
        () => undefined,
        () => undefined,
      );
    return { takeBack };
  }
}

/** Reads `10000` or `10000,aliyun:6000,tencent:5000`; null for anything else. */
export function parseBudgets(text: string): SmsBudgets | null {
  const [all = '', ...items] = text.split(',').map((item) => item.trim());
  const pairs = items.map((item) => /^([a-z]+):(\d{1,9})$/.exec(item));
  if (!/^\d{1,9}$/.test(all) || pairs.includes(null)) return null;
  return { all: Number(all), of: new Map(pairs.map((pair) => [pair?.[1] ?? '', Number(pair?.[2])])) };
}
