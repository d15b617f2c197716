import type { ApolloServerPlugin } from '@apollo/server';
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { RequestContext } from '../context.js';
import { AppError } from '../errors/app-error.js';
import { assertDocument, assertText, forgetText } from './document-size.js';
import { assertSize, LIMITS } from './query-size.js';
import type { TrustedDocuments } from './trusted-documents.js';
import type { Validation } from './validation.js';

/** Where a value stands in the variables. */
interface Place {
  depth: number;
  /** The name by which a refusal tells of the value: its own, or that of the list that it lies in. */
  field?: string;
  inList: boolean;
}

/**
 * Refuses variables that are too large, or hold text that no column takes. They come from JSON, so they are trees of plain
 * values; anything else (uploads) is not text.
 */
export function assertVariables(
  value: unknown,
  seen = { values: 0 },
  { depth, field, inList }: Place = { depth: 0, inList: false },
): void {
  seen.values += 1;
  if (depth > LIMITS.nesting || seen.values > LIMITS.values) throw new AppError('INVALID_INPUT', { field });
  if (typeof value === 'string') assertText(value, field);
  else if (Array.isArray(value))
    for (const item of value) assertVariables(item, seen, { depth: depth + 1, field, inList: true });
  else if (value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    for (const [key, item] of Object.entries(value)) {
      assertText(key);
      assertVariables(item, seen, { depth: depth + 1, field: inList ? field : key, inList });
    }
  }
}

/** The dialects' own operations are only checked for their variables. */
const isOwn = ({ client }: RequestContext): boolean => client.door !== 'graphql';

/** Refuses variables, and operations of a valid document, that are too large or hold text that no column takes. */
export function assertWithinLimits(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
  ctx: RequestContext,
): void {
  assertVariables(variables);
  if (!isOwn(ctx)) assertSize(schema, document, operation, variables);
}

/** Looks at queries before any resolver runs, and at documents before they are validated. */
export const limitsPlugin = (
  validation: Validation,
  trusted: TrustedDocuments,
): ApolloServerPlugin<RequestContext> => ({
  async requestDidStart() {
    return {
      async didResolveOperation({ schema, operation, document, request, contextValue }) {
        forgetText(document);
        if (!isOwn(contextValue)) {
          if (trusted.only && !trusted.has(document)) throw new AppError('UNTRUSTED_DOCUMENT');
          assertDocument(document);
        }
        const valid = validation.problems(document).length === 0;
        // Faults of the query are reported when it is to be executed.
        if (valid && operation)
          assertWithinLimits(schema, document, operation, request.variables ?? {}, contextValue);
      },
    };
  },
});
