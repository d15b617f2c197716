import { type ApolloServerPlugin, HeaderMap, type HTTPGraphQLHead } from '@apollo/server';
import type { FastifyBaseLogger } from 'fastify';
import { GraphQLError, type GraphQLFormattedError, Kind } from 'graphql';
import type { RequestContext } from '../context.js';
import { AppError, messageOf } from '../errors/app-error.js';
import type { ErrorCode } from '../errors/codes.js';
import { HTTP_STATUS } from '../errors/http-status.js';
import { reportFailure } from '../errors/report.js';
import { toAppError } from '../errors/unexpected.js';

/** What Apollo and graphql-js call the failures they find before any resolver runs. */
const PROTOCOL_CODES: Readonly<Record<string, ErrorCode>> = {
  GRAPHQL_PARSE_FAILED: 'INVALID_QUERY',
  GRAPHQL_VALIDATION_FAILED: 'INVALID_QUERY',
  OPERATION_RESOLUTION_FAILURE: 'INVALID_QUERY',
  PERSISTED_QUERY_NOT_SUPPORTED: 'INVALID_QUERY',
  BAD_USER_INPUT: 'INVALID_INPUT',
  BAD_REQUEST: 'INVALID_INPUT',
};

/** Places that are told of one error; a field that stands there a thousand times is wrong in each of them. */
const LOCATIONS_MAX = 10;

/** Where in the query an error is: its tokens know, and the text is not kept (`forgetText` in limits.ts). */
function locationsOf({ nodes, locations }: Partial<GraphQLError>): GraphQLFormattedError['locations'] {
  // Compiled queries make errors without nodes, with the places of the tokens.
  if (!nodes) return locations?.slice(0, LOCATIONS_MAX);
  return nodes
    .slice(0, LOCATIONS_MAX)
    .flatMap(({ loc }) => (loc ? [{ line: loc.startToken.line, column: loc.startToken.column }] : []));
}

/** Characters of a message; some hold the whole of what they complain about. */
const MESSAGE_MAX = 1000;

/** What is too long is cut in the middle: what is wrong stands at one of its ends. */
const shortened = (message: string): string =>
  message.length > MESSAGE_MAX
    ? `${message.slice(0, MESSAGE_MAX / 2)} … ${message.slice(-MESSAGE_MAX / 2)}`
    : message;

/** What was thrown: graphql-js and Apollo wrap the errors of resolvers, and those of plugins, which have no path. */
const causeOf = (error: unknown): unknown =>
  error instanceof GraphQLError ? (error.originalError ?? error) : error;

/** The code of a failure that graphql-js or Apollo found, and no resolver. */
function protocolCodeOf(error: unknown): ErrorCode | undefined {
  if (!(error instanceof GraphQLError)) return undefined;
  const { code } = error.extensions ?? {};
  // The parser calls itself for what stands inside of something else, and gives up before it has counted the tokens.
  if (code === 'GRAPHQL_PARSE_FAILED' && /call stack/.test(error.message)) return 'QUERY_TOO_COMPLEX';
  const protocolCode = PROTOCOL_CODES[String(code)];
  if (protocolCode) return protocolCode;
  // A null for a variable that has a default is found where it is used; what a resolver throws is no GraphQLError.
  const itsOwn = !error.originalError || error.originalError instanceof GraphQLError;
  if (error.path) return itsOwn && error.message.startsWith('Argument "') ? 'INVALID_INPUT' : undefined;
  // A variable of the wrong type; a scalar that refuses one may have put a code of its own in its error.
  const ofVariable = error.nodes?.[0]?.kind === Kind.VARIABLE_DEFINITION;
  if (ofVariable || error.originalError instanceof GraphQLError) return 'INVALID_INPUT';
  // An operation that cannot be run at all, such as a subscription.
  return error.originalError ? undefined : 'INVALID_QUERY';
}

/**
 * The one place where errors are masked: a code, its field, and a message that was meant for the client, in their
 * language. What is wrong with a request, graphql-js and Apollo say better than we could.
 */
function clientError(error: unknown, ctx?: RequestContext): GraphQLFormattedError {
  const { message = '', path } = error as Partial<GraphQLError>;
  const locations = locationsOf(error as Partial<GraphQLError>);
  const protocolCode = protocolCodeOf(error);
  if (protocolCode && protocolCode !== 'QUERY_TOO_COMPLEX')
    return { message: shortened(message), locations, path, extensions: { code: protocolCode } };
  const { code, details } = protocolCode ? new AppError(protocolCode) : toAppError(causeOf(error));
  const extensions = { code, ...details, ...(code === 'INTERNAL' && ctx && { requestId: ctx.requestId }) };
  return { message: messageOf(code, ctx?.client.locale ?? 'en'), locations, path, extensions };
}

/** For the failures that Apollo finds before there is an operation: batches, forms, methods. */
export const formatError = (_formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError =>
  clientError(error);

/** What a client is told of failures: the errors, and a head that is not that of an answer without any. */
export interface Failure {
  errors: GraphQLFormattedError[];
  http: HTTPGraphQLHead;
}

/** Tells the operator what went wrong that is not the client's fault, and the client what they may know of it. */
export function tell(log: FastifyBaseLogger, failures: readonly unknown[], ctx: RequestContext): Failure {
  const http: HTTPGraphQLHead = { status: undefined, headers: new HeaderMap() };
  const errors = failures.map((failure) => {
    const error = clientError(failure, ctx);
    if (!protocolCodeOf(failure))
      reportFailure(log, causeOf(failure), { reqId: ctx.requestId, path: error.path?.join('.') });
    const { code, retryAfter = 1 } = error.extensions ?? {};
    if (code === 'SERVICE_UNAVAILABLE') {
      http.status = HTTP_STATUS.unavailable;
      http.headers.set('retry-after', String(retryAfter));
    }
    return error;
  });
  return { errors, http };
}

/** Tells what Apollo itself refuses, which is the client's fault, and Apollo thinks it ours. */
export const errorsPlugin = (log: FastifyBaseLogger): ApolloServerPlugin<RequestContext> => ({
  async requestDidStart() {
    return {
      async willSendResponse({ errors: refusals, response: { body, http }, contextValue }) {
        if (!refusals || body.kind !== 'single') return;
        const { errors, http: head } = tell(log, refusals, contextValue);
        body.singleResult.errors = errors;
        const ours = errors.some(({ extensions }) => extensions?.code === 'INTERNAL');
        http.status = head.status ?? (http.status === 500 && !ours ? HTTP_STATUS.input : http.status);
        for (const [name, value] of head.headers) http.headers.set(name, value);
      },
    };
  },
});
