import { type AnlifeApp, failed, startAnlife, succeeded } from './anlife.support.js';

/** anlife.md 接口13: the current version of the app. */

let app: AnlifeApp;

beforeAll(async () => {
  app = await startAnlife();
});
afterAll(() => app.close());

describe('接口13 upgrade', () => {
  const latest = (app_type?: number | string) =>
    app.get('/support/upgrade', app_type === undefined ? {} : { app_type });
  const release = (app_type: number) => ({
    id: expect.any(Number),
    version: '8.7',
    version_code: 11,
    url: expect.stringMatching(/^https:/),
    title: '发现新版本',
    msg: expect.any(String),
    updated_time: expect.any(Number),
    update_time: expect.any(Number),
    app_type,
  });

  test('answers the release of a platform: Android unless told otherwise', async () => {
    const android = await latest(1);
    expect(android).toEqual(succeeded(release(1)));
    expect(await latest(2)).toEqual(succeeded(release(2)));
    expect(await latest()).toEqual(android);
    expect(await latest('')).toEqual(android);
    const { updated_time, update_time } = android.body.datas;
    expect(update_time).toBe(updated_time);
    expect(Math.abs(updated_time - Date.now() / 1000)).toBeLessThan(3600);
  });

  test('the highest version code is the current one', async () => {
    const columns = 'platform, version, version_code, url, title, message, updated_at';
    const values = `1, '9.0', 20, 'https://a.example/9.apk', '九', '新', to_timestamp(1438761453)`;
    const [{ id } = { id: 0 }] = await app.sql<{ id: number }>(
      `insert into app_releases (${columns}) values (${values}) returning id`,
    );
    await app.sql(`insert into app_releases (${columns}) values (1, '8.8', 12, 'u', 't', 'm', now())`);
    const expected = {
      id,
      version: '9.0',
      version_code: 20,
      url: 'https://a.example/9.apk',
      title: '九',
      msg: '新',
      updated_time: 1438761453,
      update_time: 1438761453,
      app_type: 1,
    };
    expect(await latest()).toEqual(succeeded(expected));
  });

  test('refuses a platform that there is none of, and is 1014 without a release', async () => {
    for (const type of [0, 3, -1, 'ios']) expect(await latest(type)).toEqual(failed(1001));
    await app.sql('delete from app_releases where platform = 2');
    expect(await latest(2)).toEqual(failed(1014));
    expect((await latest(1)).body.datas.app_type).toBe(1);
    await app.sql('delete from app_releases');
    expect(await latest()).toEqual(failed(1014));
  });
});
