import type { EntityManager } from '@mikro-orm/postgresql';

/** Options of reads: plain rows as entities, never tracked, so nothing is compared or flushed afterwards. */
export const READ_ONLY = { disableIdentityMap: true } as const;

/** A map from a key of each row to the row. */
export function indexBy<T, K>(rows: readonly T[], key: (row: T) => K): Map<K, T> {
  return new Map(rows.map((row) => [key(row), row]));
}

/** One row of a hand-written query, or null. */
export async function queryOne<Row>(
  em: EntityManager,
  sql: string,
  params: unknown[] = [],
): Promise<Row | null> {
  const [row] = await em.execute<Row[]>(sql, params);
  return row ?? null;
}

/** A text to look for with `like`, its wildcards taken literally. */
export const escapeLike = (text: string): string => text.replace(/[\\%_]/g, '\\$&');

/**
 * An array as the text that PostgreSQL reads it from; its type follows the placeholder, as in `any
 * (?::int[])`.
 */
export const arrayOf = (values: readonly (number | string)[]): string =>
  `{${values.map((value) => (typeof value === 'number' ? value : `"${value.replace(/["\\]/g, '\\$&')}"`)).join(',')}}`;
