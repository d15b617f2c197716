import type { ApolloServerPlugin } from '@apollo/server';
import { type DocumentNode, visit } from 'graphql';
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

/** Refuses queries that are too large, before any resolver runs. The dialects' own operations are only checked for text. */
export const limitsPlugin: ApolloServerPlugin<RequestContext> = {
  async requestDidStart() {
    return {
      async didResolveOperation({ schema, operation, document, request, contextValue }) {
        assertVariables(request.variables);
        if (contextValue.client.door !== 'graphql' || !operation) return;
        assertDocument(document);
        assertSize(schema, document, operation, request.variables ?? {});
      },
    };
  },
};
