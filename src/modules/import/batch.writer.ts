import type { DatabaseContext } from '../../context.js';
import { NO_ACCOUNT } from '../../numbers.js';
import { takeOverEmails } from '../contact/email.repository.js';
import { insertImportedCredentials } from '../credential/credential.repository.js';
import type { ImportedPasswords } from '../credential/imported-passwords.js';
import { SecurityEventKind } from '../security/security-event.entity.js';
import { insertEvents } from '../security/security-event.repository.js';
import type { SessionService } from '../session/session.service.js';
import {
  giveFreshIds,
  giveIdsHere,
  insertLegacyIds,
  makeWay,
  nextUserIds,
} from '../user/legacy-id.repository.js';
import { UserStatus } from '../user/user.entity.js';
import type { VerificationSecrets } from '../verification/verification.secrets.js';
import { Overtaken } from './batch.state.js';
import {
  bookOrders,
  replaceAddresses,
  saveCurrencies,
  saveExtras,
  saveIdentitySets,
  saveVerifications,
  saveVips,
  saveWallets,
} from './import-belongings.repository.js';
import { addFollows, endOtherFollows, resolveFollows } from './import-follows.repository.js';
import { insertUsers, saveSeen, type UserColumns, updateUsers } from './import-users.repository.js';
import { type PictureRow, savePictures } from './imported-picture.repository.js';
import type { FieldName, RecordFields } from './record.fields.js';
import type { Plan } from './record.plan.js';
import type { Run } from './run.js';

/** The events of an import have no address to show. */
const FROM_CLI = { door: 'cli', ip: '' };

/** A plan with the number of its account. */
type Placed = Plan & { userId: number };

/** The fields that are columns of the account itself, and what they are there. */
const COLUMNS: { [Name in FieldName]?: (value: never) => UserColumns } = {
  name: (name: string) => ({ name }),
  nickname: (nickname: string | null) => ({ nickname }),
  phone: (phone: string | null) => ({ phone }),
  email: (email: RecordFields['email']) => ({
    email: email?.address ?? null,
    email_verified: email?.verified ?? false,
  }),
  sex: (sex: number) => ({ sex }),
  birthday: (birthday: string | null) => ({ birthday }),
  bio: (bio: string | null) => ({ bio }),
  home: (home: RecordFields['home']) => ({
    location: home?.location ?? null,
    city_id: home?.cityId ?? null,
  }),
  status: (status: number) => ({ status }),
  createdAt: (time: string | null) => ({ created_at: time }),
  lastActiveAt: (time: string | null) => ({ last_active_at: time }),
  recommendedAt: (time: string | null) => ({ recommended_at: time }),
  inviteCode: (code: string | null) => ({ invite_code: code }),
  abilities: (abilities: string[]) => ({ abilities }),
};

const isUrl = (source: string): boolean => /^https?:\/\//.test(source);

/** A URL is shown until its picture is here; an account that has none any more shows none. */
function pictureColumns({ avatar, background }: RecordFields): UserColumns {
  return {
    ...(avatar !== undefined && { external_avatar_url: avatar && isUrl(avatar) ? avatar : null }),
    ...(avatar === null && { avatar_id: null }),
    ...(background === null && { background_id: null }),
  };
}

function columnsOf({ set }: Plan): UserColumns {
  const columns: UserColumns = pictureColumns(set);
  for (const [name, columnsFor] of Object.entries(COLUMNS)) {
    const value = Reflect.get(set, name);
    if (value !== undefined) Object.assign(columns, Reflect.apply(columnsFor, null, [value]));
  }
  return columns;
}

/** The plans that set a field, each with the account and the value. */
const withField = <Name extends FieldName>(
  plans: readonly Placed[],
  name: Name,
): { plan: Placed; userId: number; value: Exclude<RecordFields[Name], undefined> }[] =>
  plans.flatMap((plan) => {
    const value = plan.set[name];
    return value === undefined
      ? []
      : [{ plan, userId: plan.userId, value: value as Exclude<RecordFields[Name], undefined> }];
  });

