import type { EntityManager } from '@mikro-orm/postgresql';
import { arrayOf, queryOne } from '../infra/database/query.js';
import { insertCommunities } from '../modules/place/place.repository.js';
import { ZONE } from '../zone.js';
import { BIOS, COMMUNITIES, GIVEN_NAMES, LARGE_CITIES, SURNAMES } from './demo.words.js';

export interface DemoOptions {
  /** The number of users to add. */
  users: number;
  /** The number of incomes of points to book, spread over them. */
  orders?: number;
  /** The same seed gives the same people in an empty database; times count back from now. */
  seed?: string;
  /** A hash they all share; without one they have no password. */
  passwordHash?: string | null;
  /** Called after each batch with the number of users so far. */
  onProgress?: (users: number) => void;
}

/** The rows a run has added. Somebody else's new users may have ids in between. */
export interface DemoResult {
  users: number;
  orders: number;
  firstUserId: number | null;
  lastUserId: number | null;
}

/** Users in one transaction. */
const BATCH = 5000;

/**
 * Adds users with everything around them, in batches of set-based SQL. Numbers come from the table's own sequence and
 * names, phones and keys from the numbers, so runs never meet; a phone that a real user has is passed over.
 */
export async function seedDemo(em: EntityManager, options: DemoOptions): Promise<DemoResult> {
  const { users, orders = 0, seed = 'demo', passwordHash = null, onProgress } = options;
  await insertCommunities(
    em,
    LARGE_CITIES.flatMap((cityId) => COMMUNITIES.map((name) => ({ cityId, name }))),
  );
  const result: DemoResult = { users: 0, orders: 0, firstUserId: null, lastUserId: null };
  while (result.users < users) {
    await em.transactional(async () => {
      const batch = await insertUsers(em, Math.min(BATCH, users - result.users), seed);
      if (batch.added === 0) throw new Error('No phone numbers are left for demo users');
      await insertSurroundings(em, passwordHash);
      const owed = Math.round((orders * (result.users + batch.added)) / users) - result.orders;
      await insertIncomes(em, owed, seed);
      result.users += batch.added;
      result.orders += owed;
      result.firstUserId ??= batch.first;
      result.lastUserId = batch.last;
    });
    onProgress?.(result.users);
  }
  await em.execute('analyze');
  return result;
}

/**
 * One row per new user with eight dice of 16 bits; the later statements of the batch start from it. The 8 digits of the
 * phone are the number times a unit modulo 10^8, so no two are the same.
 */
const BATCH_TABLE = `
  create temporary table demo_batch on commit drop as
  select id, '199' || lpad((id::bigint * 76543211 % 100000000)::text, 8, '0') as phone, die[1] as d1, die[2] as d2,
    die[3] as d3, die[4] as d4, die[5] as d5, die[6] as d6, die[7] as d7, die[8] as d8
  from (select nextval('users_id_seq')::int as id from generate_series(1, ?)) as numbers
  cross join lateral (select decode(md5(?::text || ':' || id), 'hex') as bytes offset 0) as hash
  cross join lateral (
    select array_agg(get_byte(bytes, 2 * i) * 256 + get_byte(bytes, 2 * i + 1) order by i) as die
    from generate_series(0, 7) as i
  ) as dice`;

const USERS = `
  with words as materialized (
    select ?::text[] as surnames, ?::text[] as surname_pinyin, ?::text[] as given, ?::text[] as given_pinyin,
      ?::text[] as bios, ?::text[] as estates, ?::int[] as large_cities,
      array(select id from cities order by id) as all_cities,
      array(select image_id::text from default_photos order by position, image_id) as photos
  ), people as (
    select b.*, w.*, lower(surname_pinyin[1 + d1 % cardinality(surnames)] || given_pinyin[1 + d2 % cardinality(given)] || b.id) as name,
      case when d5 % 10 < 7 then large_cities[1 + d6 % cardinality(large_cities)]
        else all_cities[1 + d6 % cardinality(all_cities)] end as city_id,
      now() - d7 / 65536.0 * interval '730 days' as created_at
    from demo_batch b cross join words w
  )
  insert into users (id, name, nickname, phone, email, email_verified, sex, birthday, bio, location, city_id, community_id,
    avatar_id, last_device_type, last_active_at, recommended_at, created_at, updated_at)
  select p.id, p.name, surnames[1 + d1 % cardinality(surnames)] || given[1 + d2 % cardinality(given)], phone,
    case when d3 % 100 < 40 then p.name || '@example.com' end, d3 % 100 < 25,
    case when d4 % 10 = 0 then 0 else 1 + d4 % 2 end,
    case when d4 % 5 < 4 then date '1960-01-01' + d8 % 16000 end,
    case when d8 % 10 < 7 then bios[1 + d8 % cardinality(bios)] end,
    case when province.name = city.name then city.name else province.name || ' ' || city.name end,
    city.id, community.id,
    case when d2 % 10 < 7 then photos[1 + d1 % nullif(cardinality(photos), 0)] end,
    d5 % 3, p.created_at + d4 / 65536.0 * (now() - p.created_at),
    case when d1 % 200 = 0 then p.created_at end, p.created_at, p.created_at
  from people p
  left join cities city on city.id = p.city_id
  left join provinces province on province.id = city.province_id
  left join communities community on d3 % 10 < 6 and community.city_id = city.id
    and community.name = estates[1 + d8 % cardinality(estates)]
  order by p.id
  on conflict do nothing`;

