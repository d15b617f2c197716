import { request } from 'node:http';
import fc from 'fast-check';
import { User, UserStatus } from '../../src/modules/user/user.entity.js';
import { freshPhone, PASSWORD } from '../support/client.js';
import { freshEmail, freshName, grant, setUser } from '../support/operations.js';
import { statementsOf } from '../support/statements.js';
import {
  FORBIDDEN,
  type Member,
  type Method,
  NO_CONTENT,
  NOT_FOUND,
  type PlusApp,
  startPlus,
  UNAUTHENTICATED,
} from './plus.support.js';

/** Reading users, following and administering them: `plus.md` and docs/decisions.md. */

let app: PlusApp;
let me: Member;
let other: Member;

beforeAll(async () => {
  app = await startPlus();
  [me, other] = [await app.member(), await app.member()];
});
afterAll(() => app.close());

const em = () => app.infrastructure.database.fork();
const insertUser = (columns: Partial<User>): Promise<number> =>
  em().insert(User, { name: freshName(), ...columns } as never);
const ids = async (query: Record<string, string | number>): Promise<number[]> => {
  const { status, body } = await app.call('GET', '/users', { params: query });
  expect(status).toBe(200);
  return body.map(({ id }: { id: number }) => id);
};
const one = (user: string | number, token?: string, query?: Record<string, string | number>) =>
  app.call('GET', `/users/${encodeURIComponent(user)}`, { token, params: query });

const PUBLIC_KEYS = [
  'avatar',
  'bg',
  'bio',
  'blacked',
  'commodities_count',
  'created_at',
  'extra',
  'feed_topics_count',
  'follower',
  'following',
  'has_follower',
  'has_following',
  'id',
  'invite_code',
  'location',
  'name',
  'sex',
  'tags',
  'updated_at',
  'verification',
  'verified',
  'vip',
];
const OWN_KEYS = ['currency', 'email', 'friends_count', 'initial_password', 'new_wallet', 'phone', 'wallet'];
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

describe('GET users/:user', () => {
  test('GET users/:user of plus finds by name, phone, verified e-mail address and number, by the form alone', async () => {
    const email = freshEmail();
    const [name, phone] = [`小小n${freshName().slice(5, 9)}`, freshPhone()];
    const id = await insertUser({ name, phone, email, emailVerified: true });
    for (const key of [name, name.toUpperCase(), phone, `+86${phone}`, email, email.toUpperCase(), id]) {
      expect(await one(key)).toMatchObject({ status: 200, body: { id, name } });
    }
  });

  test.each([
    ['an unknown name', 'nobody_here'],
    ['an unknown number', 999_999_999],
    ['a number too large', '99999999999999999999'],
    ['zero', 0],
    ['a negative number', -1],
    ['an unknown phone', '13900009999'],
    ['an unknown address', 'nobody@example.com'],
    ['a name with a blank', 'no body'],
    ['a NUL', 'a\0b'],
    ['something long', 'a'.repeat(400)],
    ['a percent sign', '%'],
  ])('GET users/:user of plus with %s is a 404', async (_, key) => {
    expect(await one(key)).toEqual(NOT_FOUND);
  });

  test('GET users/:user of plus does not find an unverified address or a cancelled account', async () => {
    const email = freshEmail();
    await insertUser({ email });
    const gone = await insertUser({ status: UserStatus.DELETED });
    expect(await one(email)).toEqual(NOT_FOUND);
    expect(await one(gone)).toEqual(NOT_FOUND);
  });

  test('GET users/:user of plus leaves out phone, e-mail address, wallet and points for others', async () => {
    const { body } = await one(other.id, me.token);
    expect(Object.keys(body).sort()).toEqual(PUBLIC_KEYS);
    const own = await app.call('GET', '/user', { token: me.token });
    expect(Object.keys(own.body).sort()).toEqual([...PUBLIC_KEYS, ...OWN_KEYS].sort());
    expect(own.body).toMatchObject({
      phone: me.phone,
      email: null,
      sex: 0,
      currency: { owner_id: me.id, type: 1, sum: 0 },
      wallet: { owner_id: me.id, balance: 0, total_income: 0, total_expenses: 0 },
      invite_code: (me.id + 60947423).toString(36).toUpperCase(),
      created_at: expect.stringMatching(MOMENT),
      updated_at: expect.stringMatching(MOMENT),
      extra: { user_id: me.id, followers_count: 0, updated_at: expect.stringMatching(MOMENT) },
    });
  });

  test('a bad token is anonymous where plus needs none, and a 401 where it needs one', async () => {
    expect(await one(other.id, 'x'.repeat(43))).toMatchObject({ status: 200, body: { has_follower: false } });
    expect(await app.call('GET', '/user', { token: 'nonsense' })).toEqual(UNAUTHENTICATED);
    expect(await app.call('GET', '/user')).toEqual(UNAUTHENTICATED);
    expect((await app.call('GET', '/user', { params: { token: me.token } })).body.id).toBe(me.id);
  });
});

