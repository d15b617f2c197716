import type { ApolloServerOptionsWithGateway } from '@apollo/server';
import {
  BREAK,
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLSchema,
  getVariableValues,
  type OperationDefinitionNode,
  OperationTypeNode,
  visit,
} from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';
import type { RequestContext } from '../context.js';
import { assertWithinLimits } from './limits.js';
import { LIMITS } from './query-size.js';
import type { Validation } from './validation.js';

/** What is asked, in the words of the client. */
export interface Question {
  query: string;
  operationName?: string | null;
  variables?: Record<string, unknown> | null;
}

/** A query is compiled when it comes for this time: to compile one costs as much as to run it often. */
const COMPILED_AFTER = 3;
/** Texts whose coming is counted; those that came least recently are forgotten first. */
const COUNTED_MAX = 500;
/** Longer texts, in characters, are not counted: they come from no app. */
const TEXT_MAX = 3000;
/** What is compiled, in characters of its texts; each stands for up to 200 bytes. */
const COMPILED_MAX = 200_000;

/** To compile a look at the schema costs more than a request may, and no app asks for one often. */
const INTROSPECTION = /\b__(schema|type)\b/;

const OPERATION_NAME = /^[_A-Za-z]\w*$/;

/** A query that Apollo has found good before. */
interface KnownQuery {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  compiled: CompiledQuery;
}

/** A name has no end of line in it. */
const keyOf = ({ query, operationName }: Question): string => `${operationName ?? ''}\n${query}`;

/** graphql-jit forgets fields of a fragment that stands in several places under different conditions. */
function hasDirectives(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    Directive: () => {
      found = true;
      return BREAK;
    },
  });
  return found;
}

/**
 * Queries that come often, as code made for them. Apps send the same few texts again and again: to parse, validate and
 * interpret them each time costs several times what their answers do. Whatever is not a plain answer (an error, a text
 * not seen before, a mutation) is Apollo's, so that there is one place that says what errors look like: a query that
 * failed is asked again there, which changes nothing because queries only read.
 */
export class KnownQueries {
  private readonly times = new LRUCache<string, number>({ max: COUNTED_MAX });
  private readonly queries = new LRUCache<string, KnownQuery>({
    maxSize: COMPILED_MAX,
    sizeCalculation: (_known, key) => key.length,
  });

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly validation: Validation,
  ) {}

  /** The answer to a known query; null where Apollo has to be asked. */
  async answer(question: Question, ctx: RequestContext): Promise<ExecutionResult | null> {
    const { operationName, variables } = question;
    if (typeof operationName === 'string' && !OPERATION_NAME.test(operationName)) return null;
    const known = this.queries.get(keyOf(question));
    if (!known || !this.isGood(known, variables ?? {}, ctx)) return null;
    const result = await known.compiled.query(undefined, ctx, variables ?? {});
    return result.errors || result.data === undefined ? null : result;
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
          const errors = this.validation.problems(document);
          if (errors.length > 0) return { errors };
          const ctx = context as RequestContext;
          const { query = '', operationName, variables } = request;
          const args = { schema: this.schema, document, operationName, contextValue: ctx };
          if (operation?.operation === OperationTypeNode.QUERY)
            this.remember({ query, operationName }, document, operation);
          return execute({
            ...args,
            variableValues: variables,
            hideSuggestions: !this.validation.open,
            options: { maxCoercionErrors: LIMITS.errors },
          });
        },
      }),
      stop: async () => undefined,
    };
  }

  /** Looks only: Apollo finds the same and explains it. */
  private isGood(
    { document, operation }: KnownQuery,
    variables: Record<string, unknown>,
    ctx: RequestContext,
  ): boolean {
    try {
      assertWithinLimits(this.schema, document, operation, variables, ctx);
    } catch {
      return false;
    }
    const { variableDefinitions = [] } = operation;
    // graphql-jit would explain each wrong item of a list, however many.
    return !getVariableValues(this.schema, variableDefinitions, variables, { maxErrors: 1 }).errors;
  }

  private remember(question: Question, document: DocumentNode, operation: OperationDefinitionNode): void {
    const key = keyOf(question);
    if (key.length > TEXT_MAX || INTROSPECTION.test(question.query) || this.queries.has(key)) return;
    const times = (this.times.get(key) ?? 0) + 1;
    this.times.set(key, times);
    // What cannot be compiled is not tried again.
    if (times !== COMPILED_AFTER || hasDirectives(document)) return;
    const compiled = compileQuery(this.schema, document, operation.name?.value);
    if (!isCompiledQuery(compiled)) return;
    this.queries.set(key, { document, operation, compiled });
    // Counted anew if others push it out.
    this.times.delete(key);
  }
}
