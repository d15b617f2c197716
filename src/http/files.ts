import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { MIME_BY_EXTENSION, parseStorageKey } from '../modules/image/image.key.js';
import type { ImageReader } from '../modules/image/image.reader.js';
import type { LeastSize } from '../modules/image/image.size.js';

/** Stored files came from users: a browser may show one as a picture and do nothing else with it. */
const HEADERS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
  'cross-origin-resource-policy': 'cross-origin',
};

const FOR_EVER = 'public, max-age=31536000, immutable';

/** The reader as far as it is needed here. */
type Images = Pick<ImageReader, 'read'>;

/**
 * `GET` and `HEAD /storage/<key>`, where the key may carry the prefix that a file's node has
 * (`public:2021/01/05/<id>.jpg`). With `?w=200&h=200` or `?rule=w_200,h_200`, as ThinkSNS+ clients ask, a copy that is about
 * that large. Anything else is the app's 404.
 */
export function registerFiles(app: FastifyInstance, images: Images): void {
  app.route<{ Params: { '*': string } }>({
    // HEAD is named, because the one that Fastify derives from GET reads the whole file to throw it away.
    method: ['GET', 'HEAD'],
    url: '/storage/*',
    exposeHeadRoute: false,
    handler: (request, reply) => serve(request, reply, images, request.params['*'].replace(/^public:/, '')),
  });
}

const pixelsIn = (text: unknown): number | undefined =>
  typeof text === 'string' && /^\d{1,5}(?:\.\d+)?$/.test(text) ? Number(text) : undefined;

/** The size that a URL asks for. Of what is no number any will do. */
function sizeIn(query: unknown): LeastSize {
  const { rule, w, h } = query as Record<string, unknown>;
  const inRule = (side: string) =>
    typeof rule === 'string' ? new RegExp(`(?:^|[,/])${side}_([\\d.]+)`).exec(rule)?.[1] : undefined;
  return { width: pixelsIn(w ?? inRule('w')), height: pixelsIn(h ?? inRule('h')) };
}

async function serve(
  request: FastifyRequest,
  reply: FastifyReply,
  images: Images,
  key: string,
): Promise<FastifyReply> {
  const file = await images.read(key, sizeIn(request.query));
  const parsed = file && parseStorageKey(file.key);
  if (!parsed) {
    reply.callNotFound();
    return reply;
  }

  // A key's content never changes, so the key itself is the validator.
  const etag = parsed.copyOf ? `"${file.key.slice(file.key.lastIndexOf('/') + 1)}"` : `"${parsed.id}"`;
  reply.headers({ ...HEADERS, 'cache-control': file.lasting ? FOR_EVER : 'no-cache', etag });
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
