import type { EntityManager } from '@mikro-orm/postgresql';
import type { Pool } from 'pg';

/**
 * A statement that is sent often: written by hand, parsed by PostgreSQL once for each connection, its values sent apart
 * from the text. MikroORM builds the text of each query anew, with the values in it, which costs several times what the
 * query itself does (docs/performance.md). Returns the rows that were read, or written and told with `returning`.
 */
export type Statement<Row> = (em: EntityManager, values?: readonly unknown[]) => Promise<Row[]>;

/** The connections of each driver; the embedded database has none to prepare on. */
const pools = new WeakMap<object, Pool>();

/** Lets statements through this manager's driver be prepared. */
export const prepareOn = (em: EntityManager, pool: Pool): void => void pools.set(em.getDriver(), pool);

let names = 0;

export interface StatementOptions {
  /** False where the best plan depends on the values, or where texts are many: every connection keeps each of them. */
  prepared?: boolean;
}

/** A statement with `?` for its values. */
export function statement<Row extends object>(sql: string, options: StatementOptions = {}): Statement<Row> {
  let position = 0;
  const text = sql.replace(/\?/g, () => `$${++position}`);
  const named = options.prepared === false ? { text } : { name: `gateway_${++names}`, text };
  return async (em, values = []) => {
    const pool = pools.get(em.getDriver());
    // A transaction has a connection of its own, which only MikroORM knows.
    if (!pool || em.isInTransaction()) return em.execute<Row[]>(sql, [...values]);
    return (await pool.query<Row>({ ...named, values: [...values] })).rows;
  };
}

/** The first row of a statement, or null. */
export const firstOf = async <T>(
  find: Statement<T>,
  em: EntityManager,
  values: readonly unknown[],
): Promise<T | null> => (await find(em, values))[0] ?? null;
