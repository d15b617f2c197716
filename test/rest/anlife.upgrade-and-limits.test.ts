import { freshPhone } from '../support/client.js';
import { type AnlifeApp, failed, startAnlife, succeeded } from './anlife.support.js';

/** anlife.md 接口13, the current version of the app; and error 1010, what may be asked for only so often. */

let app: AnlifeApp;

beforeAll(async () => {
  app = await startAnlife({
    CODE_RESEND_SECONDS: '60',
    RATE_LIMIT: 'on',
    RATE_LIMIT_PER_MINUTE: '60',
  });
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

  test('upgrade answers the release of a platform: Android unless told otherwise', async () => {
    const android = await latest(1);
    expect(android).toEqual(succeeded(release(1)));
    expect(await latest(2)).toEqual(succeeded(release(2)));
    expect(await latest()).toEqual(android);
    expect(await latest('')).toEqual(android);
    const { updated_time, update_time } = android.body.datas;
    expect(update_time).toBe(updated_time);
    expect(Math.abs(updated_time - Date.now() / 1000)).toBeLessThan(3600);
  });

  test('upgrade takes the highest version code for the current one', async () => {
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

  test('upgrade refuses a platform that does not exist, and is 1014 without a release', async () => {
    for (const type of [0, 3, -1, 'ios']) expect(await latest(type)).toEqual(failed(1001));
    await app.sql('delete from app_releases where platform = 2');
    expect(await latest(2)).toEqual(failed(1014));
    expect((await latest(1)).body.datas.app_type).toBe(1);
    await app.sql('delete from app_releases');
    expect(await latest()).toEqual(failed(1014));
  });
});

const DOORS = ['getRegisterSms', 'getBindPhoneSms'] as const;

test('a second code to one phone within a minute is 1010 wherever anlife sends codes, and nothing is sent', async () => {
  const phone = freshPhone();
  expect(await app.get('/user/getRegisterSms', { phone })).toEqual(succeeded(1));
  const first = app.inbox.code(phone);
  for (const door of DOORS) expect(await app.get(`/user/${door}`, { phone })).toEqual(failed(1010));
  expect(app.inbox.letters.filter(({ to }) => to === phone)).toHaveLength(1);
  // The one that was sent stays good.
  expect(await app.get('/user/verifyPhoneCode', { phone, sms_code: first })).toEqual(succeeded(true));
});

test("anlife's answer to a second code says when the next can be had", async () => {
  const phone = freshPhone();
  await app.get('/user/getRegisterSms', { phone });
  const { headers } = await app.client.legacy('GET', '/anlife/v1.0/user/getRegisterSms', { phone });
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(55);
  expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(60);
});

test('the codes that anlife sends in a day are counted by phone and by source', async () => {
  const { client } = await app.world.start({ CODE_DAILY_LIMIT: '2', CODE_IP_DAILY_LIMIT: '5' });
  const ask = async (phone: string) => {
    const { status, body } = await client.legacy('GET', '/anlife/v1.0/user/getRegisterSms', { phone });
    return { status, body };
  };
  const phone = freshPhone();
  expect([await ask(phone), await ask(phone)]).toEqual([succeeded(1), succeeded(1)]);
  expect(await ask(phone)).toEqual(failed(1010));
  const others = [];
  for (let other = 0; other < 4; other++) others.push(await ask(freshPhone()));
  expect(others.at(-1)).toEqual(failed(1010, 429));
});

test('too many requests to anlife from one address are 1010 with status 429, in the envelope', async () => {
  const answers = [];
  for (let request = 0; request < 61; request++) answers.push(await app.get('/user/getDefaultPhotoList'));
  expect(answers.at(-1)).toEqual(failed(1010, 429));
});
