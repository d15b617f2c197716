import { insertCommunities } from '../../src/modules/place/place.repository.js';
import { insertRelease } from '../../src/modules/release/release.repository.js';
import { type LoneApp, startTestApp } from '../support/app.js';

let app: LoneApp;

beforeAll(async () => {
  app = await startTestApp();
  const em = app.infrastructure.database.fork();
  const names = ['天府一号', 'Green Town', '50%_花园', '翠湖'];
  await insertCommunities(em, [
    ...names.map((name) => ({ cityId: 510100, name })),
    { cityId: 110100, name: '翠湖' },
  ]);
  const notice = { platform: 1, url: 'https://x.example/a', title: '', message: '' };
  await insertRelease(em, { ...notice, version: '10.0', versionCode: 100 });
  await insertRelease(em, { ...notice, version: '9.9', versionCode: 99 });
});
afterAll(() => app.close());

test('cities are listed by province, with its name', async () => {
  const query = 'query ($province: String) { cities(province: $province) { id name province } }';
  const { cities } = await app.client.data(query, { province: '四川' });
  expect(cities[0]).toEqual({ id: '510100', name: '成都市', province: '四川省' });
  expect((await app.client.data(query, { province: '火星' })).cities).toEqual([]);
  expect((await app.client.data(query)).cities.length).toBeGreaterThan(330);
});

const COMMUNITIES = `query ($cityId: ID!, $name: String, $first: Int, $after: String) {
  communities(cityId: $cityId, name: $name, first: $first, after: $after) {
    nodes { name cityId city { name } } pageInfo { hasNextPage endCursor }
  }
}`;

test('communities are paged in the order they were added', async () => {
  const first = (await app.client.data(COMMUNITIES, { cityId: '510100', first: 3 })).communities;
  expect(first.nodes[0]).toEqual({ name: '天府一号', cityId: '510100', city: { name: '成都市' } });
  expect(first.pageInfo.hasNextPage).toBe(true);
  const after = first.pageInfo.endCursor;
  const { communities } = await app.client.data(COMMUNITIES, { cityId: '510100', first: 3, after });
  expect(communities.nodes.map(({ name }: { name: string }) => name)).toEqual(['翠湖']);
  expect(communities.pageInfo.hasNextPage).toBe(false);
});

test.each([
  ['GREEN', ['Green Town']],
  ['%_', ['50%_花园']],
  ['湖', ['翠湖']],
  ['  ', ['天府一号', 'Green Town', '50%_花园', '翠湖']],
  ['_', ['50%_花园']],
  ['没有', []],
])('a search for %j finds the communities %j', async (name, names) => {
  const { communities } = await app.client.data(COMMUNITIES, { cityId: '510100', name });
  expect(communities.nodes.map((node: { name: string }) => node.name)).toEqual(names);
});

test('a malformed city id is refused, and an unknown city has no communities', async () => {
  const { errors } = await app.client.graphql(COMMUNITIES, { cityId: 'x' });
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_INPUT', field: 'cityId' });
  expect((await app.client.data(COMMUNITIES, { cityId: '1' })).communities.nodes).toEqual([]);
});

test('the current release of a platform has its highest code, and Android is the default platform', async () => {
  const { appRelease, ios } = await app.client.data(
    '{ appRelease { platform version versionCode } ios: appRelease(platform: IOS) { version } }',
  );
  expect(appRelease).toEqual({ platform: 'ANDROID', version: '10.0', versionCode: 100 });
  expect(ios).toEqual({ version: '8.7' });
});
