import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError, messageOf } from '../errors/app-error.js';
import { HTTP_STATUS } from '../errors/http-status.js';
import { reportFailure } from '../errors/report.js';
import { toAppError } from '../errors/unexpected.js';
import { propertyOf } from '../unknown.js';
import { localeOf } from './context-factory.js';
import { noteOn } from './note.js';
import type { SendUnrouted } from './server.js';

/** A failure found by HTTP itself keeps its status (413, 415, …). */
export function statusOf({ cause, kind }: AppError): number {
  const found = propertyOf(cause, 'statusCode');
  return typeof found === 'number' && found >= 400 && found < 500 ? found : HTTP_STATUS[kind];
}

/**
 * Answers in GraphQL's shape, under every path that belongs to no dialect.
 * @param links what is where, for a request that has lost its way.
 */
export function sendError(
  error: AppError,
  request: FastifyRequest,
  reply: FastifyReply,
  links?: Readonly<Record<string, string>>,
): FastifyReply {
  noteOn(request).code = error.code;
  const requestId = error.code === 'INTERNAL' ? { requestId: request.id } : {};
  const extensions = { code: error.code, ...error.details, ...requestId };
  const message = messageOf(error.code, localeOf(request.headers['accept-language']));
  if (error.details.retryAfter) reply.header('retry-after', String(error.details.retryAfter));
  const errors = [{ message, extensions }];
  return reply.code(statusOf(error)).send({ errors, ...(links && { extensions: { links } }) });
}

/** Sets the error handlers; `send` answers whatever reaches no route. */
export function registerErrorHandlers(app: FastifyInstance, send: SendUnrouted = sendError): void {
  app.setErrorHandler(async (raw: FastifyError, request, reply) => {
    reportFailure(request.log, raw);
    return send(toAppError(raw), request, reply);
  });
  app.setNotFoundHandler(async (request, reply) => send(new AppError('NOT_FOUND'), request, reply));
}