/** Writes what was planned for the records of a batch, all of it in the transaction it is called in. */
export class BatchWriter {
  /** Numbers of accounts that a dry run takes back, from the highest down. */
  private passing = NO_ACCOUNT - 1;

  constructor(
    private readonly passwords: ImportedPasswords,
    private readonly secrets: VerificationSecrets,
    private readonly sessions: SessionService,
  ) {}

  async write(ctx: DatabaseContext, run: Run, plans: readonly Plan[]): Promise<void> {
    if (plans.length === 0) return;
    const placed = await this.place(ctx, run, plans);
    await this.writeAccounts(ctx, run, placed);
    await this.writeAccess(ctx, placed);
    await this.writePossessions(ctx, placed);
    await this.writePictures(ctx, run, placed);
    await this.writeFollows(ctx, run, placed);
    await saveSeen(
      ctx.em,
      run.system,
      run.number,
      placed.map(({ userId, record, hashes }) => ({
        legacy_id: record.legacyId,
        user_id: userId,
        digest: record.digest,
        fields: hashes,
      })),
    );
  }

  /** Finds the numbers of new accounts. */
  private async place(ctx: DatabaseContext, run: Run, plans: readonly Plan[]): Promise<Placed[]> {
    const count = plans.filter(({ account }) => !account).length;
    const fresh = run.keepsIds || run.dryRun ? [] : await nextUserIds(ctx.em, count);
    return plans.map((plan) => ({
      ...plan,
      userId: plan.account?.userId ?? this.numberFor(run, plan, fresh),
    }));
  }

  private numberFor(run: Run, { record }: Plan, fresh: number[]): number {
    if (run.keepsIds) return Number(record.legacyId);
    const id = run.dryRun ? this.passing-- : fresh.pop();
    if (id === undefined) throw new RangeError('Too few numbers for new accounts');
    return id;
  }

  private async writeAccounts(ctx: DatabaseContext, run: Run, plans: readonly Placed[]): Promise<void> {
    const joining = plans.filter(({ kind }) => kind === 'created' || kind === 'merged');
    const created = plans.filter(({ kind }) => kind === 'created');
    const legacyIds = joining.map(({ record }) => record.legacyId);
    if (!run.dryRun) await makeWay(ctx.em, run.system, legacyIds);
    await giveIdsHere(ctx.em);
    await insertUsers(
      ctx.em,
      created.map((plan) => ({ id: plan.userId, ...columnsOf(plan) })),
    );
    const changes = plans
      .filter(({ account }) => account)
      .map((plan) => ({ id: plan.userId, changes: columnsOf(plan) }));
    await updateUsers(
      ctx.em,
      changes.filter(({ changes }) => Object.keys(changes).length > 0),
    );
    const proven = withField(plans, 'email').flatMap(({ userId, value }) =>
      value?.verified ? [{ userId, address: value.address }] : [],
    );
    await takeOverEmails(ctx.em, proven);
    await insertLegacyIds(
      ctx.em,
      run.system,
      joining.map(({ record, userId }) => ({ legacyId: record.legacyId, userId })),
    );
    if (!run.dryRun) await giveFreshIds(ctx.em, { legacyIds, userIds: created.map(({ userId }) => userId) });
    await insertEvents(
      ctx.em,
      joining.map(({ userId }) => ({ userId, kind: SecurityEventKind.IMPORTED })),
      FROM_CLI,
    );
  }

