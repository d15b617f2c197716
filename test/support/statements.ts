import type { TestApp } from './app.js';

interface LoggingConnection {
  logQuery(query: string, context?: unknown): void;
}

/**
 * The SQL that a gateway sends while `work` runs, in order, with what begins and ends transactions. Every statement
 * passes the connection's log, whichever driver runs it. Nothing else may use the gateway meanwhile.
 */
export async function statementsOf(app: TestApp, work: () => Promise<unknown>): Promise<string[]> {
  const statements: string[] = [];
  const connection = app.infrastructure.database.fork().getConnection() as unknown as LoggingConnection;
  const original = connection.logQuery;
  connection.logQuery = (query, context) => {
    statements.push(query);
    original.call(connection, query, context);
  };
  try {
    await work();
  } finally {
    connection.logQuery = original;
  }
  return statements;
}
