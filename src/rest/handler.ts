import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { Config } from '../config.js';
import type { RequestContext } from '../context.js';
import type { CallOutcome } from '../door.js';
import { AppError, isErrorCode } from '../errors/app-error.js';
import type { GraphqlServer } from '../graphql/server.js';
import { bearerToken } from '../http/bearer.js';
import { holdingBody } from '../http/bodies.js';
import type { ContextFactory } from '../http/context-factory.js';
import { setCookie } from '../http/cookies.js';
import { noteOn } from '../http/note.js';
import { assertSameSite } from '../http/same-site.js';
import { countCall, outcomeOf, type Tally, type TallyOf } from './calls.js';
import {
  type Dialect,
  type Exchange,
  meaningOf,
  type Named,
  type Reply,
  type Row,
  resultOf,
  withAside,
} from './dialect.js';
import { Input } from './input.js';
import { type LegacyIds, type Translation } from './legacy-ids.js';
import type { Operations } from './operations.js';
import { streamPages } from './pages.js';
import { readParameters } from './parameters.js';
import { readRawUpload } from './raw-upload.js';
import { parametersOf, readInput } from './read-input.js';
import type { HooksOf } from './row-hooks.js';
import type { SunsetConfig } from './sunset.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The row of a dialect that a request reached. */
    row?: Row;
    answers?: RowAnswers;
  }
  interface FastifyRequest {
    /** The context of the request, once its token was seen; null before. Its viewer may have logged in since. */
    context: RequestContext | null;
  }
}

/** What every answer of a row has, refusals and failures too. */
export interface RowAnswers {
  /** Headers that say when the row ends. */
  headers: Readonly<Record<string, string>>;
  tally: Tally;
}

export interface Engine {
  server: GraphqlServer;
  schema: GraphQLSchema;
  createContext: ContextFactory;
  legacyIds: LegacyIds;
  tallyOf: TallyOf;
  hooksOf?: HooksOf | undefined;
  config: Pick<
    Config,
    'BODY_LIMIT_BYTES' | 'UPLOAD_MAX_BYTES' | 'CORS_ORIGINS' | 'LEGACY_IDS' | 'PLUS_STANDALONE' | 'production'
  > &
    Exchange['config'] &
    SunsetConfig;
}

/** Runs an operation as `/graphql` does. Throws the first error of its answer. */
async function execute(
  { server }: Engine,
  operations: Operations,
  operationName: string,
  variables: Record<string, unknown>,
  ctx: RequestContext,
): Promise<unknown> {
  const query = operations.get(operationName) ?? '';
  const { data, errors } = await server.execute({ query, operationName, variables }, ctx);
  const [error] = errors ?? [];
  if (!error) return data;
  const { code, ...details } = error.extensions ?? {};
  throw new AppError(isErrorCode(code) ? code : 'INTERNAL', details);
}

/** Refuses a call about one's own record that names somebody else. */
function assertOwner(row: Row, input: Input, ctx: RequestContext): void {
  if (!row.owner) return;
  const named = row.parameters?.[row.owner]?.read(input, row.owner);
  if (!ctx.viewer) throw new AppError('UNAUTHENTICATED');
  if (ctx.viewer.userId !== named) throw new AppError('FORBIDDEN', { field: row.owner });
}

/** Renames a failure's field to the client's name for it. */
function renamed(error: unknown, fields: Readonly<Record<string, string>> = {}): unknown {
  const name = error instanceof AppError ? fields[error.details.field ?? ''] : undefined;
  return error instanceof AppError && name
    ? new AppError(error.code, { ...error.details, field: name }, { cause: error })
    : error;
}

const readNamed = <T>(named: Named<T> | undefined, input: Input): T | undefined =>
  named?.[1].read(input, named[0]);

/** The token of a session, found as the dialect's clients send it. */
export function tokenOf({ token }: Dialect, request: FastifyRequest, input: Input): string | undefined {
  if (!token) return undefined;
  const header = token.header && request.headers[token.header];
  return (
    bearerToken(request) ??
    (typeof header === 'string' ? header : undefined) ??
    (token.cookie && request.cookies[token.cookie]) ??
    readNamed(token.parameter, input)
  );
}

/** Makes the context of a request, by the parameters read so far. */
const createContext = (engine: Engine, dialect: Dialect, request: FastifyRequest, input: Input) =>
  engine.createContext(request, {
    door: dialect.name,
    canShowCaptcha: dialect.canShowCaptcha,
    token: tokenOf(dialect, request, input),
    deviceType: readNamed(dialect.deviceType, input),
    locale: 'zh',
  });

/**
 * Checks the session of a row that wants one as soon as its token is seen, and throws UNAUTHENTICATED for a
 * bad one: the body of a request that will be refused is not read.
 */
