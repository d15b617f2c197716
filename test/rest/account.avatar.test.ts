import { readdir } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import {
  type AccountApp,
  type Answer,
  failed,
  type Params,
  type Person,
  startAccount,
  succeeded,
} from './account.support.js';

/** account.md 3.3: avatars, and the sizes in which they are shown. */

let app: AccountApp;
let person: Person;

beforeAll(async () => {
  app = await startAccount({ UPLOAD_MAX_BYTES: '300000' });
});
afterAll(() => app.close());
beforeEach(async () => {
  person = await app.person();
});

/** What the record is now; an update of nothing changes nothing. */
const record = async () => (await app.form('/update_info', { token: person.token })).body.data;

const picture = (width: number, height = width) =>
  sharp({ create: { width, height, channels: 3, background: '#3366cc' } });

const upload = async (
  bytes: Buffer | string,
  params: Params = { token: person.token },
  headers: Record<string, string> = {},
  field = 'image',
): Promise<Answer> => {
  const body = new FormData();
  for (const [name, value] of Object.entries(params)) body.append(name, String(value));
  if (typeof bytes === 'string') body.append(field, bytes);
  else body.append(field, new Blob([new Uint8Array(bytes)]), 'me.exe');
  const response = await fetch(`${app.url}/user/update_avator`, { method: 'POST', body, headers });
  return { status: response.status, body: await response.json() };
};

const files = async () => {
  const entries = await readdir(path.join(app.world.dataDir, 'storage'), {
    recursive: true,
    withFileTypes: true,
  });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
};
const stored = async () => [
  (await files()).sort(),
  (await app.sql('select count(*)::int as n from images'))[0],
];

const served = async (url: string) => {
  const response = await fetch(url);
  const bytes = Buffer.from(await response.arrayBuffer());
  const { format, width, height, pages } = await sharp(bytes).metadata();
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    format,
    width,
    height,
    pages,
  };
};

test.each(['jpeg', 'png', 'webp'] as const)(
  'a large %s set as avatar by account is shown in two sizes, 200 and 800 px',
  async (format) => {
    const answer = await upload(await picture(1200, 900).toFormat(format).toBuffer());
    expect(answer).toEqual(succeeded({ avator: expect.stringMatching(/^http:\/\/.+_200\.\w+$/) }));
    const { avator, large_avator } = await record();
    expect(avator).toBe(answer.body.data.avator);
    const file = { status: 200, type: `image/${format}`, format, pages: undefined };
    expect(await served(avator)).toEqual({ ...file, width: 200, height: 150 });
    expect(await served(large_avator)).toEqual({ ...file, width: 800, height: 600 });
    const { body } = await app.login(person.phone);
    expect(body.data.user_info).toMatchObject({ avator, large_avator });
  },
);

test('a small avatar is shown by account as it is, not enlarged', async () => {
  const before = (await files()).length;
  await upload(await picture(120, 90).png().toBuffer());
  const small = await record();
  expect(small.avator).toBe(small.large_avator);
  expect(await served(small.avator)).toMatchObject({ width: 120, height: 90 });
  expect(await files()).toHaveLength(before + 1);

  await upload(await picture(500).png().toBuffer());
  const middle = await record();
  expect(await served(middle.avator)).toMatchObject({ width: 200, height: 200 });
  expect(await served(middle.large_avator)).toMatchObject({ width: 500, height: 500 });
  expect(await files()).toHaveLength(before + 3);
});

test('other APIs show the whole picture of an avatar that account sets', async () => {
  await upload(await picture(900).jpeg().toBuffer());
  const { avator, large_avator } = await record();
  const { body } = await app.client.legacy('GET', '/anlife/v1.0/user/getUserInfo', {
    user_id: person.uid,
  });
  const original = body.datas.photo;
  expect(avator).toBe(original.replace('.jpg', '_200.jpg'));
  expect(large_avator).toBe(original.replace('.jpg', '_800.jpg'));
  expect(await served(original)).toMatchObject({ width: 900 });
});

