import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config.js';
import { type AppError, messageOf } from '../errors/app-error.js';
import { reportFailure } from '../errors/report.js';
import { toAppError } from '../errors/unexpected.js';
import type { IntrospectionService } from '../modules/openapp/introspection.service.js';
import type { AppCredentials } from '../modules/openapp/open-app.service.js';
import type { LiveSession } from '../modules/session/session.repository.js';
import { INTEGER_MAX } from '../numbers.js';
import { propertyOf } from '../unknown.js';
import type { ContextFactory } from './context-factory.js';
import { statusOf } from './errors.js';
import { parseBodies, parseFormBody } from './text-bodies.js';

const PATH = '/oauth/introspect';

/** Bytes of a request: the longest token, encoded, and hints. */
const BODY_MAX = 8192;

const FORM = 'application/x-www-form-urlencoded';

/** The app of a header by Basic; null without any header, and no app's for one that cannot be read. */
function credentialsOf({ headers: { authorization } }: FastifyRequest): AppCredentials | null {
  if (authorization === undefined) return null;
  const encoded = /^Basic +([\w+/-]+=*)$/i.exec(authorization)?.[1] ?? '';
  const [, id = '', secret = ''] = /^(\d{1,10}):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? [];
  return { id: Number(id) <= INTEGER_MAX ? Number(id) : 0, secret };
}

const seconds = (time: Date): number => Math.floor(time.getTime() / 1000);

/** The words of RFC 7662; `abilities` and `legacy_ids` are ours. */
function viewOf(session: LiveSession | null): object {
  if (!session) return { active: false };
  const { userId, name, createdAt, expiresAt, abilities, legacyIds } = session;
  // Names of systems have no colon; ids may.
  const pairs = legacyIds.map((one) => [one.slice(0, one.indexOf(':')), one.slice(one.indexOf(':') + 1)]);
  return {
    active: true,
    sub: String(userId),
    username: name,
    exp: seconds(expiresAt),
    iat: seconds(createdAt),
    abilities,
    legacy_ids: Object.fromEntries(pairs),
  };
}

/** The words of OAuth (RFC 6749) for what went wrong. */
function errorOf({ kind }: AppError): string {
  if (kind === 'internal') return 'server_error';
  return kind === 'rate' || kind === 'unavailable' ? 'temporarily_unavailable' : 'invalid_request';
}

const send = (reply: FastifyReply, status: number, error: string, description: string): FastifyReply =>
  reply.code(status).send({ error, error_description: description });

async function explain(raw: unknown, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  reportFailure(request.log, raw);
  const error = toAppError(raw);
  if (error.details.retryAfter) reply.header('retry-after', String(error.details.retryAfter));
  return send(reply, statusOf(error), errorOf(error), messageOf(error.code, 'en'));
}

/**
 * `POST /oauth/introspect` (RFC 7662): another server asks whose a token is, with an open app's id and secret by HTTP Basic.
 * It may ask as often as it has to, so that only who is refused is counted by the limit of requests.
 */
export async function registerIntrospection(
  http: FastifyInstance,
  { RATE_LIMIT }: Pick<Config, 'RATE_LIMIT'>,
  introspection: Pick<IntrospectionService, 'inquirerOf' | 'find'>,
  createContext: ContextFactory,
): Promise<void> {
  const countRefusal = RATE_LIMIT ? http.createRateLimit({ allowList: [] }) : undefined;

  const refuse = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const counted = await countRefusal?.(request);
    if (counted && !counted.isAllowed && counted.isExceeded) {
      reply.header('retry-after', String(counted.ttlInSeconds));
      return send(reply, 429, 'temporarily_unavailable', messageOf('RATE_LIMITED', 'en'));
    }
    reply.header('www-authenticate', 'Basic realm="introspection", charset="UTF-8"');
    return send(reply, 401, 'invalid_client', 'No app has this id and secret, or it may not call.');
  };

  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const ctx = await createContext(request, { door: 'open', canShowCaptcha: false, token: undefined });
    const inquirer = await introspection.inquirerOf(ctx, credentialsOf(request));
    if (inquirer === null) return refuse(request, reply);
    const token = propertyOf(request.body, 'token');
    if (typeof token !== 'string' || token === '')
      return send(reply, 400, 'invalid_request', 'The form has to have one token.');
    return reply.send(viewOf(await introspection.find(ctx, inquirer, token)));
  };

  await http.register(async (scope) => {
    scope.setErrorHandler(explain);
    scope.removeAllContentTypeParsers();
    parseBodies(scope, FORM, parseFormBody);
    scope.post(PATH, { bodyLimit: BODY_MAX, config: { rateLimit: false } }, answer);
    scope.route({
      method: ['GET', 'PUT', 'PATCH', 'DELETE'],
      url: PATH,
      handler: async (_request, reply) =>
        send(reply.header('allow', 'POST'), 405, 'invalid_request', 'Tokens are asked about by POST.'),
    });
  });
}
