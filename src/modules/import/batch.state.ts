import type { DatabaseContext } from '../../context.js';
import { NO_ACCOUNT } from '../../numbers.js';
import { numberOf } from '../user/legacy-id.repository.js';
import { UserStatus } from '../user/user.entity.js';
import type { VerificationSecrets } from '../verification/verification.secrets.js';
import { type Account, accountOf } from './account.fields.js';
import { type Key, keysOf, textOf } from './batch.keys.js';
import { type Claim, findClaims } from './import-run.repository.js';
import {
  findAccounts,
  findFollowings,
  findGone,
  findKnown,
  findOwners,
  type KnownRecord,
  lockUsers,
  withLegacyId,
} from './import-state.repository.js';
import type { PreparedRecord } from './record.fields.js';
import { isSameValue } from './record.fields.js';
import type { Run } from './run.js';

/** Somebody has changed what was looked up, before it was held: look again. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

/** What is there already, of all that some records concern. */
export interface BatchState {
  known: ReadonlyMap<string, KnownRecord>;
  /** Old ids that a record before has, of a dry run. */
  repeated: ReadonlySet<string>;
  /** The account that has a key, by its text; below 0 for one of a record before, of a dry run. */
  owners: ReadonlyMap<string, number>;
  /** The accounts that have an old id of this system. */
  joined: ReadonlySet<number>;
  /** Accounts that a record may change, held. */
  accounts: ReadonlyMap<number, Account>;
}

/** The number that an account keeps; null where its old id is none that it can have. */
export function keptIdOf(legacyId: string): number | null {
  const number = numberOf(legacyId);
  return number !== null && number < NO_ACCOUNT ? number : null;
}

/** The account that its phone, or proven e-mail address, says a record is of. */
export function ownersOf(
  { fields: { phone, email } }: PreparedRecord,
  owners: ReadonlyMap<string, number>,
): { byPhone: number | undefined; byEmail: number | undefined } {
  return {
    byPhone: phone ? owners.get(textOf({ kind: 'phone', key: phone })) : undefined,
    byEmail: email?.verified ? owners.get(textOf({ kind: 'email', key: email.address })) : undefined,
  };
}

const isChanged = (record: PreparedRecord, known: KnownRecord | undefined): boolean =>
  known !== undefined && !known.gone && known.seen?.digest !== record.digest;

/** Looks up everything that records concern, in a few statements, and holds the accounts that they may change. */
export class StateReader {
  constructor(private readonly secrets: VerificationSecrets) {}

  async read(ctx: DatabaseContext, run: Run, records: readonly PreparedRecord[]): Promise<BatchState> {
    const known = await findKnown(
      ctx.em,
      run.system,
      records.map(({ legacyId }) => legacyId),
    );
    const concerned = records.filter((record) => {
      const before = known.get(record.legacyId);
      return !before || isChanged(record, before);
    });
    const repeated = run.dryRun ? await this.repeated(ctx, records) : new Set<string>();
    const owners = await this.owners(ctx, run, concerned, known);
    const joined = await this.joined(ctx, run, owners);
    const accounts = await this.accounts(ctx, run, concerned, known, owners);
    return { known, repeated, owners, joined, accounts };
  }

  private async repeated(ctx: DatabaseContext, records: readonly PreparedRecord[]): Promise<Set<string>> {
    const asked = records.map(({ legacyId }): Claim => ({ kind: 'record', key: legacyId }));
    return new Set((await findClaims(ctx.em, asked)).map(({ key }) => key));
  }

