import type { EntityClass, EntityProperty } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Pool } from 'pg';
import { readDate, readMoment } from './moments.js';

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

/** A statement with `?` in the places of its values. */
export function statement<Row extends object>(sql: string, options: StatementOptions = {}): Statement<Row> {
  let place = 0;
  const text = sql.replace(/\?/g, () => `$${++place}`);
  const named = options.prepared === false ? { text } : { name: `gateway_${++names}`, text };
  return async (em, values = []) => {
    const pool = pools.get(em.getDriver());
    // A transaction has a connection of its own, which only MikroORM knows.
    if (!pool || em.isInTransaction()) return em.execute<Row[]>(sql, [...values]);
    return (await pool.query<Row>({ ...named, values: [...values] })).rows;
  };
}

/** An array as the text that PostgreSQL reads it from; its type goes behind the place, as in `any (?::int[])`. */
export const arrayOf = (values: readonly (number | string)[]): string =>
  `{${values.map((value) => (typeof value === 'number' ? value : `"${value.replace(/["\\]/g, '\\$&')}"`)).join(',')}}`;

/** What the driver leaves as text, by the type of the column. */
const PARSERS: Readonly<Record<string, (text: string) => unknown>> = {
  timestamptz: readMoment,
  date: readDate,
  bigint: Number,
};

/** The columns of an entity, and what makes an entity of their values. */
interface Columns {
  texts: string[];
  revive(values: readonly unknown[], from: number): Record<string, unknown>;
}

function columnsOf(em: EntityManager, Entity: EntityClass<object>, alias: string): Columns {
  const properties = Object.values<EntityProperty>(em.getMetadata(Entity).properties as never)
    .filter(({ fieldNames, persist }) => persist !== false && fieldNames?.length === 1)
    .map(({ name, fieldNames, columnTypes: [type = ''] }) => ({
      name,
      text: `${alias}."${fieldNames[0]}"`,
      parse: PARSERS[type],
    }));
  // Copied, so that every entity has room for all of its properties from the start.
  const blank: Record<string, unknown> = Object.fromEntries(properties.map(({ name }) => [name, null]));
  return {
    texts: properties.map(({ text }) => text),
    revive: (values, from) => {
      const entity = { ...blank };
      let place = from;
      for (const { name, parse } of properties) {
        const value = values[place++];
        entity[name] = parse && typeof value === 'string' ? parse(value) : value;
      }
      return entity;
    },
  };
}

/** An entity whose row is read with another's: its table goes by `alias` in the statement. */
export interface Joined {
  entity: EntityClass<object>;
  alias: string;
  /** The property that it stands under; null where there is no row. */
  as: string;
}

export interface EntityReadOptions extends StatementOptions {
  joined?: Joined;
}

/** What is selected before `from`, and what makes entities of the rows; known once the ORM runs. */
function entityColumns(em: EntityManager, Entity: EntityClass<object>, alias: string, joined?: Joined) {
  const own = columnsOf(em, Entity, alias);
  if (!joined) return { texts: own.texts, revive: (values: unknown[]) => own.revive(values, 0) };
  const { as, entity, alias: other } = joined;
  const lent = columnsOf(em, entity, other);
  const count = own.texts.length;
  const [key] = em.getMetadata(entity).getPrimaryProps();
  return {
    // Whether there is a row to join comes before its columns.
    texts: [...own.texts, `${other}."${key?.fieldNames[0]}" is not null`, ...lent.texts],
    revive: (values: unknown[]) => {
      const found = own.revive(values, 0);
      found[as] = values[count] ? lent.revive(values, count + 1) : null;
      return found;
    },
  };
}

/**
 * A read of whole rows of an entity, by its properties and tracked by nobody. `from` is what follows the columns in
 * the statement; the table of the entity goes by `alias` there. A row comes as one JSON array, which costs the driver
 * less than its thirty columns.
 */
export function readRows<T extends object>(
  Entity: EntityClass<T>,
  alias: string,
  from: string,
  { joined, ...options }: EntityReadOptions = {},
): Statement<T> {
  let known: { find: Statement<{ row: unknown[] }>; revive(row: unknown[]): object } | undefined;
  return async (em, values) => {
    if (!known) {
      const { texts, revive } = entityColumns(em, Entity, alias, joined);
      known = {
        find: statement(`select json_build_array(${texts.join(', ')}) as row ${from}`, options),
        revive,
      };
    }
    const { find, revive } = known;
    return (await find(em, values)).map(({ row }) => revive(row)) as T[];
  };
}

/** The first row of a statement, or null. */
export const firstOf = async <T>(
  find: Statement<T>,
  em: EntityManager,
  values: readonly unknown[],
): Promise<T | null> => (await find(em, values))[0] ?? null;
