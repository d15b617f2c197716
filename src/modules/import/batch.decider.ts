import { generateName } from '../user/text.js';
import type { Account } from './account.fields.js';
import { keysOf, textOf } from './batch.keys.js';
import { type BatchState, keptIdOf, Overtaken, ownersOf } from './batch.state.js';
import type { KeyKind, KnownRecord } from './import-state.repository.js';
import { type FieldHasher, type PreparedRecord } from './record.fields.js';
import { type Plan, planMerge, planNew, planUpdate } from './record.plan.js';
import { Rejected, type RejectionCode, reasonOf, reject } from './rejection.js';
import type { Outcome, Run } from './run.js';

/** What is decided of one record: a plan to carry out, or that there is nothing to do. */
export interface Decision {
  outcome: Outcome;
  plan?: Plan;
}

/** The code and the field for somebody else's keys; names are dealt with otherwise. */
const TAKEN: Readonly<Record<Exclude<KeyKind, 'name'>, [RejectionCode, string]>> = {
  id: ['LEGACY_ID_TAKEN', 'legacy_id'],
  phone: ['PHONE_TAKEN', 'phone'],
  email: ['EMAIL_TAKEN', 'email'],
  identity: ['IDENTITY_TAKEN', 'identities'],
  invite: ['INVITE_CODE_TAKEN', 'invite_code'],
  order: ['ORDER_TAKEN', 'currency.orders'],
};

/** Somebody has what a record is to have, and may give it up by a record of their own. */
class Awaited extends Error {}

/** Decides what becomes of records, by what is there. Records that depend on others of the same batch wait for those. */
export class BatchDecider {
  /** The keys that records before have, or wait for. */
  private readonly claimed = new Set<string>();
  /** The accounts that these records may change: what they have is not settled yet. */
  private readonly changing: ReadonlySet<number>;

  constructor(
    private readonly run: Run,
    private readonly state: BatchState,
    private readonly hasher: FieldHasher,
    /** False where records do not wait for each other any more: each has what the other is to have. */
    waits: boolean,
  ) {
    const known = waits ? [...state.known.values()] : [];
    this.changing = new Set(known.map(({ userId }) => userId).filter((userId) => state.accounts.has(userId)));
  }

  /** Null where another record has to be written first. */
  decide(record: PreparedRecord): Decision | null {
    const own = `record ${record.legacyId}`;
    if (this.claimed.has(own)) return null;
    this.claimed.add(own);
    try {
      const decision = this.decideAlone(record);
      const keys = decision.plan ? this.keysOf(decision.plan) : [];
      if (keys.some((key) => this.claimed.has(key))) return null;
      for (const key of keys) this.claimed.add(key);
      return decision;
    } catch (error) {
      if (error instanceof Awaited) return null;
      if (!(error instanceof Rejected)) throw error;
      return { outcome: this.outcome(record, 'rejected', { reason: error.reason }) };
    }
  }

  private keysOf({ set, account, record }: Plan): string[] {
    const id = this.run.keepsIds && !account ? [`id ${record.legacyId}`] : [];
    return [...id, ...keysOf(set).map(textOf), ...(account ? [`account ${account.userId}`] : [])];
  }

  private outcome(
    { line, legacyId }: PreparedRecord,
    kind: Outcome['kind'],
    details: Partial<Outcome> = {},
  ): Outcome {
    const seen = this.state.known.get(legacyId)?.seen;
    return { line, legacyId, kind, seen: seen ? !this.isRepeated(legacyId) : false, ...details };
  }

  private decideAlone(record: PreparedRecord): Decision {
    const known = this.state.known.get(record.legacyId);
    if (this.isRepeated(record.legacyId)) reject('LEGACY_ID_REPEATED', 'legacy_id');
    return known ? this.decideKnown(record, known) : this.decideNew(record);
  }

  private isRepeated(legacyId: string): boolean {
    const run = this.state.known.get(legacyId)?.seen?.run;
    return run === this.run.number || this.state.repeated.has(legacyId);
  }

  private decideKnown(record: PreparedRecord, { userId, gone, seen }: KnownRecord): Decision {
    if (gone) {
      const reason = reasonOf('ACCOUNT_CANCELLED', 'legacy_id');
      return { outcome: this.outcome(record, 'skipped', { reason }) };
    }
    if (seen?.digest === record.digest) return { outcome: this.outcome(record, 'unchanged') };
    const account = this.accountOf(userId);
    const plan = planUpdate(record, account, seen?.fields ?? {}, this.hasher, this.run.system);
    return this.settle(plan);
  }

  private decideNew(record: PreparedRecord): Decision {
    const { byPhone, byEmail } = ownersOf(record, this.state.owners);
    this.awaitChange(byPhone);
    this.awaitChange(byEmail);
    if (byPhone !== undefined && byEmail !== undefined && byPhone !== byEmail)
      reject('ACCOUNT_AMBIGUOUS', 'phone');
    const owner = byPhone ?? byEmail;
    if (owner !== undefined) return this.decideSame(record, owner, byPhone !== undefined ? 'phone' : 'email');
    if (this.run.keepsIds) this.checkId(record.legacyId);
    return this.settle(planNew(record));
  }

  /** An account here is of the same person. */
  private decideSame(record: PreparedRecord, owner: number, kind: 'phone' | 'email'): Decision {
    const { onConflict } = this.run;
    const [code, field] = TAKEN[kind];
    if (onConflict === 'report') reject(code, field);
    if (onConflict === 'skip') {
      return { outcome: this.outcome(record, 'skipped', { reason: reasonOf(code, field) }) };
    }
    if (this.state.joined.has(owner)) reject('LEGACY_ID_SECOND', field);
    const account = this.accountOf(owner);
    const { phone, email } = account.fields;
    const isStill =
      kind === 'phone' ? phone === record.fields.phone : email?.address === record.fields.email?.address;
    if (!isStill) throw new Overtaken();
    return this.settle(planMerge(record, account));
  }

  private checkId(legacyId: string): void {
    const id = keptIdOf(legacyId);
    if (id === null) reject('LEGACY_ID_UNFIT', 'legacy_id');
    if (this.state.owners.has(textOf({ kind: 'id', key: String(id) }))) reject(...TAKEN.id);
  }

  private awaitChange(owner: number | undefined): void {
    if (owner !== undefined && this.changing.has(owner)) throw new Awaited();
  }

  private accountOf(userId: number): Account {
    const account = this.state.accounts.get(userId);
    if (!account) throw new Overtaken();
    return account;
  }

  /** Makes a plan fit what others have. Throws Rejected where it cannot be carried out as a whole. */
  private settle(plan: Plan): Decision {
    const set = { ...plan.set };
    const self = plan.account?.userId;
    const isOthers = (kind: KeyKind, key: string): boolean => {
      const owner = this.state.owners.get(textOf({ kind, key }));
      if (owner === self) return false;
      this.awaitChange(owner);
      return owner !== undefined;
    };
    // An address that is shown unproven goes to whoever proves it.
    if (set.email && !set.email.verified && isOthers('email', set.email.address)) set.email = null;
    let name: string | undefined;
    if (set.name && isOthers('name', set.name)) {
      name = plan.account?.fields.name ?? generateName();
      set.name = name;
    }
    if (!plan.account) set.name ??= generateName();
    for (const { kind, key } of keysOf(set))
      if (kind !== 'name' && isOthers(kind, key)) reject(...TAKEN[kind]);
    const { record, kind } = plan;
    return {
      outcome: this.outcome(record, kind, name === undefined ? {} : { name }),
      plan: { ...plan, set },
    };
  }
}
