import { toAppError } from '../../src/errors/unexpected.js';
import { UnavailableError } from '../../src/infra/unavailable.js';

/** Calls `work` so many times at once. */
export const atOnce = <T>(times: number, work: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: times }, (_, index) => work(index)));

/** The same, whatever becomes of each. */
export const settledAtOnce = <T>(
  times: number,
  work: (index: number) => Promise<T>,
): Promise<PromiseSettledResult<T>[]> =>
  Promise.allSettled(Array.from({ length: times }, (_, index) => work(index)));

/** How often each outcome came. */
export function tally(outcomes: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

const codeOf = (reason: { code?: string }): string =>
  (reason instanceof UnavailableError ? toAppError(reason) : reason).code ?? String(reason);

/** How many were refused with each code; anything that is not an AppError counts under its message. */
export const outcomes = (results: readonly PromiseSettledResult<unknown>[]): Record<string, number> =>
  tally(results.map((result) => (result.status === 'fulfilled' ? 'ok' : codeOf(result.reason))));