  private async owners(
    ctx: DatabaseContext,
    run: Run,
    records: readonly PreparedRecord[],
    known: ReadonlyMap<string, KnownRecord>,
  ): Promise<Map<string, number>> {
    const ids = records.flatMap(({ legacyId }): Key[] => {
      const id = run.keepsIds && !known.has(legacyId) ? keptIdOf(legacyId) : null;
      return id === null ? [] : [{ kind: 'id', key: String(id) }];
    });
    const keys = [...ids, ...records.flatMap(({ fields }) => keysOf(fields))];
    const claims = run.dryRun ? await findClaims(ctx.em, keys.map(foldedKey)) : [];
    return new Map([
      ...claims.map(({ kind, key, owner }): [string, number] => [`${kind} ${key}`, owner]),
      ...(await findOwners(ctx.em, keys)).map((owned): [string, number] => [textOf(owned), owned.userId]),
    ]);
  }

  private async joined(
    ctx: DatabaseContext,
    run: Run,
    owners: ReadonlyMap<string, number>,
  ): Promise<Set<number>> {
    const ids = [...new Set(owners.values())];
    const here = ids.filter((id) => id > 0);
    const joined = await withLegacyId(ctx.em, run.system, here);
    // Whoever a record before has made or joined has its old id.
    for (const id of ids) if (id < 0) joined.add(id);
    if (run.dryRun) {
      const asked = here.map((id): Claim => ({ kind: 'joined', key: String(id) }));
      for (const { key } of await findClaims(ctx.em, asked)) joined.add(Number(key));
    }
    return joined;
  }

  private async accounts(
    ctx: DatabaseContext,
    run: Run,
    records: readonly PreparedRecord[],
    known: ReadonlyMap<string, KnownRecord>,
    owners: ReadonlyMap<string, number>,
  ): Promise<Map<number, Account>> {
    const changed = records.flatMap(({ legacyId }) => known.get(legacyId)?.userId ?? []);
    const same =
      run.onConflict === 'merge'
        ? records
            .filter(({ legacyId }) => !known.has(legacyId))
            .flatMap((record) => Object.values(ownersOf(record, owners)))
        : [];
    const ids = [...new Set([...changed, ...same])].filter((id): id is number => id !== undefined && id > 0);
    if (ids.length === 0) return new Map();
    await lockUsers(ctx.em, ids);
    const accounts = new Map<number, Account>();
    for (const [id, rows] of await findAccounts(ctx.em, ids)) {
      if (rows.user.status === UserStatus.DELETED) throw new Overtaken();
      accounts.set(id, accountOf(rows, this.secrets));
    }
    await this.readFollowings(ctx, run, records, known, accounts);
    return accounts;
  }

  /** Follows are many: they are read only of accounts whose records say something new of them. */
  private async readFollowings(
    ctx: DatabaseContext,
    { system }: Run,
    records: readonly PreparedRecord[],
    known: ReadonlyMap<string, KnownRecord>,
    accounts: ReadonlyMap<number, Account>,
  ): Promise<void> {
    const renewed = records.filter(({ legacyId, fields, hashes }) => {
      const seen = known.get(legacyId)?.seen?.fields;
      return fields.followings && known.has(legacyId) && !isSameValue(seen?.followings, hashes.followings);
    });
    const before = new Set([...known.values()].map(({ userId }) => userId));
    const ids = [
      ...[...accounts.keys()].filter((id) => !before.has(id)),
      ...renewed.flatMap(({ legacyId }) => known.get(legacyId)?.userId ?? []),
    ];
    const current = await findFollowings(ctx.em, system, ids);
    const gone = await findGone(
      ctx.em,
      system,
      renewed.flatMap(({ fields }) => fields.followings ?? []),
    );
    for (const [id, account] of accounts) {
      account.fields.followings = current.get(id) ?? [];
      account.followings = [account.fields.followings];
    }
    for (const { legacyId, fields } of renewed) {
      const account = accounts.get(known.get(legacyId)?.userId ?? 0);
      if (!account) continue;
      const left = fields.followings?.filter((followed) => gone.has(followed)) ?? [];
      account.followings.push([...new Set([...(account.fields.followings ?? []), ...left])].sort());
    }
  }
}

/** As claims have it: names are one whatever their case. */
const foldedKey = (key: Key): Claim => ({ kind: key.kind, key: textOf(key).slice(key.kind.length + 1) });
