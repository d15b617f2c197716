import type { EntityManager } from '@mikro-orm/postgresql';
import type { z } from 'zod';
import type { DatabaseContext } from '../../context.js';
import { DeviceType } from '../../device-type.js';
import type { LegacySystem } from '../../door.js';
import { type ForeignSession, type Holder, lockHolders, type Owner } from '../session/session.repository.js';
import { hashOf, isGuessable } from '../session/token.js';
import { UserStatus } from '../user/user.entity.js';
import { type HeldGuard, withImportGuard } from './import.guard.js';
import { type ImportReport, Tally } from './import.report.js';
import { cut } from './import.service.js';
import { legacyIdOf } from './record.form.js';
import { ofUnreadable, type Reason, type RejectionCode, reasonOf } from './rejection.js';
import type { Outcome, OutcomeKind } from './run.js';
import { SESSION_RECORD, type SessionRecord } from './session.record.js';
import { pretendedSessions, type SessionStore, STORED_SESSIONS } from './session.store.js';
import type { RecordSource, SourceItem } from './source.js';

/** Records of one transaction, which keeps the accounts behind them from changing. */
const BATCH = 1000;

export interface SessionImportOptions {
  system: LegacySystem;
  /** Does everything but write. */
  dryRun: boolean;
  /** Told of what has become of records, in the order of their lines but for batches; waited for. */
  onOutcomes?: (outcomes: readonly Outcome[]) => Promise<void> | void;
}

/** What a run came to. */
export type SessionImportReport = Pick<
  ImportReport,
  | 'system'
  | 'dryRun'
  | 'read'
  | 'created'
  | 'unchanged'
  | 'skipped'
  | 'rejected'
  | 'seconds'
  | 'reasons'
  | 'rejectedRecords'
  | 'skippedRecords'
>;

/** A record that can be imported, if its account says so. */
interface Candidate {
  line: number;
  legacyId: string;
  tokenHash: string;
  deviceType: DeviceType;
  tokenExpiresAt: Date;
}

type Place = Pick<Outcome, 'line' | 'legacyId'>;

const rejected = (place: Place, code: RejectionCode, field?: string): Outcome =>
  outcome(place, 'rejected', reasonOf(code, field));

const skipped = (place: Place, code: RejectionCode): Outcome => outcome(place, 'skipped', reasonOf(code));

const outcome = ({ line, legacyId }: Place, kind: OutcomeKind, reason?: Reason): Outcome => ({
  line,
  legacyId,
  kind,
  ...(reason && { reason }),
});

/** Only the first field at fault is named, and an unknown one not at all: a misplaced token might be its name. */
const malformed = (line: number, raw: unknown, { issues: [issue] }: z.ZodError): Outcome =>
  rejected(
    { line, legacyId: legacyIdOf(raw) },
    'INVALID_INPUT',
    issue?.path.map(String).join('.') || undefined,
  );

const candidateOf = (line: number, record: SessionRecord): Candidate => ({
  line,
  legacyId: record.legacy_id,
  tokenHash: hashOf(record.token),
  deviceType: record.device_type ?? DeviceType.UNKNOWN,
  tokenExpiresAt: record.expires_at,
});

/** A candidate, or what has become of the record without one. */
function readItem(item: SourceItem): Candidate | Outcome {
  const { line } = item;
  if ('error' in item) return outcome({ line, legacyId: null }, 'rejected', ofUnreadable(item.error));
  const { data, error } = SESSION_RECORD.safeParse(item.raw);
  if (!data) return malformed(line, item.raw, error);
  const place = { line, legacyId: data.legacy_id };
  if (isGuessable(data.token)) return rejected(place, 'TOKEN_GUESSABLE', 'token');
  if (data.expires_at.getTime() <= Date.now()) return skipped(place, 'SESSION_EXPIRED');
  return candidateOf(line, data);
}

const isCandidate = (read: Candidate | Outcome): read is Candidate => 'tokenHash' in read;

/** Takes over the sessions of other systems by their tokens, which are stored hashed. */
export class SessionImportService {
  constructor(private readonly fork: () => EntityManager) {}

