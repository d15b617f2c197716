import type { EntityManager } from '@mikro-orm/postgresql';
import { findAddresses } from '../../src/modules/address/address.repository.js';
import { claimDeliveries, findWork, settleDeliveries } from '../../src/modules/event/delivery.repository.js';
import { isBlockedBetween, listBlocked } from '../../src/modules/follow/block.repository.js';
import { countMutual, type FollowList, findListed } from '../../src/modules/follow/follow.repository.js';
import { findImageByNumber, findImageBySource, isShown } from '../../src/modules/image/image.repository.js';
import { findNearest } from '../../src/modules/nearby/shared-place.repository.js';
import { listCommunities } from '../../src/modules/place/place.repository.js';
import { rankIncomes, sumIncome } from '../../src/modules/ranking/ranking.repository.js';
import { type RankedBy, rankUsers } from '../../src/modules/ranking/user-ranking.repository.js';
import { listReports } from '../../src/modules/report/report.repository.js';
import { SecurityEventService } from '../../src/modules/security/security-event.service.js';
import {
  findLiveSession,
  findSessionsOfUser,
  isKnownSource,
} from '../../src/modules/session/session.repository.js';
import { findTagsOfUsers, findUsersSharingTags } from '../../src/modules/tag/tag.repository.js';
import {
  findActiveUsersByPhones,
  findUserByEmail,
  findUserById,
  findUserByName,
  findUserByPhone,
  findUsersByIds,
} from '../../src/modules/user/user.repository.js';
import {
  listUserIds,
  listUsers,
  type UserCriteria,
  type UserListing,
} from '../../src/modules/user/user-list.repository.js';
import { encodeCursor, windowOf } from '../../src/paging.js';
import { contextOf, openTestDatabase, type TestDatabase } from '../support/context.js';
import { sqlOf } from '../support/statements.js';

/** What the repositories send is answered from indexes, at a size where reading the table would cost more. */

const USERS = 8_000;
const CITY = 510100;
let database: TestDatabase;

/** Everybody follows them, and they follow everybody. */
const STAR = 7;

/**
 * One user in a hundred is disabled, one in twenty lives in the city; everybody has a session, an old id, an event, an address,
 * incomes, counters, an avatar and a place, and follows five others.
 */
