import type { DatabaseContext } from '../../context.js';
import { StartError } from '../../infra/start-error.js';
import { NO_ACCOUNT } from '../../numbers.js';
import { keptIdOf } from './batch.state.js';
import { findContactOwners, findTakenIds } from './import-run.repository.js';
import { findKnown } from './import-state.repository.js';
import { inBatches } from './record.batches.js';
import type { PreparedRecord } from './record.fields.js';
import { legacyIdOf } from './record.form.js';
import type { RecordPreparer } from './record.preparer.js';
import type { RuleContext } from './record.rules.js';
import type { Run } from './run.js';
import type { RecordSource, SourceItem } from './source.js';

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
    for await (const items of inBatches(source.read(), (batch) => batch))
      await this.checkBatch(ctx, run, items);
    if (this.refused === 0) return this.highest;
    const more = this.refused > this.told.length ? ', …' : '';
    throw new StartError(
      `--keep-ids is refused: ${this.refused} old ids belong to other accounts here, or are no whole number from 1 to ${NO_ACCOUNT - 1} (${this.told.join(', ')}${more}). Nothing was written.`,
    );
  }

  /** Only those are read by all rules whose ids would be refused: what is no record refuses nothing. */
  private async checkBatch(ctx: DatabaseContext, run: Run, items: readonly SourceItem[]): Promise<void> {
    const named = items.flatMap((item) => {
      const legacyId = 'raw' in item ? legacyIdOf(item.raw) : null;
      return legacyId === null ? [] : [{ item, legacyId, id: keptIdOf(legacyId) }];
    });
    const known = await findKnown(
      ctx.em,
      run.system,
      named.map(({ legacyId }) => legacyId),
    );
    const fresh = named.filter(({ legacyId }) => !known.has(legacyId));
    const ids = fresh.flatMap(({ id }) => id ?? []);
    for (const id of ids) if (id <= RAISED_TO_MOST) this.highest = Math.max(this.highest, id);
    const taken = new Set(await findTakenIds(ctx.em, run.system, ids));
    const unfit = fresh.filter(({ id }) => id === null || taken.has(id)).map(({ item }) => item);
    const { records } = this.preparer.prepare(this.rules, unfit);
    for (const { legacyId } of await withoutAccounts(ctx, records)) {
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
