import type { EntityManager } from '@mikro-orm/postgresql';
import type { LegacySystem } from '../../door.js';
import { arrayOf, queryOne } from '../../infra/database/query.js';
import { ZONE } from '../../zone.js';
import { blockedBetween } from '../follow/block.repository.js';
import { UserStatus } from '../user/user.entity.js';
import type { SealedColumns } from '../verification/verification.secrets.js';
import type { Subject } from './identity.rules.js';
import type { PictureKind } from './imported-picture.entity.js';
import type {
  AddressFields,
  ExtraFields,
  FieldHashes,
  OrderFields,
  VerificationColumns,
} from './record.fields.js';

/*
 * Everything here writes many rows of many accounts in one statement, and nothing where there are none.
 */

/** The columns of accounts that an import writes, with their types. */
const USER_COLUMNS = {
  name: 'text',
  nickname: 'text',
  phone: 'text',
  email: 'citext',
  email_verified: 'boolean',
  sex: 'smallint',
  birthday: 'date',
  bio: 'text',
  location: 'text',
  city_id: 'int',
  status: 'smallint',
  abilities: 'text[]',
  invite_code: 'text',
  external_avatar_url: 'text',
  avatar_id: 'text',
  background_id: 'text',
  created_at: 'timestamptz',
  last_active_at: 'timestamptz',
  recommended_at: 'timestamptz',
} as const;

export type UserColumn = keyof typeof USER_COLUMNS;
export type UserColumns = Partial<Record<UserColumn, unknown>>;

const TYPED = Object.entries(USER_COLUMNS)
  .map(([column, type]) => `${column} ${type}`)
  .join(', ');

/** What a column has where a new account tells nothing. */
const DEFAULTS: Partial<Record<UserColumn, string>> = {
  email_verified: 'false',
  sex: '0',
  status: '1',
  abilities: `'{}'`,
  created_at: 'now()',
  last_active_at: 'coalesce(created_at, now())',
};

const NEW_VALUES = Object.keys(USER_COLUMNS)
  .map((column) => {
    const fallback = Object.entries(DEFAULTS).find(([name]) => name === column)?.[1];
    return fallback ? `coalesce(${column}, ${fallback})` : column;
  })
  .join(', ');

/** Inserts accounts under the numbers that they are given. */
export async function insertUsers(
  em: EntityManager,
  users: readonly (UserColumns & { id: number })[],
): Promise<void> {
  if (users.length === 0) return;
  await em.execute(
    `insert into users (id, ${Object.keys(USER_COLUMNS).join(', ')}, updated_at)
     select id, ${NEW_VALUES}, coalesce(created_at, now()) from json_to_recordset(?::json) as new (id int, ${TYPED})`,
    [JSON.stringify(users)],
  );
}

const CHANGES = Object.entries(USER_COLUMNS)
  .map(([column, type]) => {
    const value =
      type === 'text[]'
        ? `array(select jsonb_array_elements_text(new.changes -> '${column}'))`
        : `(new.changes ->> '${column}')::${type}`;
    return `${column} = case when jsonb_exists(new.changes, '${column}') then ${value} else u.${column} end`;
  })
  .join(', ');

/** Changes the named columns of accounts. */
export async function updateUsers(
  em: EntityManager,
  users: readonly { id: number; changes: UserColumns }[],
): Promise<void> {
  if (users.length === 0) return;
  await em.execute(
    `update users u set ${CHANGES}, updated_at = now()
     from json_to_recordset(?::json) as new (id int, changes jsonb) where u.id = new.id`,
    [JSON.stringify(users)],
  );
}

export interface SeenRecord {
  legacy_id: string;
  user_id: number;
  digest: string;
  fields: FieldHashes;
}

/** Remembers what a run has seen of records. */
export async function saveSeen(
  em: EntityManager,
  system: LegacySystem,
  run: number,
  records: readonly SeenRecord[],
): Promise<void> {
  if (records.length === 0) return;
  await em.execute(
    `insert into imported_records (system, legacy_id, user_id, run, digest, fields)
     select ?, legacy_id, user_id, ?::bigint, digest, fields
     from json_to_recordset(?::json) as seen (legacy_id text, user_id int, digest text, fields jsonb)
     on conflict (system, legacy_id) do update
       set user_id = excluded.user_id, run = excluded.run, digest = excluded.digest, fields = excluded.fields`,
    [system, run, JSON.stringify(records)],
  );
}

