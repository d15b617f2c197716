import { GRAPHQL_READS, type Request, requestsOf } from './operations.js';
import { LEGACY_READS } from './operations.legacy.js';
import type { FilledPlace } from './place.js';
import type { ServerName } from './servers.js';

/** Requests of each read. */
const EACH = 200;

/** Every read that a server answers, in turn. */
export function mixtureFor(name: ServerName, place: FilledPlace): Request[] {
  const lists = [...GRAPHQL_READS, ...LEGACY_READS]
    .filter(({ peers }) => name === 'gateway' || peers.includes(name))
    .map((operation) => requestsOf(operation, place, EACH));
  return Array.from({ length: EACH }, (_, index) => lists.flatMap((list) => list[index] ?? [])).flat();
}
