import type { LegacySystem } from '../../door.js';
import type { Reason } from './rejection.js';

/** What is done with a record whose phone or verified e-mail address an account here has. */
export const CONFLICT_POLICIES = ['report', 'merge', 'skip'] as const;
export type ConflictPolicy = (typeof CONFLICT_POLICIES)[number];

/** One run of an import. */
export interface Run {
  readonly system: LegacySystem;
  /** Its number among those of the system. */
  readonly number: number;
  /** True where accounts have the number that they had there. */
  readonly keepsIds: boolean;
  readonly onConflict: ConflictPolicy;
  /** The folder that files of pictures lie below; null where none was given. */
  readonly directory: string | null;
  readonly dryRun: boolean;
}

export type OutcomeKind = 'created' | 'merged' | 'updated' | 'unchanged' | 'skipped' | 'rejected';

/** What has become of one record. */
export interface Outcome {
  line: number;
  legacyId: string | null;
  kind: OutcomeKind;
  /** True where an import has seen the record before, and this run sees it first. */
  seen?: boolean;
  /** Why it was skipped or rejected. */
  reason?: Reason;
  /** The name that the account has instead of its own, which somebody else has. */
  name?: string;
}