/** Remembers that a run has seen records, and nothing new in them; returns how many of them were known. */
export async function markSeen(
  em: EntityManager,
  system: LegacySystem,
  run: number,
  legacyIds: readonly string[],
): Promise<number> {
  if (legacyIds.length === 0) return 0;
  const row = await queryOne<{ marked: number }>(
    em,
    `with marked as (
       update imported_records set run = ? where system = ? and legacy_id = any (?::text[]) and run <> ?
       returning 1
     ) select count(*)::int as marked from marked`,
    [run, system, arrayOf(legacyIds), run],
  );
  return row?.marked ?? 0;
}

type Owned<T> = T & { userId: number };

/** Adds identities; with `replaces`, the accounts have only these afterwards. */
export async function saveIdentitySets(
  em: EntityManager,
  sets: readonly { userId: number; subjects: readonly Subject[] }[],
  replaced: readonly number[],
): Promise<void> {
  if (sets.length === 0) return;
  const rows = sets.flatMap(({ userId, subjects }) =>
    subjects.map((subject) => ({ user_id: userId, ...subject })),
  );
  const given = 'json_to_recordset(?::json) as given (user_id int, provider text, subject text)';
  if (replaced.length > 0) {
    await em.execute(
      `delete from identities i where i.user_id = any (?::int[]) and not exists (
         select 1 from ${given} where given.user_id = i.user_id and given.provider = i.provider
           and given.subject = i.subject
       )`,
      [arrayOf(replaced), JSON.stringify(rows)],
    );
  }
  await em.execute(
    `insert into identities (user_id, provider, subject) select user_id, provider, subject from ${given}
     where not exists (
       select 1 from identities i where i.user_id = given.user_id and i.provider = given.provider
         and i.subject = given.subject
     )`,
    [JSON.stringify(rows)],
  );
}

const COUNTERS = [
  'likes_count',
  'comments_count',
  'followers_count',
  'followings_count',
  'be_reward_count',
  'questions_count',
  'answers_count',
  'feeds_count',
  'feed_topics_count',
  'commodities_count',
  'checkin_count',
  'last_checkin_count',
];

/** Sets the counters that are told. */
export async function saveExtras(
  em: EntityManager,
  extras: readonly Owned<{ extra: ExtraFields }>[],
): Promise<void> {
  if (extras.length === 0) return;
  const rows = extras.map(({ userId, extra }) => ({ user_id: userId, ...extra }));
  await em.execute(
    `with given as materialized (
       select * from json_to_recordset(?::json) as given (user_id int, ${COUNTERS.map((name) => `${name} int`).join(', ')})
     )
     insert into user_extras as extra (user_id, ${COUNTERS.join(', ')})
     select given.user_id, ${COUNTERS.map((name) => `coalesce(given.${name}, old.${name}, 0)`).join(', ')}
     from given left join user_extras old on old.user_id = given.user_id order by given.user_id
     on conflict (user_id) do update
       set ${COUNTERS.map((name) => `${name} = excluded.${name}`).join(', ')}, updated_at = now()`,
    [JSON.stringify(rows)],
  );
}

export async function saveWallets(
  em: EntityManager,
  wallets: readonly { userId: number; balance: number; totalIncome: number; totalExpenses: number }[],
): Promise<void> {
  if (wallets.length === 0) return;
  await em.execute(
    `insert into wallets (user_id, balance, total_income, total_expenses)
     select "userId", balance, "totalIncome", "totalExpenses" from json_to_recordset(?::json)
       as given ("userId" int, balance bigint, "totalIncome" bigint, "totalExpenses" bigint)
     on conflict (user_id) do update set balance = excluded.balance, total_income = excluded.total_income,
       total_expenses = excluded.total_expenses`,
    [JSON.stringify(wallets)],
  );
}

