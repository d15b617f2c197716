import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Storage } from '../infra/storage/port.js';
import { MIME_BY_EXTENSION, parseStorageKey } from '../modules/image/image.key.js';

/** Stored files came from users: a browser may show one as a picture and do nothing else with it. */
const HEADERS = {
  'cache-control': 'public, max-age=31536000, immutable',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
  'cross-origin-resource-policy': 'cross-origin',
};

/**
 * `GET` and `HEAD /storage/<key>`, where the key may carry the prefix that a file's node has
 * (`public:2021/01/05/<id>.jpg`). A copy that was never made is the picture itself. Anything else is the app's 404.
 */
export function registerFiles(app: FastifyInstance, storage: Storage): void {
  app.route<{ Params: { '*': string } }>({
    // HEAD is named, because the one that Fastify derives from GET reads the whole file to throw it away.
    method: ['GET', 'HEAD'],
    url: '/storage/*',
    exposeHeadRoute: false,
    handler: (request, reply) => serve(request, reply, storage, request.params['*'].replace(/^public:/, '')),
  });
}

async function serve(
  request: FastifyRequest,
  reply: FastifyReply,
  storage: Storage,
  key: string,
): Promise<FastifyReply> {
  const parsed = parseStorageKey(key);
  const file = parsed && ((await storage.read(key)) ?? (await storage.read(parsed.original ?? '')));
  if (!parsed || !file) {
    reply.callNotFound();
    return reply;
  }

  // A key's content never changes, so the key itself is the validator.
  const etag = parsed.original ? `"${key.slice(key.lastIndexOf('/') + 1)}"` : `"${parsed.id}"`;
  reply.headers({ ...HEADERS, etag });
  const unchanged = matches(request.headers['if-none-match'], etag);
  if (unchanged || request.method === 'HEAD') file.stream.destroy();
  if (unchanged) return reply.code(304).send();

  reply.headers({ 'content-type': MIME_BY_EXTENSION[parsed.extension], 'content-length': file.size });
  return reply.send(request.method === 'HEAD' ? undefined : file.stream);
}

/** If-None-Match compares weakly (RFC 9110 §13.1.2). */
function matches(header: string | undefined, etag: string): boolean {
  if (!header) return false;
  return header.split(',').some((tag) => ['*', etag, `W/${etag}`].includes(tag.trim()));
}
