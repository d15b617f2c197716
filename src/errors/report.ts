import type { FastifyBaseLogger } from 'fastify';
import { AppError } from './app-error.js';
import type { ErrorKind } from './codes.js';
import { toAppError } from './unexpected.js';

/** What has its reason outside: database, Redis, the providers of messages and identities. */
const OUTSIDE: readonly ErrorKind[] = ['unavailable', 'provider'];

/**
 * Tells the operator what the client is not told: the defect, or why something outside failed. A failure without a
 * reason of its own (the client's fault, a full queue, one that was reported where it arose) is none of theirs.
 */
export function reportFailure(
  log: Pick<FastifyBaseLogger, 'error' | 'warn'>,
  raw: unknown,
  details: object = {},
): void {
  const { code, kind } = toAppError(raw);
  const err = raw instanceof AppError ? raw.cause : raw;
  if (!err) return;
  if (code === 'INTERNAL') log.error({ err, ...details }, 'unexpected error');
  else if (OUTSIDE.includes(kind)) log.warn({ err, failure: code, ...details }, 'failed outside');
}
