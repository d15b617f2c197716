import type { Pool, PoolClient } from 'pg';

/** Hears of each statement that was answered. */
export type OnQuery = (outcome: 'ok' | 'failed', seconds: number) => void;

/** Measures the statements of every connection of a pool, whoever sends them. */
export function measureQueries(pool: Pool, onQuery: OnQuery): void {
  pool.on('connect', (client) => measureConnection(client, onQuery));
}

type Query = (...args: unknown[]) => unknown;

/** The driver is given a callback or answers with a promise; a cursor, which does neither, is not measured. */
function measureConnection(client: PoolClient, onQuery: OnQuery): void {
  const query = client.query.bind(client) as Query;
  const measured: Query = (...args) => {
    const begun = performance.now();
    const tell = (failed: unknown) => onQuery(failed ? 'failed' : 'ok', (performance.now() - begun) / 1000);
    const callback = args.at(-1);
    if (typeof callback === 'function') {
      return query(...args.slice(0, -1), (error: unknown, result: unknown) => {
        tell(error);
        callback(error, result);
      });
    }
    const answer = query(...args);
    if (answer instanceof Promise) answer.then(() => tell(null), tell);
    return answer;
  };
  Object.assign(client, { query: measured });
}
