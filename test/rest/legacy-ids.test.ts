import { createHash } from 'node:crypto';
import type { TestApp } from '../support/app.js';
import { type Account, PASSWORD } from '../support/client.js';
import { ambiguousNumbers, bringLegacyIds } from '../support/legacy-ids.js';
import { freshName, grant } from '../support/operations.js';
import { sqlOf } from '../support/statements.js';
import { type PlusApp, send, startPlus } from './plus.support.js';

/** Doors of `LEGACY_IDS` speak the ids of the system before; the others speak ours. */

/** The door of plus and anlife listed. */
let app: PlusApp;
/** The same deployment with no door listed. */
let plain: TestApp;

/** Old ids beyond 32 bits, and the last that JavaScript counts to. */
const OLD = { ann: 3_000_000_001, ben: 3_000_000_002, eve: Number.MAX_SAFE_INTEGER };
let ann: Account & { name: string };
let ben: Account;
let eve: Account;
/** Nobody that plus knows; the own number is no old id. */
let newcomer: Account;
/** Nobody that plus knows; the own number is an old id there, of dan. */
let homeless: Account;
let dan: Account;
/** The number that homeless goes by at the door of plus. */
let given: number;

const UNKNOWN = 1_999_999_999;
const NOBODY_HAS = [0, 7_000_000, UNKNOWN, 9_999_999_999];

beforeAll(async () => {
  app = await startPlus({ LEGACY_IDS: 'plus,anlife' });
  plain = await app.world.start();
  const name = freshName();
  ann = { ...(await app.client.register({ name })), name };
  ben = await app.client.register();
  eve = await app.client.register();
  newcomer = await app.client.register();
  homeless = await app.client.register();
  dan = await app.client.register();
  await bringLegacyIds(app, 'plus', [
    { legacyId: String(OLD.ann), userId: ann.id },
    { legacyId: String(OLD.ben), userId: ben.id },
    { legacyId: String(OLD.eve), userId: eve.id },
    { legacyId: String(homeless.id), userId: dan.id },
  ]);
  const [row] = await app.sql<{ number: string }>(
    `select number from legacy_ids where system = 'plus' and given and user_id = ?`,
    [homeless.id],
  );
  given = Number(row?.number);
  await grant(app, ann.id, ['*']);
});
afterAll(() => app.close());

const found = async (user: unknown, at: { url: string } = app) =>
  (await send(at.url, 'GET', `/users/${user}`)).body.id;
const listed = async (query: Record<string, string>, at: { url: string } = app): Promise<number[]> =>
  (await send(at.url, 'GET', `/users?${new URLSearchParams(query)}`)).body.map(
    ({ id }: { id: number }) => id,
  );

test('an account is found by its old id, shown by it as a number, and not found by its own number', async () => {
  expect(await found(OLD.ann)).toBe(OLD.ann);
  expect(await found(OLD.eve)).toBe(OLD.eve);
  expect(await found(ann.name)).toBe(OLD.ann);
  expect(await found(ann.phone)).toBe(OLD.ann);
  expect(await found(ann.id)).toBeUndefined();
});

test('an account that the system does not know keeps its own number', async () => {
  expect(await found(newcomer.id)).toBe(newcomer.id);
});

test('a number that is somebody’s old id means that one, and the account whose own it is goes by another', async () => {
  expect((await send(app.url, 'GET', `/users/${homeless.id}`)).body.id).toBe(homeless.id);
  expect((await app.call('GET', '/user', { token: dan.token })).body.id).toBe(homeless.id);
  expect((await app.call('GET', '/user', { token: homeless.token })).body.id).toBe(given);
  expect(await found(given)).toBe(given);
  expect(await found(dan.id)).toBeUndefined();
  expect(await ambiguousNumbers(app)).toEqual([]);
});

test('a door that is not listed speaks our ids, and so does GraphQL', async () => {
  expect(await found(ann.id, plain)).toBe(ann.id);
  expect(await found(OLD.ann, plain)).toBeUndefined();
  const { user } = await app.client.data('query ($id: ID!) { user(id: $id) { id } }', { id: String(ann.id) });
  expect(user).toEqual({ id: String(ann.id) });
  // Listed, but it knows none of them.
  const info = await app.client.legacy('GET', '/anlife/v1.0/user/getUserInfo', { user_id: ann.id });
  expect(info.body.datas.user_id).toBe(ann.id);
});