async function insertUsers(
  em: EntityManager,
  count: number,
  seed: string,
): Promise<{ added: number; first: number; last: number }> {
  await em.execute(BATCH_TABLE, [count, seed]);
  await em.execute(USERS, [
    arrayOf(SURNAMES.map(([surname]) => surname)),
    arrayOf(SURNAMES.map(([, pinyin]) => pinyin)),
    arrayOf(GIVEN_NAMES.map(([given]) => given)),
    arrayOf(GIVEN_NAMES.map(([, pinyin]) => pinyin)),
    arrayOf(BIOS),
    arrayOf(COMMUNITIES),
    arrayOf(LARGE_CITIES),
  ]);
  await em.execute('delete from demo_batch b where not exists (select from users u where u.id = b.id)');
  const batch = await queryOne<{ added: number; first: number; last: number }>(
    em,
    'select count(*)::int as added, min(id) as first, max(id) as last from demo_batch',
  );
  return batch ?? { added: 0, first: 0, last: 0 };
}

/** Up to five others of the batch, the first of them far more often than the last: some people are well known. */
const FOLLOWS = `
  with numbered as materialized (select id, row_number() over (order by id) - 1 as n, count(*) over () as total from demo_batch)
  insert into follows (follower_id, followee_id)
  select b.id, f.id from demo_batch b
  cross join lateral generate_series(1, b.d1 % 6) as k
  cross join (select max(total) as total from numbered) as size
  join numbered f on f.n = floor(power(((b.d2 + k * 7919 + b.d3) % 65536) / 65536.0, 2) * size.total)
  where f.id <> b.id
  on conflict do nothing`;

const HOBBIES = `
  with known as materialized (select id, row_number() over (order by id) - 1 as n, count(*) over () as total from hobbies)
  insert into user_hobbies (user_id, hobby_id)
  select b.id, h.id from demo_batch b
  cross join lateral generate_series(0, b.d4 % 5 - 1) as k
  join known h on h.n = (b.d5 + k) % h.total`;

const EXTRAS = `
  insert into user_extras (user_id, likes_count, comments_count, followers_count, followings_count, questions_count,
    answers_count, feeds_count, checkin_count, last_checkin_count)
  select b.id, d1 % 500, d2 % 200,
    (select count(*) from follows where followee_id = b.id), (select count(*) from follows where follower_id = b.id),
    d3 % 20, d4 % 40, d5 % 100, d6 % 365, d6 % 365 % 8
  from demo_batch b`;

const WALLETS = `
  insert into wallets (user_id, balance, total_income, total_expenses)
  select id, d7 % 50000, d7 % 50000 + d8 % 20000, d8 % 20000 from demo_batch`;

const VIPS = `
  insert into vips (user_id, level, name, end_time)
  select id, 'middle', '钻石会员', now() + (1 + d8 % 365) * interval '1 day' from demo_batch where d7 % 50 = 0`;

const CREDENTIALS = 'insert into credentials (user_id, password_hash) select id, ? from demo_batch';

async function insertSurroundings(em: EntityManager, passwordHash: string | null): Promise<void> {
  for (const sql of [FOLLOWS, HOBBIES, EXTRAS, WALLETS, VIPS]) await em.execute(sql);
  if (passwordHash) await em.execute(CREDENTIALS, [passwordHash]);
}

/** Orders of the last 90 days, and from them the days of the ranking and the points in hand. */
const INCOMES = `
  with numbered as materialized (select id, row_number() over (order by id) - 1 as n, count(*) over () as total from demo_batch),
  rolls as materialized (
    select k, get_byte(bytes, 0) * 256 + get_byte(bytes, 1) as who, get_byte(bytes, 2) * 256 + get_byte(bytes, 3) as amount,
      get_byte(bytes, 4) * 256 + get_byte(bytes, 5) as moment
    from generate_series(1, ?) as k, (select max(id) as last from numbered) as batch,
      lateral (select decode(md5(?::text || ':' || last || ':' || k), 'hex') as bytes offset 0) as hash
  ), booked as (
    insert into currency_orders (user_id, key, amount, title, created_at)
    select f.id, 'demo:' || f.id || ':' || k, 1 + floor(power(amount / 65536.0, 3) * 500), '每日收入',
      now() - moment / 65536.0 * interval '90 days'
    from rolls cross join (select max(total) as total from numbered) as size
    join numbered f on f.n = floor(power(who / 65536.0, 1.5) * size.total)
    returning user_id, amount, created_at
  )
  insert into daily_incomes (user_id, day, amount)
  select user_id, (created_at at time zone '${ZONE}')::date, sum(amount) from booked group by 1, 2`;

const CURRENCIES = `
  insert into currencies (user_id, sum, total_income)
  select b.id, coalesce(income, 0), coalesce(income, 0) from demo_batch b
  cross join lateral (select sum(amount) as income from currency_orders where user_id = b.id) as booked`;

async function insertIncomes(em: EntityManager, orders: number, seed: string): Promise<void> {
  if (orders > 0) await em.execute(INCOMES, [orders, seed]);
  await em.execute(CURRENCIES);
}
