import type { FastifyError, FastifyInstance } from 'fastify';
import { AppError, messageOf } from '../errors/app-error.js';
import { toAppError } from '../errors/unexpected.js';

/** Failures of HTTP itself (bad JSON, too large a body, an unknown media type) as one of the closed list. */
export function httpError(error: FastifyError | AppError | Error): AppError {
  const status = (error as FastifyError).statusCode;
  if (!(error instanceof AppError) && status !== undefined && status >= 400 && status < 500) {
    return new AppError('INVALID_INPUT', {}, { cause: error });
  }
  return toAppError(error);
}

/** The status to answer with where the door uses real ones. */
export function statusOf(error: AppError, cause: unknown = error.cause): number {
  const status = (cause as FastifyError | undefined)?.statusCode;
  if (status !== undefined && status >= 400 && status < 500) return status;
  const byKind: Partial<Record<AppError['kind'], number>> = {
    input: 400,
    not_found: 404,
    unauthenticated: 401,
    forbidden: 403,
    rate: 429,
    unavailable: 503,
    internal: 500,
  };
  return byKind[error.kind] ?? 400;
}

/** What comes out where no dialect speaks: GraphQL's shape, under every path that is nobody's. */
export function registerErrorHandlers(app: FastifyInstance): void {
  app.setErrorHandler(async (raw: FastifyError, request, reply) => {
    const error = httpError(raw);
    if (error.code === 'INTERNAL') request.log.error({ err: raw }, 'unexpected error');
    if (error.details.retryAfter) reply.header('retry-after', String(error.details.retryAfter));
    const requestId = error.code === 'INTERNAL' ? { requestId: request.id } : {};
    const extensions = { code: error.code, ...error.details, ...requestId };
    return reply
      .code(statusOf(error))
      .send({ errors: [{ message: messageOf(error.code, 'en'), extensions }] });
  });
  app.setNotFoundHandler(async (_request, reply) =>
    reply
      .code(404)
      .send({ errors: [{ message: messageOf('NOT_FOUND', 'en'), extensions: { code: 'NOT_FOUND' } }] }),
  );
}
