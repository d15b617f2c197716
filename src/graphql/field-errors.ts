import {
  type DocumentNode,
  type FieldNode,
  type GraphQLError,
  type GraphQLFormattedError,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNullableType,
  isAbstractType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import type { Operation } from './operation.js';
import { fragmentsOf } from './query-size.js';

type Path = NonNullable<GraphQLFormattedError['path']>;

/** The fields that an answer calls `key`, fragments written out. */
function fieldsCalled(key: string | number, set: SelectionSetNode, document: DocumentNode): FieldNode[] {
  return set.selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD)
      return (selection.alias ?? selection.name).value === key ? [selection] : [];
    const inside =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : fragmentsOf(document).get(selection.name.value);
    return inside ? fieldsCalled(key, inside.selectionSet, document) : [];
  });
}

/** The types whose fields may stand in a place. */
function typesOf(
  type: GraphQLOutputType | null | undefined,
  schema: GraphQLSchema,
): readonly GraphQLObjectType[] {
  if (isObjectType(type)) return [type];
  return isAbstractType(type) ? schema.getPossibleTypes(type) : [];
}

/** The path of what becomes null for a failure at `path`: itself, or the nearest around it that may be null. */
function nullPathOf(path: Path, { schema, document, operation }: Operation): Path {
  let type: GraphQLOutputType | null | undefined = schema.getRootType(operation.operation);
  let sets = [operation.selectionSet];
  let length = 0;
  for (const [index, key] of path.entries()) {
    const around: GraphQLOutputType | null | undefined = type && getNullableType(type);
    if (isListType(around)) type = around.ofType;
    else {
      const fields = sets.flatMap((set) => fieldsCalled(key, set, document));
      const name = fields[0]?.name.value ?? '';
      type = typesOf(around, schema)
        .map((one) => one.getFields()[name]?.type)
        .find((one) => one !== undefined);
      sets = fields.flatMap(({ selectionSet }) => selectionSet ?? []);
    }
    if (!isNonNullType(type)) length = index + 1;
  }
  return path.slice(0, length);
}

/**
 * Keeps one error for each null of an answer: the first that caused it. graphql-js and graphql-jit differ in which
 * others they report below a null.
 */
export function withoutHidden(
  errors: readonly GraphQLError[],
  operation: Operation,
): readonly GraphQLError[] {
  if (errors.length === 1) return errors;
  const paths = errors.map(({ path = [] }) => nullPathOf(path, operation));
  const first = new Map(paths.map((path, index) => [JSON.stringify(path), index] as const).reverse());
  return errors.filter((_error, index) => {
    const path = paths[index] ?? [];
    const around = path.map((_key, length) => JSON.stringify(path.slice(0, length)));
    return first.get(JSON.stringify(path)) === index && !around.some((one) => first.has(one));
  });
}

/** Line and column in the query, then the path, for its positions in lists. */
const orderOf = ({ locations, path = [] }: GraphQLFormattedError) => [
  locations?.[0]?.line ?? 0,
  locations?.[0]?.column ?? 0,
  ...path,
];

/** Orders errors as the query is written; fields fail in an order that changes. */
export function byLocation(one: GraphQLFormattedError, other: GraphQLFormattedError): number {
  const there = orderOf(other);
  for (const [index, key] of orderOf(one).entries()) {
    const against = there[index];
    if (key !== against) return against !== undefined && key < against ? -1 : 1;
  }
  return 0;
}