const SEED = [
  // Spread over as many pages as if there were many more.
  'alter table users set (fillfactor = 10)',
  'alter table images set (fillfactor = 10)',
  `insert into images (id, key, mime, size, width, height, hash)
   select md5(n::text), md5(n::text), 'image/png', 1, 1, 1, '' from generate_series(1, ${USERS}) as n`,
  `insert into users (name, phone, email, email_verified, city_id, last_device_type, status, last_active_at, recommended_at, avatar_id)
   select chr(19968 + n % 1500) || substr(md5(n::text), 1, 6) || '_' || n, '199' || lpad(n::text, 8, '0'), 'user' || n || '@example.com', n % 2 = 0,
     case when n % 20 = 0 then ${CITY} else 110100 end, n / 20 % 3, case when n % 100 = 0 then 2 else 1 end,
     now() - n * interval '1 minute', case when n % 200 = 0 then now() - n * interval '1 hour' end, md5(n::text)
   from generate_series(1, ${USERS}) as n`,
  `insert into sessions (user_id, token_hash, ip, source, expires_at)
   select u.id, md5(u.id::text), '192.0.2.1', '192.0.2.1', now() + interval '1 day' from users u`,
  `insert into legacy_ids (system, legacy_id, number, user_id)
   select 'plus', (u.id + 100000)::text, u.id + 100000, u.id from users u`,
  `insert into security_events (user_id, kind, door, ip)
   select u.id, 'LOGGED_IN', 'graphql', '192.0.2.1' from users u`,
  `insert into daily_incomes (user_id, day, amount)
   select u.id, current_date - k, u.id % 50 from users u, generate_series(1, 2) as k`,
  'insert into currencies (user_id, sum, total_income) select id, id % 150, id % 150 from users',
  `insert into addresses (user_id, name, phone, detail)
   select u.id, '收货人', '13812345678', '一号' from users u`,
  'alter table shared_places set (fillfactor = 10)',
  `insert into shared_places (user_id, point) select id, point(80 + id % 200 / 4.0, 10 + id / 200) from users`,
  `insert into user_extras (user_id, followers_count, last_checkin_count, answers_count, likes_count)
   select id, id % 90, id % 80, id % 70, id % 60 from users`,
  `insert into follows (follower_id, followee_id, created_at)
   select u.id, (u.id + k * k * 977) % ${USERS} + 1, now() - (u.id * k % 1000) * interval '1 hour'
   from users u, generate_series(1, 5) as k where u.id <> ${STAR} and (u.id + k * k * 977) % ${USERS} + 1 not in (u.id, ${STAR})`,
  `insert into follows (follower_id, followee_id, created_at)
   select u.id, ${STAR}, now() - u.id * interval '1 minute' from users u where u.id <> ${STAR}`,
  `insert into follows (follower_id, followee_id, created_at)
   select ${STAR}, u.id, now() - u.id * interval '1 minute' from users u where u.id <> ${STAR}`,
  `insert into communities (name, city_id)
   select substr(md5(c.id || ':' || n), 1, 8) || '花园', c.id from cities c, generate_series(1, 30) as n`,
  `insert into blocks (blocker_id, blocked_id, created_at)
   select u.id, 1 + (u.id * 7 + k * 131) % ${USERS}, now() - k * interval '1 hour'
   from users u, generate_series(1, 5) as k where u.id <> 1 + (u.id * 7 + k * 131) % ${USERS}
   on conflict do nothing`,
  `insert into reports (reporter_id, user_id, reason)
   select u.id, 1 + (u.id * 7) % ${USERS}, 'rude' from users u where u.id <> 1 + (u.id * 7) % ${USERS}`,
  'insert into tag_categories (name) select md5(n::text) from generate_series(1, 20) as n',
  'insert into tags (category_id, name) select c.id, md5(n::text) from tag_categories c, generate_series(1, 40) as n',
  `insert into user_tags (user_id, tag_id)
   select u.id, t.id from users u join tags t on (u.id * 7 + t.id * 13) % 199 = 0`,
  `insert into webhooks (url, types, key_id, encrypted_secret)
   select 'https://example.com', '{*}', '', '' from generate_series(1, 2)`,
  // Everybody's line has a head that is not due, but for one in a hundred, and ten behind it; the star has all of a line.
  `insert into account_events (user_id, type, data, dispatched)
   select u.id, 'user.updated', '{}', true from users u, generate_series(1, 11)`,
  `insert into account_events (user_id, type, data, dispatched)
   select ${STAR}, 'user.updated', '{}', true from generate_series(1, 5000)`,
  `insert into webhook_deliveries (event_id, webhook_id, user_id, give_up_at, next_try_at)
   select e.id, w.id, e.user_id, now(), case when row_number() over (partition by w.id, e.user_id order by e.id) = 1
     then now() + (e.user_id % 100 - 1) * interval '1 minute' end
   from account_events e, webhooks w`,
  `update images set owner_id = (select u.id from users u where u.avatar_id = images.id), source_md5 = id`,
  'analyze',
  // PostgreSQL finds out in time what of it is visible to all.
  'vacuum follows',
];

beforeAll(async () => {
  database = await openTestDatabase();
  const em = database.fork();
  for (const sql of SEED) await em.execute(sql);
});
afterAll(() => database.close());

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  Plans?: PlanNode[];
}

const flatten = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(flatten)];

