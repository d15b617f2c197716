import type { ApolloServerPlugin } from '@apollo/server';
import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isListType,
  isNullableType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import type { RequestContext } from '../context.js';
import { AppError } from '../errors/app-error.js';
import { PAGE_DEFAULT } from '../paging.js';

/** What one query may ask for at most (*ours*). Tokens are counted by the parser, before anything else. */
export const LIMITS = {
  tokens: 4000,
  depth: 12,
  aliases: 30,
  fields: 500,
  /** Top-level fields of a mutation, each of which may hash a password or send an SMS. */
  mutations: 10,
  /** Fields, those below a list counted as often as the list may be long. */
  cost: 20_000,
  /** Characters of one string in the query or its variables. */
  string: 10_000,
} as const;

interface Measure {
  fields: number;
  aliases: number;
  depth: number;
  cost: number;
}

interface Walk {
  fragments: Map<string, FragmentDefinitionNode>;
  variables: Record<string, unknown>;
  total: Measure;
}

/** How long a list may be: what its field was asked for, else a page. */
function lengthOf(field: FieldNode, variables: Record<string, unknown>): number {
  const argument = field.arguments?.find(({ name }) => name.value === 'first')?.value;
  const asked = argument?.kind === Kind.VARIABLE ? variables[argument.name.value] : undefined;
  const literal = argument?.kind === Kind.INT ? Number(argument.value) : undefined;
  const first = typeof asked === 'number' ? asked : literal;
  return Math.max(1, first ?? PAGE_DEFAULT);
}

const isList = (type: unknown): boolean =>
  isListType(isNullableType(type as never) ? type : (type as { ofType: unknown }).ofType);

function exceeds({ fields, aliases, depth, cost }: Measure): boolean {
  return fields > LIMITS.fields || aliases > LIMITS.aliases || depth > LIMITS.depth || cost > LIMITS.cost;
}

/** Stops as soon as a limit is passed, so that no query takes long to refuse. */
function measure(
  walk: Walk,
  set: SelectionSetNode,
  parent: GraphQLObjectType | null,
  depth: number,
  factor: number,
) {
  for (const selection of set.selections) {
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      const fragment = walk.fragments.get(selection.name.value);
      if (fragment) measure(walk, fragment.selectionSet, parent, depth, factor);
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      measure(walk, selection.selectionSet, parent, depth, factor);
    } else if (!selection.name.value.startsWith('__')) {
      measureField(walk, selection, parent, depth, factor);
    }
  }
}

function measureField(
  walk: Walk,
  field: FieldNode,
  parent: GraphQLObjectType | null,
  depth: number,
  factor: number,
) {
  const { total } = walk;
  total.fields += 1;
  total.cost += factor;
  total.depth = Math.max(total.depth, depth);
  if (field.alias) total.aliases += 1;
  if (exceeds(total)) throw new AppError('QUERY_TOO_COMPLEX');
  if (!field.selectionSet) return;
  const type = parent?.getFields()[field.name.value]?.type;
  const named = type && getNamedType(type);
  // A connection is as long as its own argument says; the lists inside it are that list, not one more.
  const paged =
    field.arguments?.some(({ name }) => name.value === 'first') || /Connection$/.test(named?.name ?? '');
  const inConnection = /Connection$/.test(parent?.name ?? '');
  const repeats = paged || (type && isList(type) && !inConnection) ? lengthOf(field, walk.variables) : 1;
  measure(walk, field.selectionSet, isObjectType(named) ? named : null, depth + 1, factor * repeats);
}

/** Throws INVALID_INPUT for text that no database column takes: NUL, lone surrogates, far too long. */
function assertText(value: string): void {
  if (value.length > LIMITS.string || value.includes('\0') || !value.isWellFormed()) {
    throw new AppError('INVALID_INPUT');
  }
}

/** Variables come from JSON, so they are trees of plain values; anything else (uploads) is not text. */
function assertVariables(value: unknown): void {
  if (typeof value === 'string') assertText(value);
  else if (Array.isArray(value)) for (const item of value) assertVariables(item);
  else if (value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    for (const [key, item] of Object.entries(value)) {
      assertText(key);
      assertVariables(item);
    }
  }
}

function assertSize(schema: GraphQLSchema, operation: OperationDefinitionNode, walk: Walk): void {
  const mutates = operation.operation === 'mutation';
  if (mutates && operation.selectionSet.selections.length > LIMITS.mutations)
    throw new AppError('QUERY_TOO_COMPLEX');
  measure(walk, operation.selectionSet, schema.getRootType(operation.operation) ?? null, 1, 1);
}

/** Refuses queries that are too large, before any resolver runs. The dialects' own operations are only checked for text. */
export const limitsPlugin: ApolloServerPlugin<RequestContext> = {
  async requestDidStart() {
    return {
      async didResolveOperation({ schema, operation, document, request, contextValue }) {
        assertVariables(request.variables);
        if (contextValue.client.door !== 'graphql' || !operation) return;
        visit(document, { StringValue: ({ value }) => assertText(value) });
        const fragments = new Map(
          document.definitions
            .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
            .map((fragment) => [fragment.name.value, fragment]),
        );
        const total = { fields: 0, aliases: 0, depth: 0, cost: 0 };
        assertSize(schema, operation, { fragments, variables: request.variables ?? {}, total });
      },
    };
  },
};
