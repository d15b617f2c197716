import type { ApolloServerOptionsWithGateway } from '@apollo/server';
import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  OperationTypeNode,
} from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import type { RequestContext } from '../context.js';

/** A query is compiled when it comes for this time: to compile one costs as much as to run it often. */
const COMPILED_AFTER = 3;

/** How often an operation came, and what was made of it; null where it cannot be compiled. */
interface Known {
  times: number;
  compiled?: CompiledQuery | null;
}

/** Operations by document, which Apollo keeps as long as it is asked for, and name. */
const known = new WeakMap<DocumentNode, Map<string, Known>>();

function compile({ schema, document, operationName }: ExecutionArgs): CompiledQuery | null {
  const compiled = compileQuery(schema, document, operationName ?? undefined);
  return isCompiledQuery(compiled) ? compiled : null;
}

function compiledOf(args: ExecutionArgs): CompiledQuery | null {
  const operations = known.get(args.document) ?? new Map<string, Known>();
  known.set(args.document, operations);
  const name = args.operationName ?? '';
  const operation = operations.get(name) ?? { times: 0 };
  operations.set(name, operation);
  operation.times += 1;
  if (operation.times >= COMPILED_AFTER && operation.compiled === undefined)
    operation.compiled = compile(args);
  return operation.compiled ?? null;
}

/** graphql-jit's errors have no extensions when what was thrown had none; Apollo counts on some. */
function standardError({ message, path, locations, originalError }: GraphQLError): GraphQLError {
  const error = new GraphQLError(message, { path, originalError });
  return Object.defineProperty(error, 'locations', { value: locations, enumerable: true });
}

async function run(args: ExecutionArgs): Promise<ExecutionResult> {
  const compiled = compiledOf(args);
  if (!compiled) return execute(args);
  const result = await compiled.query(args.rootValue, args.contextValue, args.variableValues ?? {});
  // What was refused before any resolver ran: graphql-js says it in the words that clients know.
  if (result.data === undefined) return execute(args);
  return result.errors ? { ...result, errors: result.errors.map(standardError) } : result;
}

/**
 * The schema, with queries that come often run as code made for them: lists spend most of their time in graphql-js
 * otherwise. Apollo takes an executor of one's own under the name of a gateway.
 */
export const executionOf = (
  schema: GraphQLSchema,
): ApolloServerOptionsWithGateway<RequestContext>['gateway'] => ({
  onSchemaLoadOrUpdate: (listen) => {
    listen({ apiSchema: schema, coreSupergraphSdl: '' });
    return () => undefined;
  },
  load: async () => ({
    executor: async ({ document, operation, operationName, request, context }) => {
      const args: ExecutionArgs = {
        schema,
        document,
        operationName,
        contextValue: context,
        variableValues: request.variables,
      };
      return operation?.operation === OperationTypeNode.QUERY ? run(args) : execute(args);
    },
  }),
  stop: async () => undefined,
});
