import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { assertSameAnswers } from './equality.js';
import { closedLoop, median, type Round } from './load.js';
import { GRAPHQL_READS, requestsOf } from './operations.js';
import { LEGACY_READS } from './operations.legacy.js';
import { openPlace } from './place.js';
import type { ServerProcess } from './server.process.js';
import { SERVER_NAMES, type ServerName, startNamed } from './servers.js';

/** The gateway beside its peers; see docs/performance.md. */

const { values: flags } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000,1000000' },
    only: { type: 'string', default: '' },
    peers: { type: 'string', default: 'raw,mercurius,plain' },
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '10' },
    keep: { type: 'boolean', default: false },
  },
});

const say = (what: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${what}\n`);

const { DATABASE_URL, REDIS_URL } = process.env;
if (!DATABASE_URL || !REDIS_URL) throw new Error('DATABASE_URL and REDIS_URL say where to measure');

const wanted = new Set<string>(['gateway', ...flags.peers.split(',')]);
for (const users of flags.sizes.split(',').map(Number)) {
  const place = await openPlace({
    users,
    databaseUrl: DATABASE_URL,
    redisUrl: REDIS_URL,
    smsWebhookUrl: 'http://127.0.0.1:9/',
    keep: flags.keep,
    say,
  });
  const servers = new Map<ServerName, ServerProcess>();
  try {
    for (const name of SERVER_NAMES.filter((one) => wanted.has(one))) {
      servers.set(name, await startNamed(name, place.env));
    }
    process.stdout.write(`${place.description}\n`);
    for (const operation of [...GRAPHQL_READS, ...LEGACY_READS.flatMap((o) => [o.url, o.twin])].filter(
      ({ name }) => name.includes(flags.only),
    )) {
      const requests = requestsOf(operation, 2000, place.users, place.app);
      const gateway = servers.get('gateway');
      if (!gateway) throw new Error('no gateway');
      const peers = new Map([...servers].filter(([name]) => operation.peers.includes(name)));
      await assertSameAnswers(operation, requests.slice(0, 20), gateway, peers);
      const rounds = new Map<ServerName, Round[]>();
      for (let round = 0; round <= Number(flags.rounds); round++) {
        for (const [name, server] of servers) {
          if (name !== 'gateway' && !operation.peers.includes(name)) continue;
          const result = await closedLoop(server, requests, {
            connections: Number(flags.connections),
            seconds: round === 0 ? 1 : Number(flags.seconds),
          });
          if (round > 0) rounds.set(name, [...(rounds.get(name) ?? []), result]);
        }
      }
      for (const [name, results] of rounds) {
        const throughput = median(results.map((one) => one.throughput)).toFixed(0);
        const cpu = median(results.map((one) => one.cpuMs)).toFixed(3);
        process.stdout.write(`${operation.name} ${name}: ${throughput}/s, ${cpu} ms of cpu\n`);
      }
    }
    for (const [name, server] of servers) {
      process.stdout.write(`${name}: ${((await server.rss()) / 2 ** 20).toFixed(0)} MB\n`);
    }
  } finally {
    for (const server of servers.values()) await server.stop();
    await place.leave();
  }
}
