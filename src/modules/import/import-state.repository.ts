import type { EntityManager } from '@mikro-orm/postgresql';
import type { LegacySystem } from '../../door.js';
import { arrayOf, indexBy, READ_ONLY } from '../../infra/database/query.js';
import { Address } from '../address/address.entity.js';
import { Credential } from '../credential/credential.entity.js';
import { Identity } from '../credential/identity.entity.js';
import { User, UserStatus } from '../user/user.entity.js';
import { UserExtra } from '../user/user-extra.entity.js';
import { Verification } from '../verification/verification.entity.js';
import { Currency } from '../wallet/currency.entity.js';
import { Vip } from '../wallet/vip.entity.js';
import { Wallet } from '../wallet/wallet.entity.js';
import { ImportedPicture } from './imported-picture.entity.js';
import type { FieldHashes } from './record.fields.js';

/** What is known of an old id. */
export interface KnownRecord {
  userId: number;
  /** True where the account was cancelled, erased or not. */
  gone: boolean;
  /** What the last import has seen; null where none has, or it was erased. */
  seen: { run: number; digest: string; fields: FieldHashes } | null;
}

/** The records behind old ids, by these. */
export async function findKnown(
  em: EntityManager,
  system: LegacySystem,
  legacyIds: readonly string[],
): Promise<Map<string, KnownRecord>> {
  const rows = await em.execute<
    {
      legacy_id: string;
      user_id: number;
      gone: boolean;
      run: string | null;
      digest: string | null;
      fields: FieldHashes | null;
    }[]
  >(
    `select l.legacy_id, l.user_id, u.status = ${UserStatus.DELETED} as gone, r.run, r.digest, r.fields
     from legacy_ids l join users u on u.id = l.user_id
     left join imported_records r on r.system = l.system and r.legacy_id = l.legacy_id
     where l.system = ? and not l.given and l.legacy_id = any (?::text[])`,
    [system, arrayOf(legacyIds)],
  );
  return new Map(
    rows.map(({ legacy_id, user_id, gone, run, digest, fields }) => [
      legacy_id,
      {
        userId: user_id,
        gone,
        seen: run !== null && digest !== null ? { run: Number(run), digest, fields: fields ?? {} } : null,
      },
    ]),
  );
}

/** Something that one account at most can have. */
export type KeyKind = 'id' | 'phone' | 'email' | 'name' | 'identity' | 'invite' | 'order';

export interface OwnedKey {
  kind: KeyKind;
  key: string;
  userId: number;
}

const OWNERS = `
  with asked as materialized (
    select kind, key from json_to_recordset(?::json) as asked (kind text, key text)
  )
  select 'id' as kind, asked.key, u.id as user_id from asked join users u on u.id = case when asked.kind = 'id' then asked.key::int end
    where asked.kind = 'id'
  union all select 'phone', asked.key, u.id from asked join users u on u.phone = asked.key
    where asked.kind = 'phone'
  union all select 'email', asked.key, u.id
    from asked join users u on u.email = asked.key::citext and u.email_verified where asked.kind = 'email'
  union all select 'name', asked.key, u.id
    from asked join users u on name_key(u.name) collate "C" = name_key(asked.key) where asked.kind = 'name'
  union all select 'identity', asked.key, i.user_id from asked
    join identities i on i.provider = split_part(asked.key, ':', 1)
      and i.subject = substr(asked.key, strpos(asked.key, ':') + 1) where asked.kind = 'identity'
  union all select 'invite', asked.key, u.id from asked join users u on u.invite_code = asked.key
    where asked.kind = 'invite'
  union all select 'order', asked.key, o.user_id from asked join currency_orders o on o.key = asked.key
    where asked.kind = 'order'`;

/** Who has these keys. A name is told as it was asked for. */
export async function findOwners(
  em: EntityManager,
  keys: readonly { kind: KeyKind; key: string }[],
): Promise<OwnedKey[]> {
  if (keys.length === 0) return [];
  const rows = await em.execute<{ kind: KeyKind; key: string; user_id: number }[]>(OWNERS, [
    JSON.stringify(keys),
  ]);
  return rows.map(({ kind, key, user_id }) => ({ kind, key, userId: user_id }));
}

/** Those of the accounts that have an old id in this system. */
export async function withLegacyId(
  em: EntityManager,
  system: LegacySystem,
  userIds: readonly number[],
): Promise<Set<number>> {
  const rows = await em.execute<{ user_id: number }[]>(
    'select user_id from legacy_ids where system = ? and not given and user_id = any (?::int[])',
    [system, arrayOf(userIds)],
  );
  return new Set(rows.map(({ user_id }) => user_id));
}

