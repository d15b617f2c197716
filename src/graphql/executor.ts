import type { HTTPGraphQLHead } from '@apollo/server';
import type { FastifyBaseLogger } from 'fastify';
import { type ExecutionResult, execute, type GraphQLFormattedError, getVariableValues } from 'graphql';
import type { RequestContext } from '../context.js';
import { CompiledQueries } from './compiled-queries.js';
import { failureOf, report, tell } from './errors.js';
import { byLocation, withoutHidden } from './field-errors.js';
import { assertVariables, assertWithinLimits } from './limits.js';
import { type CompiledQuery, type GraphqlRequest, type Operation, rootOf } from './operation.js';
import { LIMITS } from './query-size.js';
import type { Validation } from './validation.js';

/**
 * The answer to a client, without data where nothing has run; `http` is set when its status or headers are not those of
 * every answer.
 */
export interface Answer extends Pick<ExecutionResult, 'data'> {
  errors?: readonly GraphQLFormattedError[];
  http?: HTTPGraphQLHead;
}

/** True when Apollo would run the operation. Apollo finds the same problem again and explains it. */
function isGood(
  { schema, document, operation, fits }: CompiledQuery,
  variables: Record<string, unknown>,
  ctx: RequestContext,
): boolean {
  try {
    if (fits) assertVariables(variables);
    else assertWithinLimits(schema, document, operation, variables, ctx);
  } catch {
    return false;
  }
  // graphql-jit would explain each wrong item of a list, however many.
  return !getVariableValues(schema, operation.variableDefinitions ?? [], variables, { maxErrors: 1 }).errors;
}

/**
 * Runs operations, compiled or with graphql-js, and reports failures in one way. Nothing runs twice: an operation that
 * is left to Apollo has not run.
 */
export class Executor {
  private readonly queries = new CompiledQueries();

  constructor(
    private readonly validation: Validation,
    private readonly log: FastifyBaseLogger,
  ) {}

  /** The compiled query of a request; undefined when there is none yet, or it would be refused. */
  find(request: GraphqlRequest, ctx: RequestContext): CompiledQuery | undefined {
    const compiled = this.queries.find(request);
    return compiled && isGood(compiled, request.variables ?? {}, ctx) ? compiled : undefined;
  }

  async runCompiled(
    compiled: CompiledQuery,
    { variables }: GraphqlRequest,
    ctx: RequestContext,
  ): Promise<Answer> {
    ctx.operation = rootOf(compiled.operation);
    return this.answerOf(await compiled.run(undefined, ctx, variables ?? {}), compiled, ctx);
  }

  /** Runs an operation that Apollo has read and found within the limits. Null where a document has none such. */
  async run(
    request: GraphqlRequest,
    { schema, document, operation }: Pick<Operation, 'schema' | 'document'> & Partial<Operation>,
    ctx: RequestContext,
  ): Promise<Answer | null> {
    const problems = this.validation.problems(document);
    if (problems.length > 0) return tell(this.log, problems, ctx);
    if (!operation) return null;
    ctx.operation = rootOf(operation);
    this.queries.count(request, { schema, document, operation });
    const result = await execute({
      schema,
      document,
      operationName: request.operationName,
      variableValues: request.variables,
      contextValue: ctx,
      hideSuggestions: !this.validation.open,
      options: { maxCoercionErrors: LIMITS.errors },
    });
    return this.answerOf(result, { schema, document, operation }, ctx);
  }

  private answerOf(result: ExecutionResult, operation: Operation, ctx: RequestContext): Answer {
    const { errors, data } = result;
    if (!errors) return result;
    if (data === undefined) return tell(this.log, errors, ctx);
    // The operator is told of each, whatever the client sees: a defect does not hide behind a refusal.
    for (const error of errors) report(this.log, error, ctx);
    const failure = failureOf(withoutHidden(errors, operation), ctx);
    failure.errors.sort(byLocation);
    return { ...failure, data };
  }
}
