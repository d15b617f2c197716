import cookie from '@fastify/cookie';
import cors from '@fastify/cors';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config.js';
import { AppError } from '../errors/app-error.js';
import { sourceOf } from '../infra/ip.js';
import { registerClientIp } from './client-ip.js';
import { isShadow } from './shadow.js';

/** Every answer has them, unless it says otherwise (docs/decisions.md). */
const HEADERS = {
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  // Answers are read by apps of other origins; CORS says which.
  'cross-origin-resource-policy': 'cross-origin',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'SAMEORIGIN',
  // Answers belong to who asked; what may be kept says so itself.
  'cache-control': 'no-store',
};

/** Where front ends run while they are made: the scheme and host of every development server. */
const DEVELOPMENT_ORIGIN = /^http:\/\/(?:localhost|127\.0\.0\.1)(?::\d{1,5})?$/;

/** What requests are handed to that this gateway does not answer itself. */
export interface Elsewhere {
  takes(request: FastifyRequest): boolean;
  /** Answers a request that it takes, or throws. */
  answer(request: FastifyRequest, reply: FastifyReply): Promise<void>;
}

export const isPreflight = ({ headers }: FastifyRequest): boolean =>
  headers.origin !== undefined && headers['access-control-request-method'] !== undefined;

type SecurityConfig = Pick<
  Config,
  'CORS_ORIGINS' | 'RATE_LIMIT' | 'RATE_LIMIT_PER_MINUTE' | 'TRUSTED_PROXIES' | 'production'
>;

/** The limit of requests from one address; null where it is off. */
async function registerRateLimit(app: FastifyInstance, config: SecurityConfig) {
  if (!config.RATE_LIMIT) return null;
  await app.register(rateLimit, {
    global: false,
    max: config.RATE_LIMIT_PER_MINUTE,
    timeWindow: 60_000,
    allowList: ({ routeOptions }) => isShadow() || routeOptions.config?.rateLimit === false,
    keyGenerator: (request) => sourceOf(request.clientIp),
    errorResponseBuilder: (_request, { ttl }) =>
      new AppError('RATE_LIMITED', { retryAfter: Math.ceil(ttl / 1000) }),
  });
  return app.rateLimit();
}

/**
 * Registers the rules for every request, whatever its door. What is answered elsewhere is limited as everything is, and
 * then has its rules there, those of CORS included.
 */
export async function registerSecurity(
  app: FastifyInstance,
  config: SecurityConfig,
  elsewhere?: Elsewhere,
): Promise<void> {
  registerClientIp(app, config);
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(HEADERS);
    done();
  });
  await app.register(cookie);
  const limit = await registerRateLimit(app, config);
  if (elsewhere) {
    const pass = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
      await limit?.call(app, request, reply);
      await elsewhere.answer(request, reply);
    };
    app.addHook('onRequest', (request, reply, done) => {
      if (elsewhere.takes(request)) pass(request, reply).catch(done);
      else done();
    });
  }
  app.addHook('onRequest', (request, reply, done) => {
    // The CORS plugin would answer in plain text what no browser asked before a call of another origin.
    if (request.method === 'OPTIONS' && !isPreflight(request)) reply.callNotFound();
    else done();
  });
  await app.register(cors, {
    origin: config.production ? config.CORS_ORIGINS : [...config.CORS_ORIGINS, DEVELOPMENT_ORIGIN],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: [
      'x-request-id',
      'retry-after',
      'x-ratelimit-limit',
      'x-ratelimit-remaining',
      'deprecation',
      'sunset',
      'link',
    ],
    credentials: true,
    maxAge: 600,
  });
  // The limit is the whole app's, not each route's: requests that reach no route count as well.
  if (limit) app.addHook('onRequest', limit);
}
