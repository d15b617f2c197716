import { DateTime } from 'luxon';
import {
  type AnlifeApp,
  failed,
  type Member,
  NO_COMMUNITY,
  type Params,
  startAnlife,
  succeeded,
} from './anlife.support.js';

/** anlife.md 接口2, 3, 7, 15: what users show of themselves, and the lists they choose from. */

let app: AnlifeApp;
/** A community in 成都 and one in 上海. */
let communities: { id: number; name: string; city_id: number }[];

beforeAll(async () => {
  app = await startAnlife();
  communities = await app.sql(
    `insert into communities (name, city_id) values ('锦江花园', 510100), ('陆家嘴公寓', 310100)
     returning id, name, city_id`,
  );
});
afterAll(() => app.close());

/** Changes the member's profile; `changes` may also replace who calls. */
const modify = ({ user_id, auth_token }: Member, changes: Params) =>
  app.post('/user/modifyInfo', { user_id, auth_token, ...changes });

/** The member's record as themselves. */
const record = async ({ user_id, auth_token }: Member) =>
  (await app.get('/user/getUserInfo', { user_id, auth_token })).body.datas;

const shanghai = (date: string): number => DateTime.fromISO(date, { zone: 'Asia/Shanghai' }).toSeconds();

const EMPTY = {
  user_id: expect.any(Number),
  nickname: expect.stringMatching(/./),
  sex: 0,
  phone: expect.any(String),
  birthday: 0,
  age: 0,
  photo: '',
  background: '',
  community: NO_COMMUNITY,
  signature: '',
  hobby: [],
};

const PHOTO_URL = expect.stringMatching(/^http:\/\/.+\/storage\/\d{4}\/\d\d\/\d\d\/[0-9a-f]{32}\.png$/);

async function defaultPhotos(): Promise<{ host_id: number; img_id: string; url: string }[]> {
  return (await app.get('/user/getDefaultPhotoList')).body.datas.photos;
}

describe('接口2 getUserInfo', () => {
  test('getUserInfo gives each unset field of a new account its empty value, and the phone to the owner only', async () => {
    const { user_id, auth_token, phone } = await app.member();
    const other = await app.member();
    const own = await app.get('/user/getUserInfo', { user_id, auth_token });
    expect(own).toEqual(succeeded({ ...EMPTY, user_id, phone }));
    const masked = succeeded({ ...own.body.datas, phone: '' });
    expect(await app.get('/user/getUserInfo', { user_id })).toEqual(masked);
    expect(await app.get('/user/getUserInfo', { user_id, auth_token: other.auth_token })).toEqual(masked);
    expect(await app.get('/user/getUserInfo', { user_id, auth_token: 'not a token' })).toEqual(masked);
  });

  test('getUserInfo refuses a missing or malformed user_id, and an unknown one', async () => {
    expect(await app.get('/user/getUserInfo')).toEqual(failed(1001));
    for (const user_id of ['', 'abc', '1.5', '1e3', '0x10', '١']) {
      expect(await app.get('/user/getUserInfo', { user_id })).toEqual(failed(1001));
    }
    expect(await app.get('/user/getUserInfo', { user_id: 2_000_000_000 })).toEqual(failed(1004));
  });

  test('getUserInfo answers 1004 for an account that was cancelled', async () => {
    const { user_id, auth_token } = await app.member();
    await app.client.data('mutation { deleteAccount }', {}, auth_token);
    expect(await app.get('/user/getUserInfo', { user_id })).toEqual(failed(1004));
  });
});

describe('接口3 getHobbyList', () => {
  test('getHobbyList answers ids as numbers, with names', async () => {
    const answer = await app.get('/user/getHobbyList', { user_id: 1 });
    expect(answer).toEqual(succeeded({ hobbies: expect.any(Array) }));
    const { hobbies } = answer.body.datas;
    const stored = await app.sql('select id as hobby_id, name as hobby_name from hobbies order by id');
    expect(hobbies).toHaveLength(20);
    expect(
      hobbies.sort((a: { hobby_id: number }, b: { hobby_id: number }) => a.hobby_id - b.hobby_id),
    ).toEqual(stored);
  });

  test('getHobbyList needs a user_id', async () => {
    expect(await app.get('/user/getHobbyList')).toEqual(failed(1001));
    expect(await app.get('/user/getHobbyList', { user_id: 'me' })).toEqual(failed(1001));
  });
});

