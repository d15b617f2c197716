import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';
import { AppError } from '../errors/app-error.js';
import { PAGE_DEFAULT, PAGE_MAX } from '../paging.js';

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
  /** What looking at the schema through one `__schema` or `__type` costs. */
  introspection: 5000,
  /** Selections looked at: few fragments in the text can stand for countless ones. */
  selections: 5000,
  /** Characters of one string in the query or its variables. */
  string: 10_000,
  /** Lists and objects of the variables inside each other. */
  nesting: 50,
  /** Things in the longest list that is no connection: the ranking. */
  list: 1000,
} as const;

/** Top-level fields that cost the server, or tell a collector of accounts, more than others do. */
const DEAR: Readonly<Record<string, number>> = {
  createCaptcha: 2000,
  loginStatus: 2000,
  nameAvailability: 2000,
  phoneAvailability: 2000,
  rank: 2000,
  user: 500,
};

/** What a query amounts to, its fragments written out. */
interface Measure {
  selections: number;
  /** Top-level fields. */
  roots: number;
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

/** Where in the query the walk is. */
interface Place {
  parent: GraphQLObjectType | null;
  depth: number;
  /** How often this place may occur in the answer. */
  factor: number;
  /** In what was asked for with `first`: the lists directly inside are that page, not one more. */
  page: boolean;
  /** The schema describes itself more deeply than it is used. */
  introspection: boolean;
}

function refuseBeyondLimits({ selections, fields, aliases, depth, cost }: Measure): void {
  const beyond =
    selections > LIMITS.selections ||
    fields > LIMITS.fields ||
    aliases > LIMITS.aliases ||
    depth > LIMITS.depth ||
    cost > LIMITS.cost;
  if (beyond) throw new AppError('QUERY_TOO_COMPLEX');
}

/** How many a field was asked for, but no more than it gives; a page when it was not asked. */
function lengthOf(field: FieldNode, variables: Record<string, unknown>, longest: number): number {
  const argument = field.arguments?.find(({ name }) => name.value === 'first')?.value;
  const asked = argument?.kind === Kind.VARIABLE ? variables[argument.name.value] : undefined;
  const literal = argument?.kind === Kind.INT ? Number(argument.value) : undefined;
  const first = typeof asked === 'number' ? asked : literal;
  return Math.min(Math.max(1, first ?? PAGE_DEFAULT), longest);
}

/** Stops as soon as a limit is passed, so that no query takes long to refuse. */
function measure(walk: Walk, set: SelectionSetNode, place: Place): void {
  for (const selection of set.selections) {
    walk.total.selections += 1;
    if (selection.kind === Kind.FIELD && selection.alias) walk.total.aliases += 1;
    refuseBeyondLimits(walk.total);
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      const fragment = walk.fragments.get(selection.name.value);
      if (fragment) measure(walk, fragment.selectionSet, place);
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      measure(walk, selection.selectionSet, place);
    } else if (selection.name.value !== '__typename') {
      measureField(walk, selection, place);
    }
  }
}

function measureField(walk: Walk, field: FieldNode, place: Place): void {
  const { total } = walk;
  total.fields += 1;
  if (place.depth === 1) total.roots += 1;
  const introspection = place.introspection || field.name.value.startsWith('__');
  if (!introspection) {
    total.cost += place.factor + (place.depth === 1 ? (DEAR[field.name.value] ?? 0) : 0);
    total.depth = Math.max(total.depth, place.depth);
  } else if (!place.introspection) {
    total.cost += LIMITS.introspection;
  }
  refuseBeyondLimits(total);
  if (field.selectionSet) {
    const inside = introspection ? { ...place, introspection } : insideOf(walk, field, place);
    measure(walk, field.selectionSet, { ...inside, depth: place.depth + 1 });
  }
}

function insideOf({ variables }: Walk, field: FieldNode, place: Place): Place {
  const type = place.parent?.getFields()[field.name.value]?.type;
  const named = type && getNamedType(type);
  const parent = isObjectType(named) ? named : null;
  const connection = parent?.name.endsWith('Connection') ?? false;
  const page = connection || Boolean(field.arguments?.some(({ name }) => name.value === 'first'));
  const list = isListType(type && getNullableType(type)) && !place.page;
  const repeats = page || list ? lengthOf(field, variables, connection ? PAGE_MAX : LIMITS.list) : 1;
  return { ...place, parent, page, factor: place.factor * repeats };
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

/** Throws QUERY_TOO_COMPLEX for an operation that asks for more than {@link LIMITS}. */
export function assertSize(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  given: Record<string, unknown>,
): void {
  const fragments = new Map(
    document.definitions
      .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
  const total = { selections: 0, roots: 0, fields: 0, aliases: 0, depth: 0, cost: 0 };
  const parent = schema.getRootType(operation.operation) ?? null;
  const place = { parent, depth: 1, factor: 1, page: false, introspection: false };
  measure({ fragments, variables: withDefaults(operation, given), total }, operation.selectionSet, place);
  const mutates = operation.operation === OperationTypeNode.MUTATION;
  if (mutates && total.roots > LIMITS.mutations) throw new AppError('QUERY_TOO_COMPLEX');
}
