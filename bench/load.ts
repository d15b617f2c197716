import autocannon from 'autocannon';
import type { Request } from './operations.js';
import type { ServerProcess } from './server.process.js';

/** What one round came to. */
export interface Round {
  /** Answers a second. */
  throughput: number;
  /** Processor time of the server for one request, in ms. */
  cpuMs: number;
  requests: number;
}

export interface LoadOptions {
  connections: number;
  /** How long; else until every request was sent once. */
  seconds?: number;
  /** Called with the first answer: what is sent at the same time begins then, not while the load prepares itself. */
  onUnderWay?: () => void;
}

/** Anything that is an answer at a door, but not the one that was asked for. */
const FAILURE = /"errors"|"error_code"|"msg"|"active":false/;

export const isFailure = (body: string): boolean => FAILURE.test(body.slice(0, 200));

/**
 * Asks as fast as the answers come, over so many connections that each send one request after the other. Every
 * connection starts at another place of the sequence. Throws when anything but right answers came back.
 */
export async function closedLoop(
  server: ServerProcess,
  requests: readonly Request[],
  { connections, seconds, onUnderWay }: LoadOptions,
): Promise<Round> {
  const share = requests.length / connections;
  let started = 0;
  const before = await server.cpuMs();
  const options = {
    url: server.url,
    connections,
    timeout: 30,
    ...(seconds === undefined ? { amount: requests.length } : { duration: seconds }),
    setupClient: (client: autocannon.Client) => {
      const from = Math.floor(share * started++);
      const to = seconds === undefined ? Math.floor(share * started) : requests.length;
      const own = [...requests.slice(from, to), ...(seconds === undefined ? [] : requests.slice(0, from))];
      client.setRequests(own.map((request) => ({ ...request })));
    },
    verifyBody: (body?: string | Buffer) => !isFailure(String(body)),
  };
  // Its own duration is rounded up to the next look at the clock.
  const moments = { first: 0, last: 0 };
  const {
    errors,
    timeouts,
    mismatches,
    non2xx,
    requests: answered,
  } = await new Promise<autocannon.Result>((resolve, reject) => {
    const run = autocannon(options, (error, result) => (error ? reject(error) : resolve(result)));
    run.on('response', () => {
      moments.last = performance.now();
      if (moments.first === 0) {
        moments.first = moments.last;
        onUnderWay?.();
      }
    });
  });
  const used = (await server.cpuMs()) - before;
  if (errors + timeouts + mismatches + non2xx > 0) {
    const what = JSON.stringify({ errors, timeouts, mismatches, non2xx, of: answered.total });
    throw new Error(`${requests[0]?.path} at ${server.url}: ${what}`);
  }
  return {
    throughput: ((answered.total - 1) * 1000) / (moments.last - moments.first),
    cpuMs: used / answered.total,
    requests: answered.total,
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
