import type { DatabaseContext } from '../../context.js';
import { StartError } from '../../infra/start-error.js';
import { NO_ACCOUNT } from '../../numbers.js';
import { keptIdOf } from './batch.state.js';
import { findContactOwners, findTakenIds } from './import-run.repository.js';
import { findKnown } from './import-state.repository.js';
import { inBatches } from './record.batches.js';
import type { PreparedRecord } from './record.fields.js';
import type { RecordPreparer } from './record.preparer.js';
import type { RuleContext } from './record.rules.js';
import type { Run } from './run.js';
import type { RecordSource } from './source.js';

/** The numbers of new accounts are raised above old ids up to this one; higher ones are passed over one by one. */
export const RAISED_TO_MOST = 2 ** 30;
/** Ids that are told one by one. */
const TOLD = 10;

/** Looks at all records before one is written: whether their accounts can have the ids that they had. */
export class KeptIds {
  private highest = 0;
  private refused = 0;
  private readonly told: string[] = [];

  constructor(
    private readonly preparer: RecordPreparer,
    private readonly rules: RuleContext,
  ) {}

  /** The highest id that new accounts are to come after. Throws a StartError that names ids which are taken, or cannot be the number of an account. */
  async check(ctx: DatabaseContext, run: Run, source: RecordSource): Promise<number> {
    const batches = inBatches(source.read(), (items) => this.preparer.prepare(this.rules, items).records);
    for await (const records of batches) await this.checkBatch(ctx, run, records);
    if (this.refused === 0) return this.highest;
    const more = this.refused > this.told.length ? ', …' : '';
    throw new StartError(
      `--keep-ids is refused: ${this.refused} old ids belong to other accounts here, or are no whole number from 1 to ${NO_ACCOUNT - 1} (${this.told.join(', ')}${more}). Nothing was written.`,
    );
  }

  private async checkBatch(
    ctx: DatabaseContext,
    run: Run,
    records: readonly PreparedRecord[],
  ): Promise<void> {
    const known = await findKnown(
      ctx.em,
      run.system,
      records.map(({ legacyId }) => legacyId),
    );
    const fresh = records.filter(({ legacyId }) => !known.has(legacyId));
    const ids = fresh.flatMap(({ legacyId }) => keptIdOf(legacyId) ?? []);
    for (const id of ids) if (id <= RAISED_TO_MOST) this.highest = Math.max(this.highest, id);
    const taken = new Set(await findTakenIds(ctx.em, run.system, ids));
    const unfit = fresh.filter(({ legacyId }) => {
      const id = keptIdOf(legacyId);
      return id === null || taken.has(id);
    });
    for (const { legacyId } of await withoutAccounts(ctx, unfit)) {
      this.refused += 1;
      if (this.told.length < TOLD) this.told.push(legacyId);
    }
  }
}

/** Those of persons who have no account here: the others keep that one, whatever becomes of the record. */
async function withoutAccounts(
  ctx: DatabaseContext,
  records: readonly PreparedRecord[],
): Promise<PreparedRecord[]> {
  const phones = records.flatMap(({ fields }) => fields.phone ?? []);
  const emails = records.flatMap(({ fields: { email } }) => (email?.verified ? email.address : []));
  const owned = await findContactOwners(ctx.em, phones, emails);
  return records.filter(
    ({ fields: { phone, email } }) =>
      !(phone && owned.has(phone)) && !(email?.verified && owned.has(email.address)),
  );
}
