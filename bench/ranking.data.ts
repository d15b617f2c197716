import type { EntityManager } from '@mikro-orm/postgresql';
import { arrayOf } from '../src/infra/database/query.js';
import { GIVEN_NAMES, LARGE_CITIES, SURNAMES } from '../src/seeders/demo.words.js';
import { ZONE } from '../src/zone.js';

/** How much the ranking is measured on. */
export interface Sizes {
  users: number;
  orders: number;
  /** The orders lie in so many days, today included. */
  days: number;
  /** Follows that are drawn; those that come twice are one. */
  follows: number;
}

/** Rows in one statement. */
const BATCH = 500_000;

/** Names such as `wangfang4711`; seven of ten users live in the large cities. */
const USERS = `
  with words as materialized (
    select ?::text[] as surnames, ?::text[] as given, ?::int[] as large,
      array(select id from cities order by id) as cities
  ), dice as (
    select n, w.*, random() as d1, random() as d2, random() as d3, random() as d4, random() as d5
    from generate_series(?::int, ?::int) as n cross join words w
  )
  insert into users (name, phone, city_id, last_device_type, last_active_at, recommended_at, created_at, updated_at)
  select surnames[1 + floor(d1 * cardinality(surnames))] || given[1 + floor(d2 * cardinality(given))] || n,
    '199' || lpad(n::text, 8, '0'),
    case when d3 < 0.7 then large[1 + floor(d4 * cardinality(large))] else cities[1 + floor(d4 * cardinality(cities))] end,
    floor(d5 * 3), now() - d5 * interval '400 days', case when d1 < 0.005 then now() - d2 * interval '400 days' end,
    now() - interval '400 days', now()
  from dice`;

/** Some earn often and many seldom; a few orders are large. */
const ORDERS = `
  insert into currency_orders (user_id, key, amount, title, created_at)
  select 1 + floor(power(random(), 1.2) * ?::int), 'bench:' || n, 1 + floor(power(random(), 6) * 500), '每日收入',
    ((now() at time zone '${ZONE}')::date - floor(random() * ?::int)::int + interval '12 hours') at time zone '${ZONE}'
  from generate_series(?::int, ?::int) as n`;

/** What booking those orders one by one would have left behind, the days in the order they came. */
const AGGREGATES = [
  `insert into daily_incomes (user_id, day, amount)
   select user_id, (created_at at time zone '${ZONE}')::date, sum(amount) from currency_orders
   group by 1, 2 order by 2, 1`,
  `insert into currencies (user_id, sum, total_income)
   select user_id, sum(amount), sum(amount) from daily_incomes group by 1 order by 1
   on conflict (user_id) do update set sum = excluded.sum, total_income = excluded.total_income`,
];

/** A star: about one follow in ten is theirs. */
export const STAR = 1;
/** Somebody who follows {@link GREEDY_FOLLOWS} others, and has many followers. */
export const GREEDY = 2;
const GREEDY_FOLLOWS = 20_000;

const FOLLOWS = `
  insert into follows (follower_id, followee_id, created_at)
  select follower, followee, now() - random() * interval '400 days' from (
    select 1 + floor(random() * ?::int)::int as follower, 1 + floor(power(random(), 6) * ?::int)::int as followee
    from generate_series(?::int, ?::int)
  ) as drawn where follower <> followee on conflict do nothing`;

const FOLLOWS_OF_GREEDY = `
  insert into follows (follower_id, followee_id, created_at)
  select ${GREEDY}, n, now() - random() * interval '400 days' from generate_series(1, ?::int) as n where n <> ${GREEDY}
  on conflict do nothing`;

const COUNTERS = `
  insert into user_extras (user_id, followers_count, followings_count, last_checkin_count, answers_count, likes_count)
  select u.id, coalesce(followers, 0), coalesce(followings, 0), floor(power(random(), 4) * 400), floor(power(random(), 6) * 1000),
    floor(power(random(), 6) * 5000)
  from users u
  left join (select followee_id as id, count(*) as followers from follows group by 1) as followed on followed.id = u.id
  left join (select follower_id as id, count(*) as followings from follows group by 1) as following on following.id = u.id`;

async function inBatches(total: number, insert: (from: number, to: number) => Promise<unknown>) {
  for (let from = 1; from <= total; from += BATCH) await insert(from, Math.min(from + BATCH - 1, total));
}

/** Fills a migrated database that has no users. `say` hears what is being done. */
export async function fill(em: EntityManager, sizes: Sizes, say: (what: string) => void): Promise<void> {
  await em.transactional(async () => {
    // The rows refer to each other by construction: looking up ten million references would take most of the time.
    await em.execute(`set local session_replication_role = replica`);
    await em.execute(`set local work_mem = '512MB'`);
    await em.execute('select setseed(0.42)');
    say(`${sizes.users} users`);
    const words = [
      SURNAMES.map(([, pinyin]) => pinyin),
      GIVEN_NAMES.map(([, pinyin]) => pinyin),
      LARGE_CITIES,
    ];
    await inBatches(sizes.users, (from, to) => em.execute(USERS, [...words.map(arrayOf), from, to]));
    await insertOrders(em, sizes, say);
    say(`${sizes.follows} follows`);
    await inBatches(sizes.follows, (from, to) => em.execute(FOLLOWS, [sizes.users, sizes.users, from, to]));
    await em.execute(FOLLOWS_OF_GREEDY, [Math.min(GREEDY_FOLLOWS, sizes.users)]);
    say('their counters');
    await em.execute(COUNTERS);
  });
  await em.execute('vacuum analyze');
}

/** Incomes of the users 1 to `sizes.users`, and the sums that go with them. */
export async function insertOrders(
  em: EntityManager,
  sizes: Omit<Sizes, 'follows'>,
  say: (what: string) => void,
): Promise<void> {
  say(`${sizes.orders} orders`);
  await inBatches(sizes.orders, (from, to) => em.execute(ORDERS, [sizes.users, sizes.days, from, to]));
  say('their daily sums');
  for (const sql of AGGREGATES) await em.execute(sql);
}
