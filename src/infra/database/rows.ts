import { type EntityClass, type EntityMetadata, type EntityProperty, ReferenceKind } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { StartError } from '../start-error.js';
import { type Statement, type StatementOptions, statement } from './statement.js';
import { readTimestamp } from './timestamps.js';

/**
 * The way of a column's type through JSON, so that it comes out as the driver would have given it to
 * MikroORM.
 */
interface JsonForm {
  /** The expression to select, where JSON itself would lose something. */
  select?: (column: string) => string;
  read?: (text: string) => unknown;
  /** The type of the property, where MikroORM makes the value of it and not of the column. */
  runtimeType?: 'Date' | 'boolean';
}

const AS_IT_IS: JsonForm = {};
/** JSON has no whole numbers beyond 2^53. */
const AS_TEXT: JsonForm = { select: (column) => `${column}::text` };

/** Forms by the column's type, without its length. Other types are refused. */
const JSON_FORMS: ReadonlyMap<string, JsonForm> = new Map([
  ['boolean', { runtimeType: 'boolean' }],
  ['smallint', AS_IT_IS],
  ['int', AS_IT_IS],
  ['serial', AS_IT_IS],
  ['bigint', AS_TEXT],
  ['bigserial', AS_TEXT],
  ['varchar', AS_IT_IS],
  ['text', AS_IT_IS],
  ['text[]', AS_IT_IS],
  ['citext', AS_IT_IS],
  ['cidr', AS_IT_IS],
  ['date', AS_IT_IS],
  ['timestamptz', { read: readTimestamp, runtimeType: 'Date' }],
]);

/** One value of a row: its expression, and its way from JSON to the property's value. */
interface Column {
  name: string;
  field: string;
  form: JsonForm;
  convert?: (value: unknown) => unknown;
}

const isToOne = ({ kind }: EntityProperty): boolean =>
  kind === ReferenceKind.MANY_TO_ONE || kind === ReferenceKind.ONE_TO_ONE;

/** The form of a property's column; undefined where MikroORM makes more of it than a value of that type. */
function formOf(property: EntityProperty): JsonForm | undefined {
  const { kind, mapToPk, lazy, hydrate, ref, formula, accessor, runtimeType, columnTypes } = property;
  const isOneValue =
    columnTypes?.length === 1 && (kind === ReferenceKind.SCALAR || (isToOne(property) && mapToPk));
  if (!isOneValue || lazy || ref || formula || accessor || hydrate === false) return undefined;
  if (property.hasConvertToJSValueSQL) return undefined;
  const form = JSON_FORMS.get(columnTypes[0]?.replace(/\(.*\)/, '') ?? '');
  const made = runtimeType === 'Date' || runtimeType === 'boolean' ? runtimeType : undefined;
  return form?.runtimeType === made ? form : undefined;
}

const refusal = (what: string, why: string): StartError =>
  new StartError(
    `readRows cannot give ${what} as em.find does: ${why}. ` +
      'Read this entity with em.find, or teach it to infra/database/rows.ts.',
  );

function columnOf(em: EntityManager, meta: EntityMetadata, property: EntityProperty): Column {
  const { name, fieldNames, columnTypes, customType } = property;
  const form = formOf(property);
  const [field] = fieldNames ?? [];
  if (!form || !field) {
    throw refusal(
      `${meta.className}.${name}`,
      `it knows no such column (${columnTypes?.join() || property.kind})`,
    );
  }
  const platform = em.getPlatform();
  const convert = customType && ((value: unknown) => customType.convertToJSValue(value, platform));
  return { name, field, form, convert };
}

/** Every column of an entity. Throws StartError where reading them does not make what MikroORM would make of them. */
function columnsOf(em: EntityManager, Entity: EntityClass<object>): Column[] {
  const meta = em.getMetadata(Entity) as EntityMetadata;
  const { hooks, forceConstructor, root, className } = meta;
  if (hooks.onLoad || hooks.onInit || forceConstructor || root.inheritanceType) {
    throw refusal(className, 'MikroORM runs code of its own when it is loaded');
  }
  return Object.values<EntityProperty>(meta.properties as never)
    .filter(({ persist, kind, formula }) => persist !== false || kind !== ReferenceKind.SCALAR || formula)
    .map((property) => columnOf(em, meta, property));
}

