import type { EntityManager } from '@mikro-orm/postgresql';
import { arrayOf } from '../../infra/database/query.js';
import { ZONE } from '../../zone.js';
import type { SealedColumns } from '../verification/verification.secrets.js';
import type { Subject } from './identity.rules.js';
import type { AddressFields, ExtraFields, OrderFields, VerificationColumns } from './record.fields.js';

/*
 * Everything here writes many rows of many accounts in one statement, and nothing where there are none.
 */

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
