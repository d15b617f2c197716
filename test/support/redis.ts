import { randomUUID } from 'node:crypto';
import type { Cluster, Redis as SingleRedis } from 'ioredis';
import { type Config, loadConfig } from '../../src/config.js';
import { type Clock, createRedis, type Redis } from '../../src/infra/redis.js';

/** Time that only moves when a test moves it. */
export class TestClock {
  private ms = Date.UTC(2026, 0, 1);

  readonly read: Clock = () => this.ms;

  get now(): number {
    return this.ms;
  }

  advance(ms: number): void {
    this.ms += ms;
  }
}

export interface TestRedis {
  client: Redis;
  /** Defaults and the given settings, with a prefix that nobody else uses. */
  config: Config;
  clock: TestClock;
  /** The names of the keys written so far. */
  keys(): Promise<string[]>;
  /** Removes those keys and disconnects. */
  close(): Promise<void>;
}

/** `REDIS_URL` when it is set, else the in-process stand-in. */
export function openTestRedis(settings: Record<string, string> = {}): TestRedis {
  const prefix = `test:${randomUUID()}:`;
  const config = loadConfig({ REDIS_URL: process.env.REDIS_URL, REDIS_PREFIX: prefix, ...settings });
  const redis = createRedis(config);
  const keys = () => keysUnder(config, prefix, () => undefined);
  return {
    client: redis.client,
    config,
    clock: new TestClock(),
    keys,
    close: async () => {
      await clearKeys(prefix);
      await redis.close();
    },
  };
}

/** The names of the keys under a prefix. */
export const keysOf = (prefix: string): Promise<string[]> =>
  keysUnder(loadConfig({ REDIS_URL: process.env.REDIS_URL }), prefix, () => undefined);

/** Removes every key with a prefix, wherever the tests keep them. */
export async function clearKeys(prefix: string): Promise<void> {
  const config = loadConfig({ REDIS_URL: process.env.REDIS_URL });
  await keysUnder(config, prefix, (client, key) => client.del(key));
}

/** What real Redis holds under a prefix, as it would write it to disk. */
export async function valuesUnder(prefix: string): Promise<[string, Buffer][]> {
  const values: [string, Buffer][] = [];
  if (!process.env.REDIS_URL) return values;
  await keysUnder(loadConfig({ REDIS_URL: process.env.REDIS_URL }), prefix, async (client, key) => {
    values.push([key, (await client.dumpBuffer(key)) ?? Buffer.alloc(0)]);
  });
  return values;
}

async function keysUnder(
  config: Config,
  prefix: string,
  visit: (client: Redis, key: string) => unknown,
): Promise<string[]> {
  const bare = createRedis({ ...config, REDIS_PREFIX: '' });
  await bare.ping();
  const client = bare.client as SingleRedis | Cluster;
  const found: string[] = [];
  for (const node of 'nodes' in client ? client.nodes('master') : [client]) {
    let cursor = '0';
    do {
      const [next, keys] = await node.scan(cursor, 'MATCH', `${prefix}*`, 'COUNT', 1000);
      found.push(...keys);
      cursor = next;
    } while (cursor !== '0');
  }
  for (const key of found) await visit(client, key);
  await bare.close();
  return found;
}
