import {
  buildSchema,
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
  /** True where fields that may be null are null, below the operation's own. */
  nulls: boolean;
  flags: boolean;
  /** The index of an enum's value; the last one when there are fewer. */
  choice: number;
}

export const FULL: Variant = { nulls: false, flags: true, choice: 0 };

export const VARIANTS: readonly Variant[] = [
  FULL,
  { ...FULL, nulls: true },
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
    if (variant.nulls && depth > 1 && !isNonNullType(info.returnType)) return null;
    return sampleOf(info.returnType, variant);
  };

function pathLength(path: { prev?: unknown; key: string | number } | undefined): number {
  return path ? 1 + pathLength(path.prev as typeof path) : 0;
}

/** Answers operations with values of the right types and nothing behind them. */
export function sampler(schema: GraphQLSchema) {
  // The schema is printed and parsed again, which leaves the types without our resolvers.
  const bare = buildSchema(printSchema(schema), { assumeValid: true });
  return (operation: string, variables: Record<string, unknown>, variant: Variant): unknown => {
    const { data } = executeSync({
      schema: bare,
      document: parse(operation),
      variableValues: JSON.parse(JSON.stringify(variables)) as Record<string, unknown>,
      fieldResolver: resolver(variant),
    });
    return data;
  };
}
