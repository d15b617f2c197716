import type { ErrorKind } from './codes.js';

/** The status of each kind of failure, for doors that answer with statuses. */
export const HTTP_STATUS = {
  input: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 400,
  credentials: 400,
  code: 400,
  captcha: 400,
  locked: 400,
  rate: 429,
  provider: 400,
  image: 400,
  unavailable: 503,
  internal: 500,
} as const satisfies Record<ErrorKind, number>;
