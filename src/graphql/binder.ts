import {
  type GraphQLFieldResolver,
  type GraphQLSchema,
  isAbstractType,
  isInputObjectType,
  isIntrospectionType,
  isObjectType,
} from 'graphql';
import { type BuildSchemaOptions, buildSchemaSync, getMetadataStorage } from 'type-graphql';

type Storage = ReturnType<typeof getMetadataStorage>;
type Property = Storage['fields'][number];
type Method = Storage['queries'][number] | Storage['fieldResolvers'][number];
type Parameter = NonNullable<Method['params']>[number];
type Resolve = GraphQLFieldResolver<unknown, unknown>;
type Pick = (...given: Parameters<Resolve>) => unknown;

type Options = Omit<BuildSchemaOptions, 'resolvers'>;

const refuse = (place: string, what: string): never => {
  throw new Error(`${place}: ${what} is not carried out here (src/graphql/binder.ts)`);
};

/** Where the value of a parameter comes from. */
function pickOf(place: string, param: Parameter): Pick {
  if ('propertyName' in param && param.propertyName) return refuse(place, 'a part of the root or context');
  if (param.kind === 'root') return (root) => root;
  if (param.kind === 'context') return (_root, _args, context) => context;
  if (param.kind !== 'arg') return refuse(place, `a parameter of the kind “${param.kind}”`);
  const { name, validateSettings, validateFn } = param;
  if (validateSettings !== undefined || validateFn) return refuse(place, 'validation of an argument');
  return (_root, args) => args[name];
}

/** Calls the method of a resolver with what its parameters ask for. */
function callOf(place: string, { methodName, params = [] }: Method, resolver: object): Resolve {
  const method = (resolver as Record<string, (...args: unknown[]) => unknown>)[methodName]?.bind(resolver);
  if (!method) return refuse(place, 'a method that its resolver does not have');
  const sorted = [...params].sort((one, other) => one.index - other.index);
  if (sorted.some(({ index }, position) => index !== position) || method.length > sorted.length)
    return refuse(place, 'a parameter without a decorator');
  const picks = sorted.map((param) => pickOf(place, param));
  const [first, second] = picks;
  if (!first) return () => method();
  if (!second) return (...given) => method(first(...given));
  if (picks.length === 2) return (...given) => method(first(...given), second(...given));
  return (...given) => method(...picks.map((pick) => pick(...given)));
}

/** The one place where the method of every mutation has returned. */
const changing =
  (call: Resolve): Resolve =>
  async (...given) =>
    await call(...given);

/** Reads a property; undefined where graphql-js and graphql-jit do so by themselves, which costs less. */
const readOf = ({ name, schemaName }: Property): Resolve | undefined =>
  name === schemaName ? undefined : (root) => (root as Record<string, unknown>)[name];

/** Of an object type, and not of a resolver. */
const isOwn = (method: Method): boolean => 'kind' in method && method.kind === 'internal';

/** What type-graphql knows of the fields of a schema that some resolvers make. */
class Origins {
  private readonly storage = getMetadataStorage();
  private readonly methods: ReadonlyMap<string, Method>;

  constructor(private readonly resolvers: readonly object[]) {
    const { queries, mutations, fieldResolvers, objectTypes } = this.storage;
    const isUsed = (one: Method) => isOwn(one) || this.resolverOf(one) !== undefined;
    const nameOf = new Map<unknown, string>(objectTypes.map(({ target, name }) => [target, name]));
    const pairs = (type: string, methods: readonly Method[]) =>
      methods.filter(isUsed).map((one): [string, Method] => [`${type}.${one.schemaName}`, one]);
    this.methods = new Map([
      ...pairs('Query', queries),
      ...pairs('Mutation', mutations),
      ...fieldResolvers.flatMap((one) => pairs(nameOf.get(one.getObjectType?.()) ?? '', [one])),
    ]);
  }

  resolverOf = ({ target }: Method): object | undefined =>
    this.resolvers.find((resolver) => resolver.constructor === target);

  method = (place: string): Method | undefined => this.methods.get(place);

  /** Of the class of a type, or one that it inherits from. */
  property(type: string, field: string): Property | undefined {
    const { objectTypes } = this.storage;
    let target: unknown = objectTypes.find(({ name }) => name === type)?.target;
    while (typeof target === 'function') {
      const own = objectTypes.find((one) => one.target === target)?.fields ?? [];
      const found = own.find(({ schemaName }) => schemaName === field);
      if (found) return found;
      target = Object.getPrototypeOf(target);
    }
    return undefined;
  }

  /** Whether the objects of an input's class could do something that plain ones cannot. */
  hasMethods(input: string): boolean {
    const Class = this.storage.inputTypes.find(({ name }) => name === input)?.target;
    let prototype: unknown = Class?.prototype;
    while (prototype && prototype !== Object.prototype) {
      if (Object.getOwnPropertyNames(prototype).length > 1) return true;
      prototype = Object.getPrototypeOf(prototype);
    }
    return false;
  }
}

function assertCarriedOut(place: string, { roles, middlewares = [] }: Method | Property): void {
  if (roles) refuse(place, '@Authorized');
  if (middlewares.length > 0) refuse(place, '@UseMiddleware');
}

function resolveOf(origins: Origins, type: string, field: string): Resolve | undefined {
  const place = `${type}.${field}`;
  const method = origins.method(place);
  const property = origins.property(type, field);
  for (const origin of [method, property]) if (origin) assertCarriedOut(place, origin);
  const resolver = method && origins.resolverOf(method);
  if (method && !resolver) return refuse(place, 'a method of an object type');
  if (!method || !resolver)
    return property ? readOf(property) : refuse(place, 'a method or property that was inherited');
  const call = callOf(place, method, resolver);
  return type === 'Mutation' ? changing(call) : call;
}

/**
 * Builds the schema of some resolvers, whose fields call the methods, or read properties, themselves. For each value of
 * an answer type-graphql sorts parameters, copies objects into classes, validates and asks for middlewares: for a list
 * of users that costs more than everything else that is done for them. Inputs are handed over as plain objects of the
 * shape of their class, and roots as they were returned.
 *
 * Throws, naming type and field, for what type-graphql would do and is not done here: nothing that a decorator says is
 * left out without a word.
 */
export function buildBoundSchema(resolvers: readonly object[], options: Options): GraphQLSchema {
  const { globalMiddlewares = [], validate, validateFn } = options;
  if (globalMiddlewares.length > 0) refuse('buildSchema', 'a global middleware');
  if (validate || validateFn) refuse('buildSchema', 'validation');
  const classes = resolvers.map(
    (resolver) => resolver.constructor,
  ) as unknown as BuildSchemaOptions['resolvers'];
  const schema = buildSchemaSync({ ...options, resolvers: classes, validate: false });
  if (schema.getSubscriptionType()) refuse('Subscription', 'a subscription');
  const origins = new Origins(resolvers);
  for (const type of Object.values(schema.getTypeMap())) {
    // What a query costs is told by the types of its fields (query-size.ts), which these leave open.
    if (isAbstractType(type)) refuse(type.name, 'an interface or union');
    if (isInputObjectType(type) && origins.hasMethods(type.name)) refuse(type.name, 'a method of an input');
    if (!isObjectType(type) || isIntrospectionType(type)) continue;
    for (const field of Object.values(type.getFields()))
      field.resolve = resolveOf(origins, type.name, field.name);
  }
  return schema;
}
