import type { ApolloServer } from '@apollo/server';
import formbody from '@fastify/formbody';
import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { Config } from '../config.js';
import type { RequestContext } from '../context.js';
import { AppError, isErrorCode } from '../errors/app-error.js';
import { reportFailure } from '../errors/report.js';
import { toAppError } from '../errors/unexpected.js';
import type { ContextFactory } from '../http/context-factory.js';
import { setCookie } from '../http/cookies.js';
import { parseQuery } from '../http/query.js';
import { assertSameSite } from '../http/same-site.js';
import { type Data, type Dialect, meaningOf, type Reply, type Route } from './dialect.js';
import type { Input } from './input.js';
import { loadOperations, type Operations } from './operations.js';
import { streamPages } from './pages.js';
import { readRawUpload, takeRawBodies } from './raw-upload.js';
import { readInput } from './read-input.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The row of a dialect that a request reached. */
    row?: Route;
  }
}

export interface Engine {
  server: ApolloServer<RequestContext>;
  schema: GraphQLSchema;
  createContext: ContextFactory;
  config: Pick<
    Config,
    'BODY_LIMIT_BYTES' | 'UPLOAD_MAX_BYTES' | 'CORS_ORIGINS' | 'MEMBER_HOME_URL' | 'production'
  >;
}

/** Fields a form may have, and the size of each in bytes. */
const FORM_LIMITS = { fields: 50, fieldSize: 65_536, files: 1, parts: 60 };

/** Runs an operation through the same pipeline as `/graphql`. Throws what it answered as an error. */
async function execute(
  engine: Engine,
  operations: Operations,
  operationName: string,
  variables: Record<string, unknown>,
  contextValue: RequestContext,
): Promise<Data> {
  const { body } = await engine.server.executeOperation(
    { query: operations.get(operationName) ?? '', operationName, variables },
    { contextValue },
  );
  if (body.kind !== 'single') throw new AppError('INTERNAL');
  const { data, errors } = body.singleResult;
  const [error] = errors ?? [];
  if (!error) return data;
  const { code, ...details } = error.extensions ?? {};
  throw new AppError(isErrorCode(code) ? code : 'INTERNAL', details);
}

/** A call about one's own record names oneself (DECISIONS §1, "own record"). */
function assertOwner(route: Route, input: Input, ctx: RequestContext): void {
  if (!route.owner) return;
  const named = input.requiredInt(route.owner);
  if (!ctx.viewer) throw new AppError('UNAUTHENTICATED');
  if (ctx.viewer.userId !== named) throw new AppError('FORBIDDEN', { field: route.owner });
}

/** A failure with its field as the client knows it. */
function renamed(error: unknown, fields: Readonly<Record<string, string>> = {}): unknown {
  const name = error instanceof AppError ? fields[error.details.field ?? ''] : undefined;
  return error instanceof AppError && name
    ? new AppError(error.code, { ...error.details, field: name }, { cause: error })
    : error;
}

function handlerOf(engine: Engine, dialect: Dialect, route: Route, operations: Operations) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const input =
      route.upload === 'raw'
        ? readRawUpload(request, engine.config.UPLOAD_MAX_BYTES)
        : await readInput(request, dialect);
    if (route.sameSite) assertSameSite(request, engine.config.CORS_ORIGINS);
    const ctx = await engine.createContext(request, {
      door: dialect.name,
      canShowCaptcha: dialect.canShowCaptcha,
      token: dialect.token(request, input),
      deviceType: dialect.deviceType?.(input),
      locale: 'zh',
    });
    if (route.session && !ctx.viewer) throw new AppError('UNAUTHENTICATED');
    assertOwner(route, input, ctx);
    const ask = (name: string, given: Record<string, unknown>) =>
      execute(engine, operations, name, given, ctx);
    try {
      const variables = route.variables?.(input) ?? {};
      const data = await ask(route.operation, variables).catch((error: unknown) => {
        throw renamed(error, route.fields?.(input));
      });
      if (route.pages) {
        return reply
          .type('application/json; charset=utf-8')
          .send(streamPages(route.pages, data, variables, (given) => ask(route.operation, given)));
      }
      const exchange = { request, input, config: engine.config, aside: await asideOf(route, input, ask) };
      const answer = dialect.success(route.result?.(data), route, exchange);
      for (const cookie of answer.cookies ?? []) setCookie(reply, cookie, engine.config);
      return sendReply(reply, answer);
    } catch (error) {
      if (!route.aside || !isRefusal(error)) throw error;
      return sendFailure(dialect, error, request, reply, await asideOf(route, input, ask));
    }
  };
}

