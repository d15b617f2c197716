import { readFile } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { propertyOf } from '../unknown.js';

/** The directory in which `scripts/build-playground.mjs` leaves the page and its assets. */
const BUILT = join(dirname(findPackageJSON(import.meta.url) as string), 'dist/playground');

/**
 * The page can reach nothing but the gateway that served it. Inline styles are the editor's, which sets them while it
 * runs; it has no inline scripts.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "connect-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': POLICY,
};

/**
 * Serves what the playground's page loads, under `/graphql/assets/`. The names carry a hash, so browsers keep them.
 * The page itself is {@link sendPlayground}'s, because it shares its address with the API.
 */
export function registerPlayground(app: FastifyInstance, options: { directory?: string } = {}): void {
  app.register(fastifyStatic, {
    root: join(options.directory ?? BUILT, 'assets'),
    prefix: '/graphql/assets/',
    decorateReply: false,
    index: false,
    immutable: true,
    maxAge: '1y',
    setHeaders: (reply) => {
      reply.headers(HEADERS);
    },
  });
}

/** True for a request to `/graphql` of a browser that opens the page, and not an operation sent by GET. */
export function isPlaygroundRequest(request: FastifyRequest): boolean {
  const accept = request.headers.accept ?? '';
  return (
    request.method === 'GET' &&
    accept.includes('text/html') &&
    propertyOf(request.query, 'query') === undefined
  );
}

/** Answers with the page; fails when it has not been built. */
export async function sendPlayground(
  reply: FastifyReply,
  options: { directory?: string } = {},
): Promise<FastifyReply> {
  const page = await readFile(join(options.directory ?? BUILT, 'index.html'));
  // The page is always asked for anew: it names the assets of the current build.
  reply.headers({ ...HEADERS, 'cache-control': 'no-cache', vary: 'accept' });
  return reply.type('text/html; charset=utf-8').send(page);
}
