import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { factsOf } from './facts.js';
import { type Effort, measure } from './measure.js';
import { measureLogins } from './measure.logins.js';
import { type Statements, statementsPerRequest } from './measure.statements.js';
import { GRAPHQL_READS, type Operation } from './operations.js';
import { LEGACY_READS } from './operations.legacy.js';
import { codeLogin, openSmsInbox, PASSWORD_LOGIN, type SmsInbox } from './operations.logins.js';
import { type FilledPlace, openPlace } from './place.js';
import { markdown, type SizeReport } from './report.js';
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

const say = (what: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${what}\n`);

const { DATABASE_URL, REDIS_URL } = process.env;
if (!DATABASE_URL || !REDIS_URL) throw new Error('DATABASE_URL and REDIS_URL say where to measure');

const effort: Effort = {
  seconds: Number(flags.seconds),
  rounds: Number(flags.rounds),
  connections: Number(flags.connections),
};
const peers = flags.peers.split(',');
const allSizes = flags.sizes.split(',').map(Number);
const wantedSizes = flags.soak === undefined ? allSizes : allSizes.slice(0, 1);
const names = SERVER_NAMES.filter((name) => name === 'gateway' || peers.includes(name));

/** Those whose name has one of the parts that were asked for. */
const isWanted = ({ name }: Operation): boolean =>
  flags.only === '' || flags.only.split(',').some((part) => name.includes(part));

const operationsWith = (inbox: SmsInbox): Operation[] =>
  [...GRAPHQL_READS, ...LEGACY_READS, PASSWORD_LOGIN, codeLogin(inbox)].filter(isWanted);

async function measureSize(
  place: FilledPlace,
  operations: readonly Operation[],
  smallest: SizeReport | undefined,
): Promise<SizeReport> {
  const servers = new Map<ServerName, ServerProcess>();
  try {
    for (const name of names) servers.set(name, await startNamed(name, place.env));
    const report: SizeReport = { users: place.users, data: place.description, measured: [], memory: {} };
    for (const operation of operations) {
      say(operation.name);
      const before = smallest?.measured.find((one) => one.operation === operation.name);
      report.measured.push(await measure(operation, place, servers, effort, before?.rate));
    }
    if (isWanted(PASSWORD_LOGIN)) {
      say('log-ins against hashes');
      report.logins = await measureLogins(place, servers, effort);
    }
    for (const [name, server] of servers) report.memory[name] = (await server.rss()) / 2 ** 20;
    return report;
  } finally {
    for (const server of servers.values()) await server.stop();
  }
}

const inbox = await openSmsInbox();
try {
  const operations = operationsWith(inbox);
  const facts = await factsOf(DATABASE_URL, REDIS_URL, effort);
  const sizes: SizeReport[] = [];
  let statements: Statements = {};
  for (const users of wantedSizes) {
    const place = await openPlace({
      users,
      databaseUrl: DATABASE_URL,
      redisUrl: REDIS_URL,
      smsWebhookUrl: inbox.url,
      keep: flags.keep,
      say,
    });
    try {
      if (flags.soak !== undefined) {
        process.stdout.write(await soak(place, Number(flags.soak), effort.connections, say));
        continue;
      }
      sizes.push(await measureSize(place, operations, sizes[0]));
      say('counting statements');
      statements = await statementsPerRequest(operations, place, names);
    } finally {
      await place.leave();
    }
  }
  const report = { facts, sizes, statements };
  if (sizes.length > 0) process.stdout.write(flags.json ? `${JSON.stringify(report)}\n` : markdown(report));
} finally {
  await inbox.close();
}
