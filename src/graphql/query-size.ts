import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  type InlineFragmentNode,
  isLeafType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';
import { AppError } from '../errors/app-error.js';
import { boundsOf, type PageBound } from '../schema/list-bounds.js';

/** The most that one query may ask for (docs/decisions.md). */
export const LIMITS = {
  /** Bytes of a request without a file: reading more costs more than any answer. */
  body: 131_072,
  /** Tokens, counted by the parser before anything else. */
  tokens: 4000,
  depth: 12,
  aliases: 30,
  fields: 500,
  /** Top-level fields of a mutation, each of which may hash a password or send an SMS. */
  mutations: 10,
  /** Fields, those below a list counted as often as the list may be long. */
  cost: 8000,
  /** Operations and fragments of a document. */
  definitions: 100,
  /** Selections of a whole document, fragments written out: few in the text can stand for countless ones. */
  selections: 5000,
  /** The cost of comparing fields of one name pair by pair (document-size.ts): 137 times `me { id }`. */
  comparisons: 160_000,
  /** Errors told of one query or its variables. */
  errors: 10,
  /** Characters of one string in the query or its variables. */
  string: 10_000,
  /** Lists and objects of the variables inside each other. */
  nesting: 50,
  /** Values in the variables, all lists and objects counted together. */
  values: 2000,
} as const;

/** Costs of top-level fields to the server, or gains for a collector of accounts, beyond what comes back. */
const SURCHARGES: Readonly<Record<string, number>> = {
  _service: 5000,
  createCaptcha: 3000,
  loginStatus: 800,
  nameAvailability: 800,
  phoneAvailability: 800,
  rank: 800,
  usersByPhones: 800,
};

/** The cost of a page that thousands of rows may have to be read for, beyond what comes back. */
const SEARCHED = 2500;

/** Costs of introspection: at one type or less, and at all types. */
const INTROSPECTION = { __schema: 300, __type: 300, types: 5000 } as const;

/** Values of a list that nothing has to be resolved for cost as much as one field. */
const LEAVES_PER_FIELD = 4;

/** The cost of a list without a declared length; the schema has none. */
const LONGEST = 1000;

/** The size of a query, its fragments written out. */
interface Measure {
  /** Top-level fields. */
  roots: number;
  fields: number;
  aliases: number;
  depth: number;
  cost: number;
}

interface Walk {
  schema: GraphQLSchema;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  variables: Record<string, unknown>;
  total: Measure;
}

/** The selection set that the walk is in. */
interface Scope {
  parent: GraphQLObjectType | null;
  depth: number;
  /** The most times the selection occurs in the answer. */
  factor: number;
  /** The most items that the page around it may hold. */
  page: number;
  /** The schema describes itself more deeply than it is used. */
  introspection: boolean;
}

function refuseBeyondLimits({ fields, aliases, depth, cost }: Measure): void {
  const beyond =
    fields > LIMITS.fields || aliases > LIMITS.aliases || depth > LIMITS.depth || cost > LIMITS.cost;
  if (beyond) throw new AppError('QUERY_TOO_COMPLEX');
}

/** The value that a field was given for an argument; undefined for none. */
function argumentOf(field: FieldNode, variables: Record<string, unknown>, name: string): unknown {
  const argument = field.arguments?.find((one) => one.name.value === name)?.value;
  return argument && valueFromASTUntyped(argument, variables);
}

/**
 * The items that a field was asked for, but no more than it gives. Throws INVALID_INPUT where both the first and the last
 * ones are: a resolver cannot tell, since the schema has a default for one of them.
 */
function pageOf(field: FieldNode, variables: Record<string, unknown>, { usual, most }: PageBound): number {
  const sizes = ['first', 'last'].map((name) => argumentOf(field, variables, name));
  const [asked = usual, other] = sizes.filter((size) => typeof size === 'number');
  if (other !== undefined) throw new AppError('INVALID_INPUT', { field: 'last' });
  return Math.min(Math.max(1, asked), most);
}

/** The cost of finding the page that a field was asked for. */
function searchOf(field: FieldNode, variables: Record<string, unknown>, { searched }: PageBound): number {
  const isFirst = !argumentOf(field, variables, 'offset') && !argumentOf(field, variables, 'after');
  return searched === 'all' || (searched === 'later' && !isFirst) ? SEARCHED : 0;
}

