import type { ErrorKind } from './codes.js';
import { toAppError } from './unexpected.js';

/** The log that takes failures, such as a logger of pino's. */
export interface FailureLog {
  error(details: object, message: string): void;
  warn(details: object, message: string): void;
}

/** Kinds whose reason lies outside: database, Redis, the providers of messages and identities. */
const OUTSIDE: readonly ErrorKind[] = ['unavailable', 'provider'];

/**
 * Tells the operator what the client is not told: the defect, or why something outside failed. A failure without a
 * reason of its own (the client's fault, a full queue, one that was reported where it arose) is none of theirs.
 */
export function reportFailure(log: FailureLog, raw: unknown, details: object = {}): void {
  const { code, kind, cause: err } = toAppError(raw);
  if (!err) return;
  if (code === 'INTERNAL') log.error({ err, ...details }, 'unexpected error');
  else if (OUTSIDE.includes(kind)) log.warn({ err, failure: code, ...details }, 'failed outside');
}
