import type { z } from 'zod';
import type { DatabaseContext } from '../../context.js';
import { DeviceType } from '../../device-type.js';
import type { LegacySystem } from '../../door.js';
import { type ForeignSession, type Holder, lockHolders, type Owner } from '../session/session.repository.js';
import { hashOf, isGuessable } from '../session/token.js';
import { UserStatus } from '../user/user.entity.js';
import { legacyIdOf } from './record.form.js';
import { ofUnreadable, type Reason, type RejectionCode, reasonOf } from './rejection.js';
import { SESSION_RECORD, type SessionRecord } from './session.record.js';
import { pretendedSessions, type SessionStore, STORED_SESSIONS } from './session.store.js';
import type { RecordSource, SourceItem } from './source.js';

/** Records of one transaction, which keeps the accounts behind them from changing. */
const BATCH = 1000;

/** A record that was not imported, and why: never with its token. */
export interface RejectedSession {
  line: number;
  legacyId: string | null;
  reason: Reason;
}

/** What became of the records. */
export interface SessionCounts {
  read: number;
  created: number;
  /** There already, and still good. */
  unchanged: number;
  /** Expired in the other system. */
  expired: number;
  /** Ended here: the session itself, all of the account, or the account. */
  ended: number;
  rejected: number;
}

export interface SessionImportOptions {
  system: LegacySystem;
  /** Does everything but write. */
  dryRun: boolean;
  onRejected(rejected: RejectedSession): void | Promise<void>;
  onProgress?(counts: SessionCounts): void;
}

/** A record that can be imported, if its account says so. */
interface Candidate {
  line: number;
  legacyId: string;
  tokenHash: string;
  deviceType: DeviceType;
  tokenExpiresAt: Date;
}

type Outcome = Exclude<keyof SessionCounts, 'read' | 'rejected'> | RejectedSession;

const rejected = (
  line: number,
  legacyId: string | null,
  code: RejectionCode,
  field?: string,
): RejectedSession => ({ line, legacyId, reason: reasonOf(code, field) });

/** Only the first field at fault is named, and an unknown one not at all: a misplaced token might be its name. */
const malformed = (line: number, raw: unknown, { issues: [issue] }: z.ZodError): RejectedSession =>
  rejected(line, legacyIdOf(raw), 'INVALID_INPUT', issue?.path.map(String).join('.') || undefined);

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
  if ('error' in item) return { line, legacyId: null, reason: ofUnreadable(item.error) };
  const { data, error } = SESSION_RECORD.safeParse(item.raw);
  if (!data) return malformed(line, item.raw, error);
  if (isGuessable(data.token)) return rejected(line, data.legacy_id, 'TOKEN_GUESSABLE', 'token');
  if (data.expires_at.getTime() <= Date.now()) return 'expired';
  return candidateOf(line, data);
}

const isCandidate = (read: Candidate | Outcome): read is Candidate =>
  typeof read === 'object' && 'tokenHash' in read;

/**
 * Takes over the sessions of another system by their tokens, which are stored hashed. Records go in batches, each in one
 * transaction; what was imported before stays as it is, so that a repeated run does what is left and revives nothing.
 */
export class SessionImport {
  private readonly counts: SessionCounts = {
    read: 0,
    created: 0,
    unchanged: 0,
    expired: 0,
    ended: 0,
    rejected: 0,
  };
  private readonly store: SessionStore;

  constructor(
    private readonly ctx: DatabaseContext,
    private readonly options: SessionImportOptions,
  ) {
    this.store = options.dryRun ? pretendedSessions() : STORED_SESSIONS;
  }

  /** Throws a SourceError when nothing more can be read; whole batches before that are imported. */
  async run(source: RecordSource): Promise<SessionCounts> {
    const { counts, options } = this;
    let batch: Candidate[] = [];
    for await (const item of source.read()) {
      counts.read += 1;
      const read = readItem(item);
      if (isCandidate(read)) batch.push(read);
      else await this.settle([read]);
      if (batch.length === BATCH) {
        await this.settle(await this.storeBatch(batch));
        batch = [];
        options.onProgress?.(counts);
      }
    }
    await this.settle(await this.storeBatch(batch));
    return counts;
  }

  private async settle(outcomes: readonly Outcome[]): Promise<void> {
    for (const outcome of outcomes) {
      this.counts[typeof outcome === 'string' ? outcome : 'rejected'] += 1;
      if (typeof outcome !== 'string') await this.options.onRejected(outcome);
    }
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
      return candidates.map((candidate) => {
        const holder = holders.get(candidate.legacyId);
        if (!holder) return rejected(candidate.line, candidate.legacyId, 'USER_NOT_FOUND', 'legacy_id');
        // The first of a token is the one that was stored.
        if (mayCome(holder) && created.delete(candidate.tokenHash)) return 'created';
        return knownAs(candidate, holder, owners.get(candidate.tokenHash));
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
function knownAs({ line, legacyId }: Candidate, { userId }: Holder, owner: Owner | undefined): Outcome {
  if (owner && owner.userId !== userId) return rejected(line, legacyId, 'TOKEN_TAKEN', 'token');
  return owner?.live ? 'unchanged' : 'ended';
}
