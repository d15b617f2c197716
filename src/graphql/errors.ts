import { type ApolloServerPlugin, HeaderMap, type HTTPGraphQLHead } from '@apollo/server';
import { ApolloServerErrorCode } from '@apollo/server/errors';
import type { FastifyBaseLogger } from 'fastify';
import { GraphQLError, type GraphQLFormattedError, Kind } from 'graphql';
import type { RequestContext } from '../context.js';
import { AppError, messageOf } from '../errors/app-error.js';
import type { ErrorCode } from '../errors/codes.js';
import { HTTP_STATUS } from '../errors/http-status.js';
import { reportFailure } from '../errors/report.js';
import { toAppError } from '../errors/unexpected.js';
import { inputAtFault } from './input-at-fault.js';
import { refusalStatus } from './negotiation.js';

/** The names that Apollo and graphql-js give to failures before any resolver runs. */
const PROTOCOL_CODES: Readonly<Record<string, ErrorCode>> = {
  GRAPHQL_PARSE_FAILED: 'INVALID_QUERY',
  GRAPHQL_VALIDATION_FAILED: 'INVALID_QUERY',
  OPERATION_RESOLUTION_FAILURE: 'INVALID_QUERY',
  PERSISTED_QUERY_NOT_FOUND: 'PERSISTED_QUERY_NOT_FOUND',
  PERSISTED_QUERY_NOT_SUPPORTED: 'PERSISTED_QUERY_NOT_SUPPORTED',
  BAD_USER_INPUT: 'INVALID_INPUT',
  BAD_REQUEST: 'INVALID_INPUT',
};

/** What Apollo says of persisted queries without a code. */
const PROTOCOL_MESSAGES: Readonly<Record<string, ErrorCode>> = {
  'provided sha does not match query': 'PERSISTED_QUERY_MISMATCH',
  'Unsupported persisted query version': 'PERSISTED_QUERY_NOT_SUPPORTED',
};

/** Locations reported of one error; a field that occurs a thousand times is wrong in each of them. */
const LOCATIONS_MAX = 10;

/** The locations of an error in the query. Tokens know them; the text is not kept (`forgetText` in limits.ts). */
function locationsOf({ nodes, locations }: Partial<GraphQLError>): GraphQLFormattedError['locations'] {
  // Compiled queries make errors without nodes, with the locations of the tokens.
  if (!nodes) return locations?.slice(0, LOCATIONS_MAX);
  return nodes
    .slice(0, LOCATIONS_MAX)
    .flatMap(({ loc }) => (loc ? [{ line: loc.startToken.line, column: loc.startToken.column }] : []));
}

/** The most characters of a message; some hold the whole of what they complain about. */
const MESSAGE_MAX = 1000;

/** A long message is cut in the middle: its ends say what is wrong. */
const shortened = (message: string): string =>
  message.length > MESSAGE_MAX
    ? `${message.slice(0, MESSAGE_MAX / 2)} … ${message.slice(-MESSAGE_MAX / 2)}`
    : message;

/** The error that was thrown: graphql-js and Apollo wrap those of resolvers and plugins. */
const causeOf = (error: unknown): unknown =>
  error instanceof GraphQLError ? (error.originalError ?? error) : error;

/** The code of a failure that graphql-js or Apollo found, and no resolver. */
function protocolCodeOf(error: unknown): ErrorCode | undefined {
  if (!(error instanceof GraphQLError)) return undefined;
  const { code } = error.extensions ?? {};
  // The parser calls itself for what stands inside of something else, and gives up before it has counted the tokens.
  if (code === 'GRAPHQL_PARSE_FAILED' && /call stack/.test(error.message)) return 'QUERY_TOO_COMPLEX';
  const protocolCode = PROTOCOL_CODES[String(code)] ?? PROTOCOL_MESSAGES[error.message];
  if (protocolCode) return protocolCode;
  // A null for a variable that has a default is found where it is used; what a resolver throws is no GraphQLError.
  const itsOwn = !error.originalError || error.originalError instanceof GraphQLError;
  if (error.path) return itsOwn && error.message.startsWith('Argument "') ? 'INVALID_INPUT' : undefined;
  // A variable of the wrong type; a scalar that refuses one may have put a code of its own in its error.
  const ofVariable = error.nodes?.[0]?.kind === Kind.VARIABLE_DEFINITION;
  if (ofVariable || error.originalError instanceof GraphQLError) return 'INVALID_INPUT';
  // An operation that cannot be run at all, such as a subscription, is the client's fault too.
  return error.originalError ? undefined : 'INVALID_QUERY';
}