describe('following', () => {
  test('following in plus counts once, shows on both sides, and ends', async () => {
    const path = `/user/followings/${other.id}`;
    for (const _ of [1, 2]) expect(await app.call('PUT', path, { token: me.token })).toEqual(NO_CONTENT);
    expect((await one(other.id, me.token)).body).toMatchObject({
      has_follower: true,
      has_following: false,
      extra: { followers_count: 1 },
    });
    expect((await one(me.id, other.token)).body).toMatchObject({ has_follower: false, has_following: true });
    const third = (await app.member()).token;
    expect((await one(me.id, third, { following: other.id })).body.has_following).toBe(true);
    expect((await one(other.id, third, { follower: me.id })).body.has_follower).toBe(true);
    expect((await one(me.id, undefined, { following: other.id })).body.has_following).toBe(false);
    expect((await one(other.id, undefined, { follower: me.id })).body.has_follower).toBe(false);
    expect((await one(other.id, me.token, { follower: other.id })).body.has_follower).toBe(false);
    for (const _ of [1, 2]) {
      expect(await app.call('DELETE', path, { token: me.token })).toEqual(NO_CONTENT);
    }
    expect((await one(other.id, me.token)).body).toMatchObject({
      has_follower: false,
      extra: { followers_count: 0 },
    });
  });

  test('following in plus is refused for oneself, nobody, and without a session', async () => {
    const follow = async (id: unknown, token?: string) =>
      await app.call('PUT', `/user/followings/${id}`, { token });
    expect(await follow(me.id, me.token)).toEqual({ status: 422, body: { message: ['不能关注自己'] } });
    expect(await follow(999_999_999, me.token)).toEqual(NOT_FOUND);
    expect(await follow('x', me.token)).toEqual(NOT_FOUND);
    expect(await follow(other.id)).toEqual(UNAUTHENTICATED);
  });
});

