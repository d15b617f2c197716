import type { EntityManager } from '@mikro-orm/postgresql';
import type { DatabaseContext } from '../../context.js';
import type { LegacySystem } from '../../door.js';
import { toAppError } from '../../errors/unexpected.js';
import { StartError } from '../../infra/start-error.js';
import { propertyOf } from '../../unknown.js';
import type { ImportedPasswords } from '../credential/imported-passwords.js';
import type { SessionService } from '../session/session.service.js';
import { giveFreshIds, numberOf, raiseUserIds } from '../user/legacy-id.repository.js';
import type { VerificationSecrets } from '../verification/verification.secrets.js';
import { BatchImporter } from './batch.importer.js';
import { StateReader } from './batch.state.js';
import { BatchWriter } from './batch.writer.js';
import { type HeldGuard, withImportGuard } from './import.guard.js';
import { type ImportReport, Tally } from './import.report.js';
import {
  analyseTables,
  beginRun,
  countLeft,
  countLegacyIds,
  countMissing,
  createClaims,
  endRun,
  findSystem,
  findSystems,
} from './import-run.repository.js';
import { markSeen } from './import-users.repository.js';
import { countImportedPictures, locatePictures } from './imported-picture.repository.js';
import { KeptIds, RAISED_TO_MOST } from './kept-ids.js';
import { inBatches, oneAhead } from './record.batches.js';
import type { PreparedBatch, RecordPreparer } from './record.preparer.js';
import type { Outcome, Run } from './run.js';
import { type RecordSource, SourceError } from './source.js';

export interface ImportOptions extends Pick<Run, 'system' | 'onConflict' | 'directory' | 'dryRun'> {
  /** The accounts shall have the number that they had there. Those of a system that has begun so always do. */
  keepIds: boolean;
  /** Told of every batch once it is written; waited for. */
  onOutcomes?: (outcomes: readonly Outcome[]) => Promise<void> | void;
}

/** So far ahead of a source that goes on: raising them keeps registrations waiting for a moment. */
const RAISED_AHEAD = 20_000;
/** Batches of so few records are the last of their source, or all of it. */
const SMALL_BATCH = 250;

/** Imports accounts of other systems. */
export class ImportService {
  constructor(
    private readonly fork: () => EntityManager,
    private readonly preparer: RecordPreparer,
    private readonly passwords: ImportedPasswords,
    private readonly secrets: VerificationSecrets,
    private readonly sessions: SessionService,
  ) {}

  /**
   * Imports every record of a source, batch by batch, each of which is whole or not there. Throws a StartError when it
   * cannot begin, or not go on; what was written by then stays, and the same again does the rest.
   */
  users(ctx: DatabaseContext, source: RecordSource, options: ImportOptions): Promise<ImportReport> {
    return withImportGuard(this.fork, (guard) => {
      const work = () => this.importUsers(ctx, source, options, guard);
      return options.dryRun ? this.takingBack(ctx, work) : work();
    });
  }

  /** True where accounts of a system have the number that they had there. */
  async keepsIds({ em }: DatabaseContext, system: LegacySystem): Promise<boolean> {
    return (await findSystem(em, system))?.keepsIds ?? false;
  }

  /** The systems that were imported from, and what is left to be done for what was. */
  async status({ em }: DatabaseContext) {
    const ids = await countLegacyIds(em);
    const systems = await findSystems(em);
    const left = await countLeft(em);
    return {
      systems: systems.map(({ system, keepsIds, startedAt, finishedAt, counts }) => ({
        system,
        ids: ids.get(system) ?? 0,
        keepsIds,
        startedAt,
        finishedAt,
        counts,
      })),
      passwordsLeft: left.passwords,
      picturesLeft: left.pictures,
      picturesFailed: (await countImportedPictures(em)).failed,
      followsWaiting: left.follows,
    };
  }

  /** One transaction around all of it, in which each batch is taken back at once: nothing is held meanwhile. */
  private takingBack<T>({ em }: DatabaseContext, work: () => Promise<T>): Promise<T> {
    return em.transactional(async () => {
      await createClaims(em);
      return work();
    });
  }

  private async importUsers(
    ctx: DatabaseContext,
    source: RecordSource,
    options: ImportOptions,
    guard: HeldGuard,
  ): Promise<ImportReport> {
    const started = performance.now();
    const tally = new Tally();
    try {
      const run = await this.begin(ctx, source, options);
      await this.importRecords(ctx, run, { source, options, guard, tally });
      tally.counts.missing = await this.end(ctx, run, tally);
      return {
        system: run.system,
        dryRun: run.dryRun,
        keepsIds: run.keepsIds,
        ...tally.counts,
        seconds: Math.round((performance.now() - started) / 100) / 10,
        reasons: tally.reasons,
        rejectedRecords: tally.rejectedRecords,
        skippedRecords: tally.skippedRecords,
        renamedRecords: tally.renamedRecords,
      };
    } catch (error) {
      throw cut(error, options.dryRun ? null : tally);
    }
  }