/**
 * Masks an error: its code, its field, and a message that was meant for the client, in their language. Nothing
 * else does. Messages about the request itself stay as graphql-js and Apollo wrote them.
 */
function clientError(error: unknown, ctx?: RequestContext): GraphQLFormattedError {
  const { message = '', path } = error as Partial<GraphQLError>;
  const locations = locationsOf(error as Partial<GraphQLError>);
  const protocolCode = protocolCodeOf(error);
  if (protocolCode && protocolCode !== 'QUERY_TOO_COMPLEX') {
    const field = error instanceof GraphQLError ? inputAtFault(error) : undefined;
    const extensions = { code: protocolCode, ...(field && { field }) };
    return { message: shortened(message), locations, path, extensions };
  }
  const { code, details } = protocolCode ? new AppError(protocolCode) : toAppError(causeOf(error));
  const extensions = { code, ...details, ...(code === 'INTERNAL' && ctx && { requestId: ctx.requestId }) };
  return { message: messageOf(code, ctx?.client.locale ?? 'en'), locations, path, extensions };
}

/** Masks failures that Apollo finds before it begins with an operation: batches, forms, methods. */
export const formatError = (_formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError =>
  clientError(error);

/** An answer that failed: its errors, and the status and headers that follow from them. */
export interface Failure {
  errors: GraphQLFormattedError[];
  http: HTTPGraphQLHead;
}

/** Logs a failure that is not the client's fault. */
export function report(log: FastifyBaseLogger, failure: unknown, ctx: RequestContext): void {
  if (protocolCodeOf(failure)) return;
  const { path } = failure as Partial<GraphQLError>;
  reportFailure(log, causeOf(failure), { reqId: ctx.requestId, path: path?.join('.') });
}

/** Turns errors into those that the client may see. */
export function failureOf(causes: readonly unknown[], ctx: RequestContext): Failure {
  const http: HTTPGraphQLHead = { status: undefined, headers: new HeaderMap() };
  const errors = causes.map((cause) => {
    const error = clientError(cause, ctx);
    const { code, retryAfter = 1 } = error.extensions ?? {};
    if (code === 'SERVICE_UNAVAILABLE') {
      http.status = HTTP_STATUS.unavailable;
      http.headers.set('retry-after', String(retryAfter));
    }
    return error;
  });
  return { errors, http };
}

/** Logs failures that are not the client's fault, and turns all into errors that the client may see. */
export function tell(log: FastifyBaseLogger, failures: readonly unknown[], ctx: RequestContext): Failure {
  for (const failure of failures) report(log, failure, ctx);
  return failureOf(failures, ctx);
}

/** True for what Apollo says of a request that names no operation as it has to; its status says more than that. */
const isMalformed = (error: GraphQLError): boolean =>
  error.extensions.code === ApolloServerErrorCode.BAD_REQUEST ||
  Boolean(protocolCodeOf(error)?.startsWith('PERSISTED_QUERY'));

/** Explains refusals of Apollo itself. They are the client's fault, though Apollo answers them with 500. */
export const errorsPlugin = (log: FastifyBaseLogger): ApolloServerPlugin<RequestContext> => ({
  async requestDidStart() {
    return {
      async willSendResponse({ errors: refusals, request, response: { body, http }, contextValue }) {
        if (!refusals || body.kind !== 'single') return;
        const { errors, http: head } = tell(log, refusals, contextValue);
        body.singleResult.errors = errors;
        const ours = errors.some(({ extensions }) => extensions?.code === 'INTERNAL');
        const refused = !ours && !refusals.some(isMalformed);
        http.status =
          head.status ?? (refused ? refusalStatus(request.http?.headers.get('accept')) : http.status);
        for (const [name, value] of head.headers) http.headers.set(name, value);
      },
    };
  },
});