/** Sets the points in hand. */
export async function saveCurrencies(
  em: EntityManager,
  currencies: readonly { userId: number; sum: number }[],
): Promise<void> {
  if (currencies.length === 0) return;
  await em.execute(
    `insert into currencies (user_id, sum)
     select "userId", sum from json_to_recordset(?::json) as given ("userId" int, sum bigint)
     on conflict (user_id) do update set sum = excluded.sum`,
    [JSON.stringify(currencies)],
  );
}

/**
 * Books orders that are not booked yet: each under its key, and in the sums that rankings read. The points in hand are
 * told apart from them.
 */
export async function bookOrders(
  em: EntityManager,
  orders: readonly { userId: number; orders: readonly OrderFields[] }[],
): Promise<void> {
  const rows = orders.flatMap(({ userId, orders }) => orders.map((order) => ({ user_id: userId, ...order })));
  if (rows.length === 0) return;
  await em.execute(
    `with booked as (
       insert into currency_orders (user_id, key, amount, title, created_at)
       select user_id, key, amount, title, "createdAt" from json_to_recordset(?::json)
         as given (user_id int, key text, amount bigint, title text, "createdAt" timestamptz)
       on conflict (key) do nothing returning user_id, amount, created_at
     ), days as (
       insert into daily_incomes as income (user_id, day, amount)
       select user_id, (created_at at time zone '${ZONE}')::date, sum(amount) from booked group by 1, 2 order by 1, 2
       on conflict (user_id, day) do update set amount = income.amount + excluded.amount
     )
     insert into currencies as currency (user_id, total_income)
     select user_id, sum(amount) from booked group by 1 order by 1
     on conflict (user_id) do update set total_income = currency.total_income + excluded.total_income`,
    [JSON.stringify(rows)],
  );
}

export interface VipRow {
  userId: number;
  vip: { level: string; name: string; endTime: string } | null;
}

export async function saveVips(em: EntityManager, vips: readonly VipRow[]): Promise<void> {
  const ended = vips.filter(({ vip }) => vip === null).map(({ userId }) => userId);
  if (ended.length > 0) await em.execute('delete from vips where user_id = any (?::int[])', [arrayOf(ended)]);
  const rows = vips.filter(({ vip }) => vip !== null).map(({ userId, vip }) => ({ userId, ...vip }));
  if (rows.length === 0) return;
  await em.execute(
    `insert into vips (user_id, level, name, end_time)
     select "userId", level, name, "endTime" from json_to_recordset(?::json)
       as given ("userId" int, level text, name text, "endTime" timestamptz)
     on conflict (user_id) do update set level = excluded.level, name = excluded.name, end_time = excluded.end_time`,
    [JSON.stringify(rows)],
  );
}

/** Gives accounts these addresses in the place of those that they have. */
export async function replaceAddresses(
  em: EntityManager,
  accounts: readonly { userId: number; isNew: boolean; addresses: readonly AddressFields[] }[],
): Promise<void> {
  const changed = accounts.filter(({ isNew }) => !isNew).map(({ userId }) => userId);
  if (changed.length > 0) {
    await em.execute('delete from addresses where user_id = any (?::int[])', [arrayOf(changed)]);
  }
  const rows = accounts.flatMap(({ userId, addresses }) =>
    addresses.map((address) => ({ userId, ...address })),
  );
  if (rows.length === 0) return;
  await em.execute(
    `insert into addresses (user_id, alias, name, phone, province, city, county, detail, postcode, is_default)
     select "userId", alias, name, phone, province, city, county, detail, postcode, "isDefault"
     from rows from (json_to_recordset(?::json) as ("userId" int, alias text, name text, phone text, province text,
       city text, county text, detail text, postcode text, "isDefault" boolean)) with ordinality order by ordinality`,
    [JSON.stringify(rows)],
  );
}

export type VerificationRow = Omit<VerificationColumns, 'realName' | 'idNumber'> &
  SealedColumns & { userId: number };