/** The most values a field has in the answer, each time its parent occurs. */
function lengthOf(
  definition: GraphQLField<unknown, unknown> | undefined,
  field: FieldNode,
  { variables }: Walk,
  { page }: Scope,
): number {
  if (!definition || !isListType(getNullableType(definition.type))) return 1;
  const { list = LONGEST } = boundsOf(definition);
  if (typeof list !== 'object') return list === 'page' ? page : list;
  const asked = argumentOf(field, variables, list.argument);
  return Array.isArray(asked) ? asked.length : 1;
}

/** The type that a fragment's fields are of: a part of a union, or the type around it. */
function typeOf(
  { schema }: Walk,
  { typeCondition }: Pick<FragmentDefinitionNode | InlineFragmentNode, 'typeCondition'>,
  { parent }: Scope,
): GraphQLObjectType | null {
  const type = typeCondition && schema.getType(typeCondition.name.value);
  return isObjectType(type) ? type : parent;
}

/** Stops as soon as a limit is passed. How long the walk can be is bounded before (document-size.ts). */
function measure(walk: Walk, set: SelectionSetNode, scope: Scope): void {
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD && selection.alias) walk.total.aliases += 1;
    refuseBeyondLimits(walk.total);
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      const fragment = walk.fragments.get(selection.name.value);
      if (fragment) measure(walk, fragment.selectionSet, { ...scope, parent: typeOf(walk, fragment, scope) });
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      measure(walk, selection.selectionSet, { ...scope, parent: typeOf(walk, selection, scope) });
    } else if (selection.name.value !== '__typename') {
      measureField(walk, selection, scope);
    }
  }
}

function measureField(walk: Walk, field: FieldNode, scope: Scope): void {
  const { total } = walk;
  const name = field.name.value;
  const definition = scope.parent?.getFields()[name];
  const length = lengthOf(definition, field, walk, scope);
  const { page } = definition ? boundsOf(definition) : {};
  const introspection = scope.introspection || name.startsWith('__');
  total.fields += 1;
  if (scope.depth === 1) total.roots += 1;
  if (!introspection) {
    const leaf = definition && isLeafType(getNamedType(definition.type));
    total.cost += scope.factor * (leaf ? Math.max(1, length / LEAVES_PER_FIELD) : 1);
    if (scope.depth === 1) total.cost += SURCHARGES[name] ?? 0;
    if (page) total.cost += scope.factor * searchOf(field, walk.variables, page);
    total.depth = Math.max(total.depth, scope.depth);
  } else {
    total.cost += Object.hasOwn(INTROSPECTION, name) ? INTROSPECTION[name as keyof typeof INTROSPECTION] : 0;
  }
  refuseBeyondLimits(total);
  if (!field.selectionSet) return;
  const type = definition && getNamedType(definition.type);
  measure(walk, field.selectionSet, {
    parent: isObjectType(type) ? type : null,
    depth: scope.depth + 1,
    factor: scope.factor * length,
    page: page ? pageOf(field, walk.variables, page) : scope.page,
    introspection,
  });
}

/** The variables as the resolvers will see their numbers: those left out have their defaults. */
function withDefaults(
  operation: OperationDefinitionNode,
  given: Record<string, unknown>,
): Record<string, unknown> {
  const defaults = (operation.variableDefinitions ?? []).map(({ variable, defaultValue }) => [
    variable.name.value,
    defaultValue && valueFromASTUntyped(defaultValue),
  ]);
  return { ...Object.fromEntries(defaults), ...given };
}

export const fragmentsOf = ({ definitions }: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> =>
  new Map(
    definitions
      .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );

/** Throws QUERY_TOO_COMPLEX for an operation of a valid document that asks for more than {@link LIMITS}. */
export function assertSize(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  given: Record<string, unknown>,
): void {
  const total = { roots: 0, fields: 0, aliases: 0, depth: 0, cost: 0 };
  const parent = schema.getRootType(operation.operation) ?? null;
  const walk = { schema, fragments: fragmentsOf(document), variables: withDefaults(operation, given), total };
  measure(walk, operation.selectionSet, { parent, depth: 1, factor: 1, page: 1, introspection: false });
  const mutates = operation.operation === OperationTypeNode.MUTATION;
  if (mutates && total.roots > LIMITS.mutations) throw new AppError('QUERY_TOO_COMPLEX');
}