/** The indexes that the statements of `work` are answered from, and the steps that are no search in one. */
async function planOf(work: (em: EntityManager) => Promise<unknown>, beginning = 'select') {
  const sent = await sqlOf(database, () => work(database.fork()));
  const statements = sent.filter((sql) => sql.startsWith(beginning));
  expect(statements).toHaveLength(1);
  const [row] = await database
    .fork()
    .execute<{ 'QUERY PLAN': [{ Plan: PlanNode }] }[]>(`explain (format json) ${statements[0]}`);
  const nodes = row ? flatten(row['QUERY PLAN'][0].Plan) : [];
  return {
    // Users come with their avatars, each found by its key.
    indexes: nodes.flatMap((node) => node['Index Name'] ?? []).filter((index) => index !== 'images_pkey'),
    scans: nodes.flatMap((node) => (node['Node Type'] === 'Seq Scan' ? (node['Relation Name'] ?? '') : [])),
    tables: [...new Set(nodes.flatMap((node) => node['Relation Name'] ?? []))].toSorted(),
    sorts: nodes.some((node) => node['Node Type'].includes('Sort')),
  };
}

const users =
  (criteria: UserCriteria, listing: UserListing = 'ID_DESC', after?: number) =>
  (em: EntityManager) =>
    listUsers(em, criteria, listing, { first: 20, after: after === undefined ? null : encodeCursor(after) });

/** A page that ends early: the index has the order, so nothing is sorted. */
test.each<[string, string, (em: EntityManager) => Promise<unknown>]>([
  ['the newest users', 'users_pkey', users({})],
  ['the newest users after one', 'users_pkey', users({}, 'ID_DESC', 6_000)],
  ['the oldest users after one', 'users_pkey', users({}, 'ID_ASC', 6_000)],
  ['users by activity', 'users_active_index', users({}, 'ACTIVE')],
  ['recommended users', 'users_recommended_index', users({}, 'RECOMMENDED')],
  [
    'users of a city, without the reader',
    'users_city_index',
    users({ cityId: CITY, exceptId: 7 }, 'ID_DESC', 6_000),
  ],
  [
    'security events of a user',
    'security_events_user_index',
    (em) =>
      new SecurityEventService(
        () => em,
        () => undefined,
      ).list({ ...contextOf(database, 7), em }, { first: 20 }),
  ],
  ['reports', 'reports_pkey', (em) => listReports(em, null, windowOf({ after: encodeCursor(5_000) }))],
  ['reports, from the end', 'reports_pkey', (em) => listReports(em, null, windowOf({ last: 20 }))],
  ['reports about a user', 'reports_user_index', (em) => listReports(em, 7, windowOf({}))],
  ['numbers of a city', 'users_city_index', (em) => listUserIds(em, CITY, null, 500, 20)],
  ['numbers of a city by device', 'users_city_device_index', (em) => listUserIds(em, CITY, 1, 500, 20)],
])('the plan for %s uses the index %s, in order', async (_what, index, work) => {
  expect(await planOf(work)).toMatchObject({ indexes: [index], scans: [], sorts: false });
});

