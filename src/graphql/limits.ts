import type { ApolloServerPlugin } from '@apollo/server';
import { type DocumentNode, type GraphQLSchema, type OperationDefinitionNode, visit } from 'graphql';
import type { RequestContext } from '../context.js';
import { AppError } from '../errors/app-error.js';
import { assertSize, LIMITS } from './query-size.js';

/** Throws INVALID_INPUT for text that no database column takes: NUL, lone surrogates, far too long. */
function assertText(value: string, field?: string): void {
  if (value.length > LIMITS.string || value.includes('\0') || !value.isWellFormed()) {
    throw new AppError('INVALID_INPUT', { field });
  }
}

/** Variables come from JSON, so they are trees of plain values; anything else (uploads) is not text. */
function assertVariables(value: unknown, depth = 0, field?: string): void {
  if (depth > LIMITS.nesting) throw new AppError('INVALID_INPUT');
  if (typeof value === 'string') assertText(value, field);
  else if (Array.isArray(value)) for (const item of value) assertVariables(item, depth + 1, field);
  else if (value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    for (const [key, item] of Object.entries(value)) {
      assertText(key);
      assertVariables(item, depth + 1, key);
    }
  }
}

/** Documents whose own text was looked at; Apollo keeps what it parsed and hands it out again. */
const readable = new WeakSet<DocumentNode>();

function assertDocument(document: DocumentNode): void {
  if (readable.has(document)) return;
  visit(document, { StringValue: ({ value }) => assertText(value) });
  readable.add(document);
}

/**
 * Refuses queries that are too large or hold text that no column takes. The dialects' own operations are only checked
 * for the text in their variables.
 */
export function assertWithinLimits(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
  ctx: RequestContext,
): void {
  assertVariables(variables);
  if (ctx.client.door !== 'graphql') return;
  assertDocument(document);
  assertSize(schema, document, operation, variables);
}

/** Looks at queries before any resolver runs. */
export const limitsPlugin: ApolloServerPlugin<RequestContext> = {
  async requestDidStart() {
    return {
      async didResolveOperation({ schema, operation, document, request, contextValue }) {
        if (operation) assertWithinLimits(schema, document, operation, request.variables ?? {}, contextValue);
      },
    };
  },
};
