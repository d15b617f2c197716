import 'reflect-metadata';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { factsOf } from './facts.js';
import { closedLoop } from './load.js';
import { measureGrowth } from './measure.growth.js';
import { type Effort, measure } from './measure.js';
import { measureLogins } from './measure.logins.js';
import { statementsPerRequest } from './measure.statements.js';
import { mixtureFor } from './mixture.js';
import { GRAPHQL_READS, INTROSPECTION, type Operation, TRUSTED_READS } from './operations.js';
import { LEGACY_READS } from './operations.legacy.js';
import { codeLogin, openSmsInbox, PASSWORD_LOGIN, type SmsInbox } from './operations.logins.js';
import { type FilledPlace, openPlace } from './place.js';
import { markdown, type Report, type SizeReport } from './report.js';
import type { ServerProcess } from './server.process.js';
import { SERVER_NAMES, type ServerName, startNamed } from './servers.js';
import { soak } from './soak.js';

/** The gateway beside its peers, and for how long it lasts; see docs/performance.md. */

const { values: flags } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000,1000000' },
    only: { type: 'string', default: '' },
    peers: { type: 'string', default: 'raw,mercurius,plain' },
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '10' },
    soak: { type: 'string' },
    keep: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

/** Servers run for weeks: their code is compiled, their caches are full. */
const WARM_UP_SECONDS = 15;
/** After the load, until memory is looked at: threads without work end, and what can be collected is. */
const REST_SECONDS = 30;

const say = (what: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${what}\n`);

function addressOf(name: 'DATABASE_URL' | 'REDIS_URL'): string {
  const url = process.env[name];
  if (!url) throw new Error('DATABASE_URL and REDIS_URL say where to measure');
  return url;
}

const databaseUrl = addressOf('DATABASE_URL');
const redisUrl = addressOf('REDIS_URL');
const effort: Effort = {
  seconds: Number(flags.seconds),
  rounds: Number(flags.rounds),
  connections: Number(flags.connections),
};
const peers = flags.peers.split(',');
const sizes = flags.sizes.split(',').map(Number);
const names = SERVER_NAMES.filter((name) => name === 'gateway' || peers.includes(name));

/** Those whose name has one of the parts that were asked for. */
const isWanted = ({ name }: Operation): boolean =>
  flags.only === '' || flags.only.split(',').some((part) => name.includes(part));

async function measureSize(place: FilledPlace, operations: readonly Operation[]): Promise<SizeReport> {
  const servers = new Map<ServerName, ServerProcess>();
  try {
    for (const name of names) servers.set(name, await startNamed(name, place.env));
    const report: SizeReport = { users: place.users, data: place.description, measured: [], memory: {} };
    for (const [name, server] of servers) {
      say(`warming up ${name}`);
      const { connections } = effort;
      await closedLoop(server, mixtureFor(name, place), { connections, seconds: WARM_UP_SECONDS });
    }
    for (const operation of operations) {
      say(operation.name);
      report.measured.push(await measure(operation, place, servers, effort));
    }
    if (isWanted(PASSWORD_LOGIN)) {
      say('log-ins against hashes');
      report.logins = await measureLogins(place, servers, effort);
    }
    await wait(REST_SECONDS * 1000);
    for (const [name, server] of servers) {
      report.memory[name] = { after: await server.rss(), peak: await server.peakRss() };
    }
    return report;
  } finally {
    for (const server of servers.values()) await server.stop();
  }
}

async function measureAll(places: readonly FilledPlace[], inbox: SmsInbox): Promise<Report> {
  const facts = await factsOf(databaseUrl, redisUrl, effort);
  const reads = [...GRAPHQL_READS, ...TRUSTED_READS, INTROSPECTION, ...LEGACY_READS].filter(isWanted);
  const operations = [...reads, ...[PASSWORD_LOGIN, codeLogin(inbox)].filter(isWanted)];
  const sizes: SizeReport[] = [];
  for (const place of places) sizes.push(await measureSize(place, operations));
  const [small, large] = [places[0], places.at(-1)];
  if (!small || !large) throw new Error('--sizes names none');
  say('counting statements');
  const statements = await statementsPerRequest(operations, large, names);
  if (small === large) return { facts, sizes, statements, growth: [] };
  say('growth');
  return { facts, sizes, statements, growth: await measureGrowth(reads, names, [small, large], effort) };
}

const inbox = await openSmsInbox();
const places: FilledPlace[] = [];
try {
  for (const users of flags.soak === undefined ? sizes : sizes.slice(0, 1)) {
    const { keep } = flags;
    places.push(await openPlace({ users, databaseUrl, redisUrl, smsWebhookUrl: inbox.url, keep, say }));
  }
  const [first] = places;
  if (flags.soak !== undefined && first) {
    process.stdout.write(await soak(first, Number(flags.soak), effort.connections, say));
  } else {
    const report = await measureAll(places, inbox);
    process.stdout.write(flags.json ? `${JSON.stringify(report)}\n` : markdown(report));
  }
} finally {
  for (const place of places) await place.leave();
  await inbox.close();
}