function sessionCheck(engine: Engine, dialect: Dialect, row: Row) {
  const wanted = row.session !== undefined || row.owner !== undefined;
  return async (request: FastifyRequest, input: Input): Promise<void> => {
    if (!wanted || request.context || !tokenOf(dialect, request, input)) return;
    request.context = await createContext(engine, dialect, request, input);
    if (!request.context.viewer) throw new AppError('UNAUTHENTICATED');
  };
}

/** Checks the session before the body is read. A request without a body is checked when it is answered. */
export function beforeBody(engine: Engine, dialect: Dialect, row: Row) {
  const check = sessionCheck(engine, dialect, row);
  return async (request: FastifyRequest): Promise<void> => {
    const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
    if (length !== '0' || encoding) await check(request, new Input(parametersOf(request, dialect)));
  };
}

/** Answers the requests that reach a row. */
export function handlerOf(
  engine: Engine,
  dialect: Dialect,
  row: Row,
  operations: Operations,
  translation: Translation,
  answers: RowAnswers,
) {
  const check = sessionCheck(engine, dialect, row);
  const answer = async (request: FastifyRequest, reply: FastifyReply) => {
    const sent =
      row.upload === 'raw'
        ? readRawUpload(request, engine.config.UPLOAD_MAX_BYTES)
        : await readInput(request, dialect, row.upload && ((read) => check(request, read)));
    if (row.sameSite) assertSameSite(request, engine.config.CORS_ORIGINS);
    if (row.session) await check(request, sent);
    request.context ??= await createContext(engine, dialect, request, sent);
    const ctx = request.context;
    if (row.session === true && !ctx.viewer) throw new AppError('UNAUTHENTICATED');
    const input = await translation.input(ctx, sent);
    assertOwner(row, input, ctx);
    const ask = async (name: string, given: Record<string, unknown>) =>
      translation.data(ctx, name, await execute(engine, operations, name, given, ctx));
    const succeed = async (): Promise<Reply> => {
      const values = readParameters(row.parameters ?? {}, input);
      const variables = row.variables?.(values) ?? {};
      const data = await ask(row.operation, variables).catch((error: unknown) => {
        throw renamed(error, row.fields?.(values));
      });
      if (row.pages) {
        const body = streamPages(row.pages, data, variables, (given) => ask(row.operation, given));
        return { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body };
      }
      return dialect.success(resultOf(row, data, values), row, { request, config: engine.config });
    };
    let outcome: CallOutcome = 'ok';
    const told = await succeed().catch((error: unknown) => {
      if (!row.aside || !isRefusal(error)) throw error;
      outcome = 'refused';
      noteOn(request).code = error.code;
      return failureReply(dialect, error, row);
    });
    const whole = row.aside ? withAside(told, await asideOf(row.aside, input, ask)) : told;
    for (const cookie of told.cookies ?? []) setCookie(reply, cookie, engine.config);
    countCall(answers.tally, outcome, request);
    return sendReply(reply, whole, answers);
  };
  return (request: FastifyRequest, reply: FastifyReply) => holdingBody(request, () => answer(request, reply));
}

/** The client's failures only: an outage or a fault of ours would fail the aside too. */
const isRefusal = (error: unknown): error is AppError =>
  error instanceof AppError && error.kind !== 'unavailable' && error.kind !== 'internal';

/** The result of a row's aside; undefined when it fails. */
async function asideOf(
  aside: NonNullable<Row['aside']>,
  input: Input,
  ask: (name: string, variables: Record<string, unknown>) => Promise<unknown>,
) {
  try {
    const values = readParameters(aside.parameters ?? {}, input);
    const data = await ask(aside.operation, aside.variables?.(values) ?? {});
    return aside.result?.(data, values);
  } catch {
    return undefined;
  }
}

function failureReply(dialect: Dialect, error: AppError, row?: Row): Reply {
  const { headers, ...answer } = dialect.failure(error, meaningOf(dialect, error, row), row);
  const { retryAfter } = error.details;
  return { ...answer, headers: { ...headers, ...(retryAfter && { 'retry-after': String(retryAfter) }) } };
}

const sendReply = (
  reply: FastifyReply,
  { status, body, headers = {} }: Reply,
  answers?: RowAnswers,
): FastifyReply =>
  reply
    .code(status)
    .headers({ ...answers?.headers, ...headers })
    .send(body);

/** A failure in the dialect's envelope. */
export function sendFailure(
  dialect: Dialect,
  error: AppError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const { row, answers } = request.routeOptions?.config ?? {};
  Object.assign(noteOn(request), { door: dialect.name, code: error.code });
  if (answers) countCall(answers.tally, outcomeOf(error), request);
  // Of the end of a row that was given back its old server speaks, or nobody.
  return sendReply(reply, failureReply(dialect, error, row), request.passed ? undefined : answers);
}
