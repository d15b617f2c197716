import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { DatabaseContext } from '../../context.js';
import { StartError } from '../../infra/start-error.js';
import { leaveGuard, renewGuard, takeGuard } from './import-run.repository.js';

/** A guard that is not renewed is free after so many seconds: whoever held it was killed. */
const LIFE_SECONDS = 30;
const RENEWAL_MS = 5000;

/** The right to import, held. */
export interface HeldGuard {
  /** To be called at the end of each transaction: throws where somebody else has taken over, and nothing is written. */
  assertHeld(ctx: DatabaseContext): Promise<void>;
}

/**
 * Does the work as the only import of all processes; throws a StartError while another one is at it. The guard is a row
 * of the database that is written to: it does without Redis and without a connection of its own, holds beside any pooler,
 * and of two that both believe to hold it one commits nothing.
 */
export async function withImportGuard<T>(
  fork: () => EntityManager,
  work: (guard: HeldGuard) => Promise<T>,
): Promise<T> {
  const holder = randomUUID();
  if (!(await takeGuard(fork(), holder, LIFE_SECONDS))) {
    throw new StartError(
      `Another import is running, or one was killed less than ${LIFE_SECONDS} seconds ago: wait for it, or try again then.`,
    );
  }
  let renewing: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    renewing = renewing.then(() => renewGuard(fork(), holder, LIFE_SECONDS)).catch(() => undefined);
  }, RENEWAL_MS).unref();
  try {
    return await work({
      assertHeld: async ({ em }) => {
        if (await renewGuard(em, holder, LIFE_SECONDS)) return;
        throw new StartError(
          'Another import has taken over, because this one was not heard of for too long.',
        );
      },
    });
  } finally {
    clearInterval(timer);
    await renewing;
    await leaveGuard(fork(), holder).catch(() => undefined);
  }
}
