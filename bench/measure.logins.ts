import { execFile } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { promisify } from 'node:util';
import { loadConfig } from '../src/config.js';
import { PasswordHasher } from '../src/modules/credential/password.hasher.js';
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

/** The defaults of the hash, which production has too. */
const HASHING = loadConfig({ PASSWORD_PEPPER: SETTINGS.PASSWORD_PEPPER });

/** Checks a second of a process that does nothing else. */
async function hashOnly(seconds: number): Promise<number> {
  const md5 = createHash('md5').update(PASSWORD).digest('hex');
  const secret = createHmac('sha256', HASHING.PASSWORD_PEPPER).update(md5).digest('hex');
  const stored = await new PasswordHasher(HASHING).hash(PASSWORD, 'PLAIN');
  const flags = [stored, secret, HASHING.PASSWORD_HASH_CONCURRENCY, seconds].map(String);
  const { stdout } = await run(process.execPath, ['dist/bench/hash-only.js', ...flags]);
  return Number(stdout);
}

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
  const readsAmongLogins = async () => {
    const underWay = Promise.withResolvers<void>();
    const logins = closedLoop(gateway, requests, {
      connections: SATURATING,
      seconds: seconds + 1,
      onUnderWay: underWay.resolve,
    });
    const times = underWay.promise.then(() => reads(gateway, place, seconds));
    await Promise.race([logins, times]);
    await logins;
    return times;
  };
  await closedLoop(gateway, requests, { connections, seconds: 1 });
  for (let round = 0; round < rounds; round++) {
    found.hashes.push(await hashOnly(seconds));
    found.logins.push((await closedLoop(gateway, requests, { connections, seconds })).throughput);
    found.quiet.push(...(await reads(gateway, place, seconds)));
    found.busy.push(...(await readsAmongLogins()));
  }
  const { PASSWORD_HASH_MEMORY_KIB: memory, PASSWORD_HASH_ITERATIONS: passes } = HASHING;
  return {
    hashOnly: median(found.hashes),
    logins: median(found.logins),
    parameters: `argon2id, ${memory} KiB, ${passes} passes, ${HASHING.PASSWORD_HASH_CONCURRENCY} at once`,
    rate: RATE,
    quiet: both(found.quiet),
    busy: both(found.busy),
  };
}
