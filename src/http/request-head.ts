import type { FastifyInstance, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { AppError } from '../errors/app-error.js';
import { toAppError } from '../errors/unexpected.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** True where the body is a file of whatever type it claims to be, and no text in any charset. */
    rawBody?: boolean;
  }
}

/** A name, an IPv4 address or an IPv6 one in brackets, with a port or without. */
const HOST = /^(?:[\w.~-]+|\[[\da-f:.]+\])(?::\d{0,5})?$/i;
const CHARSET = /;\s*charset\s*=\s*"?([^";\s]*)/gi;
/** US-ASCII is a part of UTF-8. */
const CHARSETS_READ = new Set(['utf-8', 'utf8', 'us-ascii', 'ascii']);

/**
 * A refusal that HTTP has a status for; doors without statuses or reasons of their own answer it in words.
 */
const refusal = (statusCode: number, reason: string): AppError =>
  new AppError('INVALID_INPUT', {}, { cause: { statusCode, cause: new TypeError(reason) } });

/** Remembers the findings for the latest texts: nearly all requests bring the same few. */
function remembering(find: (text: string) => boolean): (text: string) => boolean {
  const found = new LRUCache<string, boolean>({ max: 50 });
  return (text) => {
    const known = found.get(text);
    if (known !== undefined) return known;
    const result = find(text);
    found.set(text, result);
    return result;
  };
}

/** True for a text that could be a host that somebody reached us under. */
const isHost = remembering((host) => HOST.test(host) && URL.canParse(`http://${host}`));

/** True where every charset that a content type names is one that is read. */
export const namesReadableCharset = remembering((contentType) =>
  [...contentType.matchAll(CHARSET)].every(([, name = '']) => CHARSETS_READ.has(name.toLowerCase())),
);

/** Node keeps the first of several Host headers and hides the others. */
function countHosts(rawHeaders: readonly string[]): number {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++;
  }
  return hosts;
}

/**
 * Throws INVALID_INPUT for a request whose head leaves open who is asked, or how: a host that is none (RFC 9112 §3.2), an
 * expectation that nobody meets, a coding of the transfer that is not undone.
 */
export function assertAddressed({ headers, host, raw }: FastifyRequest): void {
  const { expect, 'transfer-encoding': transfer } = headers;
  const hosts = countHosts(raw.rawHeaders);
  // An HTTP/1.0 client may send no Host.
  if (hosts > 1 || (hosts === 0 && raw.httpVersion === '1.1'))
    throw refusal(400, 'A request names exactly one host.');
  if ((host !== '' || hosts > 0) && !isHost(host)) throw refusal(400, 'The header Host names no host.');
  if (expect !== undefined && expect.toLowerCase() !== '100-continue')
    throw refusal(417, 'Nothing is expected here but 100-continue.');
  if (transfer !== undefined && transfer.toLowerCase() !== 'chunked')
    throw refusal(415, 'A body in a Transfer-Encoding other than chunked is not read.');
}

/** Throws INVALID_INPUT for a body in a coding or a charset that is not read and would be taken for something else. */
function assertReadable(request: FastifyRequest): void {
  assertAddressed(request);
  const { 'content-type': type, 'content-encoding': coding } = request.headers;
  if (coding !== undefined && coding.toLowerCase() !== 'identity')
    throw refusal(415, 'A body in a Content-Encoding is not read.');
  if (type !== undefined && !request.routeOptions.config?.rawBody && !namesReadableCharset(type))
    throw refusal(415, 'A body in a charset other than UTF-8 is not read.');
}

/** Refuses at every door, and in its envelope, what no door could read. */
export function refuseUnreadableHeads(app: FastifyInstance): void {
  // Node would answer these itself, without a body.
  app.server.on('checkExpectation', (request, response) => app.routing(request, response));
  app.addHook('onRequest', (request, _reply, done) => {
    try {
      assertReadable(request);
      done();
    } catch (error) {
      done(toAppError(error));
    }
  });
}
