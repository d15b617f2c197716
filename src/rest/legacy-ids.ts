import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql';
import type { RequestContext } from '../context.js';
import type { LegacySystem } from '../door.js';
import { NO_ACCOUNT } from '../numbers.js';
import { holdsAccountId } from '../schema/account-ids.js';
import type { Row } from './dialect.js';
import { type Input, isRecord } from './input.js';
import type { Operations } from './operations.js';
import { type AccountNaming, documentParameters } from './parameters.js';

/**
 * Doors that speak the ids of the system before: the one place where a dialect's ids of accounts become ours and ours
 * become its own. Which parameters name accounts, its rows declare; which fields do, the schema (schema/account-ids.ts).
 */

/** The ids of accounts at the door of a system: each question is one statement, whatever is asked. */
export interface LegacyIds {
  /** The number that a text names an account by; null where it names it otherwise. */
  numberIn(account: string): number | null;
  /**
   * Accounts by their numbers there. Null where a number is the own one of an account that has another there; a number
   * that is left out means what it means here.
   */
  accountsOf(
    ctx: RequestContext,
    system: LegacySystem,
    numbers: readonly number[],
  ): Promise<ReadonlyMap<number, number | null>>;
  /** Numbers there by account; one that is left out goes by its own. */
  numbersOf(
    ctx: RequestContext,
    system: LegacySystem,
    userIds: readonly number[],
  ): Promise<ReadonlyMap<number, number>>;
}

/** The translation of one row: of what it is sent, and of what its operations answer. */
export interface Translation {
  input(ctx: RequestContext, input: Input): Promise<Input>;
  data(ctx: RequestContext, operation: string, data: unknown): Promise<unknown>;
}

/** The way of a door that speaks our own ids. */
const UNTRANSLATED: Translation = {
  input: async (_ctx, input) => input,
  data: async (_ctx, _operation, data) => data,
};

/** The parts of an answer that hold ids of accounts, by the names they are answered under. */
type Shape = Map<string, Shape | 'id'>;

/** Adds what a selection asks of a type to the shape; fragments are asked in place. */
function addShape(
  shape: Shape,
  type: GraphQLNamedType | undefined | null,
  { selections }: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): Shape {
  if (!isObjectType(type)) return shape;
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) {
      const field = type.getFields()[selection.name.value];
      const name = selection.alias?.value ?? selection.name.value;
      if (field && holdsAccountId(field)) shape.set(name, 'id');
      else if (field && selection.selectionSet) {
        const before = shape.get(name);
        const inner = before instanceof Map ? before : new Map();
        addShape(inner, getNamedType(field.type), selection.selectionSet, fragments);
        if (inner.size > 0) shape.set(name, inner);
      }
    } else {
      const part = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
      if (part) addShape(shape, type, part.selectionSet, fragments);
    }
  }
  return shape;
}

/** The ids of accounts in what an operation answers. */
function shapeOf(schema: GraphQLSchema, { definitions }: DocumentNode): Shape {
  const shape: Shape = new Map();
  const fragments = new Map(
    definitions.flatMap((one) => (one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one]] : [])),
  );
  for (const one of definitions) {
    if (one.kind !== Kind.OPERATION_DEFINITION) continue;
    addShape(shape, schema.getRootType(one.operation), one.selectionSet, fragments);
  }
  return shape;
}

/** The data with every id changed. What is given may be shared with other requests, and stays as it is. */
function changed(data: unknown, shape: Shape | 'id', change: (id: number) => number): unknown {
  if (data === null || data === undefined) return data;
  if (Array.isArray(data)) return data.map((one) => changed(one, shape, change));
  if (shape === 'id') return typeof data === 'number' ? change(data) : String(change(Number(data)));
  if (!isRecord(data)) return data;
  const copy = { ...data };
  for (const [name, part] of shape) copy[name] = changed(data[name], part, change);
  return copy;
}

/** The most ids of a list that are looked for, which is as many as the schema takes. */
const LIST_MAX = 100;