test('a picture uploaded by another API and then chosen has both sizes of account', async () => {
  const body = new FormData();
  body.append('file', new Blob([new Uint8Array(await picture(900).jpeg().toBuffer())]), 'a.jpg');
  const headers = { auth_token: person.token };
  const sent = await fetch(`${app.url}/upload`, { method: 'POST', body, headers });
  const { image } = (await sent.json()) as { image: { id: string; host: number } };
  await app.client.legacy('POST', '/anlife/v1.0/user/modifyInfo', {
    user_id: person.uid,
    auth_token: person.token,
    photo_id: image.id,
    photo_host: image.host,
  });
  const { avator, large_avator } = await record();
  expect(await served(avator)).toMatchObject({ status: 200, type: 'image/jpeg', width: 200 });
  expect(await served(large_avator)).toMatchObject({ status: 200, type: 'image/jpeg', width: 800 });
});

test('the session of an avatar upload may come as a header, a field before or after the file, or in the query', async () => {
  const bytes = await picture(60).png().toBuffer();
  const ok = succeeded({ avator: expect.stringContaining('/storage/') });
  expect(await upload(bytes, {}, { authorization: `Bearer ${person.token}` })).toEqual(ok);
  expect(await upload(bytes, { token: person.token })).toEqual(ok);
  const after = new FormData();
  after.append('image', new Blob([new Uint8Array(bytes)]), 'a.png');
  after.append('token', person.token);
  const late = await fetch(`${app.url}/user/update_avator`, { method: 'POST', body: after });
  expect(await late.json()).toEqual(ok.body);
  after.delete('token');
  const query = await fetch(`${app.url}/user/update_avator?token=${person.token}`, {
    method: 'POST',
    body: after,
  });
  expect(await query.json()).toEqual(ok.body);
});

test('an avatar that is no picture is 3300, a large one 3301, a small one 3302, and none leaves anything', async () => {
  const before = await stored();
  const jpeg = await picture(300).jpeg().toBuffer();
  for (const [code, bytes] of [
    [3300, Buffer.from('\xff\xd8\xff<script>alert(1)</script>', 'latin1')],
    [3300, jpeg.subarray(0, jpeg.length / 2)],
    [3300, Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="60" height="60"/>')],
    [3300, Buffer.alloc(0)],
    [3301, Buffer.alloc(300_001, 0xff)],
    [3301, Buffer.alloc(2_000_000, 0xff)],
    [3301, await picture(8001, 60).png().toBuffer()],
    [3302, await picture(49, 300).png().toBuffer()],
    [3302, await picture(300, 49).png().toBuffer()],
  ] as const) {
    expect(await upload(bytes)).toEqual(failed(code));
  }
  expect(await stored()).toEqual(before);
  expect((await upload(await picture(50).png().toBuffer())).body.code).toBe('000000');
});

test('an avatar upload without a file or with a text is 1001, without a session 1002, and none leaves anything', async () => {
  const before = await stored();
  const png = await picture(60).png().toBuffer();
  expect(await upload('a text')).toEqual(failed(1001));
  expect(await app.form('/update_avator', { token: person.token })).toEqual(failed(1001));
  expect(await upload(png, {})).toEqual(failed(1002));
  expect(await upload(png, { token: 'x'.repeat(43) })).toEqual(failed(1002));
  expect(await upload('a text', {})).toEqual(failed(1002));
  expect(await stored()).toEqual(before);
});

test('an avatar that cannot be put to use leaves no file, no copy and no row', async () => {
  const before = await stored();
  await app.sql('alter table users add constraint refuse check (avatar_id is null) not valid');
  const answer = await upload(await picture(900).png().toBuffer());
  await app.sql('alter table users drop constraint refuse');
  expect(answer).toEqual(failed(1099, undefined, 500));
  expect(await stored()).toEqual(before);
});
