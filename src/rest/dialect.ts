import type { FastifyRequest } from 'fastify';
import type { Config } from '../config.js';
import type { DeviceType } from '../device-type.js';
import type { LegacySystem } from '../door.js';
import { AppError } from '../errors/app-error.js';
import type { ErrorCode, ErrorKind } from '../errors/codes.js';
import { HTTP_STATUS } from '../errors/http-status.js';
import type { ReplyCookie } from '../http/cookies.js';
import type { Parameters, Part, Values } from './parameters.js';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

type Variables = Record<string, unknown>;

/** A list too long for one answer, sent page by page while it is read. */
export interface Pages<V = Variables, Data = unknown> {
  /** Variables of the next page, given where the last one ended. */
  next(variables: V, cursor: string): V;
  items(data: Data): readonly (number | string)[];
  /** The cursor at the end of the page, or null when it was the last. */
  cursor(data: Data): string | null;
  /** The JSON before and after the items. */
  open: string;
  close: string;
}

/** An operation, and the way from a request to its variables and back to a result. */
interface Call {
  /** Its name in the dialect's document. */
  operation: string;
  /** The table of its parameters, in the order in which malformed ones are reported. */
  parameters?: Parameters;
  /** The operation's variables. */
  variables?(values: unknown): Variables;
  /** The result for the envelope; the data as it is when left out. */
  result?(data: unknown, values: unknown): unknown;
}

/** Fields of a JSON body. */
type Fields = Readonly<Record<string, unknown>>;

interface Aside extends Call {
  result?(data: unknown, values: unknown): Fields;
}

/**
 * One legacy URL: data only, declared with `row` of {@link tables}. A row that needs logic means that the schema is
 * missing something. `Meaning` is what a failure becomes in the dialect: a number, or whatever else its envelope is made of.
 */
export interface Row<Meaning = unknown> extends Call {
  /** The row's name in its document, such as `接口1`. */
  id: string;
  summary: string;
  methods: readonly Method[];
  /** The path below the mount's prefix. */
  path: string;
  /** The code of a result that is null. */
  absent?: ErrorCode;
  /** The row's names for the schema's fields, where they depend on the request. */
  fields?(values: unknown): Readonly<Record<string, string>>;
  /** Status of success; 200 when left out. */
  status?: number;
  /**
   * `true`: a session is required, before any parameter is looked at. `'if shown'`: one that the request
   * shows has to be good.
   */
  session?: true | 'if shown';
  /** The parameter that must name the session's own user; it is looked at before the others. */
  owner?: string;
  /** The request brings a file: in a form, or as its whole body, of whatever type it claims to be. */
  upload?: 'form' | 'raw';
  pages?: Pages;
  /** Stands in for another server: answered only where `PLUS_STANDALONE` says that there is none. */
  standalone?: true;
  /** True where another site's page may not make a browser send it. */
  sameSite?: boolean;
  /**
   * A second operation, run after the row's own succeeded or was refused. Its result is added to the body of
   * either answer; its failures are ignored.
   */
  aside?: Aside;
  /** The meaning of the absence of single parameters, where the document tells it from a malformed one. */
  missing?: Readonly<Record<string, Meaning>>;
  /** Codes that mean something else here than in the rest of the dialect. */
  errors?: Partial<Record<ErrorCode, Meaning>>;
}

/** The variables and data of a dialect's operations, as `<api>.operations.ts` has them. */
type Operations = Readonly<Record<string, { variables: Variables; data: unknown }>>;

type Typed<Operation extends Operations[string], P extends Parameters, Result = unknown> = {
  parameters?: P;
  result?(data: Operation['data'], values: Values<P>): Result;
} & (Record<never, never> extends Operation['variables']
  ? { variables?(values: Values<P>): Operation['variables'] }
  : { variables(values: Values<P>): Operation['variables'] });

type TypedRow<O extends Operations, Name extends keyof O & string, P extends Parameters, Meaning> = Omit<
  Row<Meaning>,
  keyof Call | 'fields' | 'owner' | 'pages'