describe('GET users', () => {
  let made: number[];
  const MARK = 'Liste';

  beforeAll(async () => {
    made = [];
    for (let index = 0; index < 60; index++) made.push(await insertUser({ name: `${MARK}_${index}_x` }));
  });

  const listed = (query: Record<string, string | number>) => ids({ name: MARK, ...query });

  test('GET users of plus comes newest first, 20 unless asked, between 1 and 50', async () => {
    const newest = [...made].reverse();
    expect(await listed({})).toEqual(newest.slice(0, 20));
    for (const [limit, size] of [
      [5, 5],
      [0, 1],
      [-3, 1],
      [50, 50],
      [51, 50],
      [1e9, 50],
      ['9999999999999999', 50],
      ['9'.repeat(30), 50],
      [`-${'9'.repeat(30)}`, 1],
      ['abc', 20],
      ['', 20],
      ['1.5', 20],
    ] as const) {
      expect({ limit, ids: await listed({ limit }) }).toEqual({ limit, ids: newest.slice(0, size) });
    }
  });

  test('GET users of plus with since runs on after the last one, either way', async () => {
    const since = made[30] as number;
    expect(await listed({ since, limit: 3 })).toEqual([made[29], made[28], made[27]]);
    expect(await listed({ since, limit: 3, order: 'asc' })).toEqual([made[31], made[32], made[33]]);
    expect(await listed({ order: 'ASC', limit: 2 })).toEqual(made.slice(0, 2));
    expect(await listed({ order: 'sideways', limit: 1, since: 'x' })).toEqual([made[59]]);
    expect(await listed({ since: 99_999_999_999, limit: 1 })).toEqual([made[59]]);
  });

  test('GET users of plus with name takes a part without case, and its wildcards literally', async () => {
    const odd = await insertUser({ name: 'Prozent_a_b' });
    const plain = await insertUser({ name: 'ProzentXaXb' });
    expect(await ids({ name: 'pROZENT' })).toEqual([plain, odd]);
    expect(await ids({ name: 'prozent_' })).toEqual([odd]);
    expect(await ids({ name: 'prozent%' })).toEqual([]);
    expect(await ids({ name: 'x'.repeat(9_000) })).toEqual([]);
  });

  test('GET users of plus with fetch_by=username takes whole names, with id numbers', async () => {
    const names = `${MARK}_1_x, ${MARK}_2_X,${MARK}_3`;
    expect(await ids({ fetch_by: 'username', name: names })).toEqual([made[2], made[1]]);
    expect(await ids({ fetch_by: 'username' })).toEqual([]);
    expect(await ids({ id: `${made[4]},${made[5]},x,${made[4]},999999999` })).toEqual([made[5], made[4]]);
    expect(await ids({ id: 'x' })).toEqual([]);
    expect(await ids({ id: made.join(','), limit: 50 })).toHaveLength(50);
  });

  test('GET users of plus finds disabled accounts by number and in no other list', async () => {
    const name = `${MARK}_aus`;
    const id = await insertUser({ name, status: UserStatus.DISABLED, recommendedAt: new Date() });
    expect(await ids({ id })).toEqual([id]);
    expect(await one(id)).toMatchObject({ status: 200 });
    expect(await listed({ limit: 1 })).not.toContain(id);
    expect(await ids({ fetch_by: 'username', name })).toEqual([]);
    expect(await ids({ active: 1, limit: 50 })).not.toContain(id);
    const { body } = await app.call('GET', '/user/recommends');
    expect(body).toEqual([]);
  });

  test('GET users of plus with active=1 comes by latest activity, by place', async () => {
    const at = (minutes: number) => new Date(Date.now() + minutes * 60_000);
    await setUser(em(), made[7] as number, { lastActiveAt: at(30) });
    await setUser(em(), made[3] as number, { lastActiveAt: at(20) });
    await setUser(em(), made[9] as number, { lastActiveAt: at(10) });
    expect(await ids({ active: 1, limit: 2 })).toEqual([made[7], made[3]]);
    expect(await ids({ active: 1, limit: 2, offset: 1 })).toEqual([made[3], made[9]]);
    expect(await ids({ active: 1, offset: -5, limit: 1 })).toEqual([made[7]]);
  });

  test('GET users of plus refuses no value that a client sends', async () => {
    const junk = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.integer().map(String),
      fc.constant('1'),
    );
    const query = fc.record(
      Object.fromEntries(
        ['limit', 'order', 'since', 'name', 'fetch_by', 'id', 'active', 'offset'].map((name) => [name, junk]),
      ),
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(query, async (sent) => {
        const { status, body } = await app.call('GET', '/users', { params: sent as Record<string, string> });
        expect({ status, list: Array.isArray(body) }).toEqual({ status: 200, list: true });
      }),
      { numRuns: 60 },
    );
    const twice = await fetch(`${app.url}/api/v2/users?limit=1&limit=2&name=a&name=b&id[]=1`);
    expect(twice.status).toBe(200);
  });

  test('GET users of plus reads the body like the query', async () => {
    const get = (type: string, body: string) =>
      new Promise<unknown[]>((resolve, reject) => {
        const headers = { 'content-type': type, 'content-length': Buffer.byteLength(body) };
        const sent = request(`${app.url}/api/v2/users`, { method: 'GET', headers }, async (response) => {
          const chunks: Buffer[] = [];
          for await (const chunk of response) chunks.push(chunk as Buffer);
          resolve(JSON.parse(Buffer.concat(chunks).toString()) as unknown[]);
        });
        sent.on('error', reject).end(body);
      });
    expect(await get('application/json', JSON.stringify({ name: MARK, limit: 2 }))).toHaveLength(2);
    expect(await get('application/x-www-form-urlencoded', `name=${MARK}&limit=3`)).toHaveLength(3);
    expect(await get('application/json', '{')).toEqual({ message: ['参数错误'] });
  });

  test('GET users of plus costs the same number of statements whatever its size', async () => {
    const count = async (limit: number) =>
      (await statementsOf(app, () => app.call('GET', '/users', { params: { limit }, token: me.token })))
        .length;
    await count(2);
    expect(await count(50)).toBe(await count(2));
  });
});

