import {
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isObjectType,
} from 'graphql';

/** What type-graphql knows of a parameter of a resolver; it exports no types for it. */
interface Parameter {
  index: number;
  kind: string;
  name?: string;
  propertyName?: string;
}

interface Method {
  target: new (...args: never[]) => object;
  methodName: string;
  schemaName: string;
  params: Parameter[];
  getObjectType?: () => unknown;
}

interface Metadata {
  queries: Method[];
  mutations: Method[];
  fieldResolvers: Method[];
  objectTypes: { target: unknown; name: string; fields: { name: string; schemaName: string }[] }[];
}

const metadata = (): Metadata =>
  (globalThis as unknown as { TypeGraphQLMetadataStorage: Metadata }).TypeGraphQLMetadataStorage;

type Resolve = GraphQLFieldResolver<unknown, unknown>;
type Pick = (...given: Parameters<Resolve>) => unknown;

/** Where the value of a parameter comes from; undefined where type-graphql makes an object of it first. */
function pickOf(
  { kind, name = '', propertyName }: Parameter,
  field: GraphQLField<unknown, unknown>,
): Pick | undefined {
  if (propertyName) return undefined;
  if (kind === 'root') return (root) => root;
  if (kind === 'context') return (_root, _args, context) => context;
  const argument = kind === 'arg' && field.args.find((one) => one.name === name);
  return argument && !isInputObjectType(getNamedType(argument.type))
    ? (_root, args) => args[name]
    : undefined;
}

/** Calls the method itself. Undefined where a parameter needs more than to be handed over. */
function callOf(
  instance: object,
  { methodName, params }: Method,
  field: GraphQLField<unknown, unknown>,
): Resolve | undefined {
  const method = (instance as Record<string, (...args: unknown[]) => unknown>)[methodName]?.bind(instance);
  const picks = [...params]
    .sort((one, other) => one.index - other.index)
    .map((param) => pickOf(param, field));
  if (!method || !picks.every((pick) => pick !== undefined)) return undefined;
  const [first, second] = picks;
  if (!first) return () => method();
  if (!second) return (...given) => method(first(...given));
  if (picks.length === 2) return (...given) => method(first(...given), second(...given));
  return (...given) => method(...picks.map((pick) => pick(...given)));
}

/**
 * Lets fields call their methods, or read their properties, themselves. For each value of an answer type-graphql sorts
 * parameters, copies objects into classes and asks for middlewares, of which this schema has none: for a list of users
 * that costs more than everything else that is done for them.
 */
export function resolveDirectly(
  schema: GraphQLSchema,
  instanceOf: (Class: Method['target']) => object,
): void {
  const { queries, mutations, fieldResolvers, objectTypes } = metadata();
  const nameOf = new Map(objectTypes.map(({ target, name }) => [target, name]));
  const methods = new Map<string, Method>();
  for (const query of queries) methods.set(`Query.${query.schemaName}`, query);
  for (const mutation of mutations) methods.set(`Mutation.${mutation.schemaName}`, mutation);
  for (const field of fieldResolvers)
    methods.set(`${nameOf.get(field.getObjectType?.())}.${field.schemaName}`, field);
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    const properties = objectTypes.find(({ name }) => name === type.name)?.fields ?? [];
    for (const field of Object.values(type.getFields())) {
      const method = methods.get(`${type.name}.${field.name}`);
      if (method) field.resolve = callOf(instanceOf(method.target), method, field) ?? field.resolve;
      else if (properties.some(({ name, schemaName }) => name === schemaName && name === field.name))
        field.resolve = undefined;
    }
  }
}
