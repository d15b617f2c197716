import { User, UserStatus } from '../../src/modules/user/user.entity.js';
import { freshPhone } from '../support/client.js';
import { freshName, setUser } from '../support/operations.js';
import { statementsOf } from '../support/statements.js';
import {
  invalid,
  type Member,
  NOT_FOUND,
  type PlusApp,
  type PlusRequest,
  send,
  startPlus,
  TOO_MANY,
  UNAUTHENTICATED,
} from './plus.support.js';

/** Lists and rankings of users, and finding them by their numbers: docs/dialects/plus.md and docs/decisions.md. */

/** As many positions as a list has. */
const END = 10_000;

let app: PlusApp;
let me: Member;

beforeAll(async () => {
  app = await startPlus({ TRUSTED_PROXIES: '127.0.0.1' });
  me = await app.member();
});
afterAll(() => app.close());

const em = () => app.infrastructure.database.fork();
const insertUser = (columns: Partial<User> = {}): Promise<number> =>
  em().insert(User, { name: freshName(), ...columns } as never);
const insertUsers = async (count: number): Promise<number[]> => {
  const rows = await app.sql<{ id: number }>(
    `insert into users (name) select ? || n from generate_series(1, ?) n returning id`,
    [freshName(), count],
  );
  return rows.map(({ id }) => id).sort((a, b) => a - b);
};

/** A follow of some minutes ago; the counters are those of services that follow. */
const follow = (followerId: number, followeeId: number, minutesAgo: number) =>
  app.sql(
    `insert into follows (follower_id, followee_id, created_at) values (?, ?, now() - ? * interval '1 minute')`,
    [followerId, followeeId, minutesAgo],
  );

type Query = Record<string, string | number>;
const get = (path: string, params: Query = {}, token?: string) => app.call('GET', path, { params, token });
const list = async (path: string, params: Query = {}, token?: string) => {
  const { status, body } = await get(path, params, token);
  expect({ path, status }).toEqual({ path, status: 200 });
  return body as { id: number; [field: string]: unknown }[];
};
const ids = async (path: string, params: Query = {}, token?: string): Promise<number[]> =>
  (await list(path, params, token)).map(({ id }) => id);

