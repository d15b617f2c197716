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

/** Throws, showing the difference, unless the peers answer each request as the gateway does. */
export async function assertSameAnswers(
  { name: operation, comparable = (answer) => answer, prepare }: Operation,
  requests: readonly Request[],
  gateway: { server: ServerProcess },
  peers: readonly { name: string; server: ServerProcess }[],
): Promise<void> {
  const answersOf = async (server: ServerProcess) => {
    const answers: unknown[] = [];
    for (const request of prepare ? await prepare(server, requests) : requests) {
      answers.push(comparable(await ask(server, request)));
    }
    return answers;
  };
  const expected = await answersOf(gateway.server);
  for (const { name, server } of peers) {
    const given = await answersOf(server);
    const wrong = given.findIndex((answer, index) => !isDeepStrictEqual(answer, expected[index]));
    if (wrong === -1) continue;
    const texts = [given[wrong], expected[wrong]].map((answer) => JSON.stringify(answer));
    throw new Error(`${operation}: ${name} does not answer as the gateway:\n${texts.join('\n')}`);
  }
}