test('an id that nobody has there is answered exactly as an unknown one at a door that speaks ours', async () => {
  const answers = async (at: { url: string }, number: number, token = ann.token) => {
    const asked = [
      ['GET', `/users/${number}`],
      ['GET', `/users?id=${number}`],
      ['GET', `/users/${ann.name}?follower=${number}&following=${number}`],
      ['PUT', `/user/followings/${number}`],
      ['DELETE', `/user/followings/${number}`],
      ['PUT', `/system/disabled/${number}`],
      ['DELETE', `/system/disabled/${number}`],
    ] as const;
    const all = [];
    for (const [method, path] of asked) {
      const { status, body } = await send(at.url, method, path, { token });
      all.push({
        status,
        body: body?.id ? { follower: body.has_follower, following: body.has_following } : body,
      });
    }
    return all;
  };
  for (const number of NOBODY_HAS) expect(await answers(app, number)).toEqual(await answers(plain, number));
  // The own number of an account that has an old id.
  expect(await answers(app, ben.id)).toEqual(await answers(plain, UNKNOWN));
  // Who may not is told nothing of who there is.
  const { token } = newcomer;
  expect(await answers(app, ben.id, token)).toEqual(await answers(plain, UNKNOWN, token));
});

test('a list of ids is translated each by itself, in the order of the list that was asked', async () => {
  const ids = [OLD.ann, newcomer.id, ` ${OLD.ben}`, ann.id, UNKNOWN, 'nonsense', homeless.id].join(',');
  expect((await listed({ id: ids })).sort()).toEqual([OLD.ann, newcomer.id, OLD.ben, homeless.id].sort());
  expect(await listed({ id: String(ann.id) })).toEqual([]);
  expect(await listed({ id: `${OLD.ann}`, fetch_by: 'id' })).toEqual([OLD.ann]);
});

test('of a list of ids as many are looked for as the schema takes: no own number gets in behind them', async () => {
  const many = Array.from({ length: 150 }, (_, index) => String(800_000_000 + index));
  // All of these are one id that nobody has; what stands behind them must not be read as ours.
  const own = [ann.id, ben.id, eve.id, dan.id].map(String);
  expect(await listed({ id: [...own, ...many, ...own, newcomer.id].join(',') })).toEqual([]);
});

test('a list goes on after the old id of the last one', async () => {
  const all = await listed({ order: 'asc', limit: '50' });
  expect(all).toContain(OLD.ben);
  for (const [index, since] of all.entries()) {
    expect(await listed({ order: 'asc', limit: '50', since: String(since) })).toEqual(all.slice(index + 1));
  }
});

test('following, asking who follows whom, and disabling take old ids', async () => {
  const { token } = ann;
  expect(await app.call('PUT', `/user/followings/${OLD.ben}`, { token })).toMatchObject({ status: 204 });
  const asked = async (query: string) =>
    (await send(app.url, 'GET', `/users/${OLD.ben}?${query}`, { token })).body;
  expect(await asked(`follower=${OLD.ann}`)).toMatchObject({ id: OLD.ben, has_follower: true });
  expect(await asked(`follower=${ann.id}`)).toMatchObject({ has_follower: false });
  expect(await asked(`following=${OLD.ann}`)).toMatchObject({ has_following: false });
  expect(await app.call('PUT', `/user/followings/${OLD.ann}`, { token })).toMatchObject({ status: 422 });
  expect(await app.call('PUT', `/system/disabled/${OLD.eve}`, { token })).toMatchObject({ status: 204 });
  expect(await app.sql('select id from users where status = 2')).toEqual([{ id: eve.id }]);
  expect(await app.call('DELETE', `/system/disabled/${OLD.eve}`, { token })).toMatchObject({ status: 204 });
});

