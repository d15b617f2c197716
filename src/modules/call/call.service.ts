import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { RowKey } from '../../door.js';
import { RowTally } from './call.counter.js';
import { type Batch, writeBatch } from './call.repository.js';

/** The ms for which calls are counted in memory before they are written together: what a crash may lose. */
const WRITE_AFTER_MS = 5000;

/** The ms after which a batch that could not be written is tried again. */
const RETRY_AFTER_MS = 15_000;

/** Says what became of counts: not written yet, or lost for good. */
export interface CallLog {
  failed(error: unknown): void;
  lost(calls: number): void;
}

/**
 * Counts the calls of rows: in memory, written every few seconds. A batch that was not confirmed is written again as it
 * is, under its number, before anything newer, so that each call counts once. Meanwhile counting goes on, in memory that
 * grows with rows, clients and days, not with calls.
 */
export class CallService {
  private readonly instance = randomUUID();
  private readonly tallies = new Map<string, RowTally>();
  private sequence = 0;
  private unwritten: Batch | undefined;
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<boolean> = Promise.resolve(true);

  constructor(
    private readonly fork: () => EntityManager,
    private readonly log: CallLog,
    private readonly now: () => number = Date.now,
  ) {}

  /** The tally of one row; the same for the same key. */
  tallyOf(key: RowKey): RowTally {
    const name = `${key.door} ${key.endpoint}`;
    const before = this.tallies.get(name);
    if (before) return before;
    const tally = new RowTally(
      key,
      this.now,
      () => this.writeSoon(),
      (calls) => this.log.lost(calls),
    );
    this.tallies.set(name, tally);
    return tally;
  }

  /** Writes what was counted so far. False when the database did not take it; never throws. */
  flush(): Promise<boolean> {
    this.writing = this.writing.then(() => this.write());
    return this.writing;
  }

  /** Writes all that is counted; nothing counts afterwards. What cannot be written now is lost. */
  async settle(): Promise<void> {
    // A batch that was to be tried again may be all that the first time writes.
    if (await this.flush()) await this.flush();
    clearTimeout(this.timer);
    const left = [...(this.unwritten?.calls ?? []), ...this.take().calls];
    if (left.length > 0) this.log.lost(left.reduce((sum, { calls }) => sum + calls, 0));
  }

  private writeSoon(afterMs = WRITE_AFTER_MS): void {
    this.timer ??= setTimeout(() => void this.flush(), afterMs).unref();
  }

  private async write(): Promise<boolean> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const isRetry = this.unwritten !== undefined;
    const batch = this.unwritten ?? this.take();
    if (batch.calls.length === 0) return true;
    this.unwritten = batch;
    try {
      await writeBatch(this.fork(), batch);
      this.unwritten = undefined;
      if (isRetry) this.writeSoon();
      return true;
    } catch (error) {
      this.log.failed(error);
      this.writeSoon(RETRY_AFTER_MS);
      return false;
    }
  }

  private take(): Batch {
    const counted = [...this.tallies.values()].map((tally) => tally.take());
    return {
      instance: this.instance,
      sequence: ++this.sequence,
      calls: counted.flatMap(({ calls }) => calls),
      accounts: counted.flatMap(({ accounts }) => accounts),
    };
  }
}
