import { Agent, request as open } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { isFailure } from './load.js';
import { dieOf, type Request } from './operations.js';
import type { ServerProcess } from './server.process.js';

const SEED = 7;
const DIE = 1_000_000;

/** The time from sending a request to having read its answer, in ms. Throws for anything but a right answer. */
function timed(server: ServerProcess, agent: Agent, { method, path, headers, body }: Request) {
  return new Promise<number>((resolve, reject) => {
    const started = performance.now();
    const sent = open(`${server.url}${path}`, { method, headers, agent }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        const ms = performance.now() - started;
        if (response.statusCode === 200 && !isFailure(text)) resolve(ms);
        else reject(new Error(`${path} at ${server.url}: ${response.statusCode} ${text.slice(0, 300)}`));
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/**
 * Sends the requests at random moments, `rate` a second on average (Poisson), whether or not earlier ones were answered:
 * a slow server meets as many as a fast one. Returns each one's time in ms. autocannon's own rates are bursts at
 * the beginning of each second, which is why this is here.
 */
export async function arrivals(
  server: ServerProcess,
  requests: readonly Request[],
  rate: number,
): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  const die = dieOf(SEED);
  const answers: Promise<number>[] = [];
  let due = performance.now();
  for (const one of requests) {
    due += (-Math.log(die(DIE) / (DIE + 1)) * 1000) / rate;
    const left = due - performance.now();
    if (left > 0) await wait(left);
    const answer = timed(server, agent, one);
    // A failure is thrown below, when every request was sent.
    answer.catch(() => undefined);
    answers.push(answer);
  }
  try {
    return await Promise.all(answers);
  } finally {
    agent.destroy();
  }
}

/** The value that so large a share of them stays below. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