describe('anlife', () => {
  const OLD_FAY = 5_000_000_007;
  const [CITY] = [510100];
  let fay: Account;

  beforeAll(async () => {
    fay = await app.client.register();
    await bringLegacyIds(app, 'anlife', [{ legacyId: String(OLD_FAY), userId: fay.id }]);
  });

  const call = async (path: string, params: Record<string, string | number>) =>
    (await app.client.legacy('POST', `/anlife/v1.0/user/${path}`, params)).body;

  test('a record of one’s own is named by one’s old id, and refused by one’s own number or another’s', async () => {
    const change = (user_id: number) =>
      call('modifyInfo', { user_id, auth_token: fay.token, nickname: 'Fay' });
    expect(await change(OLD_FAY)).toMatchObject({ datas: { user_id: OLD_FAY, nickname: 'Fay' } });
    expect(await change(fay.id)).toMatchObject({ error_code: 1003 });
    expect(await change(ben.id)).toMatchObject({ error_code: 1003 });
    expect(await change(UNKNOWN)).toMatchObject({ error_code: 1003 });
    expect(await call('getUserInfo', { user_id: fay.id })).toMatchObject({ error_code: 1004 });
    expect(await call('getUserInfo', { user_id: '' })).toMatchObject({ error_code: 1001 });
    expect(await call('getUserInfo', { user_id: `000${OLD_FAY}` })).toMatchObject({
      datas: { user_id: OLD_FAY },
    });
  });

  test('the ids of a city are translated page by page, with one statement for each', async () => {
    await app.sql(
      `with made as (
         insert into users (name, city_id) select 'Citizen' || n, ? from generate_series(1, 10050) as n returning id
       )
       insert into legacy_ids (system, legacy_id, number, user_id)
       select 'anlife', (6000000000 + id)::text, 6000000000 + id, id from made where id % 2 = 0`,
      [CITY],
    );
    const rows = await app.sql<{ id: number }>('select id from users where city_id = ? order by id', [CITY]);
    const params = { city_id: CITY, device_type: 0 };
    let body: { datas: { user_ids: number[] } } | undefined;
    const sent = await sqlOf(app.infrastructure.database, async () => {
      body = await call('getUseridsByCityId', params);
    });
    expect(body?.datas.user_ids).toEqual(rows.map(({ id }) => (id % 2 === 0 ? 6_000_000_000 + id : id)));
    expect(sent.filter((text) => text.includes('legacy_ids'))).toHaveLength(2);
  });

  test('a listed door asks once for what comes in and once for what goes out, another one never', async () => {
    const asking = (at: TestApp, user_id: number) => () =>
      at.client.legacy('GET', '/anlife/v1.0/user/getUserInfo', { user_id });
    const [theirs, ours] = [asking(app, OLD_FAY), asking(plain, fay.id)];
    await theirs();
    await ours();
    const listedSent = await sqlOf(app.infrastructure.database, theirs);
    const plainSent = await sqlOf(plain.infrastructure.database, ours);
    expect(plainSent.filter((text) => text.includes('legacy_ids'))).toEqual([]);
    expect(listedSent.filter((text) => text.includes('legacy_ids'))).toHaveLength(2);
    expect(listedSent.length).toBe(plainSent.length + 2);
    const page = await sqlOf(app.infrastructure.database, () => listed({ limit: '50' }));
    expect(page.filter((text) => text.includes('legacy_ids'))).toHaveLength(1);
  });
});

describe('the signed open API', () => {
  let openGateway: TestApp;
  let credentials: { id: number; secret: string };

  beforeAll(async () => {
    openGateway = await app.world.start({ LEGACY_IDS: 'open' });
    const made = await app.services.openApps.create(
      { em: app.infrastructure.database.fork() },
      { allowedIps: [] },
    );
    credentials = { id: made.app.id, secret: made.secret };
    await bringLegacyIds(app, 'open', [{ legacyId: '7000000001', userId: ann.id }]);
  });

  const info = async (account: string | number, at: TestApp = openGateway) => {
    const timestamp = Math.floor(Date.now() / 1000);
    const pairs = [`account=${account}`, `app_id=${credentials.id}`, `timestamp=${timestamp}`, 'type=id'];
    const sign = createHash('md5')
      .update(pairs.sort().join('') + credentials.secret)
      .digest('hex');
    return (await (
      await fetch(`${at.url}/v1/user/get-info?${pairs.join('&')}&sign=${sign}`)
    ).json()) as object;
  };

  test('an id is signed as the system before knows it, and looked up only then', async () => {
    expect(await info(7_000_000_001)).toMatchObject({ code: 200, id: 7_000_000_001, name: ann.name });
    expect(await info(ann.id)).toMatchObject({ code: 1011 });
    expect(await info(newcomer.id)).toMatchObject({ code: 200, id: newcomer.id });
    expect(await info('00000000000000000000')).toMatchObject({ code: 1011 });
    expect(await info(ann.id, plain)).toMatchObject({ code: 200, id: ann.id });
    expect(await info(7_000_000_001, plain)).toMatchObject({ code: 1011 });
  });
});

describe('the start of a gateway', () => {
  test('a system with an old id that is no number cannot be listed, and start names one', async () => {
    await bringLegacyIds(app, 'member', [{ legacyId: 'u-0017', userId: ben.id }]);
    const start = app.world.start({ LEGACY_IDS: 'anlife, member' });
    await expect(start).rejects.toThrow(/^LEGACY_IDS: the door of member .*"u-0017"/);
    await bringLegacyIds(app, 'account', [{ legacyId: '9007199254740992', userId: ben.id }]);
    await expect(app.world.start({ LEGACY_IDS: 'account' })).rejects.toThrow(/"9007199254740992"/);
  });

  test('LEGACY_IDS lists systems and nothing else', async () => {
    await expect(app.world.start({ LEGACY_IDS: 'anlife,discuz' })).rejects.toThrow(/LEGACY_IDS: must be of/);
  });
});

test('a session opened by old client and password belongs to the account of the old id', async () => {
  const login = await app.call('POST', '/auth/login', { params: { login: ben.phone, password: PASSWORD } });
  const me = await app.call('GET', '/user', { token: login.body.access_token });
  expect(me.body.id).toBe(OLD.ben);
});
