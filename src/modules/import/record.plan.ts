import { Sex } from '../user/user.entity.js';
import type { Account } from './account.fields.js';
import {
  asNotTaken,
  type ExtraFields,
  type FieldHasher,
  type FieldHashes,
  type FieldName,
  fieldNames,
  isNotTaken,
  isSameValue,
  type PreparedRecord,
  type RecordFields,
} from './record.fields.js';

/** What an import does to one account. */
export interface Plan {
  record: PreparedRecord;
  kind: 'created' | 'merged' | 'updated' | 'unchanged';
  /** The account; null for one that is still to be made. */
  account: Account | null;
  /** The fields to write. */
  set: RecordFields;
  /** Lists that are added to what is there, and do not replace it. */
  adds: ReadonlySet<FieldName>;
  /** What is remembered of the record's fields. */
  hashes: FieldHashes;
}

const NONE: ReadonlySet<FieldName> = new Set();

export const planNew = (record: PreparedRecord): Plan => ({
  record,
  kind: 'created',
  account: null,
  set: record.fields,
  adds: NONE,
  hashes: record.hashes,
});

const isZero = (counts: Readonly<Record<string, number>> | undefined): boolean =>
  Object.values(counts ?? {}).every((count) => count === 0);

/** Facts of an account that it never lacks. */
const ALWAYS_THERE: ReadonlySet<FieldName> = new Set(['name', 'status', 'createdAt', 'lastActiveAt']);

/** True where the account has nothing of its own for a field. */
function lacks({ fields, hasPassword, received }: Account, name: FieldName): boolean {
  if (ALWAYS_THERE.has(name)) return false;
  if (name === 'password') return !hasPassword;
  if (name === 'sex') return fields.sex === Sex.UNSPECIFIED;
  if (name === 'home') return !fields.home?.location && !fields.home?.cityId;
  if (name === 'extra') return isZero(fields.extra);
  if (name === 'wallet') return isZero(fields.wallet);
  if (name === 'currency' || name === 'orders') return isZero(fields.currency) && received === 0;
  const value = fields[name];
  return value === null || value === undefined || (Array.isArray(value) && value.length === 0);
}

/** Lists of facts: an account that has some takes those that it lacks. */
const ADDED: ReadonlySet<FieldName> = new Set(['identities', 'followings']);

/** Takes a field of the record into a plan, or remembers that the account kept its own. */
function take(plan: Plan, name: FieldName, taken: boolean): void {
  const { fields, hashes } = plan.record;
  const hash = hashes[name] ?? '';
  plan.hashes[name] = taken ? hash : asNotTaken(hash);
  if (taken || ADDED.has(name)) Object.assign(plan.set, { [name]: fields[name] });
}

const emptyPlan = (record: PreparedRecord, account: Account, kind: Plan['kind']): Plan => ({
  record,
  kind,
  account,
  set: {},
  adds: NONE,
  hashes: {},
});

/** The same person: the account keeps its own fields, and takes what it lacks. */
export function planMerge(record: PreparedRecord, account: Account): Plan {
  const plan = emptyPlan(record, account, 'merged');
  for (const name of fieldNames(record.fields)) take(plan, name, lacks(account, name));
  return { ...plan, adds: ADDED };
}

/** Of the account's counters those that a record tells. */
function sameCounters(own: ExtraFields, told: ExtraFields): ExtraFields {
  return Object.fromEntries(Object.keys(told).map((name) => [name, own[name] ?? 0]));
}

/** Compares an account with what the last import saw of its record. */
class Comparison {
  constructor(
    private readonly record: PreparedRecord,
    private readonly account: Account,
    private readonly seen: FieldHashes,
    private readonly hashOf: (name: FieldName, value: unknown) => string,
  ) {}

  /** True where the old system says something else now. */
  changedThere(name: FieldName): boolean {
    return !isSameValue(this.seen[name], this.record.hashes[name]);
  }

  /** True where the account still has what the last import gave it. */
  unchangedHere(name: FieldName): boolean {
    const seen = this.seen[name];
    if (seen === undefined) return lacks(this.account, name);
    if (isNotTaken(seen)) return false;
    if (name === 'orders') return true;
    if (name === 'password') return seen === '' ? !this.account.hasPassword : this.account.passwordImported;
    return this.candidates(name).some((value) => this.hashOf(name, value) === seen);
  }

  private candidates(name: FieldName): unknown[] {
    const { fields } = this.account;
    if (name === 'extra') return [sameCounters(fields.extra ?? {}, this.record.fields.extra ?? {})];
    return name === 'followings' ? this.account.followings : [fields[name]];
  }
}

/** The account is never left without a name, and a password is only replaced. */
const isEmptied = (name: FieldName, value: unknown): boolean =>
  value === null && (name === 'name' || name === 'password' || name === 'lastActiveAt');

/** A record that was imported before: field by field, what has changed there and not here. */
export function planUpdate(
  record: PreparedRecord,
  account: Account,
  seen: FieldHashes,
  hasher: FieldHasher,
  system: string,
): Plan {
  const plan = emptyPlan(record, account, 'unchanged');
  const hashOf = (name: FieldName, value: unknown) => hasher.of([system, record.legacyId], name, value);
  const comparison = new Comparison(record, account, seen, hashOf);
  const hashes: FieldHashes = { ...seen };
  for (const name of fieldNames(record.fields)) {
    if (!comparison.changedThere(name)) continue;
    const hash = record.hashes[name] ?? '';
    const kept = isNotTaken(seen[name]);
    hashes[name] = kept ? asNotTaken(hash) : hash;
    const value = record.fields[name];
    if (name === 'createdAt' || isEmptied(name, value)) continue;
    if (comparison.unchangedHere(name)) Object.assign(plan.set, { [name]: value });
    else if (seen[name] === undefined) hashes[name] = asNotTaken(hash);
  }
  const kind = Object.keys(plan.set).length > 0 ? 'updated' : 'unchanged';
  return { ...plan, kind, hashes };
}
