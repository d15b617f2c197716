import type { Database } from '../../src/infra/database/database.js';
import type { TestApp } from './app.js';

interface LoggingConnection {
  logQuery(query: string, context?: { formatted?: string }): void;
}

/** Every statement passes the connection's log, whichever driver runs it. Nothing else may use the database meanwhile. */
async function capture(
  database: Pick<Database, 'fork'>,
  work: () => Promise<unknown>,
  textOf: (query: string, formatted?: string) => string,
): Promise<string[]> {
  const statements: string[] = [];
  const connection = database.fork().getConnection() as unknown as LoggingConnection;
  const original = connection.logQuery;
  connection.logQuery = (query, context) => {
    statements.push(textOf(query, context?.formatted));
    original.call(connection, query, context);
  };
  try {
    await work();
  } finally {
    connection.logQuery = original;
  }
  return statements;
}

/** The SQL that a gateway sends while `work` runs, in order, with what begins and ends transactions. */
export const statementsOf = (app: TestApp, work: () => Promise<unknown>): Promise<string[]> =>
  capture(app.infrastructure.database, work, (query) => query);

/** The same with the values in their places, as the database gets it. */
export const sqlOf = (database: Pick<Database, 'fork'>, work: () => Promise<unknown>): Promise<string[]> =>
  capture(database, work, (query, formatted) => formatted ?? query);