/** A few rows, found where they are. */
test.each<[string, string[], (em: EntityManager) => Promise<unknown>]>([
  ['users by a part of the name', ['users_name_trgm'], users({ nameContains: 'a1b2c' })],
  [
    'users by two characters that nobody has side by side',
    ['users_name_grams'],
    users({ nameContains: 'xz' }),
  ],
  ['users by one character', ['users_name_grams'], users({ nameContains: 'Ж' })],
  ['users by two, latest activity first', ['users_name_grams'], users({ nameContains: '芳芳' }, 'ACTIVE')],
  ['a later page of them', ['users_name_trgm'], users({ nameContains: 'a1b2c' }, 'ID_DESC', 6_000)],
  ['users by names', ['users_name_unique'], users({ names: ['alpha', 'beta'] })],
  ['users by numbers', ['users_pkey'], users({ ids: [3, 5, 7] })],
  ['users by numbers for a loader', ['users_pkey'], (em) => findUsersByIds(em, [3, 5, 7])],
  ['a user by number', ['users_pkey'], (em) => findUserById(em, 7)],
  ['a user by name', ['users_name_unique'], (em) => findUserByName(em, 'Alpha')],
  ['a user by phone', ['users_phone_unique'], (em) => findUserByPhone(em, '19900000007')],
  ['users by phones', ['users_phone_unique'], (em) => findActiveUsersByPhones(em, ['19900000007', '1'])],
  ['a user by e-mail', ['users_email_verified_unique'], (em) => findUserByEmail(em, 'User8@example.com')],
  [
    'users who share tags',
    ['user_tags_pkey', 'user_tags_tag_index', 'users_pkey'],
    (em) => findUsersSharingTags(em, 7, { size: 20, offset: 0 }),
  ],
  ['a picture by its number', ['images_number_unique'], (em) => findImageByNumber(em, 7)],
  [
    'a picture by the MD5 of its file',
    ['images_source_md5_index'],
    (em) => findImageBySource(em, 7, 'a'.repeat(32)),
  ],
  [
    'a session',
    ['legacy_ids_user_id_index', 'sessions_token_hash_unique', 'users_pkey'],
    (em) => findLiveSession(em, 'a'.repeat(64)),
  ],
  ['sessions of a user', ['sessions_user_source_index'], (em) => findSessionsOfUser(em, 7)],
  ['a source of a user', ['sessions_user_source_index'], (em) => isKnownSource(em, 7, '192.0.2.1')],
  ['addresses of a user', ['addresses_user_index'], (em) => findAddresses(em, 7)],
  [
    'the users whom one has blocked',
    ['blocks_latest_index', 'users_pkey'],
    (em) => listBlocked(em, 7, { size: 20, offset: 0 }),
  ],
  [
    'a block between two',
    ['blocks_blocked_index', 'blocks_blocked_index'],
    (em) => isBlockedBetween(em, 7, 8),
  ],
  ['the income of a user', ['currencies_pkey'], (em) => sumIncome(em, 7, 0)],
  ['the latest income of a user', ['daily_incomes_pkey'], (em) => sumIncome(em, 7, 30)],
  [
    'communities of a city by name',
    ['communities_city_name_unique'],
    (em) => listCommunities(em, { cityId: CITY, name: '花园' }, windowOf({})),
  ],
])('the plan for %s uses the indexes %j', async (_what, indexes, work) => {
  const plan = await planOf(work);
  expect(plan).toMatchObject({ scans: [] });
  expect(plan.indexes.toSorted()).toEqual(indexes);
});

test('people nearby are read from the index of their places, and nobody else is', async () => {
  const search = { viewerId: 7, center: { x: 104, y: 30 }, radius: 0.5 };
  const { indexes, scans } = await planOf((em) => findNearest(em, search, { size: 20, offset: 0 }));
  expect(scans).toEqual([]);
  // Of the indexes of blocks either way is as good.
  expect(indexes.filter((index) => !index.startsWith('blocks_')).toSorted()).toEqual([
    'shared_places_point_index',
    'users_pkey',
  ]);
});
/** A short list beside them is read as a whole where that costs less. */
test.each<[string, string[], string, (em: EntityManager) => Promise<unknown>]>([
  ['tags of users', ['user_tags_pkey'], 'tags', (em) => findTagsOfUsers(em, [3, 5, 7])],
  [
    'the profiles that show a picture',
    ['users_avatar_index', 'users_background_index'],
    'default_photos',
    (em) => isShown(em, 'a'.repeat(32)),
  ],
])(
  'the plan for %s uses the indexes %j, and of other tables reads only %s',
  async (_what, indexes, list, work) => {
    const { scans, indexes: used } = await planOf(work);
    expect(scans.filter((table) => table !== list)).toEqual([]);
    expect(used).toEqual(expect.arrayContaining(indexes));
  },
);

test('the ranking of all time is read from an index, and no further than its last place', async () => {
  const plan = await planOf((em) => rankIncomes(em, { days: 0, cityId: null }, 10));
  expect(plan).toMatchObject({
    indexes: ['currencies_total_income_index', 'users_pkey'],
    scans: [],
    sorts: false,
  });
});

