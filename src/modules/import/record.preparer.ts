import type { Config } from '../../config.js';
import type { DatabaseContext } from '../../context.js';
import { createKeyedHash } from '../../infra/keyed-hash.js';
import type { ModerationService } from '../moderation/moderation.service.js';
import type { PlaceService } from '../place/place.service.js';
import type { ProviderApps } from './identity.rules.js';
import { FieldHasher, type PreparedRecord } from './record.fields.js';
import { legacyIdOf, readRecord } from './record.form.js';
import { fieldsOf, type RuleContext } from './record.rules.js';
import { ofUnreadable, reasonBehind, reasonOf } from './rejection.js';
import type { Outcome, Run } from './run.js';
import type { SourceItem } from './source.js';

/** Some records of a source: those that can be stored, and what is wrong with the others. */
export interface PreparedBatch {
  records: PreparedRecord[];
  rejected: Outcome[];
}

type PreparerConfig = ProviderApps & Pick<Config, 'PASSWORD_PEPPER'>;

/** Reads records by all rules that look at one alone. */
export class RecordPreparer {
  readonly hasher: FieldHasher;

  constructor(
    private readonly config: PreparerConfig,
    private readonly places: PlaceService,
    private readonly moderation: ModerationService,
  ) {
    this.hasher = new FieldHasher(createKeyedHash(config.PASSWORD_PEPPER, 'import'));
  }

  async ruleContext(ctx: DatabaseContext, { system }: Pick<Run, 'system'>): Promise<RuleContext> {
    return { system, places: await this.places.places(ctx), apps: this.config };
  }

  /** Asks nothing of the database, so that it can go on while that is at work. */
  prepare(rules: RuleContext, items: readonly SourceItem[]): PreparedBatch {
    const batch: PreparedBatch = { records: [], rejected: [] };
    for (const item of items) {
      const prepared = this.prepareOne(rules, item);
      if ('fields' in prepared) batch.records.push(prepared);
      else batch.rejected.push(prepared);
    }
    return batch;
  }

  /** Takes out those with a banned word in a name. */
  async withoutBanned(ctx: DatabaseContext, { records, rejected }: PreparedBatch): Promise<PreparedBatch> {
    const names = records.flatMap(({ fields: { name, nickname } }) => [name ?? [], nickname ?? []].flat());
    const banned = await this.moderation.bannedAmong(ctx, names);
    if (banned.size === 0) return { records, rejected };
    const fieldOf = ({ fields: { name, nickname } }: PreparedRecord) =>
      name && banned.has(name) ? 'name' : nickname && banned.has(nickname) ? 'nickname' : undefined;
    const refused = records.flatMap((record): Outcome[] => {
      const field = fieldOf(record);
      const { line, legacyId } = record;
      return field ? [{ line, legacyId, kind: 'rejected', reason: reasonOf('NAME_BANNED', field) }] : [];
    });
    return { records: records.filter((record) => !fieldOf(record)), rejected: [...rejected, ...refused] };
  }

  private prepareOne(rules: RuleContext, item: SourceItem): PreparedRecord | Outcome {
    const { line } = item;
    if ('error' in item) return { line, legacyId: null, kind: 'rejected', reason: ofUnreadable(item.error) };
    try {
      const record = readRecord(item.raw);
      const fields = fieldsOf(record, rules);
      const owner = [rules.system, record.legacy_id] as const;
      const hashes = this.hasher.all(owner, fields);
      return { line, legacyId: record.legacy_id, fields, hashes, digest: this.hasher.digest(owner, hashes) };
    } catch (error) {
      const reason = reasonBehind(error);
      if (!reason) throw error;
      return { line, legacyId: legacyIdOf(item.raw), kind: 'rejected', reason };
    }
  }
}
