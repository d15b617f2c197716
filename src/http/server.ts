import type { IncomingMessage } from 'node:http';
import Fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { Config } from '../config.js';
import type { AppError } from '../errors/app-error.js';
import { toAppError } from '../errors/unexpected.js';
import { rangeMatcher } from '../infra/ip.js';
import { handleClientError } from './client-error.js';
import { ARRIVAL_MS } from './connections.js';
import { loggerOptions, requestId, requestLogger } from './logging.js';
import { parseQuery } from './query.js';

/** Answers a request that reaches no route. */
export type SendUnrouted = (error: AppError, request: FastifyRequest, reply: FastifyReply) => FastifyReply;

/** The way in which paths are compared. */
export const PATHS = { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, maxParamLength: 512 };

/** The URL by which a request is routed, where that is not the one that it came with. */
export type Readdress = (url: string) => string;

/** The HTTP server, without a route. */
export function createHttp(
  config: Config,
  sendUnrouted: SendUnrouted,
  readdress?: Readdress,
): FastifyInstance {
  const http: FastifyInstance = Fastify({
    logger: loggerOptions(config),
    // The line for each request is our own (logging.ts): theirs holds the URL, and with it secrets.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestId,
    childLoggerFactory: requestLogger,
    trustProxy: config.TRUSTED_PROXIES.length > 0 && rangeMatcher(config.TRUSTED_PROXIES),
    bodyLimit: config.BODY_LIMIT_BYTES,
    requestTimeout: ARRIVAL_MS,
    // A request without a host is refused in the envelope of its door (request-head.ts), not without a body.
    http: { maxHeaderSize: 16_384, headersTimeout: 20_000, requireHostHeader: false },
    forceCloseConnections: 'idle',
    // Requests that come while closing are answered by their own door; each is the last on its connection.
    return503OnClosing: false,
    // A URL that cannot be decoded reaches no route, and still comes out in the envelope of its door.
    frameworkErrors: (raw, request, reply) => void sendUnrouted(toAppError(raw), request, reply),
    clientErrorHandler: (error, socket) => void handleClientError(http, error, socket),
    routerOptions: { ...PATHS, querystringParser: parseQuery },
    ...(readdress && { rewriteUrl: ({ url = '' }: IncomingMessage) => readdress(url) }),
  });
  return http;
}