describe('recommended and nearby users', () => {
  test('recommended users of plus come by latest pick', async () => {
    const [first, second] = [await insertUser({}), await insertUser({})];
    await setUser(em(), second, { recommendedAt: new Date(Date.now() - 1000) });
    await setUser(em(), first, { recommendedAt: new Date() });
    const list = async (query = {}) => (await app.call('GET', '/user/recommends', { params: query })).body;
    expect((await list()).map(({ id }: { id: number }) => id)).toEqual([first, second]);
    expect((await list({ offset: 1, limit: 1 })).map(({ id }: { id: number }) => id)).toEqual([second]);
  });

  test("nearby users of plus are of the caller's city, without the caller, and nobody without a city", async () => {
    const nearby = (token?: string) => app.call('GET', '/user/nearby', { token });
    expect(await nearby()).toEqual(UNAUTHENTICATED);
    expect(await nearby(me.token)).toEqual({ status: 200, body: [] });
    const neighbour = await insertUser({ cityId: 510100 });
    await insertUser({ cityId: 110100 });
    const moved = await app.call('PATCH', '/user', {
      token: me.token,
      params: { location: '四川省 成都市' },
    });
    expect(moved.status).toBe(204);
    expect((await nearby(me.token)).body.map(({ id }: { id: number }) => id)).toEqual([neighbour]);
  });
});

describe('the ranking', () => {
  let winner: Member;

  beforeAll(async () => {
    winner = await app.member();
    const admin = await app.member();
    await grant(app, admin.id, ['[currency] Record Income']);
    const RECORD = 'mutation ($input: RecordIncomeInput!) { recordIncome(input: $input) { id } }';
    const input = { userId: String(winner.id), amount: 100, key: 'one' };
    await app.client.data(RECORD, { input }, admin.token);
  });

  const rank = async (query: Record<string, string | number> = {}, token?: string) =>
    (await app.call('GET', '/user/currency/income-rank', { params: query, token })).body;

  test('the ranking of plus tells positions as texts, and the position of the caller', async () => {
    const body = await rank({}, winner.token);
    expect(body.rank_list).toMatchObject([
      { user: { id: winner.id, extra: { rank: 1, count: 100 } }, amount_count: 100, rank: '1' },
    ]);
    expect((await rank({}, other.token)).rank_list[0].user).not.toHaveProperty('phone');
    expect(body.my_rank).toMatchObject({ user: { id: winner.id }, amount_count: 100, rank: '1' });
    expect((await rank({}, other.token)).my_rank).toMatchObject({ amount_count: 0, rank: '1000+' });
  });

  test('the ranking of plus leaves my_rank out without a session and for another city', async () => {
    expect(Object.keys(await rank())).toEqual(['rank_list']);
    expect(Object.keys(await rank({ city: '成都' }, winner.token))).toEqual(['rank_list']);
  });

  test.each([
    [{ days: 'x' }],
    [{ days: -1 }],
    [{ days: 0 }],
    [{ days: '' }],
    [{ limit: 0 }],
    [{ limit: 99_999 }],
  ])('the ranking of plus with %j is that of all time', async (query) => {
    expect((await rank(query as Record<string, string | number>)).rank_list).toHaveLength(1);
  });

  test('the ranking of plus of an unknown city is empty', async () => {
    expect(await rank({ city: '不存在' })).toEqual({ rank_list: [] });
  });
});