export async function saveVerifications(
  em: EntityManager,
  verifications: readonly VerificationRow[],
  removed: readonly number[],
): Promise<void> {
  if (removed.length > 0) {
    await em.execute('delete from verifications where user_id = any (?::int[])', [arrayOf(removed)]);
  }
  if (verifications.length === 0) return;
  await em.execute(
    `insert into verifications (user_id, type, state, key_id, encrypted_real_name, encrypted_id_number, phone_number,
       description, slogan, organisation_name, organisation_address)
     select "userId", type, state, "keyId", "encryptedRealName", "encryptedIdNumber", "phoneNumber", description, slogan,
       "organisationName", "organisationAddress" from json_to_recordset(?::json)
       as given ("userId" int, type text, state smallint, "keyId" text, "encryptedRealName" text,
         "encryptedIdNumber" text, "phoneNumber" text, description text, slogan text, "organisationName" text,
         "organisationAddress" text)
     on conflict (user_id) do update set type = excluded.type, state = excluded.state, key_id = excluded.key_id,
       encrypted_real_name = excluded.encrypted_real_name, encrypted_id_number = excluded.encrypted_id_number,
       phone_number = excluded.phone_number, description = excluded.description, slogan = excluded.slogan,
       organisation_name = excluded.organisation_name, organisation_address = excluded.organisation_address,
       updated_at = now()`,
    [JSON.stringify(verifications)],
  );
}

export interface PictureRow {
  userId: number;
  kind: PictureKind;
  source: string | null;
  directory: string | null;
}

/** Lets pictures be fetched; those without a source any more are forgotten. */
export async function savePictures(em: EntityManager, pictures: readonly PictureRow[]): Promise<void> {
  const gone = pictures.filter(({ source }) => source === null);
  if (gone.length > 0) {
    await em.execute(
      `delete from imported_pictures p using json_to_recordset(?::json) as gone ("userId" int, kind text)
       where p.user_id = gone."userId" and p.kind = gone.kind`,
      [JSON.stringify(gone)],
    );
  }
  const wanted = pictures.filter(({ source }) => source !== null);
  if (wanted.length === 0) return;
  await em.execute(
    `insert into imported_pictures (user_id, kind, source, directory, next_try_at)
     select "userId", kind, source, directory, now() from json_to_recordset(?::json)
       as given ("userId" int, kind text, source text, directory text)
     on conflict (user_id, kind) do update set source = excluded.source, directory = excluded.directory, tries = 0,
       next_try_at = excluded.next_try_at`,
    [JSON.stringify(wanted)],
  );
}

/** Tells where the files of pictures lie that are not stored yet. */
export async function locatePictures(
  em: EntityManager,
  system: LegacySystem,
  directory: string,
): Promise<void> {
  await em.execute(
    `update imported_pictures p set directory = ?, tries = 0, next_try_at = now()
     from imported_records r
     where r.system = ? and r.user_id = p.user_id and p.source !~ '^https{0,1}://' and p.directory is distinct from ?
       and (p.image_id is null or p.next_try_at is not null)`,
    [directory, system, directory],
  );
}

/** Whom an account follows, by old ids. */
export interface FollowRow {
  follower: number;
  legacyIds: readonly string[];
}

const PAIRS = (follows: readonly FollowRow[]): unknown[] => [
  arrayOf(follows.flatMap(({ follower, legacyIds }) => legacyIds.map(() => follower))),
  arrayOf(follows.flatMap(({ legacyIds }) => legacyIds)),
];

/** By how much the counters of both sides move with follows. */
const MOVED = (follows: string): string => `
  select user_id, sum(followers) as followers, sum(followings) as followings from (
    select followee_id as user_id, 1 as followers, 0 as followings from ${follows}
    union all select follower_id, 0, 1 from ${follows}
  ) as sides group by user_id order by user_id`;

/** Counts new follows, in the order of the accounts' numbers. */
const COUNT_FOLLOWED = `
  insert into user_extras as extra (user_id, followers_count, followings_count) ${MOVED('followed')}
  on conflict (user_id) do update set followers_count = extra.followers_count + excluded.followers_count,
    followings_count = extra.followings_count + excluded.followings_count, updated_at = now()`;

