import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '../errors/app-error.js';
import { parseQuery } from './query.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The body as it came, where somebody wants it: null until it is there, undefined where nobody does. */
    keptBody: Buffer | null | undefined;
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

export const notUtf8 = (
  cause: unknown = new TypeError('The request holds text that is not UTF-8.'),
): AppError => new AppError('INVALID_INPUT', {}, { cause: { statusCode: 400, cause } });

/**
 * The text that bytes are in UTF-8, without the mark some editors put in front. Throws INVALID_INPUT for bytes that are
 * not: with characters put instead of them, two different passwords or names would become one.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch (cause) {
    throw notUtf8(cause);
  }
}

export const parseFormBody = (bytes: Uint8Array): unknown => parseQuery(decodeUtf8(bytes));

/** Has the bodies of one media type parsed whole, instead of by whatever parsed them before. */
export function parseBodies(scope: FastifyInstance, type: string, parse: (bytes: Buffer) => unknown): void {
  scope.removeContentTypeParser(type);
  scope.addContentTypeParser(type, { parseAs: 'buffer' }, async (request: FastifyRequest, bytes: Buffer) => {
    if (request.keptBody === null) request.keptBody = bytes;
    return parse(bytes);
  });
}

/** JSON as Fastify parses it, of bytes that have to be UTF-8. */
export function parseJsonStrictly(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes: Buffer, done) =>
    parse(request, decodeUtf8(bytes), done),
  );
}
