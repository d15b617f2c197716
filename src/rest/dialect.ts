import type { FastifyRequest } from 'fastify';
import type { Config } from '../config.js';
import type { DeviceType } from '../device-type.js';
import type { Door } from '../door.js';
import type { AppError } from '../errors/app-error.js';
import type { ErrorCode, ErrorKind } from '../errors/codes.js';
import { HTTP_STATUS } from '../errors/http-status.js';
import type { ReplyCookie } from '../http/cookies.js';
import type { Input } from './input.js';
import type { ParameterText } from './openapi/parameters.js';

/** What an operation answered; its shape is the operation's own. Boot checks the operation against the schema, not what rows read of it. */
// biome-ignore lint/suspicious/noExplicitAny: the one place where GraphQL's answer enters untyped.
export type Data = any;

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A list too long for one answer, sent page by page while it is read. */
export interface Pages {
  /** Variables of the next page, given where the last one ended. */
  next(variables: Record<string, unknown>, cursor: string): Record<string, unknown>;
  items(data: Data): readonly (number | string)[];
  /** Where the page ended, or null when it was the last. */
  cursor(data: Data): string | null;
  /** The JSON before and after the items. */
  open: string;
  close: string;
}

/**
 * One legacy URL: data only. A row that needs logic means that the schema is missing something. `Meaning` is what a
 * failure becomes in the dialect: a number, or whatever else its envelope is made of.
 */
export interface Route<Meaning = unknown> {
  /** What the document calls it, such as `接口1`. */
  id: string;
  summary: string;
  methods: readonly Method[];
  /** Below the mount's prefix. */
  path: string;
  /** The operation in the dialect's document. */
  operation: string;
  /** What is said of its parameters, where it reads whatever is sent; else the dialect's. */
  parameters?: Readonly<Record<string, ParameterText>>;
  /** The operation's variables; throws INVALID_INPUT for a malformed parameter. */
  variables?(input: Input): Record<string, unknown>;
  /** What the schema's fields are called here, where that depends on the request. */
  fields?(input: Input): Readonly<Record<string, string>>;
  /** What goes into the envelope. */
  result?(data: Data): unknown;
  /** Status of success; 200 when left out. */
  status?: number;
  /** Whether a session is asked for before any parameter is looked at, or has to be good if the request shows one. */
  session?: true | 'if shown';
  /** The parameter that must name the session's own user. */
  owner?: string;
  /** The request brings a file: in a form, or as its whole body, of whatever type it claims to be. */
  upload?: 'form' | 'raw';
  pages?: Pages;
  /** Whether another site's page may not make a browser send it. */
  sameSite?: boolean;
  /**
   * Asked after the row's operation, done or refused, for what the envelope tells besides. Its own failures are passed
   * over.
   */
  aside?: { operation: string; variables(input: Input): Record<string, unknown> };
  /** What the absence of single parameters means, where the document tells it from a malformed one. */
  missing?: Readonly<Record<string, Meaning>>;
  /** What single codes mean here and nowhere else in the dialect. */
  errors?: Partial<Record<ErrorCode, Meaning>>;
}

export interface Reply {
  status: number;
  /** Left out: an answer without a body. */
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
  cookies?: readonly ReplyCookie[];
}

/** What a dialect may look at when it answers, beside the result. */
export interface Exchange {
  request: FastifyRequest;
  input: Input;
  config: Pick<Config, 'MEMBER_HOME_URL'>;
  /** What the row's {@link Route.aside} was answered. */
  aside?: Data;
}

/** A legacy system: its URLs, and how it speaks. */
export interface Dialect<Meaning = unknown> {
  name: Exclude<Door, 'graphql' | 'cli'>;
  title: string;
  /** The prefixes it answers under, each with its URLs. */
  mounts: readonly { prefix: string; routes: readonly Route<Meaning>[] }[];
  /** Prefixes without URLs of their own: what is unknown there is refused in this dialect's envelope. */
  claims?: readonly string[];
  /** The GraphQL document with the operations its rows name. */
  document: URL;
  canShowCaptcha: boolean;
  /** What its document says of its parameters, for the API docs; rows know how they are read. */
  parameters: Readonly<Record<string, ParameterText>>;
  /** Where its clients put their token. */
  token(request: FastifyRequest, input: Input): string | undefined;
  deviceType?(input: Input): DeviceType | undefined;
  /** What the whole system does to parameters before a row reads them. */
  normalise?(values: Record<string, unknown>): Record<string, unknown>;
  /** A name in both query and body is refused, where elsewhere the body wins. */
  namesOnce?: boolean;
  success(result: unknown, route: Route, exchange: Exchange): Reply;
  /** `meaning` is what {@link meaningOf} found; without a route where none was reached. */
  failure(error: AppError, meaning: Meaning, route?: Route<Meaning>, aside?: Data): Reply;
  /** The meaning of each kind of failure: complete, checked by the compiler. */
  kinds: Readonly<Record<ErrorKind, Meaning>>;
  /** What single codes mean in the whole dialect. */
  codes: Partial<Record<ErrorCode, Meaning>>;
}

/** The most particular meaning wins: the row's, the dialect's, the kind's. */
export const meaningOf = <Meaning>(
  dialect: Dialect<Meaning>,
  error: AppError,
  route?: Route<Meaning>,
): Meaning =>
  (error.details.missing ? route?.missing?.[error.details.field ?? ''] : undefined) ??
  route?.errors?.[error.code] ??
  dialect.codes[error.code] ??
  dialect.kinds[error.kind];

/** Systems that put the result in the body answer 200, but for 429 and 5xx. */
export function statusBesideBody({ code, kind }: AppError): number {
  const status = HTTP_STATUS[kind];
  return status >= 500 || code === 'RATE_LIMITED' ? status : 200;
}