describe('system/disabled/:user', () => {
  const disable = async (id: unknown, token?: string, method: Method = 'PUT') =>
    app.call(method, `/system/disabled/${id}`, { token });

  test('system/disabled of plus needs the ability, and an existing user', async () => {
    expect(await disable(other.id)).toEqual(UNAUTHENTICATED);
    expect(await disable(other.id, me.token)).toEqual(FORBIDDEN);
    await grant(app, me.id, ['[user] Disabled User']);
    expect(await disable(999_999_999, me.token)).toEqual(NOT_FOUND);
    expect(await disable('x', me.token)).toEqual(NOT_FOUND);
    expect(await disable('9999999999999999', me.token)).toEqual(NOT_FOUND);
  });

  test('system/disabled of plus ends every session at once, on every instance; log-in then says so; enabling undoes it', async () => {
    const victim = await app.member();
    const second = await app.world.start();
    const whoOnSecond = () =>
      fetch(`${second.url}/api/v2/user`, { headers: { authorization: `Bearer ${victim.token}` } });
    expect((await whoOnSecond()).status).toBe(200);
    for (const _ of [1, 2]) expect(await disable(victim.id, me.token)).toEqual(NO_CONTENT);
    expect((await whoOnSecond()).status).toBe(401);
    expect(await app.call('GET', '/user', { token: victim.token })).toEqual(UNAUTHENTICATED);
    const login = async () =>
      await app.call('POST', '/auth/login', { params: { login: victim.name, password: PASSWORD } });
    expect(await login()).toEqual({ status: 403, body: { message: '账号已被禁用，请联系管理员' } });
    expect(await disable(victim.id, me.token, 'DELETE')).toEqual(NO_CONTENT);
    expect((await login()).status).toBe(200);
    await second.close();
  });
});

describe('other requests to plus', () => {
  test('plus answers unknown URLs, bad JSON and too large bodies in its own shape', async () => {
    expect(await app.call('GET', '/nowhere')).toEqual(NOT_FOUND);
    expect(await app.call('DELETE', '/users')).toEqual(NOT_FOUND);
    const headers = { 'content-type': 'application/json' };
    expect(await app.call('POST', '/users', { raw: Buffer.from('{'), headers })).toEqual({
      status: 400,
      body: { message: ['参数错误'] },
    });
    const large = Buffer.from(JSON.stringify({ name: 'x'.repeat(2_000_000) }));
    expect((await app.call('POST', '/users', { raw: large, headers })).status).toBe(413);
  });

  test('plus takes an announced but empty JSON body for no body', async () => {
    const headers = { 'content-type': 'application/json' };
    const options = { token: other.token, headers };
    expect((await app.call('PATCH', '/user', { ...options, raw: Buffer.alloc(0) })).status).toBe(204);
    expect((await app.call('GET', '/user', options)).status).toBe(200);
  });

  test('plus answers bootstrappers and the abilities of the caller', async () => {
    expect((await app.call('GET', '/bootstrappers')).body).toMatchObject({
      registerSettings: { open: true },
      site: {
        status: true,
        reward: { status: false, amounts: '5,10,15' },
        currency_name: { name: '积分', unit: '点' },
        reserved_nickname: '',
        client_email: '',
      },
    });
    expect(await app.call('GET', '/user/abilities')).toEqual(UNAUTHENTICATED);
    expect((await app.call('GET', '/user/abilities', { token: other.token })).body).toEqual([]);
    expect((await app.call('GET', '/user/abilities', { token: me.token })).body).toEqual([
      { name: '[user] Disabled User', display_name: '[user] Disabled User', description: '' },
    ]);
  });
});
