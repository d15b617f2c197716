import { randomUUID } from 'node:crypto';
import type { FastifyBaseLogger, FastifyInstance, FastifyServerOptions } from 'fastify';
import { pino } from 'pino';
import type { Config } from '../config.js';
import type { Viewer } from '../context.js';
import type { Door } from '../door.js';
import { propertyOf } from '../unknown.js';
import './client-ip.js';
import { noteOf } from './note.js';
import { isShadow } from './shadow.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The caller, for the log; null for anonymous calls and before it is known. */
    viewer: Viewer | null;
    /** The old server that it is for, even where it is refused on its way; null for what the gateway answers itself. */
    passed: { door: Door | undefined; upstream: string } | null;
  }
}

/** Keys whose values never reach the log, wherever they stand in what is logged. */
const SECRET_KEYS = [
  'password',
  'oldPassword',
  'passwordHash',
  'code',
  'sms_code',
  'verifycode',
  'token',
  'auth_token',
  'accessToken',
  'authorization',
  'cookie',
  'sign',
  'secret',
  'idNumber',
  'phone',
  'email',
  'account',
  'parameters',
  'params',
  'query',
];

/** The class of SQLSTATE whose messages quote the value at fault. */
const DATA_EXCEPTION = /^22[0-9A-Z]{3}$/;

/** Errors of the database quote the statement, the row and its values; what is left says what kind of failure it was. */
function harmlessMessage(message: string, code: unknown): string {
  if (DATA_EXCEPTION.test(String(code))) return '';
  const [firstLine = ''] = message.split('\n');
  const quotesSql = /\b(select|insert|update|delete|with)\b/i.test(firstLine);
  return quotesSql ? (firstLine.split(' - ').at(-1) ?? '') : firstLine;
}

function serializeError({ name, message, code, stack }: Error & { code?: unknown }) {
  return {
    type: name,
    reason: code,
    message: harmlessMessage(message, code),
    stack: (stack ?? '')
      .split('\n')
      .filter((line) => /^\s+at /.test(line))
      .join('\n'),
  };
}

/** Lines are written together, up to this many bytes or ms later; pino writes the rest when the process ends. */
const BUFFER_BYTES = 4096;
const FLUSH_MS = 100;

export function loggerOptions(config: Pick<Config, 'LOG_LEVEL'>): FastifyServerOptions['logger'] {
  const paths = SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);
  return {
    level: config.LOG_LEVEL,
    redact: { paths, censor: '[redacted]' },
    serializers: { err: serializeError },
    mixin: (_fields, _level, log) => ({ reqId: propertyOf(log, 'reqId') }),
    stream: pino.destination({ sync: false, minLength: BUFFER_BYTES, periodicFlush: FLUSH_MS }),
  };
}

interface RequestLogger extends FastifyBaseLogger {
  /** The id of the request, written with each line. */
  reqId: unknown;
}

/**
 * The log of one request. A child of pino's looks for what has to be hidden in its bindings when it is made, which would
 * cost each request more than the rest of the log does. Options of a route's log are not read.
 */
export const requestLogger = (log: FastifyBaseLogger, { reqId }: Record<string, unknown>): RequestLogger =>
  Object.assign(Object.create(log), { reqId });

/** An id a proxy gave the request is kept if it is harmless; it goes back in every answer. */
export function requestId(request: { headers: Record<string, string | string[] | undefined> }): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w-]{8,64}$/.test(given) ? given : randomUUID();
}

/** One line for each request: the route as written in the code, never the URL, which may hold anything; door, operation, code. */
export function registerRequestLog(app: FastifyInstance): void {
  app.decorateRequest('viewer', null);
  app.decorateRequest('passed', null);
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  // Lines of this log hold nothing that had to be looked for and hidden.
  const log = app.log.child({}, { redact: [] });
  app.addHook('onResponse', (request, reply, done) => {
    if (isShadow()) return done();
    log.info(
      {
        reqId: request.id,
        method: request.method,
        route: request.routeOptions.url ?? 'unknown',
        ...noteOf(request, reply),
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        ip: request.clientIp,
        userId: request.viewer?.userId,
        ...request.passed,
      },
      'request',
    );
    done();
  });
}
