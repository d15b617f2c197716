import {
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLInputObjectType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNullableType,
  isAbstractType,
  isInputObjectType,
  isIntrospectionType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { type BuildSchemaOptions, buildSchemaSync } from 'type-graphql';
import type { RequestContext } from '../context.js';
import { type Access, assertAccess, maySeeField } from '../policy.js';
import { accessOf, ownerOf } from '../schema/access.js';
import { boundsOf } from '../schema/list-bounds.js';
import { isDeclaredOneOf } from '../schema/one-of.js';
import { propertyOf } from '../unknown.js';
import { FieldOrigins, type Method, type Property } from './field-origins.js';

type Options = Omit<BuildSchemaOptions, 'resolvers'>;
type Parameter = NonNullable<Method['params']>[number];
type Field = GraphQLField<unknown, unknown>;
type Resolve = GraphQLFieldResolver<unknown, RequestContext>;
type Pick = (...given: Parameters<Resolve>) => unknown;

const refuse = (coordinate: string, why: string): never => {
  throw new Error(`${coordinate}: ${why}`);
};

const notCarriedOut = (coordinate: string, what: string): never =>
  refuse(coordinate, `${what} is not carried out here (src/graphql/binder.ts)`);

/** The source of a parameter's value. */
function pickOf(coordinate: string, param: Parameter): Pick {
  if ('propertyName' in param && param.propertyName)
    return notCarriedOut(coordinate, 'a part of the root or context');
  if (param.kind === 'root') return (root) => root;
  if (param.kind === 'context') return (_root, _args, context) => context;
  if (param.kind !== 'arg') return notCarriedOut(coordinate, `a parameter of the kind “${param.kind}”`);
  const { name, validateSettings, validateFn } = param;
  if (validateSettings !== undefined || validateFn)
    return notCarriedOut(coordinate, 'validation of an argument');
  return (_root, args) => args[name];
}

/** Calls the method of a resolver with what its parameters ask for. */
function callOf(coordinate: string, { methodName, params = [] }: Method, resolver: object): Resolve {
  const method = (resolver as Record<string, (...args: unknown[]) => unknown>)[methodName]?.bind(resolver);
  if (!method) return notCarriedOut(coordinate, 'a method that its resolver does not have');
  const sorted = [...params].sort((one, other) => one.index - other.index);
  if (sorted.some(({ index }, position) => index !== position) || method.length > sorted.length)
    return notCarriedOut(coordinate, 'a parameter without a decorator');
  const picks = sorted.map((param) => pickOf(coordinate, param));
  const [first, second] = picks;
  if (!first) return () => method();
  if (!second) return (...given) => method(first(...given));
  if (picks.length === 2) return (...given) => method(first(...given), second(...given));
  return (...given) => method(...picks.map((pick) => pick(...given)));
}

/**
 * Calls the method of a mutation. Whatever it has changed, the fields behind it and the mutations after it read anew: the
 * loaders of the request are emptied, so that nobody who writes has to know what was loaded before.
 */
const changing =
  (call: Resolve): Resolve =>
  async (root, args, ctx, info) => {
    try {
      return await call(root, args, ctx, info);
    } finally {
      ctx.loaders.clear();
    }
  };

/** Reads a property; undefined where graphql-js and graphql-jit do so by themselves, which costs less. */
const readOf = ({ name, schemaName }: Property): Resolve | undefined =>
  name === schemaName ? undefined : (root) => propertyOf(root, name);

function assertCarriedOut(coordinate: string, { roles, middlewares = [] }: Method | Property): void {
  if (roles) notCarriedOut(coordinate, '@Authorized');
  if (middlewares.length > 0) notCarriedOut(coordinate, '@UseMiddleware');
}

/** Answers null unless the rule shows the thing to the caller. */
function forOwner(
  coordinate: string,
  { type, field }: Bound,
  access: Extract<Access, { rule: 'owner' | 'self' }>,
  call: Resolve,
): Resolve {
  const owner = ownerOf(type) ?? refuse(coordinate, 'nothing says whom it belongs to (@OwnedBy)');
  if (isNonNullType(field.type)) refuse(coordinate, 'what only the owner sees has to be nullable');
  return (root, args, ctx, info) =>
    maySeeField(ctx, owner(root as never), access) ? call(root, args, ctx, info) : null;
}

/** A note says that the service refuses some whom the rule lets in. */
const mayBeRefused = (access: Access | undefined): boolean =>
  access !== undefined && !(access.rule === 'public' && access.note === undefined);

interface Bound {
  type: GraphQLObjectType;
  field: Field;
}

/** Checks the rule of a field before its value is resolved. */
function guarded(coordinate: string, bound: Bound, resolve: Resolve | undefined): Resolve | undefined {
  const access = accessOf(bound.field);
  if (!access || access.rule === 'public') return resolve;
  const call: Resolve = resolve ?? ((root) => propertyOf(root, bound.field.name));
  if (access.rule === 'owner' || access.rule === 'self') return forOwner(coordinate, bound, access, call);
  return (root, args, ctx, info) => {
    assertAccess(ctx, access);
    return call(root, args, ctx, info);
  };
}

/** A list costs what it can hold (query-size.ts). */
function assertBounded(coordinate: string, field: Field): void {
  if (isListType(getNullableType(field.type)) && boundsOf(field).list === undefined)
    refuse(coordinate, 'nothing says how long the list may be (src/schema/list-bounds.ts)');
}

class Binder {
  private readonly origins: FieldOrigins;

  constructor(
    private readonly schema: GraphQLSchema,
    resolvers: readonly object[],
  ) {
    this.origins = new FieldOrigins(resolvers);
  }

  bind(): void {
    if (this.schema.getSubscriptionType()) notCarriedOut('Subscription', 'a subscription');
    for (const type of Object.values(this.schema.getTypeMap())) {
      // The types of fields tell the cost of a query (query-size.ts); abstract types leave it open.
      if (isAbstractType(type)) notCarriedOut(type.name, 'an interface or union');
      if (isInputObjectType(type)) {
        this.assertPlain(type);
        // Type-graphql has no word for it.
        type.isOneOf = isDeclaredOneOf(type);
      }
      if (!isObjectType(type) || isIntrospectionType(type)) continue;
      for (const field of Object.values(type.getFields())) field.resolve = this.resolveOf({ type, field });
    }
  }

  private resolveOf(bound: Bound): Resolve | undefined {
    const { type, field } = bound;
    const coordinate = `${type.name}.${field.name}`;
    const method = this.origins.method(type.name, field.name);
    const property = this.origins.property(type.name, field.name);
    const makers = [method, property].filter((maker) => maker !== undefined);
    if (makers.length === 0) notCarriedOut(coordinate, 'a method or property that was inherited');
    for (const maker of makers) assertCarriedOut(coordinate, maker);
    const declared = makers.flatMap((maker) => this.origins.declarations(maker));
    // Type-graphql drops what a method declares for a field whose property has another name than the method.
    const lost = declared.find((key) => !(key in field.extensions));
    if (lost) refuse(coordinate, `its “${lost}” is lost, declare it on the property`);
    this.assertOneRule(coordinate, bound, declared);
    assertBounded(coordinate, field);
    const resolve = method ? this.callOf(coordinate, bound, method) : property && readOf(property);
    return guarded(coordinate, bound, resolve);
  }

  private callOf(coordinate: string, { type }: Bound, method: Method): Resolve {
    const resolver = this.origins.resolverOf(method);
    if (!resolver) return notCarriedOut(coordinate, 'a method of an object type');
    const call = callOf(coordinate, method, resolver);
    return type === this.schema.getMutationType() ? changing(call) : call;
  }

  /** Queries and mutations have to say who may call them, and nothing may say it twice. */
  private assertOneRule(coordinate: string, { type, field }: Bound, declared: readonly string[]): void {
    const rules = declared.filter((key) => key === 'access').length;
    const isRoot = type === this.schema.getQueryType() || type === this.schema.getMutationType();
    if (rules > 1) refuse(coordinate, 'more than one rule says who may (src/schema/access.ts)');
    if (isRoot && rules === 0) refuse(coordinate, 'nothing says who may call it (src/schema/access.ts)');
    const access = accessOf(field);
    if (isRoot && (access?.rule === 'owner' || access?.rule === 'self'))
      refuse(coordinate, 'a query or mutation has no owner');
    if (type === this.schema.getQueryType() && isNonNullType(field.type) && mayBeRefused(access))
      refuse(
        coordinate,
        'what some callers are refused has to be nullable, or the whole answer is gone with it',
      );
  }

  /** Inputs are handed over as they come, for everybody who may call what takes them. */
  private assertPlain(type: GraphQLInputObjectType): void {
    if (this.origins.hasMethods(type.name)) notCarriedOut(type.name, 'a method of an input');
    const ruled = Object.values(type.getFields()).find(({ extensions }) => 'access' in extensions);
    if (ruled) notCarriedOut(`${type.name}.${ruled.name}`, 'a rule for an input');
  }
}

/**
 * Builds the schema of these resolvers. Its fields check their rule (schema/access.ts), then call the method or read
 * the property directly: for each value of an answer type-graphql would sort parameters, copy objects into classes,
 * validate and ask for middlewares, which for a list of users costs more than everything else. Methods are given inputs
 * as plain objects of the shape of their class, and roots as they were returned.
 *
 * Throws, naming type and field, where a decorator asks type-graphql for something that is not done here, and for a
 * query or mutation without a rule, or a list without a bound.
 */
export function buildBoundSchema(resolvers: readonly object[], options: Options): GraphQLSchema {
  const { globalMiddlewares = [], validate, validateFn } = options;
  if (globalMiddlewares.length > 0) notCarriedOut('buildSchema', 'a global middleware');
  if (validate || validateFn) notCarriedOut('buildSchema', 'validation');
  const classes = resolvers.map((resolver) => resolver.constructor);
  const schema = buildSchemaSync({
    ...options,
    resolvers: classes as unknown as BuildSchemaOptions['resolvers'],
    validate: false,
  });
  new Binder(schema, resolvers).bind();
  return schema;
}