describe('lists of follows', () => {
  test('followers and followings of plus come latest follow first, 15 unless asked, up to 50', async () => {
    const star = await insertUser();
    const fans = await insertUsers(60);
    // The latest account followed first.
    for (const [index, fan] of fans.entries()) await follow(fan, star, index + 1);
    for (const [index, fan] of fans.entries()) await follow(star, fan, 100 - index);
    const path = `/users/${star}/followers`;
    expect(await ids(path)).toEqual(fans.slice(0, 15));
    expect(await ids(path, { limit: 3, offset: 58 })).toEqual(fans.slice(58));
    for (const limit of [50, 51, 1e9]) expect(await ids(path, { limit })).toEqual(fans.slice(0, 50));
    for (const limit of [0, -1]) expect(await ids(path, { limit })).toEqual(fans.slice(0, 1));
    for (const junk of ['x', '', '1.5']) {
      expect(await ids(path, { limit: junk, offset: junk })).toEqual(fans.slice(0, 15));
    }
    expect(await ids(`/users/${star}/followings`, { limit: 4, offset: 1 })).toEqual(
      [...fans].reverse().slice(1, 5),
    );
    expect(await ids(`/users/${fans[0]}/followers`)).toEqual([star]);
    expect(await ids(`/users/${await insertUser()}/followers`)).toEqual([]);
  });

  test('follows of the same moment come by id, one after the other over all pages', async () => {
    const star = await insertUser();
    const fans = await insertUsers(9);
    await app.sql(
      `insert into follows (follower_id, followee_id, created_at) select id, ?, '2026-01-01' from users where id = any (?::int[])`,
      [star, `{${fans}}`],
    );
    const pages = [0, 4, 8].map((offset) => ids(`/users/${star}/followers`, { limit: 4, offset }));
    expect((await Promise.all(pages)).flat()).toEqual([...fans].reverse());
  });

  test('lists of plus hide accounts that are disabled or cancelled, and those have no lists', async () => {
    const star = await insertUser();
    const [fine, disabled, deleted] = (await insertUsers(3)) as [number, number, number];
    for (const fan of [fine, disabled, deleted]) {
      await follow(fan, star, 1);
      await follow(star, fan, 1);
    }
    await setUser(em(), disabled, { status: UserStatus.DISABLED });
    await setUser(em(), deleted, { status: UserStatus.DELETED });
    for (const side of ['followers', 'followings']) {
      expect(await ids(`/users/${star}/${side}`)).toEqual([fine]);
      for (const id of [disabled, deleted, 999_999_999, 0, 'x', '9'.repeat(20)]) {
        expect(await get(`/users/${id}/${side}`)).toEqual(NOT_FOUND);
      }
    }
  });

  test("one's own lists need a session, and tell who follows whom", async () => {
    for (const path of ['/user/followers', '/user/followings', '/user/follow-mutual']) {
      expect(await get(path)).toEqual(UNAUTHENTICATED);
      expect(await ids(path, {}, me.token)).toEqual([]);
    }
    const [fan, friend, idol] = [await app.member(), await app.member(), await app.member()];
    const followOver = async (who: Member, whom: Member) =>
      expect((await app.call('PUT', `/user/followings/${whom.id}`, { token: who.token })).status).toBe(204);
    for (const one of [fan, friend]) await followOver(one, me);
    for (const one of [friend, idol]) await followOver(me, one);
    expect(await list('/user/followers', {}, me.token)).toMatchObject([
      { id: friend.id, has_follower: true, has_following: true },
      { id: fan.id, has_follower: false, has_following: true, extra: { followings_count: 1 } },
    ]);
    expect(await list('/user/followings', {}, me.token)).toMatchObject([
      { id: idol.id, has_follower: true, has_following: false },
      { id: friend.id, has_follower: true, has_following: true },
    ]);
    expect(await ids('/user/follow-mutual', {}, me.token)).toEqual([friend.id]);
    expect(await ids('/user/follow-mutual', {}, friend.token)).toEqual([me.id]);
    expect(await ids('/user/follow-mutual', { offset: 1 }, me.token)).toEqual([]);
    // Others see the lists too, and what belongs to the caller is in none of them.
    expect(await ids(`/users/${me.id}/followers`, {}, fan.token)).toEqual([friend.id, fan.id]);
    const [shown] = await list(`/users/${me.id}/followers`);
    expect(shown).toMatchObject({ has_follower: false, has_following: false });
    expect(shown).not.toHaveProperty('phone');
    await app.call('DELETE', `/user/followings/${friend.id}`, { token: me.token });
    expect(await ids('/user/follow-mutual', {}, me.token)).toEqual([]);
  });

  test('mutual followings come latest followed first, and are looked for among the latest 10,000', async () => {
    const [one, old] = (await insertUsers(2)) as [number, number];
    const { token } = await app.member();
    const { id } = (await app.call('GET', '/user', { token })).body;
    const friends = await insertUsers(5);
    for (const [index, friend] of friends.entries()) {
      await follow(id, friend, 10 + index);
      await follow(friend, id, 100 - index);
    }
    await follow(one, id, 1);
    expect(await ids('/user/follow-mutual', {}, token)).toEqual(friends);
    expect(await ids('/user/follow-mutual', { limit: 2, offset: 2 }, token)).toEqual(friends.slice(2, 4));
    await follow(id, old, 1_000_000);
    await follow(old, id, 1);
    expect(await ids('/user/follow-mutual', {}, token)).toEqual([...friends, old]);
    const many = await insertUsers(END - 5);
    await app.sql(
      'insert into follows (follower_id, followee_id) select ?, id from users where id = any (?::int[])',
      [id, `{${many}}`],
    );
    expect(await ids('/user/follow-mutual', {}, token)).toEqual(friends);
    const { me: counted } = await app.client.data('{ me { mutualFollowings { totalCount } } }', {}, token);
    expect(counted.mutualFollowings.totalCount).toBe(5);
  });

  test('a list of plus ends at position 10,000, and is empty beyond', async () => {
    const star = await insertUser();
    const fans = await insertUsers(END + 30);
    await app.sql(
      'insert into follows (follower_id, followee_id) select id, ? from users where id = any (?::int[])',
      [star, `{${fans}}`],
    );
    for (const path of [`/users/${star}/followers`, '/user/latests']) {
      expect(await ids(path, { limit: 50, offset: END - 10 })).toHaveLength(10);
      for (const offset of [END, END + 1, 1e9]) expect(await ids(path, { offset })).toEqual([]);
    }
    const FOLLOWERS = `query ($id: ID!, $first: Int, $after: String, $offset: Int) {
      user(id: $id) { followers(first: $first, after: $after, offset: $offset) { nodes { id } pageInfo { hasNextPage endCursor } } }
    }`;
    const page = async (variables: object) =>
      (await app.client.data(FOLLOWERS, { id: star, ...variables })).user.followers;
    const last = await page({ first: 100, offset: END - 20 });
    expect(last.nodes).toHaveLength(20);
    expect(last.pageInfo.hasNextPage).toBe(false);
    expect(await page({ after: last.pageInfo.endCursor })).toMatchObject({ nodes: [] });
    expect(await page({ offset: END - 20, first: 10 })).toMatchObject({ pageInfo: { hasNextPage: true } });
    for (const wrong of [{ offset: END + 1 }, { offset: -1 }, { first: 0 }, { after: 'x' }]) {
      expect(await app.client.code(FOLLOWERS, { id: star, ...wrong })).toBe('INVALID_INPUT');
    }
  });
});

