import { AppError } from './app-error.js';

export const DAY_MS = 86_400_000;

/**
 * The refusal of what may be done only so often within the 24 hours since a time: it can be done again once the oldest
 * that counts is that old.
 */
export function rateLimitedSince(oldest: Date, since: Date): AppError {
  // The oldest may be younger than this request.
  const waitMs = Math.min(oldest.getTime() - since.getTime(), DAY_MS);
  return new AppError('RATE_LIMITED', { retryAfter: Math.max(1, Math.ceil(waitMs / 1000)) });
}