/** The number in a value that was sent as a whole one. */
function wholeIn(value: unknown): number | null {
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : '';
  const number = /^\d+$/.test(text) ? Number(text) : 0;
  return number >= 1 && Number.isSafeInteger(number) ? number : null;
}

const textOf = (value: unknown): string =>
  typeof value === 'number' || typeof value === 'string' ? String(value) : '';

const itemsOf = (value: unknown): string[] => [
  ...new Set(
    textOf(value)
      .split(',')
      .map((item) => item.trim()),
  ),
];

/** The numbers of accounts in a value, by how it names them. */
function numbersIn(value: unknown, naming: AccountNaming, ids: LegacyIds): number[] {
  if (naming === 'signed') return [];
  const texts = naming === 'ids' ? itemsOf(value).slice(0, LIST_MAX) : [value];
  return texts.flatMap((one) => (naming === 'any' ? ids.numberIn(textOf(one)) : wholeIn(one)) ?? []);
}

/** Our id in the place of a number. Nobody's is one that no account has; of a position in a list it stays. */
type Meaning = (number: number, naming: AccountNaming) => number;

function translated(value: unknown, naming: AccountNaming, ids: LegacyIds, meaning: Meaning): unknown {
  if (naming !== 'ids') {
    const [number] = numbersIn(value, naming, ids);
    return number === undefined ? value : String(meaning(number, naming));
  }
  if (typeof value !== 'string' && typeof value !== 'number') return value;
  const items = itemsOf(value).slice(0, LIST_MAX);
  return items.map((item) => translated(item, 'id', ids, meaning)).join(',');
}

const meaningBy =
  (accounts: ReadonlyMap<number, number | null>): Meaning =>
  (number, naming) => {
    const account = accounts.get(number);
    if (account === undefined) return number;
    return account ?? (naming === 'position' ? number : NO_ACCOUNT);
  };

/** The parameters of a row, and of its aside, that name accounts. */
export const accountParameters = ({ parameters = {}, aside }: Row): ReadonlyMap<string, AccountNaming> =>
  new Map(
    [parameters, aside?.parameters ?? {}]
      .flatMap((table) => documentParameters(table))
      .flatMap(({ name, account }) => (account ? [[name, account]] : [])),
  );

/** How a row's ids are translated at the door of a system that speaks its own. */
function translationOf(
  system: LegacySystem,
  row: Row,
  ids: LegacyIds,
  shapes: ReadonlyMap<string, Shape>,
): Translation {
  const named = [...accountParameters(row)];
  return {
    input: async (ctx, input) => {
      const numbers = named.flatMap(([name, naming]) => numbersIn(input.value(name), naming, ids));
      if (numbers.length === 0) return input;
      const meaning = meaningBy(await ids.accountsOf(ctx, system, [...new Set(numbers)]));
      return input.with(
        Object.fromEntries(
          named.flatMap(([name, naming]) => {
            const value = input.value(name);
            return value === undefined ? [] : [[name, translated(value, naming, ids, meaning)]];
          }),
        ),
      );
    },
    data: async (ctx, operation, data) => {
      const shape = shapes.get(operation);
      if (!shape?.size) return data;
      const found = new Set<number>();
      changed(data, shape, (id) => {
        found.add(id);
        return id;
      });
      if (found.size === 0) return data;
      const numbers = await ids.numbersOf(ctx, system, [...found]);
      return changed(data, shape, (id) => numbers.get(id) ?? id);
    },
  };
}

/** The translations of a dialect's rows: none, and no work, where the door speaks our own ids. */
export function translationsOf(
  system: LegacySystem,
  listed: boolean,
  ids: LegacyIds,
  schema: GraphQLSchema,
  operations: Operations,
): (row: Row) => Translation {
  if (!listed) return () => UNTRANSLATED;
  const shapes = new Map([...operations].map(([name, text]) => [name, shapeOf(schema, parse(text))]));
  return (row) => translationOf(system, row, ids, shapes);
}