describe('connections of follows in GraphQL', () => {
  let star: number;
  let fans: number[];

  beforeAll(async () => {
    star = await insertUser();
    fans = await insertUsers(7);
    for (const [index, fan] of fans.entries()) await follow(fan, star, index + 1);
    await app.sql('insert into user_extras (user_id, followers_count) values (?, 7)', [star]);
  });

  test('a connection of follows is paged by its cursors, and counts the whole list', async () => {
    const query = `query ($id: ID!, $after: String) {
      user(id: $id) { followers(first: 3, after: $after) { totalCount edges { cursor node { id } } pageInfo { hasNextPage endCursor } } }
    }`;
    const found: number[] = [];
    let after: string | null = null;
    do {
      const { user } = await app.client.data(query, { id: star, after });
      expect(user.followers.totalCount).toBe(7);
      found.push(...user.followers.edges.map(({ node }: { node: { id: string } }) => Number(node.id)));
      after = user.followers.pageInfo.hasNextPage ? user.followers.pageInfo.endCursor : null;
    } while (after);
    expect(found).toEqual(fans);
  });

  test('a disabled account has no connections of follows', async () => {
    const disabled = await insertUser({ status: UserStatus.DISABLED });
    await follow(fans[0] as number, disabled, 1);
    const lists = 'followers { totalCount } followings { totalCount } mutualFollowings { totalCount }';
    const { user } = await app.client.data(`{ user(id: ${disabled}) { id ${lists} } }`);
    expect(user).toEqual({
      id: String(disabled),
      followers: null,
      followings: null,
      mutualFollowings: null,
    });
  });

  test.each(['followers', 'followings', 'mutualFollowings'])(
    '%s of a page of users cost the same number of statements whatever its size',
    async (side) => {
      const newest = await insertUsers(3);
      for (const one of newest) {
        for (const other of fans) {
          await follow(one, other, 1);
          await follow(other, one, 2);
        }
      }
      const count = async (first: number) => {
        const query = `{ users(first: ${first}) { nodes { ${side}(first: 2) { totalCount nodes { id name } } } } }`;
        return (await statementsOf(app, () => app.client.data(query))).length;
      };
      await count(1);
      // The page, the lists, how long they are, and the users in them.
      expect([await count(1), await count(3)]).toEqual([4, 4]);
    },
  );

  test('pages that many rows may be read for cost more than others', async () => {
    const code = (fields: string, variables = {}, declared = '') =>
      app.client.code(`query Q${declared} { users(first: 20) { nodes { ${fields} } } }`, variables);
    expect(await code('followers(first: 3) { nodes { id name } }')).toBeUndefined();
    expect(await code('followers(first: 3, offset: 0) { nodes { id name } }')).toBeUndefined();
    for (const fields of [
      'followers(first: 3, offset: 9000) { nodes { id } }',
      'followings(first: 3, after: "OTAwMA") { nodes { id } }',
      'mutualFollowings(first: 1) { totalCount }',
    ]) {
      expect(await code(fields)).toBe('QUERY_TOO_COMPLEX');
    }
    const sharing = (times: number) =>
      Array.from({ length: times }, (_, n) => `s${n}: usersSharingTags(first: 1) { nodes { id } }`).join(' ');
    expect(await app.client.code(`{ ${sharing(3)} }`)).toBeUndefined();
    expect(await app.client.code(`{ ${sharing(4)} }`)).toBe('QUERY_TOO_COMPLEX');
    const skipped = 'followers(first: 3, offset: $skip) { nodes { id } }';
    expect(await code(skipped, { skip: null }, '($skip: Int)')).toBeUndefined();
    expect(await code(skipped, { skip: 9000 }, '($skip: Int)')).toBe('QUERY_TOO_COMPLEX');
    expect(await code(skipped, {}, '($skip: Int = 9000)')).toBe('QUERY_TOO_COMPLEX');
    const later = `{ user(id: ${star}) { followers(first: 3, offset: 3) { nodes { id } } } }`;
    expect(await app.client.code(later)).toBeUndefined();
  });
});