/** Takes ended follows off the counters. */
const COUNT_ENDED = `
  update user_extras extra set followers_count = greatest(extra.followers_count - moved.followers, 0),
    followings_count = greatest(extra.followings_count - moved.followings, 0), updated_at = now()
  from (${MOVED('ended')}) as moved where extra.user_id = moved.user_id`;

/**
 * Makes accounts follow others by their old ids; those who have not come are waited for, those who are gone are not. Nobody
 * follows whom a block here keeps them from.
 */
export async function addFollows(
  em: EntityManager,
  system: LegacySystem,
  follows: readonly FollowRow[],
): Promise<void> {
  if (!follows.some(({ legacyIds }) => legacyIds.length > 0)) return;
  await em.execute(
    `with asked as materialized (
       select * from unnest(?::int[], ?::text[]) as asked (follower_id, legacy_id)
     ), known as materialized (
       select a.follower_id, a.legacy_id, l.user_id as followee_id, u.status
       from asked a join legacy_ids l on l.system = ? and l.legacy_id = a.legacy_id and not l.given
       join users u on u.id = l.user_id
     ), waiting as (
       insert into imported_follows (follower_id, system, legacy_id)
       select a.follower_id, ?, a.legacy_id from asked a
       where not exists (select 1 from known k where k.legacy_id = a.legacy_id)
       on conflict do nothing
     ), followed as (
       insert into follows (follower_id, followee_id)
       select follower_id, followee_id from known
       where follower_id <> followee_id and status <> ${UserStatus.DELETED}
         and not ${blockedBetween('known.follower_id', 'known.followee_id')}
       on conflict do nothing returning follower_id, followee_id
     ) ${COUNT_FOLLOWED}`,
    [...PAIRS(follows), system, system],
  );
}

/** Lets those be followed who were waited for. */
export async function resolveFollows(
  em: EntityManager,
  system: LegacySystem,
  legacyIds: readonly string[],
): Promise<void> {
  if (legacyIds.length === 0) return;
  await em.execute(
    `with came as (
       delete from imported_follows f using legacy_ids l, users u
       where f.system = ? and f.legacy_id = any (?::text[]) and l.system = f.system and l.legacy_id = f.legacy_id
         and u.id = f.follower_id
       returning f.follower_id, l.user_id as followee_id, u.status
     ), followed as (
       insert into follows (follower_id, followee_id)
       select follower_id, followee_id from came
       where follower_id <> followee_id and status <> ${UserStatus.DELETED}
         and not ${blockedBetween('came.follower_id', 'came.followee_id')}
       on conflict do nothing returning follower_id, followee_id
     ) ${COUNT_FOLLOWED}`,
    [system, arrayOf(legacyIds)],
  );
}

/** Ends the follows of accounts, of people with an old id, that are not among these any more. */
export async function endOtherFollows(
  em: EntityManager,
  system: LegacySystem,
  follows: readonly FollowRow[],
): Promise<void> {
  if (follows.length === 0) return;
  const followers = arrayOf(follows.map(({ follower }) => follower));
  await em.execute(
    `delete from imported_follows f where f.system = ? and f.follower_id = any (?::int[]) and not exists (
       select 1 from unnest(?::int[], ?::text[]) as asked (follower_id, legacy_id)
       where asked.follower_id = f.follower_id and asked.legacy_id = f.legacy_id
     )`,
    [system, followers, ...PAIRS(follows)],
  );
  await em.execute(
    `with asked as materialized (
       select * from unnest(?::int[], ?::text[]) as asked (follower_id, legacy_id)
     ), ended as (
       delete from follows f using legacy_ids l
       where f.follower_id = any (?::int[]) and l.system = ? and l.user_id = f.followee_id and not l.given
         and not exists (
           select 1 from asked where asked.follower_id = f.follower_id and asked.legacy_id = l.legacy_id
         )
       returning f.follower_id, f.followee_id
     ) ${COUNT_ENDED}`,
    [...PAIRS(follows), followers, system],
  );
}
