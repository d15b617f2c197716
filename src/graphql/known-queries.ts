import type { ApolloServerOptionsWithGateway } from '@apollo/server';
import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';
import type { RequestContext } from '../context.js';
import { assertWithinLimits } from './limits.js';

/** What is asked, in the words of the client. */
export interface Question {
  query: string;
  operationName?: string | null;
  variables?: Record<string, unknown> | null;
}

/** A query is compiled when it comes for this time: to compile one costs as much as to run it often. */
const COMPILED_AFTER = 3;
/** Texts that are remembered; those asked for least recently are forgotten first. */
const KNOWN_MAX = 500;
/** Longer ones, in characters, are not: they come from no app. */
const TEXT_MAX = 10_000;

/** A query that Apollo has found good before. */
interface KnownQuery {
  times: number;
  document: DocumentNode;
  operation: OperationDefinitionNode;
  /** Null where it cannot be compiled. */
  compiled?: CompiledQuery | null;
}

const keyOf = ({ query, operationName }: Question): string => `${operationName ?? ''}\n${query}`;

/** graphql-jit's errors have no extensions when what was thrown had none; Apollo counts on some. */
function standardError({ message, path, locations, originalError }: GraphQLError): GraphQLError {
  const error = new GraphQLError(message, { path, originalError });
  return Object.defineProperty(error, 'locations', { value: locations, enumerable: true });
}

/**
 * Queries that come often, as code made for them. Apps send the same few texts again and again: to parse, validate and
 * interpret them each time costs several times what their answers do. Whatever is not a plain answer (an error, a text
 * not seen before, a mutation) is Apollo's, so that there is one place that says what errors look like.
 */
export class KnownQueries {
  private readonly queries = new LRUCache<string, KnownQuery>({ max: KNOWN_MAX });
  /** Answers with errors in them, on their way to Apollo. By the client of a request, because Apollo copies contexts. */
  private readonly failed = new WeakMap<RequestContext['client'], { key: string; result: ExecutionResult }>();

  constructor(private readonly schema: GraphQLSchema) {}

  /** The answer to a known query; null where Apollo has to be asked, which then goes on from here. */
  async answer(question: Question, ctx: RequestContext): Promise<ExecutionResult | null> {
    const key = keyOf(question);
    const known = this.queries.get(key);
    if (!known?.compiled || !this.isWithinLimits(known, question, ctx)) return null;
    const result = await known.compiled.query(undefined, ctx, question.variables ?? {});
    // Variables that do not fit are explained by graphql-js.
    if (result.data === undefined) return null;
    if (!result.errors) return result;
    this.failed.set(ctx.client, { key, result: { ...result, errors: result.errors.map(standardError) } });
    return null;
  }

  /** How Apollo takes an executor of one's own: under the name of a gateway. */
  get gateway(): ApolloServerOptionsWithGateway<RequestContext>['gateway'] {
    return {
      onSchemaLoadOrUpdate: (listen) => {
        listen({ apiSchema: this.schema, coreSupergraphSdl: '' });
        return () => undefined;
      },
      load: async () => ({
        executor: async ({ document, operation, request, context }) => {
          const ctx = context as RequestContext;
          const { query = '', operationName, variables } = request;
          const question = { query, operationName, variables };
          const failed = this.failed.get(ctx.client);
          if (failed?.key === keyOf(question)) {
            this.failed.delete(ctx.client);
            return failed.result;
          }
          const args = { schema: this.schema, document, operationName, contextValue: ctx };
          if (operation?.operation === OperationTypeNode.QUERY)
            this.remember(question, { ...args, operation });
          return execute({ ...args, variableValues: variables });
        },
      }),
      stop: async () => undefined,
    };
  }

  /** Looks only: Apollo finds the same and refuses it. */
  private isWithinLimits({ document, operation }: KnownQuery, { variables }: Question, ctx: RequestContext) {
    try {
      assertWithinLimits(this.schema, document, operation, variables ?? {}, ctx);
      return true;
    } catch {
      return false;
    }
  }

  private remember(question: Question, args: ExecutionArgs & { operation: OperationDefinitionNode }): void {
    if (question.query.length > TEXT_MAX) return;
    const key = keyOf(question);
    const { document, operation } = args;
    const known = this.queries.get(key) ?? { times: 0, document, operation };
    known.times += 1;
    this.queries.set(key, known);
    if (known.times < COMPILED_AFTER || known.compiled !== undefined) return;
    const compiled = compileQuery(this.schema, document, operation.name?.value);
    known.compiled = isCompiledQuery(compiled) ? compiled : null;
  }
}