describe('populars, latests, search', () => {
  test('user/latests of plus are the newest, and user/search finds a part of the name, else the recommended', async () => {
    const made = await insertUsers(20);
    const newest = [...made].reverse();
    expect(await ids('/user/latests')).toEqual(newest.slice(0, 15));
    expect(await ids('/user/latests', { limit: 3, offset: 2 })).toEqual(newest.slice(2, 5));
    const [one, two] = [await insertUser({ name: '找找_a%b' }), await insertUser({ name: '找找_aXb' })];
    await insertUser({ name: '找找_关', status: UserStatus.DISABLED });
    expect(await ids('/user/search', { keyword: '找找_' })).toEqual([two, one]);
    expect(await ids('/user/search', { keyword: ' 找找_a% ' })).toEqual([one]);
    expect(await ids('/user/search', { keyword: '找找', limit: 1, offset: 1 })).toEqual([one]);
    expect(await ids('/user/search', { keyword: 'x'.repeat(9000) })).toEqual([]);
    expect(await ids('/user/search', { keyword: 'a\0b' })).toEqual([]);
    await setUser(em(), one, { recommendedAt: new Date() });
    for (const keyword of [undefined, '', ' ']) {
      expect(await ids('/user/search', keyword === undefined ? {} : { keyword })).toEqual([one]);
    }
    await setUser(em(), one, { recommendedAt: null });
  });
});

