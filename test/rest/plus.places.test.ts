import { LOOKS_DAILY } from '../../src/modules/nearby/nearby.service.js';
import { PASSWORD } from '../support/client.js';
import { cancelled, jobsOf, runJob } from '../support/jobs.js';
import { grant } from '../support/operations.js';
import { statementsOf } from '../support/statements.js';
import {
  invalid,
  type Member,
  NO_CONTENT,
  type PlusApp,
  send,
  startPlus,
  TOO_MANY,
  UNAUTHENTICATED,
  WIRES,
} from './plus.support.js';

/** Cities to choose from and people nearby, as the public clients of ThinkSNS+ ask for them. */

let app: PlusApp;

beforeAll(async () => {
  app = await startPlus();
});
afterAll(() => app.close());

const get = async (path: string, params?: Record<string, unknown>) =>
  (await app.call('GET', path, { params })).body;

describe('locations', () => {
  interface Found {
    items: { id: number; name: string }[] | null;
    tree: { id: number; name: string; parent: Found['tree'] | null };
  }
  const search = (name: string): Promise<Found[]> => get('/locations/search', { name });
  const pathOf = ({ name, parent }: Found['tree']): string[] => [...(parent ? pathOf(parent) : []), name];

  test('locations/hots lists large cities by country, province and name, a municipality once', async () => {
    const { status, body } = await app.call('GET', '/locations/hots');
    expect(status).toBe(200);
    expect(body).toEqual(expect.arrayContaining(['中国 四川省 成都市', '中国 北京市', '中国 广东省 深圳市']));
    expect(body).toHaveLength(15);
    for (const title of body) {
      // Each can be searched for by what clients show of it.
      const [first] = await search(title.split(' ').at(-1));
      expect(first && pathOf(first.tree).join(' ')).toBe(title);
    }
  });

  test('locations/search answers a city with all it lies in', async () => {
    expect(await app.call('GET', '/locations/search', { params: { name: '成都' } })).toEqual({
      status: 200,
      body: [
        {
          items: null,
          tree: {
            id: 510100,
            name: '成都市',
            parent: { id: 510000, name: '四川省', parent: { id: 100000, name: '中国', parent: null } },
          },
        },
      ],
    });
  });

  test('locations/search answers a province with its cities, and a municipality with its counties', async () => {
    const [province] = await search('四川');
    expect(province?.tree).toMatchObject({ id: 510000, parent: { name: '中国' } });
    expect(province?.items).toHaveLength(21);
    expect(province?.items?.[0]).toEqual({ id: 510100, name: '成都市' });
    const [municipality, ...others] = await search('重庆');
    expect(municipality?.tree).toMatchObject({ id: 500100, name: '重庆市', parent: { name: '中国' } });
    expect(municipality?.items).toEqual(
      expect.arrayContaining([{ id: 500103, name: '渝中区' }, expect.objectContaining({ name: '城口县' })]),
    );
    expect(others).toEqual([]);
  });

  test.each([
    ['武侯区', [['中国', '四川省', '成都市', '武侯区']]],
    ['凉山州', [['中国', '四川省', '凉山彝族自治州']]],
    [' 仙桃 ', [['中国', '湖北省', '仙桃市']]],
    ['嘉峪关市', [['中国', '甘肃省', '嘉峪关市']]],
  ])('locations/search finds %j', async (name, paths) => {
    const found = await search(name);
    expect(found.slice(0, paths.length).map(({ tree }) => pathOf(tree))).toEqual(paths);
    for (const { items } of found.slice(0, paths.length)) expect(items).toBeNull();
  });

  test('locations/search finds whole names first, cities before counties, and no more than twenty', async () => {
    const names = (await search('朝阳')).map(({ tree }) => tree.name);
    expect(names.slice(0, 2)).toEqual(['朝阳市', '朝阳区']);
    expect(await search('市')).toHaveLength(20);
  });

  test('locations/search finds nothing by a text that is in no name, or by none', async () => {
    for (const name of ['火星', '%', '_', ' ', '', 'x'.repeat(5000)]) expect(await search(name)).toEqual([]);
    expect(await get('/locations/search')).toEqual([]);
  });
});

