import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '../errors/app-error.js';
import { Input } from './input.js';

/** Lets the rows of a scope have their bodies as they come, whatever type the client says they are. */
export function takeRawBodies(scope: FastifyInstance): FastifyInstance {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  // A malformed content type would be refused before the parser of all types is asked; none is ever believed.
  scope.addHook('onRequest', async (request) => {
    delete request.raw.headers['content-type'];
  });
  return scope;
}

/** The body as it arrives, which ends in IMAGE_TOO_LARGE with the first chunk beyond the limit. */
async function* bounded(body: Readable, maxBytes: number): AsyncGenerator<Buffer> {
  let size = 0;
  try {
    // Destroying the request would take the connection away from the answer.
    for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) break;
      yield chunk;
    }
  } finally {
    // The rest is read off the wire: a client that still sends would otherwise wait for us, and not see the
    // answer. The time that a request may take limits it.
    body.resume();
  }
  if (size > maxBytes) throw new AppError('IMAGE_TOO_LARGE', { field: 'file' });
}

/**
 * The parameters of path and query, and the body as the file: it is read while the operation asks for it, and never
 * held as a whole here. Throws IMAGE_TOO_LARGE at once when the client says that it has more than `maxBytes`.
 */
export function readRawUpload(request: FastifyRequest, maxBytes: number): Input {
  if (Number(request.headers['content-length']) > maxBytes)
    throw new AppError('IMAGE_TOO_LARGE', { field: 'file' });
  const values = { ...(request.query as object), ...(request.params as object) };
  const { body } = request;
  if (!(body instanceof Readable)) return new Input(values);
  const createReadStream = () => Readable.from(bounded(body, maxBytes), { objectMode: false });
  return new Input(values, { filename: 'body', mimetype: 'application/octet-stream', createReadStream });
}
