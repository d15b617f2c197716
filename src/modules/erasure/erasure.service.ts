import type { EntityManager } from '@mikro-orm/postgresql';
import type { Config } from '../../config.js';
import type { PersonalTable } from '../../infra/database/personal.js';
import { findErasable, lockCancelled } from '../user/user.repository.js';

/** Accounts looked up at once. */
const ACCOUNTS = 100;
/** Rows of one account that go at once, before its last ones. */
const BATCH = 500;
/** After so many failures the reason is hardly the accounts', and the rest waits for the next run. */
const MOST_FAILURES = 100;

/**
 * Erases what is personal of cancelled accounts. Each step is whole in itself and comes
 * to nothing when it was done before, and only the last one marks the account: whatever cuts it off, the next run
 * finds the account again and does what is left.
 */
export class ErasureService {
  constructor(
    private readonly fork: () => EntityManager,
    private readonly tables: readonly PersonalTable[],
    private readonly config: Pick<Config, 'ERASURE_GRACE_DAYS'>,
    private readonly onFailure: (error: unknown, userId: number) => void,
  ) {}

  /** Erases every account whose grace is over. One that fails keeps nobody else from it. */
  async eraseCancelled(signal: AbortSignal): Promise<{ erased: number; failed: number }> {
    const failed: number[] = [];
    let erased = 0;
    for (;;) {
      const ids = await this.findErasable(failed);
      for (const userId of ids) {
        if (signal.aborted || failed.length >= MOST_FAILURES) return { erased, failed: failed.length };
        try {
          if (await this.erase(userId, signal)) erased += 1;
        } catch (error) {
          failed.push(userId);
          this.onFailure(error, userId);
        }
      }
      if (ids.length === 0) return { erased, failed: failed.length };
    }
  }

  /** False when it was done by somebody else, or is to be finished another time. */
  private async erase(userId: number, signal: AbortSignal): Promise<boolean> {
    for (const { eraseSome } of this.tables) {
      while (await eraseSome?.(this.fork(), userId, BATCH)) if (signal.aborted) return false;
    }
    const em = this.fork();
    return em.transactional(async () => {
      const deletedAt = await lockCancelled(em, userId);
      if (!deletedAt) return false;
      for (const table of this.tables) await table.erase?.(em, { id: userId, deletedAt });
      return true;
    });
  }

  private findErasable(except: readonly number[]): Promise<number[]> {
    return findErasable(this.fork(), { graceDays: this.config.ERASURE_GRACE_DAYS, except, limit: ACCOUNTS });
  }
}
