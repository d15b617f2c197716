import { type Clock, type Redis, RedisScript } from '../../infra/redis.js';

/** An address is remembered this long. */
const MEMORY_MS = 600_000;

/** KEYS: a sorted set of addresses, by the time of the latest code. ARGV: memory, address. */
const ADD = new RedisScript<1>(`
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - tonumber(ARGV[2]))
redis.call('ZADD', KEYS[1], now, ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
`);

/** KEYS as above. ARGV: memory, addresses. Answers the positions of those that are remembered. */
const FIND = new RedisScript<number[]>(`
local found = {}
for i = 3, #ARGV do
  local sent = redis.call('ZSCORE', KEYS[1], ARGV[i])
  if sent and tonumber(sent) > now - tonumber(ARGV[2]) then found[#found + 1] = i - 3 end
end
return found
`);

/** The addresses that codes were sent to in the last ten minutes, by the source that asked for them; all as hashes. */
export class CodeRecipients {
  constructor(
    private readonly redis: Redis,
    private readonly clock: Clock,
  ) {}

  async add(key: string, address: string): Promise<void> {
    await ADD.run(this.redis, this.clock, [key], [MEMORY_MS, address]);
  }

  /** True in the place of each address that is remembered. */
  async find(key: string, addresses: readonly string[]): Promise<boolean[]> {
    const found = new Set(await FIND.run(this.redis, this.clock, [key], [MEMORY_MS, ...addresses]));
    return addresses.map((_address, index) => found.has(index));
  }
}
