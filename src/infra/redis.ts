import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { Cluster, type RedisCommander, type RedisOptions, Redis as SingleRedis } from 'ioredis';
import { answersInTime } from './answers-in-time.js';
import { notInstalled } from './not-installed.js';
import { noteLoss, RECONNECT_MS, watch, watchNodes } from './redis.watch.js';
import { UnavailableError } from './unavailable.js';

/** The commands of Redis, whoever answers them: one server, a cluster, or the in-process stand-in. */
export type Redis = RedisCommander;

/** The settings, by their names. */
export interface RedisSettings {
  /** One server, or several nodes of a cluster, comma-separated. Undefined: the in-process stand-in. */
  readonly REDIS_URL?: string;
  /** A prefix of every key. */
  readonly REDIS_PREFIX: string;
}

/** Hears of each command that was answered, by its name. */
export type OnAnswer = (command: string, outcome: 'ok' | 'failed', seconds: number) => void;

export interface RedisConnection {
  readonly client: Redis;
  /** True where Redis answers within {@link PING_MS}. Never throws. */
  ping(): Promise<boolean>;
  /** Lets the commands under way finish, and disconnects. */
  close(): Promise<void>;
}

/** The ms in which Redis may answer {@link RedisConnection.ping}. */
const PING_MS = 1000;

/**
 * Connects to `REDIS_URL`, or to the in-process stand-in, which all connections of a process share. Does not wait for
 * the connection. While Redis is gone, or hangs, commands fail at once, and the client reconnects in the background.
 */
export function createRedis(config: RedisSettings, onAnswer?: OnAnswer): RedisConnection {
  const client = connect(config.REDIS_URL?.split(',').map((url) => url.trim()) ?? [], config.REDIS_PREFIX);
  // The sender of a command learns of the failure from it; without a listener every attempt to reconnect is
  // printed.
  client.on('error', () => undefined);
  failFast(client);
  if (onAnswer && !standIns.has(client)) measure(client, onAnswer);
  return {
    client,
    ping: () => answersInTime(client.ping(), PING_MS),
    close: async () => {
      await client.quit().catch(() => undefined);
      client.disconnect();
    },
  };
}

/** Measures each command, from being sent to being answered. */
function measure(client: SingleRedis | Cluster, onAnswer: OnAnswer): void {
  const send = client.sendCommand.bind(client);
  const measured = (...[command, ...rest]: Parameters<typeof send>) => {
    const begun = performance.now();
    const tell = (outcome: 'ok' | 'failed') => () =>
      onAnswer(command.name, outcome, (performance.now() - begun) / 1000);
    command.promise.then(tell('ok'), tell('failed'));
    return send(command, ...rest);
  };
  Object.assign(client, { sendCommand: measured });
}

function connect(urls: readonly string[], keyPrefix: string): SingleRedis | Cluster {
  const [url] = urls;
  if (!url) return createStandIn(keyPrefix);
  const options: RedisOptions = {
    connectTimeout: 5000,
    // Closing waits so many ms for the other side to hang up, too.
    disconnectTimeout: 200,
    retryStrategy: (attempt) => Math.min(attempt * 50, RECONNECT_MS),
    // A script whose answer was lost may have run: it is never sent again, its caller is told instead.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
  };
  if (urls.length === 1) {
    const client = new SingleRedis(url, { ...options, keyPrefix });
    watch(client, { lost: () => noteLoss(client), hangUp: () => client.disconnect(true) });
    return client;
  }

  const { username, password, protocol } = new URL(url);
  const cluster = new Cluster([...urls], {
    keyPrefix,
    retryDelayOnFailover: 0,
    slotsRefreshInterval: 5000,
    redisOptions: {
      ...options,
      // The nodes that the first ones name are known by their address only.
      ...(username && { username: decodeURIComponent(username) }),
      ...(password && { password: decodeURIComponent(password) }),
      ...(protocol === 'rediss:' && { tls: {} }),
    },
    // A certificate is for a name: it must not be resolved to a number first.
    ...(protocol === 'rediss:' && { dnsLookup: (address, found) => found(null, address) }),
  });
  watchNodes(cluster);
  return cluster;
}

const standIns = new WeakSet<object>();

/** Loaded only where there is no Redis: it is a third as large as the rest of the gateway. */
function requireStandIn(): typeof SingleRedis {
  try {
    return createRequire(import.meta.url)('ioredis-mock');
  } catch (error) {
    throw notInstalled(error, 'The in-process Redis', 'REDIS_URL');
  }
}

function createStandIn(keyPrefix: string): SingleRedis {
  const RedisMock = requireStandIn();
  const client = new RedisMock({ keyPrefix });
  standIns.add(client);
  return client;
}

/** Commands wait for the first attempt to connect; from then on they fail as long as there is no connection. */
function failFast(client: SingleRedis | Cluster): void {
  const queue = (enabled: boolean) => () => {
    client.options.enableOfflineQueue = enabled;
  };
  if (client instanceof Cluster) {
    // A cluster connects to each node when it first needs it: while it knows any, commands may wait for theirs.
    client.on('close', queue(false)).on('ready', queue(true));
  } else {
    client.once('ready', queue(false)).once('close', queue(false));
  }
}

/** True where keys without a common hash tag may live on different nodes. */
export const isCluster = (redis: Redis): boolean => redis instanceof Cluster;

/** Every failure of Redis is an {@link UnavailableError}: what cannot be counted is refused. */
export async function orUnavailable<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw new UnavailableError('Redis does not answer', { cause: error });
  }
}

/** The time in ms since 1970, or 0 for Redis' own clock. */
export type Clock = () => number;

/** Instances whose clocks differ still agree: time is what Redis says. Tests pass a clock they can move. */
export const redisTime: Clock = () => 0;

/** The stand-in's TIME mixes two clocks and jumps back by up to a second; its one process has a clock of its own. */
const timeOf = (redis: Redis, clock: Clock): number => clock() || (standIns.has(redis) ? Date.now() : 0);

const NOW = `
local now = tonumber(ARGV[1])
if now == 0 then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
`;

/**
 * Lua that Redis runs as one step. It finds the time as `now`, in ms; ARGV[1] is taken for that, its own arguments
 * start at ARGV[2]. The keys of one run share a hash tag (`{…}`), so that a cluster has them on one node. Expiry is
 * decided by stored times; the life of a key in Redis only clears what nobody reads any more.
 *
 * `Reply` is what the Lua returns: integers, texts and lists of them (null and false mean different things to the
 * stand-in, which also keeps no empty texts).
 */
export class RedisScript<Reply> {
  private readonly source: string;
  private readonly sha: string;

  constructor(lua: string) {
    this.source = NOW + lua;
    this.sha = createHash('sha1').update(this.source).digest('hex');
  }

  /** Throws an {@link UnavailableError} when Redis does not answer. */
  run(
    redis: Redis,
    clock: Clock,
    keys: readonly string[],
    args: readonly (string | number)[] = [],
  ): Promise<Reply> {
    return orUnavailable(this.evaluate(redis, [...keys], [timeOf(redis, clock), ...args]) as Promise<Reply>);
  }

  private async evaluate(redis: Redis, keys: string[], args: (string | number)[]): Promise<unknown> {
    try {
      return await redis.evalsha(this.sha, keys.length, ...keys, ...args);
    } catch (error) {
      // A node that has not seen the script yet, or has restarted, is sent it as text.
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return redis.eval(this.source, keys.length, ...keys, ...args);
    }
  }
}