/** A failure that says something of the request; whatever is broken would fail the next question too. */
const isRefusal = (error: unknown): error is AppError =>
  error instanceof AppError && error.kind !== 'unavailable' && error.kind !== 'internal';

/** What a row asks besides; undefined when it asks nothing, or that fails. */
async function asideOf(
  { aside }: Route,
  input: Input,
  ask: (name: string, variables: Record<string, unknown>) => Promise<Data>,
): Promise<Data> {
  try {
    return aside && (await ask(aside.operation, aside.variables(input)));
  } catch {
    return undefined;
  }
}

const sendReply = (reply: FastifyReply, { status, body, headers = {} }: Reply): FastifyReply =>
  reply.code(status).headers(headers).send(body);

/** A failure in the dialect's envelope. */
export function sendFailure(
  dialect: Dialect,
  error: AppError,
  request: FastifyRequest,
  reply: FastifyReply,
  aside?: Data,
): FastifyReply {
  const route = request.routeOptions?.config?.row;
  const answer = dialect.failure(error, meaningOf(dialect, error, route), route, aside);
  if (error.details.retryAfter) reply.header('retry-after', String(error.details.retryAfter));
  return sendReply(reply, answer);
}

/** The dialect that answers under a URL, for what fails before any route is found. Doubled slashes are one. */
export function dialectUnder(dialects: readonly Dialect[], url: string): Dialect | undefined {
  const path = `${url.replace(/\?.*$/s, '')}/`.replace(/\/+/g, '/');
  return dialects.find(({ mounts }) => mounts.some(({ prefix }) => path.startsWith(`${prefix}/`)));
}

/** Everything that goes wrong under a dialect's prefix comes out in its envelope. */
function speakDialect(scope: FastifyInstance, dialect: Dialect): void {
  scope.setErrorHandler(async (raw: Error, request, reply) => {
    // What the pipeline answered has no cause here: it was reported there.
    reportFailure(request.log, raw);
    return sendFailure(dialect, toAppError(raw), request, reply);
  });
  scope.setNotFoundHandler(async (request, reply) =>
    sendFailure(dialect, new AppError('NOT_FOUND'), request, reply),
  );
}

/** Old clients announce JSON whether they have something to say or not. */
function readEmptyJson(scope: FastifyInstance): void {
  const parse = scope.getDefaultJsonParser('error', 'error');
  scope.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) =>
    body === '' ? done(null) : parse(request, body as string, done),
  );
}

async function mountDialect(app: FastifyInstance, engine: Engine, dialect: Dialect): Promise<void> {
  const operations = loadOperations(dialect, engine.schema);
  for (const { prefix, routes } of dialect.mounts) {
    await app.register(
      async (scope) => {
        speakDialect(scope, dialect);
        readEmptyJson(scope);
        await scope.register(formbody, { bodyLimit: engine.config.BODY_LIMIT_BYTES, parser: parseQuery });
        await scope.register(multipart, {
          limits: { ...FORM_LIMITS, fileSize: engine.config.UPLOAD_MAX_BYTES },
        });
        for (const route of routes) {
          const options = {
            config: { row: route },
            // A HEAD must not send an SMS.
            exposeHeadRoute: false,
            method: [...route.methods],
            url: route.path,
            // A form's own limits apply to its parts; the whole is a file and little more.
            bodyLimit: route.upload
              ? engine.config.UPLOAD_MAX_BYTES + engine.config.BODY_LIMIT_BYTES
              : undefined,
            handler: handlerOf(engine, dialect, route, operations),
          };
          if (route.upload === 'raw') {
            await scope.register(async (inner) => void takeRawBodies(inner).route(options));
          } else scope.route(options);
        }
      },
      { prefix },
    );
  }
}

/** Throws, naming dialect and row, when two rows answer the same method and URL. */
function assertDistinct(dialects: readonly Dialect[]): void {
  const taken = new Set<string>();
  for (const { name, mounts } of dialects) {
    for (const { prefix, routes } of mounts) {
      for (const { id, methods, path } of routes) {
        for (const door of methods.map((method) => `${method} ${prefix}${path}`)) {
          if (taken.has(door)) throw new Error(`${name}: ${id} ${door} is already another row's`);
          taken.add(door);
        }
      }
    }
  }
}

/** Mounts every dialect; boot fails, naming it, on a document or a row that does not fit. */
export async function mountDialects(
  app: FastifyInstance,
  dialects: readonly Dialect[],
  engine: Engine,
): Promise<void> {
  assertDistinct(dialects);
  for (const dialect of dialects) await mountDialect(app, engine, dialect);
}
