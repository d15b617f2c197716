import pg from 'pg';

/** As many connections as the gateway has by default. */
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });

// Dates have no zone, and are answered as they are stored.
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text);
// Counts are far from where numbers are not exact any more.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

type Row = Record<string, unknown>;

/** A statement that each connection prepares once. */
export function prepared<R = Row>(name: string, text: string): (...values: unknown[]) => Promise<R[]> {
  return async (...values) => (await pool.query({ name, text, values })).rows as R[];
}