describe('rankings', () => {
  const RANKINGS = [
    ['/ranks/followers', 'user_extras', 'followers_count'],
    ['/ranks/balance', 'currencies', 'sum'],
    ['/ranks/income', 'currencies', 'total_income'],
    ['/checkin-ranks', 'user_extras', 'last_checkin_count'],
    ['/question-ranks/experts', 'user_extras', 'answers_count'],
    ['/question-ranks/likes', 'user_extras', 'likes_count'],
  ] as const;
  const ranks = async (path: string, params: Query = {}) =>
    (await list(path, params)).map(({ id, extra }) => {
      const { rank, count } = extra as { rank: number; count: number };
      return [id, rank, count];
    });

  beforeEach(async () => {
    await app.sql('delete from user_extras');
    await app.sql('delete from currencies');
  });

  test.each(RANKINGS)(
    'GET %s of plus has users by %s.%s, highest first, with rank and count',
    async (path, table, column) => {
      const [first, second, third, none, disabled] = (await insertUsers(5)) as [
        number,
        number,
        number,
        number,
        number,
      ];
      await setUser(em(), disabled, { status: UserStatus.DISABLED });
      for (const [id, count] of [
        [third, 7],
        [second, 12],
        [first, 12],
        [none, 0],
        [disabled, 99],
      ]) {
        await app.sql(`insert into ${table} (user_id, ${column}) values (?, ?)`, [id, count]);
      }
      const all = [
        [first, 1, 12],
        [second, 2, 12],
        [third, 3, 7],
      ];
      expect(await ranks(path)).toEqual(all);
      expect(await ranks(path, { limit: 1, offset: 1 })).toEqual([all[1]]);
      expect(await ranks(path, { offset: 3 })).toEqual([]);
      const [shown] = await list(path, {}, me.token);
      expect(shown).toMatchObject({ id: first, has_follower: false, extra: { user_id: first } });
      expect(shown).not.toHaveProperty('wallet');
    },
  );

  test('rankings of plus go as far as rank 1,000, 15 at a time unless asked, and user/populars with them', async () => {
    const crowd = await insertUsers(1030);
    await app.sql(
      'insert into user_extras (user_id, followers_count) select id, 1 from users where id = any (?::int[])',
      [`{${crowd}}`],
    );
    for (const path of ['/ranks/followers', '/user/populars']) {
      expect(await ids(path)).toEqual(crowd.slice(0, 15));
      expect(await ids(path, { limit: 99 })).toEqual(crowd.slice(0, 50));
      expect(await ids(path, { limit: 50, offset: 990 })).toEqual(crowd.slice(990, 1000));
      for (const offset of [1000, 1e9]) expect(await ids(path, { offset })).toEqual([]);
    }
    expect(await ranks('/ranks/followers', { limit: 1, offset: 999 })).toEqual([[crowd[999], 1000, 1]]);
    const [popular] = await list('/user/populars', { limit: 1 });
    expect(popular?.extra).not.toHaveProperty('rank');
    const RANKING = `query ($first: Int, $offset: Int) {
      userRanking(by: FOLLOWERS, first: $first, offset: $offset) { entries { position count user { id } } }
    }`;
    const { userRanking } = await app.client.data(RANKING, { first: 1000, offset: 5 });
    expect(userRanking.entries).toHaveLength(100);
    expect(userRanking.entries[0]).toEqual({ position: 6, count: 1, user: { id: String(crowd[5]) } });
    for (const wrong of [{ first: 0 }, { offset: -1 }, { offset: 10_001 }]) {
      expect(await app.client.code(RANKING, wrong)).toBe('INVALID_INPUT');
    }
  });

  test('points beyond 32 bits are counted exactly in a ranking of plus', async () => {
    const id = await insertUser();
    const most = Number.MAX_SAFE_INTEGER;
    await app.sql('insert into currencies (user_id, sum) values (?, ?)', [id, most]);
    expect(await ranks('/ranks/balance')).toEqual([[id, 1, most]]);
  });

  test('follows move people in the ranking of followers at once', async () => {
    const [fan, star] = [await app.member(), await app.member()];
    await app.call('PUT', `/user/followings/${star.id}`, { token: fan.token });
    expect(await ranks('/ranks/followers')).toEqual([[star.id, 1, 1]]);
    await app.call('DELETE', `/user/followings/${star.id}`, { token: fan.token });
    expect(await ranks('/ranks/followers')).toEqual([]);
  });

  test('lists and rankings of plus cost the same number of statements whatever their size', async () => {
    const star = await insertUser();
    const crowd = await insertUsers(50);
    for (const table of ['user_extras', 'currencies']) {
      await app.sql(`insert into ${table} (user_id) select id from users where id = any (?::int[])`, [
        `{${crowd}}`,
      ]);
    }
    for (const [, table, column] of RANKINGS) await app.sql(`update ${table} set ${column} = user_id`);
    await app.sql(
      'insert into follows (follower_id, followee_id) select id, ? from users where id = any (?::int[])',
      [star, `{${crowd}}`],
    );
    const paths = ['/user/populars', '/user/latests', ...RANKINGS.map(([path]) => path)];
    for (const path of [`/users/${star}/followers`, ...paths]) {
      const count = async (limit: number) => {
        let length = 0;
        const sent = await statementsOf(app, async () => {
          length = (await list(path, { limit }, me.token)).length;
        });
        expect({ path, length }).toEqual({ path, length: limit });
        // The session is read anew from time to time.
        return sent.filter((sql) => !/ from sessions /.test(sql)).length;
      };
      await count(2);
      expect({ path, statements: await count(50) }).toEqual({ path, statements: await count(2) });
    }
  });
});