describe('接口7 modifyInfo', () => {
  test('modifyInfo sets every field, and answers the record that everybody then sees', async () => {
    const member = await app.member();
    const [photo, background] = await defaultPhotos();
    const answer = await modify(member, {
      nickname: ' 小明 🌸 ',
      photo_id: photo?.img_id ?? '',
      photo_host: photo?.host_id ?? '',
      background_id: background?.img_id ?? '',
      background_host: background?.host_id ?? '',
      sex: 2,
      birthday: shanghai('1990-02-28'),
      signature: '你好，世界',
      hobby: '3, 1',
      community_id: communities[0]?.id ?? 0,
    });
    const today = DateTime.now().setZone('Asia/Shanghai');
    const expected = {
      user_id: member.user_id,
      nickname: '小明 🌸',
      sex: 2,
      phone: member.phone,
      birthday: 636134400,
      age: Math.floor(today.diff(DateTime.fromISO('1990-02-28', { zone: 'Asia/Shanghai' }), 'years').years),
      photo: photo?.url,
      background: background?.url,
      community: communities[0],
      signature: '你好，世界',
      hobby: [
        { hobby_id: 1, hobby_name: '阅读' },
        { hobby_id: 3, hobby_name: '电影' },
      ],
    };
    expect(answer).toEqual(succeeded(expected));
    expect(await record(member)).toEqual(expected);
    expect(expected.photo).toEqual(PHOTO_URL);
    const { me } = await app.client.data('{ me { city { id } bio } }', {}, member.auth_token);
    expect(me).toEqual({ city: { id: '510100' }, bio: '你好，世界' });
  });

  test('modifyInfo keeps a field not sent, clears an empty one, and keeps a picture even then', async () => {
    const member = await app.member();
    const [photo] = await defaultPhotos();
    const picture = {
      photo_id: photo?.img_id ?? '',
      photo_host: 1,
      background_id: photo?.img_id ?? '',
      background_host: 1,
    };
    const all = {
      nickname: '甲',
      ...picture,
      sex: 1,
      birthday: 86_400,
      signature: '乙',
      hobby: '1',
      community_id: communities[1]?.id ?? 0,
    };
    const before = (await modify(member, all)).body.datas;
    expect((await modify(member, {})).body.datas).toEqual(before);
    expect((await modify(member, { sex: 2 })).body.datas).toEqual({ ...before, sex: 2 });

    const empty = Object.fromEntries(Object.keys(all).map((name) => [name, '']));
    const cleared = await modify(member, empty);
    const { photo: shown, background } = before;
    expect(cleared).toEqual(
      succeeded({ ...EMPTY, user_id: member.user_id, phone: member.phone, photo: shown, background }),
    );
    expect(cleared.body.datas.nickname).not.toBe('甲');
    expect((await modify(member, { sex: 1 })).body.datas.sex).toBe(1);
    expect((await modify(member, { sex: 0 })).body.datas.sex).toBe(0);

    await modify(member, { birthday: 86_400 });
    // As the answers say of one that has none.
    expect((await modify(member, { birthday: 0 })).body.datas).toMatchObject({ birthday: 0, age: 0 });
    expect((await app.client.data('{ me { birthday } }', {}, member.auth_token)).me.birthday).toBeNull();
  });

  test('modifyInfo knows a picture by its id, and its host may be left out', async () => {
    const member = await app.member();
    const [photo] = await defaultPhotos();
    const { datas } = (await modify(member, { photo_id: photo?.img_id ?? '' })).body;
    expect(datas).toMatchObject({ photo: photo?.url, background: '' });
    expect((await modify(member, { background_id: photo?.img_id ?? '' })).body.datas.background).toBe(
      photo?.url,
    );
  });

  test.each([
    ['the day of the epoch', '1970-01-01', -28800],
    ['before the epoch', '1949-10-01', -639129600],
    ['a leap day', '2000-02-29', 951753600],
    ['a day in summer time', '1987-06-15', 550681200],
    ['a day without a midnight', '1940-06-01', undefined],
    ['a day of local mean time', '1899-12-31', undefined],
  ])('modifyInfo takes a birthday as its first second in Shanghai: %s', async (_, date, seconds) => {
    const member = await app.member();
    const first = shanghai(date);
    if (seconds !== undefined) expect(first).toBe(seconds);
    expect((await modify(member, { birthday: first })).body.datas.birthday).toBe(first);
    expect((await modify(member, { birthday: first + 80_000 })).body.datas.birthday).toBe(first);
    const { me } = await app.client.data('{ me { birthday } }', {}, member.auth_token);
    expect(me.birthday).toBe(date);
  });

  test("anlife's age counts from the birthday itself, by the calendar of Shanghai", async () => {
    const member = await app.member();
    const today = DateTime.now().setZone('Asia/Shanghai').startOf('day');
    const ageOf = async (birthday: DateTime) =>
      (await modify(member, { birthday: birthday.toSeconds() })).body.datas.age;
    expect(await ageOf(today.minus({ years: 30 }))).toBe(30);
    expect(await ageOf(today.minus({ years: 30 }).plus({ days: 1 }))).toBe(29);
    expect(await ageOf(today)).toBe(0);
  });

  test('modifyInfo answers 1001 for a value that does not fit, and then nothing changes', async () => {
    const member = await app.member();
    await app.sql(`insert into banned_words (word) values ('badword')`);
    await modify(member, { nickname: '原名', signature: '原文', hobby: '1,2', sex: 1, birthday: 1 });
    const before = await record(member);
    const tomorrow = Math.floor(Date.now() / 1000) + 86_400;
    const [photo] = await defaultPhotos();
    const id = photo?.img_id ?? '';
    const refused: Params[] = [
      { nickname: '我是BadWord' },
      { nickname: 'ｂａｄｗｏｒｄ' },
      { nickname: '长'.repeat(65) },
      { signature: '长'.repeat(192) },
      { sex: 3 },
      { sex: -1 },
      { sex: '男' },
      { birthday: 'yesterday' },
      { birthday: '1990-01-01' },
      { birthday: tomorrow },
      { birthday: -99_999_999_999 },
      { hobby: '1,999999' },
      { hobby: '1,,2' },
      { hobby: 'reading' },
      { hobby: '0' },
      { hobby: '1,99999999999999999999' },
      { community_id: 999_999 },
      { community_id: 0 },
      { community_id: 'home' },
      { photo_id: id, photo_host: 2 },
      { photo_id: id, photo_host: '' },
      { photo_id: '0'.repeat(32), photo_host: 1 },
      { photo_id: '../../etc/passwd', photo_host: 1 },
      { background_id: id, background_host: 0 },
      { background_id: 'x'.repeat(500), background_host: 1 },
    ];
    for (const changes of refused) {
      // A good field beside the bad one is not taken either.
      const answer = await modify(member, { signature: '新文', ...changes });
      expect({ changes, ...answer }).toEqual({ changes, ...failed(1001) });
    }
    expect(await record(member)).toEqual(before);
  });

  test("modifyInfo needs a session and the caller's own user_id", async () => {
    const [member, other] = [await app.member(), await app.member()];
    const changes = { nickname: '别人' };
    expect(await app.post('/user/modifyInfo', { ...changes, auth_token: member.auth_token })).toEqual(
      failed(1001),
    );
    expect(await app.post('/user/modifyInfo', { ...changes, user_id: member.user_id })).toEqual(failed(1002));
    expect(await modify({ ...member, user_id: other.user_id }, changes)).toEqual(failed(1003));
    expect((await record(other)).nickname).not.toBe('别人');
    expect((await record(member)).nickname).not.toBe('别人');
  });
});

describe('接口15 getDefaultPhotoList', () => {
  test('getDefaultPhotoList answers host as a number, id and URL, and the pictures are there', async () => {
    const answer = await app.get('/user/getDefaultPhotoList');
    expect(answer).toEqual(succeeded({ photos: expect.any(Array) }));
    const { photos } = answer.body.datas;
    expect(photos.length).toBeGreaterThan(0);
    for (const photo of photos) {
      expect(photo).toEqual({ host_id: 1, img_id: expect.stringMatching(/^[0-9a-f]{32}$/), url: PHOTO_URL });
      const picture = await fetch(photo.url);
      expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/png']);
    }
  });
});