describe('around-amap', () => {
  /** Far from those of other tests: each is somewhere else. */
  let eastward = 80;
  const somewhere = () => ({ longitude: eastward++, latitude: 30.573 });
  const share = (token: string, params: Record<string, unknown>) =>
    app.call('POST', '/around-amap', { token, params });
  const look = async (token: string, params: Record<string, unknown>) =>
    (await app.call('GET', '/around-amap', { token, params })).body;
  const hide = (token: string) => app.call('DELETE', '/around-amap', { token });

  /** Members who share a place, each so many degrees further north. */
  async function membersAlong(
    { longitude, latitude }: ReturnType<typeof somewhere>,
    steps: readonly number[],
  ): Promise<Member[]> {
    const members = await Promise.all(steps.map(() => app.member()));
    for (const [index, { token }] of members.entries()) {
      const params = { longitude, latitude: latitude + (steps[index] ?? 0) };
      expect((await share(token, params)).status).toBe(201);
    }
    return members;
  }

  test.each(WIRES)('a place is shared, and seen by others (%s)', async (wire) => {
    const [{ id, token }, other] = [await app.member(), await app.member()];
    const params = somewhere();
    const shared = await app.call('POST', '/around-amap', { wire, token, params });
    expect(shared).toEqual({ status: 201, body: { message: expect.any(String) } });
    const seen = await app.call('GET', '/around-amap', { token: other.token, params });
    expect(seen).toEqual({ status: 200, body: [{ user_id: id, distance: 0 }] });
    expect(await look(token, params)).toEqual([]);
  });

  test('people nearby come nearest first, with their distance to the nearest 100 metres', async () => {
    const here = somewhere();
    const viewer = await app.member();
    const [far, near] = await membersAlong(here, [0.02, 0.009]);
    const east = await app.member();
    await share(east.token, { ...here, longitude: here.longitude + 0.01 });
    expect(await look(viewer.token, here)).toEqual([
      // A hundredth of a degree is 957 metres here to the east, and 1,112 to the north.
      { user_id: east.id, distance: 1000 },
      { user_id: near?.id, distance: 1000 },
      { user_id: far?.id, distance: 2200 },
    ]);
  });

  test('the radius is 3 km unless another is asked for, and 50 km at most', async () => {
    const here = somewhere();
    const viewer = await app.member();
    const members = await membersAlong(here, [0.02, 0.03, 0.44, 0.46]);
    const within = async (params: object) =>
      (await look(viewer.token, { ...here, ...params })).map(({ user_id }: { user_id: number }) =>
        members.findIndex(({ id }) => id === user_id),
      );
    expect(await within({})).toEqual([0]);
    expect(await within({ radius: 'far' })).toEqual([0]);
    expect(await within({ radius: 5000 })).toEqual([0, 1]);
    expect(await within({ radius: 500_000 })).toEqual([0, 1, 2]);
    expect(await within({ radius: 0 })).toEqual([]);
  });

  test('people nearby are paged by offset, or by pages', async () => {
    const here = somewhere();
    const viewer = await app.member();
    const members = await membersAlong(here, [0, 0.001, 0.002, 0.003]);
    const ids = members.map(({ id }) => id);
    const page = async (params: object) =>
      (await look(viewer.token, { ...here, ...params })).map(({ user_id }: { user_id: number }) => user_id);
    expect(await page({ limit: 3 })).toEqual(ids.slice(0, 3));
    expect(await page({ limit: 3, offset: 3 })).toEqual(ids.slice(3));
    expect(await page({ limit: 3, page: 2 })).toEqual(ids.slice(3));
    expect(await page({ limit: 3, page: 3 })).toEqual([]);
    expect(await page({ limit: 0, offset: -1, page: 'x' })).toEqual(ids.slice(0, 1));
    expect(await page({ page: 10_000 })).toEqual([]);
  });

  test('a place is kept no finer than 100 metres, so that looking from everywhere tells no more', async () => {
    const here = somewhere();
    const viewer = await app.member();
    const [{ id, token }, other] = [await app.member(), await app.member()];
    await share(token, { longitude: here.longitude + 0.00049, latitude: here.latitude - 0.00049 });
    await share(other.token, { longitude: here.longitude - 0.00049, latitude: here.latitude + 0.00049 });
    const points = await app.sql('select point::text from shared_places where user_id in (?, ?)', [
      id,
      other.id,
    ]);
    expect(points[0]).toEqual(points[1]);
    for (const step of [0, 0.00101, 0.00137, 0.0049]) {
      const seen = await look(viewer.token, { ...here, latitude: here.latitude + step });
      expect(seen.map(({ user_id }: { user_id: number }) => user_id)).toEqual([id, other.id]);
      expect(seen[0].distance).toBe(seen[1].distance);
      expect(seen[0].distance % 100).toBe(0);
    }
  });

  test('a place moves with its account, and is gone when it is shared no more', async () => {
    const [here, there] = [somewhere(), somewhere()];
    const [viewer, { id, token }] = [await app.member(), await app.member()];
    await share(token, here);
    await share(token, there);
    expect(await look(viewer.token, here)).toEqual([]);
    expect(await look(viewer.token, there)).toEqual([{ user_id: id, distance: 0 }]);
    expect(await hide(token)).toEqual(NO_CONTENT);
    expect(await hide(token)).toEqual(NO_CONTENT);
    expect(await look(viewer.token, there)).toEqual([]);
    expect(await app.sql('select 1 from shared_places where user_id = ?', [id])).toEqual([]);
  });

  test('a place that was shared more than 30 days ago is not seen, and a job deletes it', async () => {
    const here = somewhere();
    const viewer = await app.member();
    const [old, fresh] = await membersAlong(here, [0, 0]);
    const age = (id: number | undefined, days: number) =>
      app.sql('update shared_places set shared_at = now() - make_interval(days => ?) where user_id = ?', [
        days,
        id,
      ]);
    await age(old?.id, 30);
    await age(fresh?.id, 29);
    expect(await look(viewer.token, here)).toEqual([{ user_id: fresh?.id, distance: 0 }]);
    const job = 'purge-shared-places';
    expect(await runJob(jobsOf(app), job)).toEqual({ job, outcome: 'done', counts: { deleted: 1 } });
    expect(await look(viewer.token, here)).toEqual([{ user_id: fresh?.id, distance: 0 }]);
    await share(old?.token ?? '', here);
    expect(await look(viewer.token, here)).toHaveLength(2);
  });

  test('disabled and cancelled accounts are not seen', async () => {
    const here = somewhere();
    const admin = await app.member();
    const [disabled, gone] = await membersAlong(here, [0, 0]);
    expect(await look(admin.token, here)).toHaveLength(2);
    await grant(app, admin.id, ['[user] Disabled User']);
    await app.call('PUT', `/system/disabled/${disabled?.id}`, { token: admin.token });
    await app.call('DELETE', '/user', { token: gone?.token });
    expect(await look(admin.token, here)).toEqual([]);
    await app.call('DELETE', `/system/disabled/${disabled?.id}`, { token: admin.token });
    expect(await look(admin.token, here)).toEqual([{ user_id: disabled?.id, distance: 0 }]);
  });

  test('whoever has blocked the other, neither sees the other nearby', async () => {
    const here = somewhere();
    const viewer = await app.member();
    const [one, other] = await membersAlong(here, [0, 0]);
    if (!one || !other) throw new Error('nobody came');
    const seenBy = async ({ token }: Member) =>
      (await look(token, here)).map(({ user_id }: { user_id: number }) => user_id);
    expect([await seenBy(one), await seenBy(other)]).toEqual([[other.id], [one.id]]);
    await app.call('POST', `/user/black/${other.id}`, { token: one.token });
    expect([await seenBy(one), await seenBy(other)]).toEqual([[], []]);
    // They were made at once; at one place the older account comes first.
    const byAge = [one.id, other.id].toSorted((a, b) => a - b);
    expect(await seenBy(viewer)).toEqual(byAge);
    await app.call('DELETE', `/user/black/${other.id}`, { token: one.token });
    expect([await seenBy(one), await seenBy(other)]).toEqual([[other.id], [one.id]]);
  });

  test('erasing an account forgets its place', async () => {
    const [member] = await membersAlong(somewhere(), [0]);
    if (!member) throw new Error('nobody came');
    await cancelled(app, { ...member, password: PASSWORD });
    await runJob(jobsOf(app), 'erase-cancelled-accounts');
    expect(await app.sql('select 1 from shared_places where user_id = ?', [member.id])).toEqual([]);
  });

  test('a session is needed to share, to look and to hide', async () => {
    const params = somewhere();
    for (const method of ['GET', 'POST', 'DELETE'] as const) {
      expect(await app.call(method, '/around-amap', { params })).toEqual(UNAUTHENTICATED);
    }
  });

  test('coordinates that are missing, malformed or not on the earth are refused by field', async () => {
    const { token } = await app.member();
    const good = somewhere();
    for (const method of ['GET', 'POST'] as const) {
      const refusalOf = (params: Record<string, unknown>) =>
        app.call(method, '/around-amap', { token, params: { ...good, ...params } });
      for (const field of ['longitude', 'latitude']) {
        for (const value of ['', 'north', '1e2', '0x10', 'NaN', '180.1', '-1000']) {
          expect(await refusalOf({ [field]: value })).toEqual(invalid(field, '参数错误'));
        }
      }
      expect(await refusalOf({ latitude: '90.5' })).toEqual(invalid('latitude', '参数错误'));
      const { longitude } = good;
      expect(await app.call(method, '/around-amap', { token, params: { longitude } })).toEqual(
        invalid('latitude', '参数错误'),
      );
    }
  });

  test('the poles and the line of dates are on the earth', async () => {
    const [viewer, { id, token }] = [await app.member(), await app.member()];
    for (const params of [
      { longitude: 180, latitude: 90 },
      { longitude: -180, latitude: -90 },
    ]) {
      await share(token, params);
      expect(await look(viewer.token, params)).toEqual([{ user_id: id, distance: 0 }]);
    }
  });

  test('an account looks so often within a day, and no longer', async () => {
    const [{ token }, other] = [await app.member(), await app.member()];
    const here = somewhere();
    const NEARBY = `nearbyUsers(from: { longitude: ${here.longitude}, latitude: 1 }, first: 1) { nodes { distance } }`;
    for (let left = LOOKS_DAILY; left > 0; left -= 25) {
      const looks = Array.from({ length: Math.min(left, 25) }, (_, index) => `look${index}: ${NEARBY}`);
      await app.client.data(`{ ${looks.join(' ')} }`, {}, token);
    }
    const { status, body, headers } = await send(app.url, 'GET', '/around-amap', { token, params: here });
    expect({ status, body }).toEqual(TOO_MANY);
    expect(headers.get('x-ratelimit-limit')).toBe(String(LOOKS_DAILY));
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(80_000);
    expect(await app.client.code(`{ ${NEARBY} }`, {}, token)).toBe('RATE_LIMITED');
    expect(await look(other.token, here)).toEqual([]);
  });

  test('people nearby cost as many statements as one', async () => {
    const [few, many] = [somewhere(), somewhere()];
    const { token } = await app.member();
    await membersAlong(few, [0]);
    await membersAlong(many, [0, 0, 0.001, 0.002]);
    await look(token, few);
    const ofFew = await statementsOf(app, () => look(token, few));
    const ofMany = await statementsOf(app, () => look(token, many));
    expect(ofMany).toEqual(ofFew);
  });

  test('GraphQL tells the users and pages by cursor', async () => {
    const here = somewhere();
    const viewer = await app.member();
    const [first, second] = await membersAlong(here, [0, 0.001]);
    const query = `query ($from: CoordinatesInput!, $after: String) {
      nearbyUsers(from: $from, first: 1, after: $after) {
        nodes { distance user { id name phone } } pageInfo { hasNextPage endCursor }
      }
    }`;
    const page = async (after?: string) =>
      (await app.client.data(query, { from: here, after }, viewer.token)).nearbyUsers;
    const one = await page();
    expect(one).toMatchObject({
      nodes: [{ distance: 0, user: { id: String(first?.id), name: first?.name, phone: null } }],
      pageInfo: { hasNextPage: true },
    });
    expect(await page(one.pageInfo.endCursor)).toMatchObject({
      nodes: [{ distance: 100, user: { id: String(second?.id) } }],
      pageInfo: { hasNextPage: false },
    });
    expect(await app.client.data('mutation { hidePlace }', {}, first?.token)).toEqual({ hidePlace: true });
    expect(await app.client.data('mutation { hidePlace }', {}, first?.token)).toEqual({ hidePlace: false });
  });
});
