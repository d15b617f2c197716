import 'reflect-metadata';
import {
  type GraphQLArgument,
  type GraphQLSchema,
  isIntrospectionType,
  isObjectType,
  printSchema,
} from 'graphql';
import { GraphQLDateTime } from 'graphql-scalars';
import { type BuildSchemaOptions, buildSchemaSync } from 'type-graphql';
import type { Services } from '../services.js';
import { resolveDirectly } from './direct-resolvers.js';
import { clearLoadersAfterMutations } from './mutations.js';
import { createResolvers } from './resolvers.js';

/** Type-graphql makes these two types itself, and takes no description for them. */
function describeRoots(schema: GraphQLSchema): void {
  const [query, mutation] = [schema.getQueryType(), schema.getMutationType()];
  if (query) query.description = 'What can be read. Nothing here changes anything.';
  if (mutation) {
    mutation.description =
      'What can be changed. The fields of one request run one after the other, in the order they are written.';
  }
}

/** Parameter decorators run from the last to the first; people read arguments from the first. */
function restoreArgumentOrder(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || isIntrospectionType(type)) continue;
    for (const field of Object.values(type.getFields())) (field.args as GraphQLArgument[]).reverse();
  }
}

/**
 * The schema. Inputs are checked by the domain, where the rules are (`validate: false`), and errors are masked in
 * one place, so no resolver is wrapped.
 */
export function createSchema(services: Services): GraphQLSchema {
  const instances = new Map<unknown, object>(
    createResolvers(services).map((resolver) => [resolver.constructor, resolver]),
  );
  const container = { get: (Class: unknown) => instances.get(Class) as object };
  const schema = buildSchemaSync({
    resolvers: [...instances.keys()] as unknown as BuildSchemaOptions['resolvers'],
    container,
    validate: false,
    scalarsMap: [{ type: Date, scalar: GraphQLDateTime }],
  });
  describeRoots(schema);
  restoreArgumentOrder(schema);
  resolveDirectly(schema, container.get);
  clearLoadersAfterMutations(schema);
  return schema;
}

/** The text of `schema.graphql`; needs no running services. */
export const printCurrentSchema = (): string => `${printSchema(createSchema({} as Services))}\n`;
