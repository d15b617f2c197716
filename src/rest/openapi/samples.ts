import {
  buildSchema,
  type DocumentNode,
  executeSync,
  type GraphQLFieldResolver,
  type GraphQLOutputType,
  type GraphQLSchema,
  isEnumType,
  isListType,
  isNonNullType,
  isScalarType,
  parse,
  printSchema,
} from 'graphql';

/** The differences of a sample answer from the full one. */
export interface Variant {
  /** The depth below which fields that may be null are null; 1 is that of the operation's own. */
  nullsBelow: number;
  flags: boolean;
  /** The index of an enum's value; the last one when there are fewer. */
  choice: number;
  /** Puts another value in the place of a field's; the same ones when left out. */
  swap?(field: SampledField, sample: unknown): unknown;
}

/** A field of the schema as an operation asks for it. */
export interface SampledField {
  /** The name of the type that has it. */
  parent: string;
  name: string;
  type: GraphQLOutputType;
  /** Its place in the operation's data, without the positions in lists. */
  path: string;
}

export const FULL: Variant = { nullsBelow: Number.POSITIVE_INFINITY, flags: true, choice: 0 };

export const VARIANTS: readonly Variant[] = [
  FULL,
  { ...FULL, nullsBelow: 1 },
  // What refers to others of its kind ends somewhere.
  { ...FULL, nullsBelow: 3 },
  { ...FULL, flags: false },
  ...[1, 2, 3].map((choice) => ({ ...FULL, choice })),
];

const SCALARS: Readonly<Record<string, unknown>> = {
  ID: '1',
  Int: 1,
  SafeInt: 1,
  Float: 1.5,
  LocalDate: '1990-06-15',
};

function sampleOf(type: GraphQLOutputType, variant: Variant): unknown {
  if (isNonNullType(type)) return sampleOf(type.ofType, variant);
  if (isListType(type)) return [sampleOf(type.ofType, variant)];
  if (isEnumType(type)) {
    const values = type.getValues();
    return (values[variant.choice] ?? values.at(-1))?.name;
  }
  if (!isScalarType(type)) return {};
  if (type.name === 'Boolean') return variant.flags;
  if (type.name === 'DateTime') return new Date('2021-01-06T07:35:01Z');
  // Texts are digits, because some are numbers in a legacy answer.
  return SCALARS[type.name] ?? '1';
}

const resolver =
  (variant: Variant): GraphQLFieldResolver<unknown, unknown> =>
  (_source, _args, _context, info) => {
    const depth = pathLength(info.path);
    const isNull = depth > variant.nullsBelow && !isNonNullType(info.returnType);
    const sample = isNull ? null : sampleOf(info.returnType, variant);
    if (!variant.swap) return sample;
    const { parentType, fieldName: name, returnType: type } = info;
    return variant.swap({ parent: parentType.name, name, type, path: pathText(info.path) }, sample);
  };

interface Path {
  prev: Path | undefined;
  key: string | number;
}

const pathLength = (path: Path | undefined): number => (path ? 1 + pathLength(path.prev) : 0);

const pathText = (path: Path): string =>
  [path.prev && pathText(path.prev), typeof path.key === 'string' && path.key].filter(Boolean).join('.');

/** Answers operations with values of the right types and nothing behind them. */
export function sampler(schema: GraphQLSchema) {
  // The schema is printed and parsed again, which leaves the types without our resolvers.
  const bare = buildSchema(printSchema(schema), { assumeValid: true });
  const documents = new Map<string, DocumentNode>();
  const documentOf = (operation: string): DocumentNode => {
    const document = documents.get(operation) ?? parse(operation);
    documents.set(operation, document);
    return document;
  };
  return (operation: string, variables: Record<string, unknown>, variant: Variant): unknown => {
    const { data } = executeSync({
      schema: bare,
      document: documentOf(operation),
      variableValues: JSON.parse(JSON.stringify(variables)) as Record<string, unknown>,
      fieldResolver: resolver(variant),
    });
    return data;
  };
}
