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
]);

/** The database is gone or full, which passes; anything else unexpected is a defect. */
const isUnavailable = (error: unknown): boolean =>
  error instanceof ConnectionException || LOST_CONNECTION.has(String((error as { code?: unknown })?.code));

/** Any failure as one of the closed list. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const code = isUnavailable(error) ? 'SERVICE_UNAVAILABLE' : 'INTERNAL';
  return new AppError(code, code === 'SERVICE_UNAVAILABLE' ? { retryAfter: 1 } : {}, { cause: error });
}
