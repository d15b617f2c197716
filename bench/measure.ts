import { arrivals, quantile } from './arrivals.js';
import { assertSameAnswers } from './equality.js';
import { closedLoop, median, type Round } from './load.js';
import { type Operation, type Request, requestsOf } from './operations.js';
import type { FilledPlace } from './place.js';
import type { ServerProcess } from './server.process.js';
import type { ServerName } from './servers.js';

/** How long and how hard it is measured. */
export interface Effort {
  /** Length of a round. */
  seconds: number;
  rounds: number;
  /** Of the closed loop. */
  connections: number;
}

/** One operation at one server. Times in ms. */
export interface Figures {
  /** Answers a second in the closed loop, the median of the rounds. */
  throughput: number;
  cpuMs: number;
  /** At the open arrival rate, over all rounds. */
  p50: number;
  p99: number;
}

export interface Measured {
  operation: string;
  /** Requests a second at which the latencies were taken. */
  rate: number;
  servers: Partial<Record<ServerName, Figures>>;
}

export type Servers = ReadonlyMap<ServerName, ServerProcess>;

/** Distinct requests of an operation, which are sent over and over. */
const REQUESTS = 2000;
/** Requests that can be made once: so many a round. */
const ONCE = 400;
const COMPARED = 20;
const WARM_UP_SECONDS = 1;

/** The gateway and those peers of an operation that run. */
const takers = (servers: Servers, { peers }: Operation): Map<ServerName, ServerProcess> =>
  new Map([...servers].filter(([name]) => name === 'gateway' || peers.includes(name)));

async function oneRound(
  operation: Operation,
  place: FilledPlace,
  server: ServerProcess,
  connections: number,
  seconds: number,
): Promise<Round> {
  if (!operation.prepare) {
    return closedLoop(server, requestsOf(operation, place, REQUESTS), { connections, seconds });
  }
  const count = Math.min(ONCE, place.users);
  const ready = await operation.prepare(server, requestsOf(operation, place, count));
  return closedLoop(server, ready, { connections });
}

/** Round by round, each server after the other: what disturbs the machine meanwhile meets them all. */
async function throughputs(
  operation: Operation,
  place: FilledPlace,
  servers: Servers,
  { seconds, rounds, connections }: Effort,
): Promise<Map<ServerName, Round[]>> {
  const measured = new Map<ServerName, Round[]>([...servers].map(([name]) => [name, []]));
  for (const [, server] of servers) {
    await oneRound(operation, place, server, connections, WARM_UP_SECONDS);
  }
  for (let round = 0; round < rounds; round++) {
    for (const [name, server] of servers) {
      measured.get(name)?.push(await oneRound(operation, place, server, connections, seconds));
    }
  }
  return measured;
}

async function latencies(
  operation: Operation,
  place: FilledPlace,
  servers: Servers,
  { seconds, rounds }: Effort,
  rate: number,
): Promise<Map<ServerName, number[]>> {
  const measured = new Map<ServerName, number[]>([...servers].map(([name]) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    const most = operation.prepare ? place.users : Number.POSITIVE_INFINITY;
    const count = Math.min(Math.max(Math.round(rate * seconds), 1), most);
    for (const [name, server] of servers) {
      const requests: Request[] = requestsOf(operation, place, count, round * count);
      const ready = operation.prepare ? await operation.prepare(server, requests) : requests;
      measured.get(name)?.push(...(await arrivals(server, ready, rate)));
    }
  }
  return measured;
}

/**
 * Throws unless the answers are the same. Latencies are taken at `rate`, or at half of what the slowest server can
 * do.
 */
export async function measure(
  operation: Operation,
  place: FilledPlace,
  running: Servers,
  effort: Effort,
  rate?: number,
): Promise<Measured> {
  const servers = takers(running, operation);
  const peers = new Map([...servers].filter(([name]) => name !== 'gateway'));
  const gateway = servers.get('gateway');
  if (!gateway) throw new Error('the gateway does not run');
  await assertSameAnswers(operation, requestsOf(operation, place, COMPARED), gateway, peers);

  const rounds = await throughputs(operation, place, servers, effort);
  const medians = [...rounds].map(([, results]) => median(results.map((round) => round.throughput)));
  const open = rate ?? Math.max(1, Math.round(Math.min(...medians) / 2));
  const times = await latencies(operation, place, servers, effort, open);

  const figures = [...servers.keys()].map((name) => {
    const results = rounds.get(name) ?? [];
    return [
      name,
      {
        throughput: median(results.map((round) => round.throughput)),
        cpuMs: median(results.map((round) => round.cpuMs)),
        p50: quantile(times.get(name) ?? [], 0.5),
        p99: quantile(times.get(name) ?? [], 0.99),
      },
    ] as const;
  });
  return { operation: operation.name, rate: open, servers: Object.fromEntries(figures) };
}
