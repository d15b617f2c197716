import { arrivals, quantile } from './arrivals.js';
import { assertSameAnswers } from './equality.js';
import { closedLoop, median, type Round } from './load.js';
import { type Operation, requestsOf } from './operations.js';
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
  /** Answers a second in the closed loop, the median of the rounds; and each round's. */
  throughput: number;
  rounds: number[];
  cpuMs: number;
  /** At the open arrival rate, over all rounds. */
  p50: number;
  p99: number;
}

/** Who is asked: a server, or the gateway for the twin of a read at an old URL, or by the id of a document. */
export type ContenderName = ServerName | 'twin';

export interface Measured {
  operation: string;
  /** Requests a second at which the latencies were taken. */
  rate: number;
  figures: Partial<Record<ContenderName, Figures>>;
}

interface Contender {
  name: ContenderName;
  server: ServerProcess;
  operation: Operation;
}

export type Servers = ReadonlyMap<ServerName, ServerProcess>;

/** Distinct requests of an operation, which are sent over and over. */
const REQUESTS = 2000;
/** Requests that can be made once: so many a round. */
const ONCE = 400;
const COMPARED = 20;
const WARM_UP_SECONDS = 1;

/** The gateway, first, those peers of an operation that run, and the twin. */
function contendersOf(operation: Operation, servers: Servers): [Contender, ...Contender[]] {
  const gateway = servers.get('gateway');
  if (!gateway) throw new Error('the gateway does not run');
  const peers = operation.peers.flatMap((name) => {
    const server = servers.get(name);
    return server ? [{ name, server, operation }] : [];
  });
  const { twin } = operation;
  return [
    { name: 'gateway', server: gateway, operation },
    ...peers,
    ...(twin ? [{ name: 'twin' as const, server: gateway, operation: twin }] : []),
  ];
}

async function oneRound(
  { operation, server }: Contender,
  place: FilledPlace,
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

/** The times of so many seconds of the open arrival rate. */
export async function latencyRound(
  { operation, server }: Pick<Contender, 'operation' | 'server'>,
  place: FilledPlace,
  { rate, seconds, round }: { rate: number; seconds: number; round: number },
): Promise<number[]> {
  const most = operation.prepare ? place.users : Number.POSITIVE_INFINITY;
  const count = Math.min(Math.max(Math.round(rate * seconds), 1), most);
  const requests = requestsOf(operation, place, count, round * count);
  return arrivals(server, operation.prepare ? await operation.prepare(server, requests) : requests, rate);
}

/** Round by round, each contender after the other: what disturbs the machine meanwhile meets them all. */
export async function inTurns<C, T>(
  contenders: readonly C[],
  rounds: number,
  measureOne: (contender: C, round: number) => Promise<T>,
): Promise<Map<C, T[]>> {
  const measured = new Map<C, T[]>(contenders.map((contender) => [contender, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [contender, results] of measured) results.push(await measureOne(contender, round));
  }
  return measured;
}

/** Throws unless the answers are the same. Latencies are taken at half of what the slowest contender can do. */
export async function measure(
  operation: Operation,
  place: FilledPlace,
  servers: Servers,
  { seconds, rounds, connections }: Effort,
): Promise<Measured> {
  const contenders = contendersOf(operation, servers);
  const [gateway] = contenders;
  const peers = contenders.filter(({ name }) => name !== 'gateway' && name !== 'twin');
  await assertSameAnswers(operation, requestsOf(operation, place, COMPARED), gateway, peers);

  await inTurns(contenders, 1, (one) => oneRound(one, place, connections, WARM_UP_SECONDS));
  const loads = await inTurns(contenders, rounds, (one) => oneRound(one, place, connections, seconds));
  const throughputOf = (one: Contender) => (loads.get(one) ?? []).map(({ throughput }) => throughput);
  const slowest = Math.min(...contenders.map((one) => median(throughputOf(one))));
  const rate = Math.max(1, Math.round(slowest / 2));
  const times = await inTurns(contenders, rounds, (one, round) =>
    latencyRound(one, place, { rate, seconds, round }),
  );

  const figures = contenders.map((one): [ContenderName, Figures] => {
    const latencies = (times.get(one) ?? []).flat();
    return [
      one.name,
      {
        throughput: median(throughputOf(one)),
        rounds: throughputOf(one),
        cpuMs: median((loads.get(one) ?? []).map(({ cpuMs }) => cpuMs)),
        p50: quantile(latencies, 0.5),
        p99: quantile(latencies, 0.99),
      },
    ];
  });
  return { operation: operation.name, rate, figures: Object.fromEntries(figures) };
}
