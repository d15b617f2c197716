import { ERRORS, type ErrorCode, type ErrorKind } from './codes.js';

/** Details that go with a code: never anything that was not meant for the client. */
export interface ErrorDetails {
  /** The one input at fault, as the GraphQL schema names it. */
  field?: string;
  /** True for an absent or empty input, false for a malformed one; some doors tell the two apart. */
  missing?: boolean;
  /** Seconds after which the same request may succeed. */
  retryAfter?: number;
  /** The state of the thing, by its name in the schema, that does not allow what was asked. */
  state?: string;
  /** The size of the budget that is spent, in requests. */
  limit?: number;
}

export type Locale = 'zh' | 'en';

/** The one error the domain throws. Anything else that reaches a door is a defect and leaves as INTERNAL. */
export class AppError extends Error {
  override readonly name = 'AppError';

  constructor(
    readonly code: ErrorCode,
    readonly details: ErrorDetails = {},
    options?: { cause?: unknown },
  ) {
    super(ERRORS[code].en, options);
  }

  get kind(): ErrorKind {
    return ERRORS[this.code].kind;
  }
}

/** The failure that passes, which the client may ask about again in a second. */
export const unavailable = (options?: { cause: unknown }): AppError =>
  new AppError('SERVICE_UNAVAILABLE', { retryAfter: 1 }, options);

export const messageOf = (code: ErrorCode, locale: Locale): string => ERRORS[code][locale];

export const isErrorCode = (value: unknown): value is ErrorCode =>
  typeof value === 'string' && Object.hasOwn(ERRORS, value);
