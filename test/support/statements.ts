import type { Database } from '../../src/infra/database/database.js';
import type { TestApp } from './app.js';

interface LoggingConnection {
  logQuery(query: string, context?: { formatted?: string }): void;
  getNativeClient(): Promise<{ query(prepared: Prepared): unknown }>;
}

/** A prepared read, sent past MikroORM. */
interface Prepared {
  text: string;
  values?: unknown[];
}

/**
 * Every statement passes the connection's log, whichever driver runs it, or is a prepared read of PostgreSQL's pool.
 * Nothing else may use the database meanwhile.
 */
async function capture(
  database: Pick<Database, 'fork' | 'embedded'>,
  work: () => Promise<unknown>,
  textOf: (query: string, formatted?: string) => string,
): Promise<string[]> {
  const statements: string[] = [];
  const em = database.fork();
  const connection = em.getConnection() as unknown as LoggingConnection;
  const platform = em.getPlatform();
  const original = connection.logQuery;
  connection.logQuery = (query, context) => {
    statements.push(textOf(query, context?.formatted));
    original.call(connection, query, context);
  };
  const pool = database.embedded ? undefined : await connection.getNativeClient();
  const query = pool?.query;
  if (pool) {
    pool.query = (prepared: Prepared) => {
      const withPlaces = prepared.text.replace(/\$\d+/g, '?');
      statements.push(textOf(prepared.text, platform.formatQuery(withPlaces, prepared.values ?? [])));
      return query?.call(pool, prepared);
    };
  }
  try {
    await work();
  } finally {
    connection.logQuery = original;
    if (pool && query) pool.query = query;
  }
  return statements;
}

/** The SQL that a gateway sends while `work` runs, in order, with what begins and ends transactions. */
export async function statementsOf(app: TestApp, work: () => Promise<unknown>): Promise<string[]> {
  // Calls counted before would be written at any moment.
  await app.services.calls.flush();
  return capture(app.infrastructure.database, work, (query) => query);
}

/** The same with the values in their places, as the database gets it. */
export const sqlOf = (
  database: Pick<Database, 'fork' | 'embedded'>,
  work: () => Promise<unknown>,
): Promise<string[]> => capture(database, work, (query, formatted) => formatted ?? query);
