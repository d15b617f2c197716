import type { ApolloServerPlugin } from '@apollo/server';
import type { FastifyBaseLogger } from 'fastify';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { RequestContext } from '../context.js';
import { isErrorCode, messageOf } from '../errors/app-error.js';
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
function locationsOf(
  error: unknown,
  { locations }: GraphQLFormattedError,
): GraphQLFormattedError['locations'] {
  if (!(error instanceof GraphQLError) || !error.nodes) return locations;
  return error.nodes
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

/** Answers whose message is graphql-js's or Apollo's: they say what is wrong with a request better than we could. */
const explained = new WeakSet<GraphQLFormattedError>();

/** What was thrown: graphql-js and Apollo wrap the errors of resolvers, and those of plugins, which have no path. */
const causeOf = (error: unknown): unknown =>
  error instanceof GraphQLError ? (error.originalError ?? error) : error;

/** The code of a failure that graphql-js or Apollo found, and no resolver. */
function protocolCodeOf(error: unknown, { code }: { code?: unknown } = {}): ErrorCode | undefined {
  // The parser calls itself for what stands inside of something else, and gives up before it has counted the tokens.
  const tooDeep = code === 'GRAPHQL_PARSE_FAILED' && /call stack/.test(String((error as Error).message));
  if (tooDeep) return 'QUERY_TOO_COMPLEX';
  const protocolCode = PROTOCOL_CODES[String(code)];
  if (protocolCode || !(error instanceof GraphQLError)) return protocolCode;
  // A null for a variable that has a default is found where it is used; what a resolver throws is no GraphQLError.
  const itsOwn = !error.originalError || error.originalError instanceof GraphQLError;
  if (error.path) return itsOwn && error.message.startsWith('Argument "') ? 'INVALID_INPUT' : undefined;
  // A scalar that refuses a variable may have put a code of its own in the place of Apollo's.
  if (error.originalError instanceof GraphQLError) return 'INVALID_INPUT';
  // An operation that cannot be run at all, such as a subscription.
  return error.originalError ? undefined : 'INVALID_QUERY';
}

/** One place where errors are masked: a code, its field, and a message that was meant for the client. */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const protocolCode = protocolCodeOf(error, formatted.extensions);
  const locations = locationsOf(error, formatted);
  if (protocolCode) {
    const message = shortened(formatted.message);
    const answer = { ...formatted, message, locations, extensions: { code: protocolCode } };
    if (protocolCode !== 'QUERY_TOO_COMPLEX') explained.add(answer);
    return answer;
  }
  const { code, details, message } = toAppError(causeOf(error));
  return { message, locations, path: formatted.path, extensions: { code, ...details } };
}

/** Speaks the caller's language, adds the request id to what cannot be explained, and logs it. */
export const errorsPlugin = (log: FastifyBaseLogger): ApolloServerPlugin<RequestContext> => ({
  async requestDidStart() {
    return {
      async didEncounterErrors({ errors, contextValue }) {
        for (const error of errors) {
          if (protocolCodeOf(error, error.extensions)) continue;
          const details = { reqId: contextValue.requestId, path: error.path?.join('.') };
          reportFailure(log, causeOf(error), details);
        }
      },
      async willSendResponse({ response, contextValue }) {
        if (response.body.kind !== 'single') return;
        for (const error of response.body.singleResult.errors ?? []) {
          const { code } = error.extensions ?? {};
          if (!isErrorCode(code)) continue;
          const extensions = { ...error.extensions };
          if (code === 'INTERNAL') extensions.requestId = contextValue.requestId;
          const { message } = error;
          const translated = explained.has(error) ? message : messageOf(code, contextValue.client.locale);
          Object.assign(error, { message: translated, extensions });
          // What is refused before any resolver runs is the client's fault, and Apollo thinks it ours.
          if (response.http.status === 500 && code !== 'INTERNAL') response.http.status = HTTP_STATUS.input;
          if (code === 'SERVICE_UNAVAILABLE') {
            response.http.status = HTTP_STATUS.unavailable;
            response.http.headers.set('retry-after', String(error.extensions?.retryAfter ?? 1));
          }
        }
      },
    };
  },
});
