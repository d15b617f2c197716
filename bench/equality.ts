import { deepStrictEqual } from 'node:assert';
import type { Operation, Request } from './operations.js';
import type { ServerProcess } from './server.process.js';

/** What a server answers, as it can be compared. Throws unless it is a 200. */
export async function ask(server: ServerProcess, { method, path, headers, body }: Request): Promise<unknown> {
  const response = await fetch(`${server.url}${path}`, { method, headers, ...(body && { body }) });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return JSON.parse(text);
}

/** Throws, showing the difference, unless a peer answers each request as the gateway does. */
export async function assertSameAnswers(
  operation: Operation,
  requests: readonly Request[],
  gateway: ServerProcess,
  peers: ReadonlyMap<string, ServerProcess>,
): Promise<void> {
  for (const request of requests) {
    const expected = await ask(gateway, request);
    for (const [name, peer] of peers) {
      deepStrictEqual(await ask(peer, request), expected, new Error(await difference()));
      async function difference(): Promise<string> {
        const [theirs, ours] = [JSON.stringify(await ask(peer, request)), JSON.stringify(expected)];
        return `${operation.name}: ${name} does not answer as the gateway:\n${theirs}\n${ours}`;
      }
    }
  }
}
