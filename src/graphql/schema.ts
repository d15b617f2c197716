import 'reflect-metadata';
import { type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { GraphQLDateTime } from 'graphql-scalars';
import { buildSchemaSync, type ContainerType, type NonEmptyArray } from 'type-graphql';
import type { Services } from '../services.js';
import { RESOLVERS } from './resolvers.js';

type ResolverClass = new (services: Services) => object;

/** One instance of each resolver, over the services of this process. */
function containerOf(services: Services): ContainerType {
  const instances = new Map<unknown, object>(
    RESOLVERS.map((Class: ResolverClass) => [Class, new Class(services)]),
  );
  return { get: (someClass: unknown) => instances.get(someClass) };
}

/**
 * The schema. Inputs are checked by the domain, where the rules are (`validate: false`), and errors are masked in
 * one place, so no resolver is wrapped.
 */
export function createSchema(services: Services): GraphQLSchema {
  return buildSchemaSync({
    resolvers: [...RESOLVERS] as unknown as NonEmptyArray<ResolverClass>,
    container: containerOf(services),
    validate: false,
    scalarsMap: [{ type: Date, scalar: GraphQLDateTime }],
  });
}

/** The text of `schema.graphql`; needs no running services. */
export const printCurrentSchema = (): string =>
  `${printSchema(lexicographicSortSchema(createSchema({} as Services)))}\n`;
