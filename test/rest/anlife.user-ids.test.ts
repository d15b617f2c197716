import type { TestApp } from '../support/app.js';
import { type AnlifeApp, failed, startAnlife, succeeded } from './anlife.support.js';

/** anlife.md 接口17: the numbers of a city's users, for servers inside. */

let app: AnlifeApp;
let outside: TestApp;

const PATH = '/user/getUseridsByCityId';
const MANY = 25_000;
const [CHENGDU, SHANGHAI, BEIJING] = [510100, 310100, 110100];

beforeAll(async () => {
  app = await startAnlife();
  outside = await app.world.start({ INTERNAL_NETWORKS: '10.0.0.0/8' });
  await app.sql(
    `insert into users (name, city_id, last_device_type)
     select n::text, ?, n % 3 from generate_series(1, ?) as n`,
    [CHENGDU, MANY],
  );
});
afterAll(() => app.close());

const ids = async (city_id: number, device_type: number): Promise<number[]> =>
  (await app.get(PATH, { city_id, device_type })).body.datas.user_ids;

test('getUseridsByCityId answers an empty list for a city without users, and for one that does not exist', async () => {
  expect(await app.get(PATH, { city_id: BEIJING, device_type: 0 })).toEqual(succeeded({ user_ids: [] }));
  expect(await app.get(PATH, { city_id: 1, device_type: 1 })).toEqual(succeeded({ user_ids: [] }));
  expect(await app.get(PATH, { city_id: -1, device_type: 0 })).toEqual(succeeded({ user_ids: [] }));
});

test('getUseridsByCityId answers all of many users, each once, in one JSON document of unannounced length', async () => {
  const response = await fetch(`${app.url}/anlife/v1.0${PATH}?city_id=${CHENGDU}&device_type=0`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(response.headers.get('content-length')).toBeNull();
  const body = await response.json();
  const rows = await app.sql<{ id: number }>('select id from users where city_id = ? order by id', [CHENGDU]);
  expect(rows).toHaveLength(MANY);
  expect(body).toEqual({ datas: { user_ids: rows.map(({ id }) => id) } });
});

test('getUseridsByCityId selects by device_type: 0 all, 1 iOS, 2 Android', async () => {
  const [all, ios, android] = [await ids(CHENGDU, 0), await ids(CHENGDU, 1), await ids(CHENGDU, 2)];
  expect([all.length, ios.length, android.length]).toEqual([MANY, 8334, 8333]);
  expect(new Set([...ios, ...android]).size).toBe(ios.length + android.length);
  expect(await ids(SHANGHAI, 0)).toEqual([]);
});

test('getUseridsByCityId takes the city of the community, and the device of the latest session', async () => {
  const { user_id, auth_token, phone, password } = await app.member();
  const [{ id: community_id } = { id: 0 }] = await app.sql<{ id: number }>(
    `insert into communities (name, city_id) values ('外滩', ?) returning id`,
    [SHANGHAI],
  );
  await app.post('/user/modifyInfo', { user_id, auth_token, community_id });
  const devices = async () => [await ids(SHANGHAI, 0), await ids(SHANGHAI, 1), await ids(SHANGHAI, 2)];
  expect(await devices()).toEqual([[user_id], [], []]);
  await app.post('/user/loginAndGetUserInfo', { phone, password, device_type: 1 });
  expect(await devices()).toEqual([[user_id], [user_id], []]);
  await app.post('/user/loginAndGetUserInfo', { phone, password, device_type: 2 });
  expect(await devices()).toEqual([[user_id], [], [user_id]]);
  await app.client.data('mutation { deleteAccount }', {}, auth_token);
  expect(await devices()).toEqual([[], [], []]);
});

test('getUseridsByCityId refuses missing and malformed parameters', async () => {
  for (const params of [
    {},
    { city_id: CHENGDU },
    { device_type: 0 },
    { city_id: '', device_type: 0 },
    { city_id: CHENGDU, device_type: '' },
    { city_id: '成都', device_type: 0 },
    { city_id: CHENGDU, device_type: 3 },
    { city_id: CHENGDU, device_type: -1 },
    { city_id: CHENGDU, device_type: 'ios' },
  ]) {
    expect({ params, ...(await app.get(PATH, params as Record<string, string>)) }).toEqual({
      params,
      ...failed(1001),
    });
  }
});

test('getUseridsByCityId answers 1003 from outside the internal networks, also for users and with a forged address', async () => {
  const { auth_token } = await app.member();
  const params = { city_id: CHENGDU, device_type: 0 };
  const forged = { 'x-forwarded-for': '10.1.2.3', 'x-real-ip': '10.1.2.3' };
  for (const headers of [{}, { auth_token }, forged] as Record<string, string>[]) {
    const { status, body } = await outside.client.legacy('GET', `/anlife/v1.0${PATH}`, params, headers);
    expect({ status, body }).toEqual(failed(1003));
  }
});

test('a reader of getUseridsByCityId that leaves in the middle harms nobody', async () => {
  const url = `${app.url}/anlife/v1.0${PATH}?city_id=${CHENGDU}&device_type=0`;
  for (let reader = 0; reader < 5; reader++) {
    const leaving = new AbortController();
    const response = await fetch(url, { signal: leaving.signal });
    await response.body?.getReader().read();
    leaving.abort();
  }
  expect(await ids(CHENGDU, 1)).toHaveLength(8334);
});