> & {
  operation: Name;
  fields?(values: Values<P>): Readonly<Record<string, string>>;
  owner?: keyof P & string;
  pages?: Pages<O[Name]['variables'], O[Name]['data']>;
} & Typed<O[Name], P>;

/** Declares the rows of a dialect, each typed by its operation and by its own parameters. */
export const tables = <O extends Operations, Meaning>() => ({
  row: <Name extends keyof O & string, P extends Parameters>(
    row: TypedRow<O, Name, P, Meaning>,
  ): Row<Meaning> => row,
  aside: <Name extends keyof O & string, P extends Parameters>(
    aside: { operation: Name } & Typed<O[Name], P, Fields>,
  ): Aside => aside,
});

/** True where the gateway answers a row at all. */
export const isAnswered = ({ standalone }: Row, config: Pick<Config, 'PLUS_STANDALONE'>): boolean =>
  !standalone || config.PLUS_STANDALONE;

export interface Reply {
  status: number;
  /** An answer without a body leaves it out. */
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
  cookies?: readonly ReplyCookie[];
}

/** The request and settings that a dialect may look at when it answers. */
export interface Exchange {
  request: FastifyRequest;
  config: Pick<Config, 'MEMBER_HOME_URL' | 'PLUS_AVATAR'>;
}

/** A parameter that every row takes, with its name. */
export type Named<T> = readonly [name: string, parameter: Part<T>];

/** A legacy system: its URLs, and how it speaks. */
export interface Dialect<Meaning = unknown> {
  name: LegacySystem;
  title: string;
  /** The prefixes it answers under, each with its URLs. */
  mounts: readonly { prefix: string; rows: readonly Row<Meaning>[] }[];
  /** Prefixes without URLs of their own: what is unknown there is refused in this dialect's envelope. */
  claims?: readonly string[];
  /** The GraphQL document with the operations its rows name. */
  document: URL;
  canShowCaptcha: boolean;
  /**
   * The ways its clients send a session's token beside `Authorization: Bearer`, in the order they are tried;
   * left out where there are no sessions.
   */
  token?: { header?: string; cookie?: string; parameter?: Named<string | undefined> };
  /** The parameter by which a client tells its device; one that tells nothing is known by its User-Agent. */
  deviceType?: Named<DeviceType | undefined>;
  /** Changes the parameters before a row reads them, as the whole system does. */
  normalise?(values: Record<string, unknown>): Record<string, unknown>;
  /** A name in both query and body is refused, where elsewhere the body wins. */
  namesOnce?: boolean;
  success(result: unknown, row: Row, exchange: Exchange): Reply;
  /** `meaning` is what {@link meaningOf} found; without a row where none was reached. */
  failure(error: AppError, meaning: Meaning, row?: Row<Meaning>): Reply;
  /** The meaning of each kind of failure: complete, checked by the compiler. */
  kinds: Readonly<Record<ErrorKind, Meaning>>;
  /** The meaning of single codes in the whole dialect. */
  codes: Partial<Record<ErrorCode, Meaning>>;
}

/** The most particular meaning wins: the row's, the dialect's, the kind's. */
export const meaningOf = <Meaning>(dialect: Dialect<Meaning>, error: AppError, row?: Row<Meaning>): Meaning =>
  (error.details.missing ? row?.missing?.[error.details.field ?? ''] : undefined) ??
  row?.errors?.[error.code] ??
  dialect.codes[error.code] ??
  dialect.kinds[error.kind];

/** The result for the envelope; throws the row's `absent` where there is none. */
export function resultOf({ result, absent }: Row, data: unknown, values: unknown): unknown {
  const told = result?.(data, values);
  if (absent && (told === null || told === undefined)) throw new AppError(absent);
  return told;
}

/** An answer with the aside's fields; one without a body stays so. */
export const withAside = (reply: Reply, told?: Fields): Reply =>
  told && reply.body !== undefined ? { ...reply, body: { ...(reply.body as Fields), ...told } } : reply;

/** Systems that put the result in the body answer 200, but for 429 and 5xx. */
export function statusBesideBody({ code, kind }: AppError): number {
  const status = HTTP_STATUS[kind];
  return status >= 500 || code === 'RATE_LIMITED' ? status : 200;
}
