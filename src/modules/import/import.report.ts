import type { LegacySystem } from '../../door.js';
import type { RejectionCode } from './rejection.js';
import type { Outcome, OutcomeKind } from './run.js';

/** Outcomes of one kind that are told one by one; all of them are counted. */
const EXAMPLES = 100;

export type Counts = Record<'read' | OutcomeKind | 'renamed' | 'missing', number>;

export interface Example {
  line: number;
  legacyId: string | null;
  code?: RejectionCode;
  field?: string;
  name?: string;
}

/** What a run came to. */
export interface ImportReport extends Counts {
  system: LegacySystem;
  dryRun: boolean;
  keepsIds: boolean;
  seconds: number;
  /** How many records were rejected or skipped for each reason. */
  reasons: Partial<Record<RejectionCode, number>>;
  /** The first that were rejected, skipped, and given another name. */
  rejectedRecords: Example[];
  skippedRecords: Example[];
  renamedRecords: Example[];
}

/** Adds up what becomes of records. */
export class Tally {
  readonly counts: Counts = {
    read: 0,
    created: 0,
    merged: 0,
    updated: 0,
    unchanged: 0,
    skipped: 0,
    rejected: 0,
    renamed: 0,
    missing: 0,
  };
  readonly reasons: Partial<Record<RejectionCode, number>> = {};
  readonly rejectedRecords: Example[] = [];
  readonly skippedRecords: Example[] = [];
  readonly renamedRecords: Example[] = [];
  /** Records that an import had seen before. */
  seen = 0;

  add(outcome: Outcome): void {
    const { line, legacyId, kind, reason, name } = outcome;
    this.counts.read += 1;
    this.counts[kind] += 1;
    if (outcome.seen) this.seen += 1;
    if (reason) {
      this.reasons[reason.code] = (this.reasons[reason.code] ?? 0) + 1;
      const { code, field } = reason;
      const list = kind === 'skipped' ? this.skippedRecords : this.rejectedRecords;
      if (list.length < EXAMPLES) list.push({ line, legacyId, code, ...(field !== undefined && { field }) });
    }
    if (name === undefined) return;
    this.counts.renamed += 1;
    if (this.renamedRecords.length < EXAMPLES) this.renamedRecords.push({ line, legacyId, name });
  }

  /** What was committed, in words. */
  get stays(): string {
    const { created, merged, updated } = this.counts;
    return `What was imported stays (${created} created, ${merged} merged, ${updated} updated): run it again to do the rest.`;
  }
}
