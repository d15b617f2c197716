import { ask } from './equality.js';
import { type Operation, requestsOf } from './operations.js';
import type { FilledPlace } from './place.js';
import { type ServerName, startNamed } from './servers.js';
import { countStatements } from './statements.js';

/** SQL statements for one request, by operation. */
export type Statements = Record<string, Partial<Record<ServerName, number>>>;

const REQUESTS = 50;

/**
 * Counted in processes of their own, behind a counter that would slow the timed ones. Caches are warm: the same
 * requests were made before.
 */
export async function statementsPerRequest(
  operations: readonly Operation[],
  place: FilledPlace,
  names: readonly ServerName[],
): Promise<Statements> {
  const counted: Statements = {};
  for (const name of names) {
    const counter = await countStatements(place.env.DATABASE_URL);
    const server = await startNamed(name, { ...place.env, DATABASE_URL: counter.in(place.env.DATABASE_URL) });
    try {
      for (const operation of operations) {
        if (name !== 'gateway' && !operation.peers.includes(name)) continue;
        const requests = requestsOf(operation, place, REQUESTS);
        const askAll = async () => {
          const ready = operation.prepare ? await operation.prepare(server, requests) : requests;
          const before = counter.count();
          for (const request of ready) await ask(server, request);
          return (counter.count() - before) / REQUESTS;
        };
        await askAll();
        counted[operation.name] = { ...counted[operation.name], [name]: await askAll() };
      }
    } finally {
      await server.stop();
      await counter.close();
    }
  }
  return counted;
}
