import { isDeepStrictEqual } from 'node:util';
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
      const given = await ask(peer, request);
      if (isDeepStrictEqual(given, expected)) continue;
      const texts = [given, expected].map((answer) => JSON.stringify(answer));
      throw new Error(`${operation.name}: ${name} does not answer as the gateway:\n${texts.join('\n')}`);
    }
  }
}
