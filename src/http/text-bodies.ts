import type { FastifyInstance } from 'fastify';
import { parse as parseJson } from 'secure-json-parse';
import { AppError } from '../errors/app-error.js';
import { parseQuery } from './query.js';

const UTF8 = new TextDecoder('utf-8', { fatal: true });

const malformed = (cause: unknown): AppError =>
  new AppError('INVALID_INPUT', {}, { cause: { statusCode: 400, cause } });

/**
 * The text that bytes are in UTF-8, without the mark some editors put in front. Throws INVALID_INPUT for bytes that are
 * not: with characters put in their place, two different passwords or names would become one.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch (cause) {
    throw malformed(cause);
  }
}

/** A body of JSON. Throws INVALID_INPUT for one that is empty, malformed, or sets the prototype of an object. */
export function parseJsonBody(bytes: Uint8Array): unknown {
  const text = decodeUtf8(bytes);
  if (text === '') throw malformed(new SyntaxError('A body of JSON cannot be empty'));
  try {
    return parseJson(text);
  } catch (cause) {
    throw malformed(cause);
  }
}

export const parseFormBody = (bytes: Uint8Array): unknown => parseQuery(decodeUtf8(bytes));

/** Has the bodies of one media type parsed whole, in the place of whatever parsed them before. */
export function parseBodies(scope: FastifyInstance, type: string, parse: (bytes: Buffer) => unknown): void {
  scope.removeContentTypeParser(type);
  scope.addContentTypeParser(type, { parseAs: 'buffer' }, async (_request: unknown, bytes: Buffer) =>
    parse(bytes),
  );
}
