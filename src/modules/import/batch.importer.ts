import { DriverException } from '@mikro-orm/core';
import type { DatabaseContext } from '../../context.js';
import { ofConstraint } from '../../errors/constraints.js';
import { propertyOf } from '../../unknown.js';
import { BatchDecider, type Decision } from './batch.decider.js';
import { keysOf, textOf } from './batch.keys.js';
import { Overtaken, type StateReader } from './batch.state.js';
import type { BatchWriter } from './batch.writer.js';
import { addClaims, type OwnedClaim } from './import-run.repository.js';
import { markSeen } from './import-users.repository.js';
import type { FieldHasher, PreparedRecord } from './record.fields.js';
import { reasonOf } from './rejection.js';
import type { Outcome, Run } from './run.js';

/** A batch that others keep changing under our hands is tried so often before it is taken apart. */
const TRIES = 3;

/** So often records wait for others that may give up what they are to have. */
const WAITING_WAVES = 10;

/** States of PostgreSQL that are about the rows: values (22), constraints (23); and those of a lost race. */
const ABOUT_ROWS = /^(21|22|23)/;
const LOST_RACE = /^40(001|P01)$/;

const stateOf = (error: unknown): string => {
  const code = error instanceof DriverException ? propertyOf(error, 'code') : undefined;
  return typeof code === 'string' ? code : '';
};

/** True for what fewer records, or another look, may mend; false for what ends the import. */
const isOfBatch = (error: unknown): boolean =>
  error instanceof Overtaken || ABOUT_ROWS.test(stateOf(error)) || LOST_RACE.test(stateOf(error));

/** Thrown to take back what a dry run has written; carries what it came to. */
class TakenBack extends Error {
  constructor(readonly decisions: readonly Decision[]) {
    super('taken back');
  }
}

/** Imports a batch of records: as a whole, or, where one of them cannot be written, in ever smaller parts. */
export class BatchImporter {
  constructor(
    private readonly reader: StateReader,
    private readonly writer: BatchWriter,
    private readonly hasher: FieldHasher,
    /** Called at the end of each transaction; throws where nothing of it may be written any more. */
    private readonly beforeCommit: (ctx: DatabaseContext) => Promise<void>,
  ) {}

  async import(ctx: DatabaseContext, run: Run, records: readonly PreparedRecord[]): Promise<Outcome[]> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.importWhole(ctx, run, records);
      } catch (error) {
        if (!isOfBatch(error)) throw error;
        if (attempt < TRIES) continue;
        if (records.length === 1) return records.map((record) => refused(record, error));
        const middle = Math.ceil(records.length / 2);
        return [
          ...(await this.import(ctx, run, records.slice(0, middle))),
          ...(await this.import(ctx, run, records.slice(middle))),
        ];
      }
    }
  }

  private async importWhole(
    ctx: DatabaseContext,
    run: Run,
    records: readonly PreparedRecord[],
  ): Promise<Outcome[]> {
    const decisions = run.dryRun
      ? await this.takeBack(ctx, run, records)
      : await ctx.em.transactional(async () => {
          const made = await this.importAll(ctx, run, records);
          await this.beforeCommit(ctx);
          return made;
        });
    return decisions.map(({ outcome }) => outcome);
  }

  /** Within the transaction of a dry run: what is written is taken back, what was claimed is remembered. */
  private async takeBack(
    ctx: DatabaseContext,
    run: Run,
    records: readonly PreparedRecord[],
  ): Promise<readonly Decision[]> {
    try {
      await ctx.em.transactional(async () => {
        throw new TakenBack(await this.importAll(ctx, run, records));
      });
      return [];
    } catch (error) {
      if (!(error instanceof TakenBack)) throw error;
      await addClaims(ctx.em, error.decisions.flatMap(claimsOf));
      return error.decisions;
    }
  }

  /** Records that depend on others of the batch come after them. */
  private async importAll(
    ctx: DatabaseContext,
    run: Run,
    records: readonly PreparedRecord[],
  ): Promise<Decision[]> {
    const decisions: Decision[] = [];
    let left = records;
    for (let wave = 1, waits = true; left.length > 0; wave++) {
      const { now, later } = await this.decide(ctx, run, left, waits);
      await this.writer.write(
        ctx,
        run,
        now.flatMap(({ plan }) => plan ?? []),
      );
      const seen = now.filter(({ plan }) => !plan).map(({ outcome }) => outcome.legacyId ?? '');
      await markSeen(ctx.em, run.system, run.number, seen);
      decisions.push(...now);
      // Those who have what the other is to have would wait for ever.
      waits = now.length > 0 && wave < WAITING_WAVES;
      left = later;
    }
    return decisions.sort((a, b) => a.outcome.line - b.outcome.line);
  }

  private async decide(ctx: DatabaseContext, run: Run, records: readonly PreparedRecord[], waits: boolean) {
    const state = await this.reader.read(ctx, run, records);
    const decider = new BatchDecider(run, state, this.hasher, waits);
    const later: PreparedRecord[] = [];
    const now: Decision[] = [];
    for (const record of records) {
      const decision = decider.decide(record);
      if (decision) now.push(decision);
      else later.push(record);
    }
    return { now, later };
  }
}

const refused = ({ line, legacyId }: PreparedRecord, error: unknown): Outcome => {
  const taken = ofConstraint(error);
  const reason = taken ? reasonOf(taken.code, taken.details.field) : reasonOf('RECORD_REFUSED');
  return { line, legacyId, kind: 'rejected', reason };
};

/** What later records of a dry run find taken. */
function claimsOf({ plan, outcome }: Decision): OwnedClaim[] {
  const key = outcome.legacyId ?? '';
  if (!plan) return outcome.seen ? [{ kind: 'record', key, owner: -outcome.line }] : [];
  const owner = plan.account?.userId ?? -outcome.line;
  const keys = keysOf(plan.set).map((taken): OwnedClaim => {
    return { kind: taken.kind, key: textOf(taken).slice(taken.kind.length + 1), owner };
  });
  const joined = plan.account ? [{ kind: 'joined' as const, key: String(plan.account.userId), owner }] : [];
  return [{ kind: 'record', key, owner }, { kind: 'id', key, owner }, ...joined, ...keys];
}
