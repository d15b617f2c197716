import type { EntityManager } from '@mikro-orm/postgresql';
import type { RowKey } from '../../door.js';
import { toAppError } from '../../errors/unexpected.js';
import { addShadows, KEPT_MAX, OUTCOMES, type Outcome, type ShadowCounts } from './shadow.repository.js';
import type { KeptDifference } from './shadow-difference.entity.js';

/** The ms for which results are held in memory before they are written together. */
const WRITE_AFTER_MS = 5000;

const none = ({ door, endpoint }: RowKey): ShadowCounts => ({
  door,
  endpoint,
  same: 0,
  different: 0,
  failed: 0,
  skipped: 0,
  stopped: 0,
  lastAt: new Date(),
  stoppedAt: null,
  kept: [],
});

/**
 * Keeps what comparisons of the two sides found. Held in memory for some seconds, and for as long as the database is
 * gone: a row has a few counts and its last differences. A confirmation that got lost may count a few twice.
 */
export class ShadowResultService {
  private readonly counts = new Map<string, ShadowCounts>();
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly fork: () => EntityManager,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  /** Differences hold no secret; the last ones are kept. */
  add(key: RowKey, outcome: Outcome, differences: readonly KeptDifference[] = []): void {
    const name = `${key.door} ${key.endpoint}`;
    const counts = this.counts.get(name) ?? none(key);
    this.counts.set(name, counts);
    counts[outcome]++;
    counts.lastAt = new Date();
    if (outcome === 'stopped') counts.stoppedAt = counts.lastAt;
    if (outcome === 'different') counts.kept.push({ at: counts.lastAt, differences });
    if (counts.kept.length > KEPT_MAX) counts.kept.shift();
    this.timer ??= setTimeout(() => void this.settle(), WRITE_AFTER_MS).unref();
  }

  /** Writes what was found so far; never throws. What the database does not take now is written later. */
  settle(): Promise<void> {
    this.writing = this.writing.then(() => this.write());
    return this.writing;
  }

  private async write(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const found = [...this.counts.values()];
    if (found.length === 0) return;
    this.counts.clear();
    try {
      await addShadows(this.fork(), found);
    } catch (error) {
      this.onFailure(error);
      // What the database will never take, it takes without the differences: the rest is numbers.
      const isPassing = toAppError(error).kind === 'unavailable';
      for (const counts of found) this.putBack(isPassing ? counts : { ...counts, kept: [] });
    }
  }

  private putBack(before: ShadowCounts): void {
    const name = `${before.door} ${before.endpoint}`;
    const since = this.counts.get(name) ?? none(before);
    for (const outcome of OUTCOMES) since[outcome] += before[outcome];
    since.stoppedAt ??= before.stoppedAt;
    since.kept = [...before.kept, ...since.kept].slice(-KEPT_MAX);
    this.counts.set(name, since);
  }
}
