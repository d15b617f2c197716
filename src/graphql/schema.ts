import 'reflect-metadata';
import {
  type GraphQLArgument,
  type GraphQLSchema,
  isIntrospectionType,
  isObjectType,
  printSchema,
} from 'graphql';
import { GraphQLDateTime } from 'graphql-scalars';
import type { Services } from '../services.js';
import { buildBoundSchema } from './binder.js';
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

/** The schema, over the services of this process. */
export function createSchema(services: Services): GraphQLSchema {
  const schema = buildBoundSchema(createResolvers(services), {
    scalarsMap: [{ type: Date, scalar: GraphQLDateTime }],
  });
  describeRoots(schema);
  restoreArgumentOrder(schema);
  return schema;
}

/** The text of a schema, as `schema.graphql` has it. */
export const schemaText = (schema: GraphQLSchema): string => `${printSchema(schema)}\n`;

/** The text of `schema.graphql`; needs no running services. */
export const printCurrentSchema = (): string => schemaText(createSchema({} as Services));