  private async begin(ctx: DatabaseContext, source: RecordSource, options: ImportOptions): Promise<Run> {
    const { system, dryRun, directory, onConflict } = options;
    const before = await findSystem(ctx.em, system);
    const keepsIds = options.keepIds || before?.keepsIds === true;
    const run = { system, keepsIds, onConflict, directory, dryRun };
    const number = (before?.run ?? 0) + 1;
    if (keepsIds) {
      await refuseSecondKeeper(ctx, system);
      const rules = await this.preparer.ruleContext(ctx, run);
      const highest = await new KeptIds(this.preparer, rules).check(ctx, { ...run, number }, source);
      if (!dryRun) await raiseUserIds(ctx.em, highest);
    }
    if (dryRun) return { ...run, number };
    if (directory !== null) await locatePictures(ctx.em, system, directory);
    return { ...run, number: await beginRun(ctx.em, system, keepsIds) };
  }

  private async importRecords(
    ctx: DatabaseContext,
    run: Run,
    work: { source: RecordSource; options: ImportOptions; guard: HeldGuard; tally: Tally },
  ): Promise<void> {
    const { source, options, guard, tally } = work;
    const rules = await this.preparer.ruleContext(ctx, run);
    const importer = new BatchImporter(
      new StateReader(this.secrets),
      new BatchWriter(this.passwords, this.secrets, this.sessions),
      this.preparer.hasher,
      guard.assertHeld,
    );
    const ids = new RaisedIds();
    let written = 0;
    const batches = inBatches(source.read(), (items) => this.preparer.prepare(rules, items));
    for await (const prepared of oneAhead(batches)) {
      const batch = await this.preparer.withoutBanned(ctx, prepared);
      if (!run.dryRun) await ids.raise(ctx, batch);
      const outcomes = await importer.import(ctx, run, batch.records);
      tally.seen += await this.seenAmong(ctx, run, batch);
      const all = [...outcomes, ...batch.rejected].sort((a, b) => a.line - b.line);
      for (const outcome of all) tally.add(outcome);
      await options.onOutcomes?.(all);
      // After 1, 2, 4, 8… batches: tables that grow from nothing are planned for as if they were still empty.
      if (!run.dryRun && Number.isInteger(Math.log2(++written))) await analyseTables(ctx.em);
    }
  }

  /** Records that cannot be read are in the dump all the same. */
  private async seenAmong({ em }: DatabaseContext, run: Run, { rejected }: PreparedBatch): Promise<number> {
    const ids = rejected.flatMap(({ legacyId }) => legacyId ?? []);
    const mark = () => markSeen(em, run.system, run.number, ids);
    if (!run.dryRun) return mark();
    // Taken back like everything else.
    let marked = 0;
    await em
      .transactional(async () => {
        marked = await mark();
        throw new TakenBack();
      })
      .catch((error: unknown) => {
        if (!(error instanceof TakenBack)) throw error;
      });
    return marked;
  }

  /** Returns how many records of before were not seen any more. */
  private async end(ctx: DatabaseContext, run: Run, tally: Tally): Promise<number> {
    const unseen = await countMissing(ctx.em, run.system, run.number);
    if (run.dryRun) return unseen - tally.seen;
    // Accounts that were being made meanwhile are all to be seen from here on.
    await raiseUserIds(ctx.em, 0);
    await giveFreshIds(ctx.em);
    await endRun(ctx.em, run.system, { ...tally.counts, missing: unseen });
    return unseen;
  }
}

class TakenBack extends Error {}

/** Keeps the numbers of new accounts above the old ids that have come. */
class RaisedIds {
  private raisedTo = 0;

  async raise({ em }: DatabaseContext, { records }: PreparedBatch): Promise<void> {
    const numbers = records.flatMap(({ legacyId }) => numberOf(legacyId) ?? []);
    const highest = Math.max(0, ...numbers.filter((number) => number <= RAISED_TO_MOST));
    if (highest <= this.raisedTo) return;
    const ahead = records.length > SMALL_BATCH ? RAISED_AHEAD : 0;
    this.raisedTo = Math.min(highest + ahead, RAISED_TO_MOST);
    await raiseUserIds(em, this.raisedTo);
  }
}

/** The numbers of one system at most are those of accounts. Throws a StartError. */
async function refuseSecondKeeper({ em }: DatabaseContext, system: LegacySystem): Promise<void> {
  const systems = await findSystems(em);
  const other = systems.find(({ keepsIds, system: name }) => keepsIds && name !== system);
  if (other)
    throw new StartError(`--keep-ids is refused: the accounts of ${other.system} keep their ids already.`);
  const isKeeper = systems.some(({ keepsIds, system: name }) => keepsIds && name === system);
  if (!isKeeper && ((await countLegacyIds(em)).get(system) ?? 0) > 0) {
    throw new StartError(`--keep-ids is refused: accounts of ${system} were imported without it.`);
  }
}

/** What ended an import, in words for the operator, and what stays of it; a defect as it is. */
export function cut(error: unknown, tally: Tally | null): unknown {
  const written = tally && tally.counts.read > 0;
  const stays = tally === null ? 'Nothing was written.' : written ? tally.stays : '';
  const tell = (what: string) => new StartError(`${what} ${stays}`.trim(), { cause: error });
  if (error instanceof SourceError) return tell(error.message);
  if (error instanceof StartError) return written ? tell(error.message) : error;
  if (toAppError(error).kind !== 'unavailable') return error;
  const reason = String(propertyOf(error, 'message')).split('\n')[0];
  return tell(`The import was cut off (${reason}).`);
}
