import { quantile } from './arrivals.js';
import { closedLoop } from './load.js';
import { type Effort, inTurns, latencyRound } from './measure.js';
import { type Operation, requestsOf } from './operations.js';
import type { FilledPlace } from './place.js';
import type { ServerProcess } from './server.process.js';
import { type ServerName, startNamed } from './servers.js';

/** The p50 of a read at the smallest and at the largest size, in ms. */
export interface Growth {
  operation: string;
  servers: Partial<Record<ServerName, { small: number; large: number }>>;
}

/** Requests a second: few, so that nothing queues and the p50 is what one request takes. */
export const GROWTH_RATE = 50;

/** Whose growth is looked at: raw's says what of it is the database's. */
export const GROWERS: readonly ServerName[] = ['gateway', 'raw'];

interface Runner {
  name: ServerName;
  place: FilledPlace;
  server: ServerProcess;
}

/** The sizes take turns in one run: a machine that is busy for a while is so for both. */
export async function measureGrowth(
  operations: readonly Operation[],
  running: readonly ServerName[],
  [small, large]: readonly [FilledPlace, FilledPlace],
  { seconds, rounds, connections }: Effort,
): Promise<Growth[]> {
  const runners: Runner[] = [];
  try {
    for (const name of GROWERS.filter((one) => running.includes(one))) {
      for (const place of [small, large]) {
        runners.push({ name, place, server: await startNamed(name, place.env) });
      }
    }
    const growths: Growth[] = [];
    for (const operation of operations) {
      const able = runners.filter(({ name }) => name === 'gateway' || operation.peers.includes(name));
      for (const { server, place } of able) {
        await closedLoop(server, requestsOf(operation, place, GROWTH_RATE), { connections, seconds: 1 });
      }
      const times = await inTurns(able, rounds, ({ server, place }, round) =>
        latencyRound({ operation, server }, place, { rate: GROWTH_RATE, seconds, round }),
      );
      const p50Of = (name: ServerName, place: FilledPlace) => {
        const runner = able.find((one) => one.name === name && one.place === place);
        return quantile((runner && times.get(runner)?.flat()) ?? [], 0.5);
      };
      const servers = Object.fromEntries(
        able.map(({ name }) => [name, { small: p50Of(name, small), large: p50Of(name, large) }]),
      );
      growths.push({ operation: operation.name, servers });
    }
    return growths;
  } finally {
    for (const { server } of runners) await server.stop();
  }
}