/** Holds accounts until the transaction ends, in the order of their numbers. */
export async function lockUsers(em: EntityManager, userIds: readonly number[]): Promise<void> {
  await em.execute('select 1 from users where id = any (?::int[]) order by id for no key update', [
    arrayOf(userIds),
  ]);
}

/** An account with all that an import may change. */
export interface AccountRows {
  user: User;
  credential?: Credential;
  identities: Identity[];
  pictures: ImportedPicture[];
  extra?: UserExtra;
  wallet?: Wallet;
  currency?: Currency;
  vip?: Vip;
  /** In the order in which they were added. */
  addresses: Address[];
  verification?: Verification;
}

function groupBy<T>(rows: readonly T[], key: (row: T) => number): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
  return groups;
}

const ownerOf = ({ userId }: { userId: number }): number => userId;

/** Accounts as they are now, by their numbers. */
export async function findAccounts(
  em: EntityManager,
  ids: readonly number[],
): Promise<Map<number, AccountRows>> {
  if (ids.length === 0) return new Map();
  const userId = { $in: [...ids] };
  const users = await em.find(User, { id: userId }, READ_ONLY);
  const credentials = indexBy(await em.find(Credential, { userId }, READ_ONLY), ownerOf);
  const identities = groupBy(await em.find(Identity, { userId }, READ_ONLY), ownerOf);
  const pictures = groupBy(await em.find(ImportedPicture, { userId }, READ_ONLY), ownerOf);
  const extras = indexBy(await em.find(UserExtra, { userId }, READ_ONLY), ownerOf);
  const wallets = indexBy(await em.find(Wallet, { userId }, READ_ONLY), ownerOf);
  const currencies = indexBy(await em.find(Currency, { userId }, READ_ONLY), ownerOf);
  const vips = indexBy(await em.find(Vip, { userId }, READ_ONLY), ownerOf);
  const addresses = groupBy(
    await em.find(Address, { userId }, { ...READ_ONLY, orderBy: { id: 'asc' } }),
    ownerOf,
  );
  const verifications = indexBy(await em.find(Verification, { userId }, READ_ONLY), ownerOf);
  return new Map(
    users.map((user) => [
      user.id,
      {
        user,
        credential: credentials.get(user.id),
        identities: identities.get(user.id) ?? [],
        pictures: pictures.get(user.id) ?? [],
        extra: extras.get(user.id),
        wallet: wallets.get(user.id),
        currency: currencies.get(user.id),
        vip: vips.get(user.id),
        addresses: addresses.get(user.id) ?? [],
        verification: verifications.get(user.id),
      },
    ]),
  );
}

/** Whom accounts follow, by the old ids of these in one system, those who have not come included. */
export async function findFollowings(
  em: EntityManager,
  system: LegacySystem,
  userIds: readonly number[],
): Promise<Map<number, string[]>> {
  if (userIds.length === 0) return new Map();
  const rows = await em.execute<{ follower_id: number; legacy_ids: string[] }[]>(
    `select follower_id, array_agg(legacy_id) as legacy_ids from (
       select f.follower_id, coalesce(l.legacy_id, 'no old id: ' || f.followee_id) as legacy_id from follows f
       left join legacy_ids l on l.system = ? and l.user_id = f.followee_id and not l.given
       where f.follower_id = any (?::int[])
       union all
       select follower_id, legacy_id from imported_follows where system = ? and follower_id = any (?::int[])
     ) as followed group by follower_id`,
    [system, arrayOf(userIds), system, arrayOf(userIds)],
  );
  return new Map(rows.map(({ follower_id, legacy_ids }) => [follower_id, legacy_ids.sort()]));
}

/** Those of the old ids whose accounts were cancelled. */
export async function findGone(
  em: EntityManager,
  system: LegacySystem,
  legacyIds: readonly string[],
): Promise<Set<string>> {
  const rows = await em.execute<{ legacy_id: string }[]>(
    `select l.legacy_id from legacy_ids l join users u on u.id = l.user_id and u.status = ${UserStatus.DELETED}
     where l.system = ? and l.legacy_id = any (?::text[])`,
    [system, arrayOf(legacyIds)],
  );
  return new Set(rows.map(({ legacy_id }) => legacy_id));
}
