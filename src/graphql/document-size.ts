import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { AppError } from '../errors/app-error.js';
import { fragmentsOf, LIMITS } from './query-size.js';

/** The fields of one response name at one path of a document, its fragments written out. */
class Spot {
  times = 0;
  /** The cost of comparing the costliest of the fields here with another. */
  cost = 0;
  readonly spreads = new Set<string>();
  private readonly inside = new Map<string, Spot>();

  at(name: string): Spot {
    let spot = this.inside.get(name);
    if (!spot) {
      spot = new Spot();
      this.inside.set(name, spot);
    }
    return spot;
  }
}

interface Weighing {
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** The fragments that the walk is in: one that spreads itself is for validation to explain. */
  open: Set<string>;
  selections: number;
  comparisons: number;
}

/**
 * The costs of comparing two fields of one name without a selection, two with one, and two fragments of one
 * selection, whatever is in them. Arguments are compared as text, so each of their characters costs as much
 * as a name.
 */
const COSTS = { names: 1, fields: 16, fragments: 32 } as const;

function costOf({ arguments: given = [], selectionSet }: FieldNode): number {
  const text = (given.at(-1)?.loc?.end ?? 0) - (given.at(0)?.loc?.start ?? 0);
  return (selectionSet ? COSTS.fields : COSTS.names) + text;
}

function weigh(weighing: Weighing, set: SelectionSetNode, spot: Spot): void {
  for (const selection of set.selections) {
    weighing.selections += 1;
    if (selection.kind === Kind.FIELD) {
      const here = spot.at(selection.alias?.value ?? selection.name.value);
      here.cost = Math.max(here.cost, costOf(selection));
      weighing.comparisons += here.times++ * here.cost;
      if (selection.selectionSet) weigh(weighing, selection.selectionSet, here);
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      weigh(weighing, selection.selectionSet, spot);
    } else {
      weighSpread(weighing, selection.name.value, spot);
    }
    if (weighing.selections > LIMITS.selections || weighing.comparisons > LIMITS.comparisons)
      throw new AppError('QUERY_TOO_COMPLEX');
  }
}

function weighSpread(weighing: Weighing, name: string, spot: Spot): void {
  if (!spot.spreads.has(name)) weighing.comparisons += spot.spreads.size * COSTS.fragments;
  spot.spreads.add(name);
  const fragment = weighing.fragments.get(name);
  if (!fragment || weighing.open.has(name)) return;
  weighing.open.add(name);
  weigh(weighing, fragment.selectionSet, spot);
  weighing.open.delete(name);
}

/**
 * Throws QUERY_TOO_COMPLEX for a document that costs much to validate, which has to be known before: validation compares
 * fields of one name at one path pair by pair, in every operation and fragment, whether it is asked for or not.
 */
function assertComparable(document: DocumentNode): void {
  if (document.definitions.length > LIMITS.definitions) throw new AppError('QUERY_TOO_COMPLEX');
  const weighing = {
    fragments: fragmentsOf(document),
    open: new Set<string>(),
    selections: 0,
    comparisons: 0,
  };
  for (const definition of document.definitions)
    if (definition.kind === Kind.OPERATION_DEFINITION || definition.kind === Kind.FRAGMENT_DEFINITION)
      weigh(weighing, definition.selectionSet, new Spot());
}

/** Throws INVALID_INPUT for text that no database column takes: NUL, lone surrogates, far too long. */
export function assertText(value: string, field?: string): void {
  if (value.length > LIMITS.string || value.includes('\0') || !value.isWellFormed()) {
    throw new AppError('INVALID_INPUT', { field });
  }
}

/**
 * Every error looks for its lines from the beginning of the text, however many there are; the nodes know theirs
 * (`locationsOf` in errors.ts). What is kept of a query is smaller without the text, too.
 */
export function forgetText({ loc }: DocumentNode): void {
  if (loc) loc.source.body = '';
}

/** Documents found acceptable; Apollo keeps what it parsed and hands out the same document again. */
const good = new WeakSet<DocumentNode>();

/** Throws INVALID_INPUT or QUERY_TOO_COMPLEX for a document that must not be validated. */
export function assertDocument(document: DocumentNode): void {
  if (good.has(document)) return;
  assertComparable(document);
  visit(document, { StringValue: ({ value }) => assertText(value) });
  good.add(document);
}
