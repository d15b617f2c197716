import { execFile } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { promisify } from 'node:util';
import { hash } from '@node-rs/argon2';
import { loadConfig } from '../src/config.js';
import { arrivals, quantile } from './arrivals.js';
import { PASSWORD } from './data.js';
import { closedLoop, median } from './load.js';
import type { Effort, Servers } from './measure.js';
import { GRAPHQL_READS, requestsOf } from './operations.js';
import { PASSWORD_LOGIN } from './operations.logins.js';
import type { FilledPlace } from './place.js';
import type { ServerProcess } from './server.process.js';
import { SETTINGS } from './servers.js';

/** Password log-ins against nothing but their hashes, and what they do to others. */
export interface LoginFigures {
  /** Hashes a second that a process does which does nothing else, and log-ins a second. */
  hashOnly: number;
  logins: number;
  /** What one hash costs. */
  parameters: string;
  /** Requests of `user(id)` a second while nobody logs in, and while log-ins keep the hash queue full; times in ms. */
  rate: number;
  quiet: { p50: number; p99: number };
  busy: { p50: number; p99: number };
}

/** Far more than are hashed at once, and few enough for the guard, which counts them all for one source. */
const SATURATING = 40;
const RATE = 100;
const DISTINCT = 2000;

const run = promisify(execFile);

async function hashOnly(seconds: number): Promise<number> {
  const config = loadConfig(SETTINGS_ONLY);
  const md5 = createHash('md5').update(PASSWORD).digest('hex');
  const secret = createHmac('sha256', config.PASSWORD_PEPPER).update(md5).digest('hex');
  const stored = await hash(secret, {
    memoryCost: config.PASSWORD_HASH_MEMORY_KIB,
    timeCost: config.PASSWORD_HASH_ITERATIONS,
    parallelism: 1,
  });
  const flags = [config.PASSWORD_HASH_CONCURRENCY, seconds].map(String);
  const { stdout } = await run(process.execPath, ['dist/bench/hash-only.js', stored, secret, ...flags]);
  return Number(stdout);
}

/** The settings of the hash, without the rest that production asks for. */
const SETTINGS_ONLY = { ...SETTINGS, NODE_ENV: 'test', SMS_PROVIDER: 'log', MAIL_PROVIDER: 'log' };

const both = (values: readonly number[]) => ({ p50: quantile(values, 0.5), p99: quantile(values, 0.99) });

async function reads(gateway: ServerProcess, place: FilledPlace, seconds: number): Promise<number[]> {
  const operation = GRAPHQL_READS.find(({ name }) => name === 'user(id)');
  return operation ? arrivals(gateway, requestsOf(operation, place, RATE * seconds), RATE) : [];
}

export async function measureLogins(
  place: FilledPlace,
  servers: Servers,
  { seconds, rounds, connections }: Effort,
): Promise<LoginFigures> {
  const gateway = servers.get('gateway');
  if (!gateway) throw new Error('the gateway does not run');
  const requests = requestsOf(PASSWORD_LOGIN, place, DISTINCT);
  const found = {
    hashes: [] as number[],
    logins: [] as number[],
    quiet: [] as number[],
    busy: [] as number[],
  };
  await closedLoop(gateway, requests, { connections, seconds: 1 });
  for (let round = 0; round < rounds; round++) {
    found.hashes.push(await hashOnly(seconds));
    found.logins.push((await closedLoop(gateway, requests, { connections, seconds })).throughput);
    found.quiet.push(...(await reads(gateway, place, seconds)));
    const [, times] = await Promise.all([
      closedLoop(gateway, requests, { connections: SATURATING, seconds: seconds + 1 }),
      reads(gateway, place, seconds),
    ]);
    found.busy.push(...times);
  }
  const config = loadConfig(SETTINGS_ONLY);
  return {
    hashOnly: median(found.hashes),
    logins: median(found.logins),
    parameters: `argon2id, ${config.PASSWORD_HASH_MEMORY_KIB} KiB, ${config.PASSWORD_HASH_ITERATIONS} passes, ${config.PASSWORD_HASH_CONCURRENCY} at once`,
    rate: RATE,
    quiet: both(found.quiet),
    busy: both(found.busy),
  };
}
