import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { loadConfig } from '../src/config.js';
import { SecretBox } from '../src/infra/secret-box.js';
import { type Infrastructure, openInfrastructure } from '../src/infrastructure.js';
import { WebhookService } from '../src/modules/event/webhook.service.js';
import { onServer } from './database.js';
import { type ServerProcess, startServer } from './server.process.js';

/** Events of accounts, from the change to the webhook, at a size; on a database of its own; see docs/performance.md. */

const { values: flags } = parseArgs({
  options: {
    users: { type: 'string', default: '1000000' },
    rate: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '60' },
    backlog: { type: 'string', default: '20000' },
    gateways: { type: 'string', default: '1' },
    webhooks: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});

const say = (what: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${what}\n`);
/** Changes are made in so many statements a second, each of as many accounts as it takes. */
const STEPS = 20;

/** Takes events, and measures how old each is. */
class Receiver {
  readonly ages: number[] = [];

  private constructor(private readonly server: Server) {}

  static async open(): Promise<Receiver> {
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { timestamp } = JSON.parse(Buffer.concat(chunks).toString()) as { timestamp: string };
      receiver.ages.push(Date.now() - Date.parse(timestamp));
      response.writeHead(204).end();
    });
    const receiver = new Receiver(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  async takes(count: number): Promise<void> {
    while (this.ages.length < count) await wait(10);
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

async function fill({ database }: Infrastructure, users: number): Promise<void> {
  say(`making ${users} users`);
  const em = database.fork();
  await em.execute(`insert into users (name) select 'bench_' || n from generate_series(1, ?::int) n`, [
    users,
  ]);
  await em.execute('analyze users');
}

/** Changes so many accounts, from a place in the list on. */
async function change(
  { database }: Infrastructure,
  users: number,
  from: number,
  count: number,
): Promise<void> {
  const first = 1 + (from % (users - count));
  await database
    .fork()
    .execute('update users set nickname = ? where id >= ? and id < ?', [
      randomBytes(6).toString('hex'),
      first,
      first + count,
    ]);
}

async function measureRate(infrastructure: Infrastructure, receiver: Receiver, gateways: ServerProcess[]) {
  const [users, rate, seconds] = [Number(flags.users), Number(flags.rate), Number(flags.seconds)];
  const per = Math.round(rate / STEPS);
  const cpuBefore = await Promise.all(gateways.map(({ cpuMs }) => cpuMs()));
  const expected = receiver.ages.length + per * STEPS * seconds * Number(flags.webhooks);
  const before = receiver.ages.length;
  const started = performance.now();
  for (let step = 0; step < STEPS * seconds; step++) {
    await change(infrastructure, users, step * per, per);
    await wait(Math.max(0, started + ((step + 1) * 1000) / STEPS - performance.now()));
  }
  const made = performance.now();
  await receiver.takes(expected);
  const ended = performance.now();
  const cpuAfter = await Promise.all(gateways.map(({ cpuMs }) => cpuMs()));
  const ages = receiver.ages.slice(before).toSorted((a, b) => a - b);
  return {
    'events a second, made': Math.round((per * STEPS * seconds * 1000) / (made - started)),
    'delivered a second': Math.round((ages.length * 1000) / (ended - started)),
    'left at the end, ms': Math.round(ended - made),
    'age when it came, p50, ms': at(ages, 0.5),
    'p99, ms': at(ages, 0.99),
    'largest, ms': ages.at(-1) ?? 0,
    'processor of the gateways, of one core': `${Math.round(
      ((cpuAfter.reduce((sum, ms) => sum + ms, 0) - cpuBefore.reduce((sum, ms) => sum + ms, 0)) * 100) /
        (ended - started),
    )} %`,
    'largest resident memory of one, MB': Math.round(
      Math.max(...(await Promise.all(gateways.map(({ peakRss }) => peakRss())))) / 1e6,
    ),
  };
}

async function measureBacklog(infrastructure: Infrastructure, receiver: Receiver) {
  const backlog = Number(flags.backlog);
  const expected = receiver.ages.length + backlog * Number(flags.webhooks);
  await change(infrastructure, Number(flags.users), 0, backlog);
  const started = performance.now();
  await receiver.takes(expected);
  return {
    'of a backlog, a second': Math.round(
      (backlog * Number(flags.webhooks) * 1000) / (performance.now() - started),
    ),
  };
}

async function run(env: Record<string, string>): Promise<Record<string, unknown>> {
  const config = loadConfig({ ...env, DATABASE_TIMEOUT_SECONDS: '3600' });
  const infrastructure = await openInfrastructure(config);
  const receiver = await Receiver.open();
  const gateways: ServerProcess[] = [];
  try {
    await fill(infrastructure, Number(flags.users));
    const { em } = infrastructure.database;
    const webhooks = new WebhookService(new SecretBox(config.DATA_KEYS), config);
    for (let count = 0; count < Number(flags.webhooks); count++) {
      await webhooks.add({ em }, { url: receiver.url, types: ['user.updated'], private: false });
    }
    for (let count = 0; count < Number(flags.gateways); count++) {
      gateways.push(await startServer('dist/src/main.js', { ...env, LOG_LEVEL: 'warn' }));
    }
    say('measuring');
    const rates = await measureRate(infrastructure, receiver, gateways);
    const backlog = await measureBacklog(infrastructure, receiver);
    const [size] = await em.execute<{ size: string }[]>(
      `select pg_size_pretty(pg_total_relation_size('account_events') / (select count(*) from account_events)) as size`,
    );
    return { ...rates, ...backlog, 'an event kept, with its indexes': size?.size };
  } finally {
    for (const gateway of gateways) await gateway.stop();
    receiver.close();
    await infrastructure.redis.close();
    await infrastructure.database.close();
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
  const loadBefore = os.loadavg()[0]?.toFixed(1);
  const figures = await run({
    DATABASE_URL: url.href,
    REDIS_URL,
    REDIS_PREFIX: `${name}:`,
    DATA_DIR: directory,
  });
  const report = {
    ...flags,
    'load before': loadBefore,
    'load after': os.loadavg()[0]?.toFixed(1),
    ...figures,
  };
  if (flags.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else
    process.stdout.write(
      `${Object.entries(report)
        .map(([what, value]) => `- ${what}: ${value}`)
        .join('\n')}\n`,
    );
} finally {
  await onServer(DATABASE_URL, `drop database if exists ${name} with (force)`);
  await rm(directory, { recursive: true, force: true });
}
