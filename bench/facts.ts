import { readFileSync } from 'node:fs';
import os from 'node:os';
import { Redis } from 'ioredis';
import { onServer } from './database.js';
import type { Effort } from './measure.js';
import { SETTINGS } from './servers.js';

const LIBRARIES = ['mercurius', 'pg', '@apollo/server', 'type-graphql', '@mikro-orm/core', 'autocannon'];

/** What says nothing of how fast anything is, or is nobody's business. */
const UNTOLD = /PEPPER|KEYS|WEBHOOK|URL/;

function versionsOf(names: readonly string[]): string {
  const { dependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
  const versions = { ...dependencies, ...devDependencies };
  return names.map((name) => `${name} ${versions[name]}`).join(', ');
}

/** The machine, the versions and the settings that a run is made with. */
export async function factsOf(
  databaseUrl: string,
  redisUrl: string,
  { seconds, rounds, connections }: Effort,
): Promise<Record<string, string>> {
  const [postgres] = await onServer<{ version: string; buffers: string }>(
    databaseUrl,
    `select current_setting('server_version') as version, current_setting('shared_buffers') as buffers`,
  );
  const redis = new Redis(redisUrl);
  const redisVersion = /redis_version:(\S+)/.exec(await redis.info())?.[1] ?? '';
  await redis.quit();
  const [cpu] = os.cpus();
  return {
    machine: `${os.cpus().length} × ${cpu?.model.trim()}, ${Math.round(os.totalmem() / 2 ** 30)} GiB; servers, PostgreSQL, Redis and the load share it`,
    'load before': os.loadavg()[0]?.toFixed(1) ?? '',
    versions: `Node ${process.version}, PostgreSQL ${postgres?.version} (shared_buffers ${postgres?.buffers}), Redis ${redisVersion}, ${versionsOf(LIBRARIES)}`,
    settings: Object.entries(SETTINGS)
      .filter(([name]) => !UNTOLD.test(name))
      .map(([name, value]) => `\`${name}=${value}\``)
      .join(', '),
    rounds: `${rounds} of ${seconds} s, ${connections} connections`,
  };
}