/** The select list of a table, and a reader that makes an entity of the values from an index of a row on. */
interface Mapper {
  select(alias: string): string[];
  map(values: readonly unknown[], from: number): Record<string, unknown>;
}

const readerOf = ({ form: { read }, convert }: Column): Column['convert'] => {
  if (!read) return convert;
  return convert ? (value) => convert(read(value as string)) : (value) => read(value as string);
};

function mapperOf(em: EntityManager, Entity: EntityClass<object>): Mapper {
  const columns = columnsOf(em, Entity);
  const properties = columns.map((column) => ({ name: column.name, read: readerOf(column) }));
  // Entities are copies of a blank one, so that each has room for all of its properties from the start. The
  // prototype has setters by which MikroORM tracks changes; the entity's own properties bypass them.
  const blank: Record<string, unknown> = Object.fromEntries(properties.map(({ name }) => [name, null]));
  const prototype: object = Entity.prototype;
  return {
    select: (alias) => columns.map(({ field, form }) => (form.select ?? String)(`${alias}."${field}"`)),
    map: (values, from) => {
      const entity: Record<string, unknown> = { __proto__: prototype, ...blank };
      let index = from;
      for (const { name, read } of properties) {
        const value = values[index++];
        entity[name] = read && value !== null ? read(value) : value;
      }
      return entity;
    },
  };
}

/** Mappers by the ORM's metadata of their entity. */
const mappers = new WeakMap<object, Mapper>();

function mapperFor(em: EntityManager, Entity: EntityClass<object>): Mapper {
  const meta = em.getMetadata(Entity);
  const mapper = mappers.get(meta) ?? mapperOf(em, Entity);
  mappers.set(meta, mapper);
  return mapper;
}

/** Every entity that is read by {@link readRows}. */
const readEntities = new Set<EntityClass<object>>();

/** Throws StartError, naming entity and property, when {@link readRows} cannot read one of this manager's entities. */
export function assertRowsReadable(em: EntityManager): void {
  for (const Entity of readEntities) if (em.getMetadata().has(Entity)) mapperFor(em, Entity);
}

/** An entity whose row is read with another's: its table goes by `alias` in the statement. */
export interface Joined {
  entity: EntityClass<object>;
  alias: string;
  /** The property that holds it; null where there is no row. */
  as: string;
}

export interface EntityReadOptions extends StatementOptions {
  joined?: Joined;
}

/** The select list of a query, and a reader that makes entities of its rows; known once the ORM runs. */
function mapping(em: EntityManager, Entity: EntityClass<object>, alias: string, joined?: Joined) {
  const own = mapperFor(em, Entity);
  const selected = own.select(alias);
  if (!joined) return { selected, map: (values: unknown[]) => own.map(values, 0) };
  const { as, entity, alias: other } = joined;
  const lent = mapperFor(em, entity);
  const [key] = em.getMetadata(entity).getPrimaryProps();
  return {
    // A joined row's presence comes before its columns.
    selected: [...selected, `${other}."${key?.fieldNames[0]}" is not null`, ...lent.select(other)],
    map: (values: unknown[]) => {
      const found = own.map(values, 0);
      found[as] = values[selected.length] ? lent.map(values, selected.length + 1) : null;
      return found;
    },
  };
}

/**
 * A read of whole rows of an entity: the same values under the same prototype as `em.find` gives, by a prepared
 * statement and tracked by nobody. `from` is what follows the columns in the statement; the table of the entity goes by
 * `alias` there. A row comes as one JSON array, which costs the driver less than its thirty columns.
 */
export function readRows<T extends object>(
  Entity: EntityClass<T>,
  alias: string,
  from: string,
  { joined, ...options }: EntityReadOptions = {},
): Statement<T> {
  for (const one of joined ? [Entity, joined.entity] : [Entity]) readEntities.add(one);
  let built: { find: Statement<{ row: unknown[] }>; map(row: unknown[]): object } | undefined;
  return async (em, values) => {
    if (!built) {
      const { selected, map } = mapping(em, Entity, alias, joined);
      built = {
        find: statement(`select json_build_array(${selected.join(', ')}) as row ${from}`, options),
        map,
      };
    }
    const { find, map } = built;
    // The mapper fills the prototype's properties, every one of them, which no type can say.
    return (await find(em, values)).map(({ row }) => map(row)) as T[];
  };
}
