import type { IncomingMessage, ServerResponse } from 'node:http';
import cookie from '@fastify/cookie';
import cors from '@fastify/cors';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import helmet, { type HelmetOptions } from 'helmet';
import type { Config } from '../config.js';
import { AppError } from '../errors/app-error.js';
import { sourceOf } from '../infra/ip.js';
import { registerClientIp } from './client-ip.js';

const HELMET: HelmetOptions = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  },
  // Answers are read by apps of other origins; CORS says which.
  crossOriginResourcePolicy: { policy: 'cross-origin' },
  // What browsers no longer read, or what says nothing of an API (docs/decisions.md).
  originAgentCluster: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
};

/** The headers that helmet gives every answer. They are the same each time, so it is asked once. */
function helmetHeaders(): Record<string, string> {
  const headers: Record<string, string> = {};
  const response = {
    setHeader: (name: string, value: string) => {
      headers[name.toLowerCase()] = value;
    },
    removeHeader: () => undefined,
  } as unknown as ServerResponse;
  helmet(HELMET)({} as IncomingMessage, response, (error) => {
    if (error) throw error;
  });
  return headers;
}

const isPreflight = ({ headers }: FastifyRequest): boolean =>
  headers.origin !== undefined && headers['access-control-request-method'] !== undefined;

/** What holds for every request, whatever its door. */
export async function registerSecurity(
  app: FastifyInstance,
  config: Pick<Config, 'CORS_ORIGINS' | 'RATE_LIMIT' | 'RATE_LIMIT_PER_MINUTE' | 'TRUSTED_PROXIES'>,
): Promise<void> {
  registerClientIp(app, config);
  // Answers belong to who asked; what may be kept says so itself.
  const headers = { ...helmetHeaders(), 'cache-control': 'no-store' };
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers);
    done();
  });
  app.addHook('onRequest', (request, reply, done) => {
    // The CORS plugin would answer in plain text what no browser asked before a call of another origin.
    if (request.method === 'OPTIONS' && !isPreflight(request)) reply.callNotFound();
    else done();
  });
  await app.register(cors, {
    origin: config.CORS_ORIGINS,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: ['x-request-id', 'retry-after', 'x-ratelimit-limit', 'x-ratelimit-remaining'],
    credentials: true,
    maxAge: 600,
  });
  await app.register(cookie);
  if (!config.RATE_LIMIT) return;
  await app.register(rateLimit, {
    global: false,
    max: config.RATE_LIMIT_PER_MINUTE,
    timeWindow: 60_000,
    allowList: ({ routeOptions }) => routeOptions.config?.rateLimit === false,
    keyGenerator: (request) => sourceOf(request.clientIp),
    errorResponseBuilder: (_request, { ttl }) =>
      new AppError('RATE_LIMITED', { retryAfter: Math.ceil(ttl / 1000) }),
  });
  // For the whole app, not route by route: requests for what is nowhere count as well.
  app.addHook('onRequest', app.rateLimit());
}
