import { ConnectionException } from '@mikro-orm/core';
import { AppError } from './app-error.js';

const LOST_CONNECTION = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  '57P01',
  '57P03',
  '53300',
  // A deadlock or a lost race between transactions: the same request may succeed.
  '40P01',
  '40001',
]);

/**
 * What the driver says, without a code of its own, of a connection that broke, did not come about, or did not answer in
 * time; and of one that prepared its statement before a migration, which the pool then drops.
 */
const LOST_MESSAGE =
  /(^|- )(cached plan must not change|Connection terminated|Query read timeout|timeout exceeded when trying|timeout expired|Client has encountered a connection error|Client was closed)/;

/** The database is gone, slow or full, which passes; anything else unexpected is a defect. */
function isUnavailable(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return (
    error instanceof ConnectionException ||
    LOST_CONNECTION.has(String(code)) ||
    LOST_MESSAGE.test(String(message))
  );
}

/** What HTTP itself, and the parser of multipart forms, refuse says so by its status. */
function isClientFault(error: unknown): boolean {
  const { statusCode } = (error ?? {}) as { statusCode?: unknown };
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500;
}

/** Any failure as one of the closed list. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (isClientFault(error)) return new AppError('INVALID_INPUT', {}, { cause: error });
  const code = isUnavailable(error) ? 'SERVICE_UNAVAILABLE' : 'INTERNAL';
  return new AppError(code, code === 'SERVICE_UNAVAILABLE' ? { retryAfter: 1 } : {}, { cause: error });
}