  /** By what somebody is known: passwords and identities; and what ends their sessions. */
  private async writeAccess(ctx: DatabaseContext, plans: readonly Placed[]): Promise<void> {
    const identities = withField(plans, 'identities');
    await saveIdentitySets(
      ctx.em,
      identities.map(({ userId, value }) => ({ userId, subjects: value })),
      identities.filter(({ plan }) => plan.kind === 'updated').map(({ userId }) => userId),
    );
    const updated = new Set(plans.filter(({ kind }) => kind === 'updated').map(({ userId }) => userId));
    const renewed = (await this.writePasswords(ctx, plans)).filter((userId) => updated.has(userId));
    const statuses = withField(plans, 'status').filter(({ userId }) => updated.has(userId));
    const disabled = statuses.filter(({ value }) => value === UserStatus.DISABLED);
    for (const userId of new Set([...renewed, ...disabled.map(({ userId }) => userId)])) {
      await this.sessions.end(ctx, userId);
    }
    for (const { userId } of withField(plans, 'abilities')) {
      if (updated.has(userId)) await this.sessions.refresh(ctx, userId);
    }
    await insertEvents(
      ctx.em,
      [
        ...renewed.map((userId) => ({ userId, kind: SecurityEventKind.IMPORTED })),
        ...statuses.map(({ userId, value }) => ({
          userId,
          kind: value === UserStatus.DISABLED ? SecurityEventKind.DISABLED : SecurityEventKind.ENABLED,
        })),
      ],
      FROM_CLI,
    );
  }

  /** Sealed for its account, each; returns the accounts that have a new one. */
  private async writePasswords(ctx: DatabaseContext, plans: readonly Placed[]): Promise<number[]> {
    const rows = withField(plans, 'password').flatMap(({ userId, value }) =>
      value ? [{ userId, ...this.passwords.seal(userId, value) }] : [],
    );
    const written = await insertImportedCredentials(ctx.em, rows);
    // Somebody has set one here since it was looked for.
    if (written.length < rows.length) throw new Overtaken();
    return written;
  }

  private async writePossessions({ em }: DatabaseContext, plans: readonly Placed[]): Promise<void> {
    await saveExtras(
      em,
      withField(plans, 'extra').map(({ userId, value }) => ({ userId, extra: value })),
    );
    await saveWallets(
      em,
      withField(plans, 'wallet').map(({ userId, value }) => ({ userId, ...value })),
    );
    await saveCurrencies(
      em,
      withField(plans, 'currency').map(({ userId, value }) => ({ userId, ...value })),
    );
    await bookOrders(
      em,
      withField(plans, 'orders').map(({ userId, value }) => ({ userId, orders: value })),
    );
    await saveVips(
      em,
      withField(plans, 'vip').map(({ userId, value }) => ({ userId, vip: value })),
    );
    await replaceAddresses(
      em,
      withField(plans, 'addresses').map(({ plan, userId, value }) => ({
        userId,
        isNew: !plan.account,
        addresses: value,
      })),
    );
    await this.writeVerifications({ em }, plans);
  }

  private async writeVerifications(ctx: DatabaseContext, plans: readonly Placed[]): Promise<void> {
    const verifications = withField(plans, 'verification');
    await saveVerifications(
      ctx.em,
      verifications.flatMap(({ userId, value }) => {
        if (!value) return [];
        const { realName, idNumber, ...columns } = value;
        return [{ userId, ...columns, ...this.secrets.seal(userId, { realName, idNumber }) }];
      }),
      verifications.filter(({ plan, value }) => plan.account && !value).map(({ userId }) => userId),
    );
  }

  private async writePictures(ctx: DatabaseContext, run: Run, plans: readonly Placed[]): Promise<void> {
    const rows = (['avatar', 'background'] as const).flatMap((kind) =>
      withField(plans, kind)
        .filter(({ plan, value }) => value !== null || plan.account)
        .map(({ userId, value: source }): PictureRow => {
          const directory = source !== null && isUrl(source) ? null : run.directory;
          return { userId, kind, source, directory };
        }),
    );
    await savePictures(ctx.em, rows);
  }

  private async writeFollows(ctx: DatabaseContext, run: Run, plans: readonly Placed[]): Promise<void> {
    const follows = withField(plans, 'followings').map(({ plan, userId, value }) => ({
      plan,
      follower: userId,
      legacyIds: value,
    }));
    await endOtherFollows(
      ctx.em,
      run.system,
      follows.filter(({ plan }) => plan.kind === 'updated'),
    );
    await addFollows(ctx.em, run.system, follows);
    const joining = plans.filter(({ kind }) => kind === 'created' || kind === 'merged');
    await resolveFollows(
      ctx.em,
      run.system,
      joining.map(({ record }) => record.legacyId),
    );
  }
}
