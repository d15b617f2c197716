import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { loadConfig } from '../src/config.js';
import { queryOne } from '../src/infra/database/query.js';
import { type Infrastructure, openInfrastructure } from '../src/infrastructure.js';
import { onServer } from './database.js';
import { startGateway } from './gateway.js';
import { fill, type Sizes } from './ranking.data.js';
import { type Computation, type Latency, measureComputations, measureReads } from './ranking.measure.js';

/** The ranking and the lists of users at a size, on a database of its own; see docs/performance.md. */

const { values: flags } = parseArgs({
  options: {
    users: { type: 'string', default: '1000000' },
    orders: { type: 'string', default: '10000000' },
    days: { type: 'string', default: '400' },
    follows: { type: 'string', default: '12000000' },
    times: { type: 'string', default: '200' },
    json: { type: 'boolean', default: false },
  },
});

const say = (what: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${what}\n`);

async function machineOf({ database, redis }: Infrastructure) {
  const version = await queryOne<{ server_version: string }>(database.fork(), 'show server_version');
  const size = await queryOne<{ size: string; days: string; follows: string }>(
    database.fork(),
    `select pg_size_pretty(pg_database_size(current_database())) as size, (select count(*) from daily_incomes) as days,
       (select count(*) from follows) as follows`,
  );
  const [cpu] = os.cpus();
  return {
    cpu: `${os.cpus().length} × ${cpu?.model.trim()}`,
    memory: `${Math.round(os.totalmem() / 2 ** 30)} GiB`,
    'load before': os.loadavg()[0]?.toFixed(1) ?? '',
    node: process.version,
    postgresql: version?.server_version ?? '',
    redis: /redis_version:(\S+)/.exec(await redis.client.info())?.[1] ?? '',
    database: `${size?.size}, ${size?.days} rows of daily_incomes, ${size?.follows} of follows`,
  };
}

interface Report {
  sizes: Sizes;
  machine: Record<string, string>;
  computations: Computation[];
  reads: Latency[];
}

function print({ sizes, machine, computations, reads }: Report): void {
  const facts = { users: sizes.users, orders: `${sizes.orders} over ${sizes.days} days`, ...machine };
  const rows = [
    ...Object.entries(facts).map(([name, fact]) => `- ${name}: ${fact}`),
    '',
    '| ranking, computed | ms, each time | reads |',
    '| --- | --- | --- |',
    ...computations.map(({ what, ms, tables }) => `| ${what} | ${ms.join(', ')} | ${tables.join(', ')} |`),
    '',
    '| read over HTTP | first, ms | p50, ms | p99, ms |',
    '| --- | --- | --- | --- |',
    ...reads.map(({ what, first, p50, p99 }) => `| ${what} | ${first} | ${p50} | ${p99} |`),
  ];
  process.stdout.write(`${rows.join('\n')}\n`);
}

async function run(env: Record<string, string>, sizes: Sizes): Promise<Report> {
  const infrastructure = await openInfrastructure(loadConfig({ ...env, DATABASE_TIMEOUT_SECONDS: '3600' }));
  const { database, redis } = infrastructure;
  try {
    await fill(database.fork(), sizes, say);
    const machine = await machineOf(infrastructure);
    const gateway = await startGateway(env);
    try {
      say('measuring');
      const computations = await measureComputations(gateway, database, redis.client, 5);
      const reads = await measureReads(gateway, Number(flags.times));
      return { sizes, machine, computations, reads };
    } finally {
      await gateway.stop();
    }
  } finally {
    await redis.close();
    await database.close();
  }
}

const { DATABASE_URL, REDIS_URL } = process.env;
if (!DATABASE_URL || !REDIS_URL) throw new Error('DATABASE_URL and REDIS_URL say where to measure');
const name = `ug_bench_${randomBytes(4).toString('hex')}`;
const directory = await mkdtemp(path.join(os.tmpdir(), 'ug-bench-'));
try {
  await onServer(DATABASE_URL, `create database ${name}`);
  const url = new URL(DATABASE_URL);
  url.pathname = name;
  const env = { DATABASE_URL: url.href, REDIS_URL, REDIS_PREFIX: `${name}:`, DATA_DIR: directory };
  const sizes = {
    users: Number(flags.users),
    orders: Number(flags.orders),
    days: Number(flags.days),
    follows: Number(flags.follows),
  };
  const report = await run(env, sizes);
  if (flags.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else print(report);
} finally {
  await onServer(DATABASE_URL, `drop database if exists ${name} with (force)`);
  await rm(directory, { recursive: true, force: true });
}