test.each([
  [{ days: 2, cityId: null }, ['daily_incomes', 'users']],
  [{ days: 2, cityId: CITY }, ['daily_incomes', 'users']],
  [{ days: 0, cityId: CITY }, ['currencies', 'users']],
])('the ranking of %j is added up from %j and not from the orders', async (window, tables) => {
  expect((await planOf((em) => rankIncomes(em, window, 1000))).tables).toEqual(tables);
});

/** Even of somebody whom everybody follows: a page is read from the index that has the list in its order. */
test.each<[FollowList, string[]]>([
  ['followers', ['follows_followers_index', 'users_pkey']],
  ['followings', ['follows_followings_index', 'users_pkey']],
  ['mutual', ['follows_followings_index', 'follows_pkey', 'users_pkey']],
])('the plan for %s of users uses the indexes %j, in order', async (list, indexes) => {
  const plan = await planOf((em) =>
    findListed(em, list, [
      { userId: STAR, size: 20, offset: 0 },
      { userId: 8, size: 20, offset: 100 },
    ]),
  );
  expect(plan).toMatchObject({ scans: [], sorts: false });
  expect(plan.indexes.toSorted()).toEqual(indexes);
});

test('mutual followings are counted from the way back of each following', async () => {
  const plan = await planOf((em) => countMutual(em, [STAR, 8]));
  expect(plan).toMatchObject({ scans: [], sorts: false });
  expect(plan.indexes.toSorted()).toEqual(['follows_followings_index', 'follows_pkey']);
});

test.each<[RankedBy, string]>([
  ['FOLLOWERS', 'user_extras_followers_index'],
  ['POINTS', 'currencies_sum_index'],
  ['INCOME', 'currencies_total_income_index'],
  ['CHECKIN_STREAK', 'user_extras_checkin_index'],
  ['ANSWERS', 'user_extras_answers_index'],
  ['LIKES', 'user_extras_likes_index'],
])('the ranking of users by %s is read from %s, and no further than its last place', async (by, index) => {
  const plan = await planOf((em) => rankUsers(em, by, { size: 20, offset: 0 }));
  expect(plan).toMatchObject({ indexes: [index, 'users_pkey'], scans: [], sorts: false });
});

/** Whatever is held back, only heads are looked at, and the one behind each. */
test.each<[string, string, string, (em: EntityManager) => Promise<unknown>]>([
  ['claimed', 'with due', 'webhook_deliveries_head_index', (em) => claimDeliveries(em, 1, 20, 60_000)],
  ['looked for', 'select w.id', 'webhook_deliveries_head_index', (em) => findWork(em)],
])(
  'deliveries are %s by their indexes, and no table of them or of events is read',
  async (_how, beginning, index, work) => {
    const { indexes, scans } = await planOf(work, beginning);
    expect(indexes).toContain(index);
    expect(scans.filter((table) => table !== 'webhooks')).toEqual([]);
  },
);

test('deliveries are settled by their indexes, however many are held back', async () => {
  const em = database.fork();
  const scans = await em.transactional(async () => {
    const heads = await em.execute<{ event_id: string }[]>(
      'select event_id from webhook_deliveries where webhook_id = 1 and next_try_at is not null limit 20',
    );
    const scanned = async () => {
      const [row] = await em.execute<{ seq_scan: string }[]>(
        `select seq_scan from pg_stat_xact_user_tables where relname = 'webhook_deliveries'`,
      );
      return Number(row?.seq_scan);
    };
    const before = await scanned();
    const outcomes = heads.map(({ event_id }) => ({
      eventId: Number(event_id),
      attempt: 0,
      error: null,
      waitMs: 0,
    }));
    await settleDeliveries(em, 1, outcomes);
    const [left] = await em.execute<{ count: number }[]>(
      'select count(*)::int as count from webhook_deliveries where webhook_id = 1 and next_try_at is not null and next_try_at <= now()',
    );
    expect(left?.count).toBeGreaterThan(0);
    return (await scanned()) - before;
  });
  expect(scans).toBe(0);
});
