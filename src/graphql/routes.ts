import type { ParsedUrlQuery } from 'node:querystring';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { processRequest } from 'graphql-upload-ts';
import type { Config } from '../config.js';
import type { RequestContext } from '../context.js';
import { AppError } from '../errors/app-error.js';
import { toAppError } from '../errors/unexpected.js';
import { holdingBody } from '../http/bodies.js';
import { watchParts } from '../http/parts.js';
import { isDecoded } from '../http/query.js';
import { notUtf8 } from '../http/text-bodies.js';
import { isUnreplaced } from '../text.js';
import { answerByApollo, noteAnswer } from './apollo-request.js';
import { readOperation } from './http-request.js';
import { answerType } from './negotiation.js';
import { isPlaygroundRequest, registerPlayground, sendPlayground } from './playground.js';
import { hasPreflightHeader, isPreflighted } from './preflight.js';
import { LIMITS } from './query-size.js';
import type { GraphqlServer } from './server.js';
import { watchForm } from './upload-form.js';

export interface GraphqlRoutesOptions {
  server: GraphqlServer;
  config: Pick<Config, 'PLAYGROUND' | 'BODY_LIMIT_BYTES' | 'UPLOAD_MAX_BYTES'>;
  /** `ambient`: whether what a browser adds to requests by itself counts. */
  createContext(request: FastifyRequest, ambient: boolean): Promise<RequestContext>;
}

/** The most files of one request; each mutation takes one. */
const FILES_MAX = 5;

/** The error and its causes, from the outside in. */
function causesOf(error: unknown): { message?: unknown; statusCode?: unknown }[] {
  const causes = [];
  for (let one = error; one !== null && typeof one === 'object'; one = (one as Error).cause) causes.push(one);
  return causes;
}

/**
 * A request that cannot be read is answered in the words of the library that refused it, which say what to do
 * about it. Every other failure leaves as it does at every door.
 */
async function explain(error: unknown, _request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const causes = causesOf(error);
  const reason = causes.findLast((one) => one instanceof Error && !(one instanceof AppError));
  const { code } = toAppError(error);
  if (code !== 'INVALID_INPUT' || !reason) throw error;
  const status = causes.find(({ statusCode }) => statusCode !== undefined)?.statusCode ?? 400;
  return reply.code(Number(status)).send({ errors: [{ message: reason.message, extensions: { code } }] });
}

/** Answers 405 to other methods. */
const refuseMethod = async (_request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
  reply
    .code(405)
    .header('allow', 'GET, POST')
    .send({
      errors: [
        { message: 'GraphQL supports only GET and POST requests.', extensions: { code: 'INVALID_INPUT' } },
      ],
    });

/**
 * Reads an upload form into the request's body. One without a header that makes a browser ask first is left to Apollo,
 * which refuses it (CSRF prevention): nothing of it has to be read for that.
 */
function formReader({ UPLOAD_MAX_BYTES }: GraphqlRoutesOptions['config'], maxFieldSize: number) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (!/^multipart\/form-data\b/i.test(request.headers['content-type'] ?? '')) return;
    if (!hasPreflightHeader(request)) return;
    const isReadable = watchParts(request);
    watchForm(request.raw);
    request.body = await processRequest(request.raw, reply.raw, {
      maxFieldSize,
      maxFileSize: UPLOAD_MAX_BYTES + 1,
      maxFiles: FILES_MAX,
    }).catch((error) => {
      throw new AppError('INVALID_INPUT', {}, { cause: error });
    });
    if (!isReadable() || !isUnreplaced(request.body)) throw notUtf8();
  };
}

/** What is compiled is run at once; Apollo reads, runs or refuses everything else. */
function answerer({ server, createContext }: GraphqlRoutesOptions) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    // Made before Apollo sees the request: a failure here leaves like every other, with the request's id.
    const context = await createContext(request, isPreflighted(request));
    const type = answerType(request.headers.accept);
    const asked = type === undefined ? undefined : readOperation(request);
    const answer = asked && (await server.answerCompiled(asked, context));
    if (!answer || type === undefined) return answerByApollo(server.apollo, request, reply, context);
    const { http, errors, data } = answer;
    noteAnswer(request, context, errors);
    if (http) reply.code(http.status ?? 200).headers(Object.fromEntries(http.headers));
    return reply.type(type).send(`${JSON.stringify({ errors, data })}\n`);
  };
}

/** `POST /graphql`, GET for queries, multipart for uploads, and for a browser's GET the playground. */
export async function registerGraphql(app: FastifyInstance, options: GraphqlRoutesOptions): Promise<void> {
  const { config } = options;
  const answer = answerer(options);
  const bodyLimit = Math.min(config.BODY_LIMIT_BYTES, LIMITS.body);
  if (config.PLAYGROUND) await registerPlayground(app);
  await app.register(async (scope) => {
    scope.setErrorHandler(explain);
    // Apollo says what to do instead of sending other types, or none.
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    scope.route({
      method: 'POST',
      url: '/graphql',
      config: { door: 'graphql' },
      bodyLimit,
      preHandler: formReader(config, bodyLimit),
      handler: (request, reply) => holdingBody(request, () => answer(request, reply)),
    });
    const others = ['PUT', 'PATCH', 'DELETE'];
    scope.route({
      method: others,
      url: '/graphql',
      config: { door: 'graphql' },
      onRequest: refuseMethod,
      handler: refuseMethod,
    });
    scope.get('/graphql', { config: { door: 'graphql' } }, async (request, reply) => {
      if (config.PLAYGROUND && isPlaygroundRequest(request)) return sendPlayground(reply);
      // Apollo reads the URL by itself, and would replace such bytes by other characters.
      if (!isDecoded(request.query as ParsedUrlQuery)) throw notUtf8();
      return answer(request, reply);
    });
  });
}