  /**
   * Imports every session of a source, batch by batch, each of which is one transaction. What was imported before stays
   * as it is, so that a repeated run does what is left and revives nothing. Throws a StartError when it cannot begin, or
   * not go on.
   */
  sessions(
    ctx: DatabaseContext,
    source: RecordSource,
    options: SessionImportOptions,
  ): Promise<SessionImportReport> {
    return withImportGuard(this.fork, (guard) => new SessionRun(ctx, options, guard).run(source));
  }
}

/** One run of it. */
class SessionRun {
  private readonly tally = new Tally();
  private readonly store: SessionStore;

  constructor(
    private readonly ctx: DatabaseContext,
    private readonly options: SessionImportOptions,
    private readonly guard: HeldGuard,
  ) {
    this.store = options.dryRun ? pretendedSessions() : STORED_SESSIONS;
  }

  async run(source: RecordSource): Promise<SessionImportReport> {
    const started = performance.now();
    const { system, dryRun } = this.options;
    const { counts, reasons, rejectedRecords, skippedRecords } = this.tally;
    try {
      await this.importAll(source);
    } catch (error) {
      throw cut(error, dryRun ? null : this.tally);
    }
    const { read, created, unchanged, skipped, rejected } = counts;
    const seconds = Math.round((performance.now() - started) / 100) / 10;
    return {
      ...{ system, dryRun, read, created, unchanged, skipped, rejected, seconds },
      ...{ reasons, rejectedRecords, skippedRecords },
    };
  }

  private async importAll(source: RecordSource): Promise<void> {
    let batch: Candidate[] = [];
    let settled: Outcome[] = [];
    const flush = async () => {
      await this.settle([...settled, ...(await this.storeBatch(batch))]);
      batch = [];
      settled = [];
    };
    for await (const item of source.read()) {
      const read = readItem(item);
      if (isCandidate(read)) batch.push(read);
      else settled.push(read);
      if (batch.length + settled.length === BATCH) await flush();
    }
    await flush();
  }

  private async settle(outcomes: readonly Outcome[]): Promise<void> {
    const inOrder = outcomes.toSorted((a, b) => a.line - b.line);
    for (const one of inOrder) this.tally.add(one);
    await this.options.onOutcomes?.(inOrder);
  }

  private storeBatch(candidates: readonly Candidate[]): Promise<Outcome[]> {
    const { em } = this.ctx;
    return em.transactional(async () => {
      const legacyIds = new Set(candidates.map(({ legacyId }) => legacyId));
      const holders = await lockHolders(em, this.options.system, [...legacyIds]);
      const created = await this.store.insert(
        this.ctx,
        candidates.flatMap((candidate) => sessionOf(candidate, holders.get(candidate.legacyId))),
      );
      const owners = await this.store.owners(
        this.ctx,
        candidates.map(({ tokenHash }) => tokenHash),
      );
      await this.guard.assertHeld(this.ctx);
      return candidates.map((candidate) => {
        const holder = holders.get(candidate.legacyId);
        if (!holder) return rejected(candidate, 'USER_NOT_FOUND', 'legacy_id');
        // The first of a token is the one that was stored.
        const isNew = mayCome(holder) && created.delete(candidate.tokenHash);
        return isNew
          ? outcome(candidate, 'created')
          : knownAs(candidate, holder, owners.get(candidate.tokenHash));
      });
    });
  }
}

/** Sessions of an account that cannot be used, or whose sessions were all ended since it came, ended with them. */
const mayCome = ({ status, ended }: Holder): boolean => status === UserStatus.ACTIVE && !ended;

const sessionOf = (
  { tokenHash, deviceType, tokenExpiresAt }: Candidate,
  holder?: Holder,
): ForeignSession[] =>
  holder && mayCome(holder) ? [{ userId: holder.userId, tokenHash, deviceType, tokenExpiresAt }] : [];

/** A token that was not stored: it was known before, or its account is not to have it. */
function knownAs(candidate: Candidate, { userId }: Holder, owner: Owner | undefined): Outcome {
  if (owner && owner.userId !== userId) return rejected(candidate, 'TOKEN_TAKEN', 'token');
  return owner?.live ? outcome(candidate, 'unchanged') : skipped(candidate, 'SESSION_ENDED');
}