describe('POST user/find-by-phone', () => {
  const find = (phones: unknown, options: PlusRequest = {}) =>
    app.call('POST', '/user/find-by-phone', { ...options, params: { phones } });
  const found = async (phones: unknown, options: PlusRequest = {}) => {
    const { status, body } = await find(phones, options);
    expect(status).toBe(200);
    return (body as { id: number; mobi: string }[]).map(({ id, mobi }) => [id, mobi]);
  };
  /** From one address of a network for documentation. */
  const from = (ip: string): PlusRequest => ({ headers: { 'x-forwarded-for': ip } });

  test('user/find-by-phone of plus finds the users of numbers, in their order, each with the number as it was sent', async () => {
    const [one, two, caller] = [await app.member(), await app.member(), await app.member()];
    const disabled = freshPhone();
    await insertUser({ phone: disabled, status: UserStatus.DISABLED });
    const { token } = caller;
    const asked = [two.phone, freshPhone(), 'no number', '', disabled, `+86 ${one.phone}`, two.phone];
    expect(await found(asked, { token })).toEqual([
      [two.id, two.phone],
      [one.id, `+86 ${one.phone}`],
      [two.id, two.phone],
    ]);
    const { body } = await find([one.phone], { token });
    expect(body[0]).toMatchObject({ id: one.id, name: one.name, has_follower: false, mobi: one.phone });
    expect(body[0]).not.toHaveProperty('phone');
    expect(await found([], { token })).toEqual([]);
    expect(await found([Number(one.phone)], { token })).toEqual([[one.id, one.phone]]);
  });

  test('user/find-by-phone of plus reads a list of numbers from a form', async () => {
    const { phone, id } = await app.member();
    const { token } = await app.member();
    const other = freshPhone();
    for (const form of [
      `phones[]=${phone}`,
      `phones=${phone}`,
      `phones[]=${other}&phones[]=${phone}`,
      `phones[0]=${phone}&phones[1]=${other}`,
    ]) {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const answer = await app.call('POST', '/user/find-by-phone', {
        token,
        headers,
        raw: Buffer.from(form),
      });
      expect({ form, ...answer }).toMatchObject({ form, status: 200, body: [{ id, mobi: phone }] });
    }
  });

  test('user/find-by-phone of plus takes a list of at most 100 numbers', async () => {
    const { token } = await app.member();
    const message = '请传入手机号码数组，最多 100 个';
    for (const phones of [undefined, null, { a: 1 }, [{}], [['13800138000']], Array(101).fill('1')]) {
      expect(await find(phones, { token })).toEqual(invalid('phones', message));
    }
    const query = 'query ($phones: [String!]!) { usersByPhones(phones: $phones) { phone } }';
    const { errors } = await app.client.graphql(query, { phones: Array(101).fill('1') }, { token });
    expect(errors?.[0]?.extensions).toEqual({ code: 'INVALID_INPUT', field: 'phones' });
  });

  test('an account asks for a thousand numbers an hour, of each door, then it is 429', async () => {
    const [{ token, phone, id }, other] = [await app.member(), await app.member()];
    const hundred = [phone, ...Array.from({ length: 99 }, freshPhone)];
    for (let time = 0; time < 9; time++) expect(await found(hundred, { token })).toEqual([[id, phone]]);
    const query = 'query ($phones: [String!]!) { usersByPhones(phones: $phones) { phone user { id } } }';
    const asked = await app.client.data(query, { phones: hundred.slice(0, 99) }, token);
    expect(asked.usersByPhones).toEqual([{ phone, user: { id: String(id) } }]);
    // One is left: two are refused as a whole, and cost nothing.
    const refused = await send(app.url, 'POST', '/user/find-by-phone', {
      token,
      params: { phones: hundred.slice(0, 2) },
    });
    expect(refused).toMatchObject(TOO_MANY);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3000);
    expect(refused.headers.get('x-ratelimit-limit')).toBe('1000');
    expect(await found([phone], { token })).toEqual([[id, phone]]);
    expect(await find([phone], { token })).toEqual(TOO_MANY);
    expect(await app.client.code(query, { phones: [phone] }, token)).toBe('RATE_LIMITED');
    expect(await found([], { token })).toEqual([]);
    expect(await found([phone], { token: other.token })).toEqual([[id, phone]]);
  });

  test('of requests at once an account gets no more than a thousand numbers answered', async () => {
    const { token } = await app.member();
    const hundred = Array.from({ length: 100 }, freshPhone);
    const answers = await Promise.all(Array.from({ length: 30 }, () => find(hundred, { token })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(20);
  });

  test('without a session user/find-by-phone of plus knows only numbers that a code was sent to from there', async () => {
    const { id, phone } = await app.member();
    const HERE = '198.51.100.7';
    // Whoever registered had codes sent from elsewhere.
    expect(await found([phone], from(HERE))).toEqual([]);
    const code = await app.call('POST', '/verifycodes', { params: { phone }, ...from(HERE) });
    expect(code.status).toBe(202);
    expect(await found([phone, freshPhone()], from(HERE))).toEqual([[id, phone]]);
    expect(await found([phone], from('198.51.100.8'))).toEqual([]);
    // A token that is good for nothing is nobody's.
    expect(await found([phone], { ...from('198.51.100.8'), token: 'x'.repeat(43) })).toEqual([]);
    const newcomer = freshPhone();
    await app.call('POST', '/verifycodes/register', { params: { phone: newcomer }, ...from(HERE) });
    expect(await found([newcomer], from(HERE))).toEqual([]);
  });
});
