import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { fileForm, PREFLIGHT, sendGraphql } from '../support/graphql-http.js';
import { jobsOf, runJob } from '../support/jobs.js';
import { photo, picture } from '../support/pictures.js';
import {
  type AnlifeApp,
  type Answer,
  failed,
  type Member,
  startAnlife,
  succeeded,
} from './anlife.support.js';

/** anlife.md 接口12: pictures, from the upload to the profile that shows them. */

let app: AnlifeApp;
let member: Member;
let jpeg: Buffer;

const MAX_BYTES = 200_000;

beforeAll(async () => {
  app = await startAnlife({ UPLOAD_MAX_BYTES: String(MAX_BYTES), TRUSTED_PROXIES: '127.0.0.1' });
  member = await app.member();
  jpeg = await photo();
});
afterAll(() => app.close());

type Part = [name: string, value: string | Blob, filename?: string];

const file = (bytes: Buffer, name = 'photo.jpg', type = 'image/jpeg'): Part => [
  'file',
  new Blob([new Uint8Array(bytes)], { type }),
  name,
];

/** Posts a form to `/upload`; what is left out of `headers` is not sent. */
async function upload(
  parts: Part[],
  headers: Record<string, string> = { auth_token: member.auth_token },
  url = app.url,
): Promise<Answer> {
  const form = new FormData();
  for (const [name, value, filename] of parts) {
    if (typeof value === 'string') form.append(name, value);
    else form.append(name, value, filename);
  }
  const response = await fetch(`${url}/upload`, { method: 'POST', headers, body: form });
  return { status: response.status, body: await response.json() };
}

const imageOf = (format: string, width: number, height: number) => ({
  id: expect.stringMatching(/^[0-9a-f]{32}$/),
  host: 1,
  hash: expect.stringMatching(/^[0-9a-f]{32}$/),
  format: format.toUpperCase(),
  size: expect.any(Number),
  width,
  height,
  exists: expect.any(Number),
  url: expect.stringMatching(/^http:\/\/.+\/storage\/\d{4}\/\d\d\/\d\d\/[0-9a-f]{32}\.(jpg|png|webp|gif)$/),
});

const countImages = async () => (await app.sql<{ n: number }>('select count(*)::int as n from images'))[0]?.n;

test('a photo uploaded by anlife is served without the place where it was taken', async () => {
  expect((await sharp(jpeg).metadata()).exif?.includes('whoever took it')).toBe(true);
  const answer = await upload([file(jpeg)]);
  expect(answer).toEqual({ status: 200, body: { status: 'ok', image: imageOf('jpeg', 120, 80) } });

  const { url, size, hash, id } = answer.body.image;
  const served = await fetch(url);
  const bytes = Buffer.from(await served.arrayBuffer());
  expect(served.status).toBe(200);
  expect(served.headers.get('content-type')).toBe('image/jpeg');
  expect(served.headers.get('x-content-type-options')).toBe('nosniff');
  expect([bytes.length, id]).toEqual([size, hash]);
  expect((await sharp(bytes).metadata()).exif).toBeUndefined();
  expect(bytes.includes('whoever took it')).toBe(false);
});

test.each(['png', 'webp', 'gif'] as const)(
  "anlife's upload takes a %s, whatever it is called",
  async (format) => {
    const bytes = await picture(64, 48).toFormat(format).toBuffer();
    const { body } = await upload([file(bytes, 'photo.exe', 'application/octet-stream')]);
    expect(body).toEqual({ status: 'ok', image: imageOf(format, 64, 48) });
    expect((await fetch(body.image.url)).headers.get('content-type')).toBe(`image/${format}`);
  },
);

test("anlife's upload takes a file of any field name, and the token in any of its ways", async () => {
  const [, blob, name] = file(jpeg);
  const ok = { status: 200, body: { status: 'ok', image: imageOf('jpeg', 120, 80) } };
  const { auth_token } = member;
  expect(await upload([['pic[]', blob, name]])).toEqual(ok);
  expect(await upload([['auth_token', auth_token], file(jpeg)], {})).toEqual(ok);
  expect(await upload([file(jpeg), ['auth_token', auth_token], ['note', 'after the file']], {})).toEqual(ok);
  expect(await upload([file(jpeg)], { authorization: `Bearer ${auth_token}` })).toEqual(ok);
});

/** A PNG whose header claims more than it holds. */
async function bomb(side: number): Promise<Buffer> {
  const png = await picture(10, 10).png().toBuffer();
  png.writeUInt32BE(side, 16);
  png.writeUInt32BE(side, 20);
  png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
  return png;
}

test("anlife's upload answers 1013 for what is no picture or too large a one, and leaves nothing", async () => {
  const before = [await countImages(), await app.storedFiles()];
  const noise = Buffer.from(
    Array.from({ length: 200 * 200 * 3 }, (_, index) => (index * 7919 + (index >> 3) * 104729) % 256),
  );
  const large = await sharp(noise, { raw: { width: 200, height: 200, channels: 3 } })
    .png({ compressionLevel: 0 })
    .toBuffer();
  const refused = {
    'a fake JPEG': Buffer.concat([jpeg.subarray(0, 4), Buffer.from('<script>alert(1)</script>')]),
    'a JPEG cut in half': jpeg.subarray(0, Math.floor(jpeg.length / 2)),
    'a zip': Buffer.from('PK\x03\x04\x14\0\0\0\b\0', 'latin1'),
    'an SVG': Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="60" height="60"/>'),
    nothing: Buffer.alloc(0),
    'one byte too many': Buffer.concat([large, Buffer.alloc(MAX_BYTES + 1 - large.length)]),
    'far too many bytes': Buffer.alloc(3 * MAX_BYTES, 0xff),
    'too long a side': await picture(8001, 1).png().toBuffer(),
    'a bomb': await bomb(30_000),
    'a bomb within the sides': await bomb(8000),
  };
  for (const [name, bytes] of Object.entries(refused)) {
    expect({ name, ...(await upload([file(bytes)])) }).toEqual({ name, ...failed(1013) });
  }
  expect([await countImages(), await app.storedFiles()]).toEqual(before);
});

test("anlife's upload answers 1001 for no file, two files, and a file in the place of a text, and leaves nothing", async () => {
  const before = [await countImages(), await app.storedFiles()];
  expect(await upload([])).toEqual(failed(1001));
  expect(await upload([['file', 'a text']])).toEqual(failed(1001));
  expect(await upload([file(jpeg), file(jpeg)])).toEqual(failed(1001));
  expect(await upload([file(jpeg), ['other', ...file(jpeg).slice(1)] as Part])).toEqual(failed(1001));
  const { auth_token } = member;
  const json = await fetch(`${app.url}/upload`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', auth_token },
    body: JSON.stringify({ file: jpeg.toString('base64') }),
  });
  expect({ status: json.status, body: await json.json() }).toEqual(failed(1001));
  const raw = await fetch(`${app.url}/upload`, {
    method: 'POST',
    headers: { 'content-type': 'image/jpeg', auth_token },
    body: new Uint8Array(jpeg),
  });
  expect({ status: raw.status, body: await raw.json() }).toEqual(failed(1001));
  expect([await countImages(), await app.storedFiles()]).toEqual(before);
});

test("anlife's upload answers 1002 for a bad token, wherever it stands, and leaves nothing", async () => {
  const before = [await countImages(), await app.storedFiles()];
  const auth_token = 'x'.repeat(43);
  expect(await upload([file(jpeg)], { auth_token })).toEqual(failed(1002));
  expect(await upload([file(jpeg)], { authorization: `Bearer ${auth_token}` })).toEqual(failed(1002));
  expect(await upload([file(jpeg), ['auth_token', auth_token]], {})).toEqual(failed(1002));
  expect([await countImages(), await app.storedFiles()]).toEqual(before);
});

test("anlife's exists finds the same picture, of the caller or of nobody, and nothing of others", async () => {
  const mine = await picture(31, 17).png().toBuffer();
  const existsFor = async (headers?: Record<string, string>) =>
    (await upload([file(mine)], headers)).body.image.exists;
  expect([await existsFor(), await existsFor(), await existsFor()]).toEqual([0, 1, 1]);
  const { auth_token } = await app.member();
  expect([await existsFor({ auth_token }), await existsFor({ auth_token })]).toEqual([0, 1]);
  expect([await existsFor({}), await existsFor({})]).toEqual([0, 1]);
});

const show = (who: Member, changes: Record<string, string | number>) =>
  app.post('/user/modifyInfo', { user_id: who.user_id, auth_token: who.auth_token, ...changes });

describe('pictures of the profile', () => {
  test('modifyInfo takes the id and host of an upload, and everybody can fetch the URL that the record then has', async () => {
    const one = (await upload([file(jpeg)])).body.image;
    const two = (await upload([file(await picture(300, 100).webp().toBuffer())])).body.image;
    const answer = await show(member, {
      photo_id: one.id,
      photo_host: one.host,
      background_id: two.id,
      background_host: two.host,
    });
    expect(answer.body.datas).toMatchObject({ photo: one.url, background: two.url });
    const seen = (await app.get('/user/getUserInfo', { user_id: member.user_id })).body.datas;
    expect(seen).toMatchObject({ photo: one.url, background: two.url });
    for (const [url, type] of [
      [seen.photo, 'image/jpeg'],
      [seen.background, 'image/webp'],
    ]) {
      const { status, headers } = await fetch(url);
      expect([status, headers.get('content-type'), headers.get('x-content-type-options')]).toEqual([
        200,
        type,
        'nosniff',
      ]);
    }
  });

  test("modifyInfo takes a default photo, and no other user's picture", async () => {
    const stranger = await app.member();
    const { image } = (await upload([file(jpeg)])).body;
    expect(await show(stranger, { photo_id: image.id, photo_host: 1 })).toEqual(failed(1001));
    expect(await show(stranger, { background_id: image.id, background_host: 1 })).toEqual(failed(1001));

    const [photo] = (await app.get('/user/getDefaultPhotoList')).body.datas.photos;
    const answer = await show(stranger, { photo_id: photo.img_id, photo_host: photo.host_id });
    expect(answer).toEqual(succeeded(expect.objectContaining({ photo: photo.url, background: '' })));
  });
});

describe('uploads without a session', () => {
  const from = (ip: string) => ({ 'x-forwarded-for': ip });
  const rowOf = async (id: string) =>
    (await app.sql('select owner_id, unclaimed from images where id = ?', [id]))[0];

  test('a picture uploaded without a session belongs to the first account that names it', async () => {
    const { status, body } = await upload([file(jpeg)], {});
    expect([status, body]).toEqual([
      200,
      { status: 'ok', image: { ...imageOf('jpeg', 120, 80), exists: 0 } },
    ]);
    const { id, url } = body.image;
    expect(await rowOf(id)).toEqual({ owner_id: null, unclaimed: true });
    const answer = await show(member, { photo_id: id, background_id: id });
    expect(answer.body.datas).toMatchObject({ photo: url, background: url });
    expect(await rowOf(id)).toEqual({ owner_id: member.user_id, unclaimed: false });
    expect(await show(await app.member(), { photo_id: id })).toEqual(failed(1001));
    expect((await show(member, { photo_id: id })).body.datas.photo).toBe(url);
  });

  test('of ten accounts that name one picture at once one gets it, and a refused change claims nothing', async () => {
    const { id, url } = (await upload([file(jpeg)], {})).body.image;
    const members = await Promise.all(Array.from({ length: 10 }, () => app.member()));
    expect(await show(member, { photo_id: id, sex: 7 })).toEqual(failed(1001));
    expect(await show(member, { photo_id: id, background_id: '0'.repeat(32) })).toEqual(failed(1001));
    expect(await rowOf(id)).toEqual({ owner_id: null, unclaimed: true });
    const answers = await Promise.all(members.map((one) => show(one, { photo_id: id })));
    const winners = answers.filter(({ body }) => body.datas?.photo === url);
    expect([winners.length, answers.filter(({ body }) => body.error_code === 1001).length]).toEqual([1, 9]);
    expect(winners[0]?.body.datas.user_id).toBe((await rowOf(id))?.owner_id);
  });

  test('a picture that an account claims counts as its own of the day', async () => {
    const strict = await app.world.start({ UPLOAD_DAILY_LIMIT: '1', TRUSTED_PROXIES: '127.0.0.1' });
    const { user_id, auth_token } = await app.member();
    const claim = async () => {
      const { id } = (await upload([file(jpeg)], from('203.0.113.7'))).body.image;
      return strict.client.legacy('POST', '/anlife/v1.0/user/modifyInfo', {
        user_id,
        auth_token,
        photo_id: id,
      });
    };
    expect([(await claim()).status, (await claim()).status]).toEqual([200, 429]);
    await strict.close();
  });

  test('anlife takes 30 pictures a day without a session from one address or IPv6 network, refused ones not counted', async () => {
    const small = await picture(8, 8).png().toBuffer();
    const send = (ip: string, bytes = small) => upload([file(bytes)], from(ip));
    expect(await send('2001:db8::1', small.subarray(0, 40))).toEqual(failed(1013));
    const answers = await Promise.all(Array.from({ length: 32 }, (_, last) => send(`2001:db8::${last + 1}`)));
    expect(answers.filter(({ body }) => body.status === 'ok')).toHaveLength(30);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(2);
    expect(await send('2001:db8::1')).toEqual(failed(1010, 429));
    expect((await send('2001:db8:0:1::1')).body.status).toBe('ok');
    const { auth_token } = member;
    expect((await upload([file(small)], { ...from('2001:db8::1'), auth_token })).body.status).toBe('ok');
  });

  test('uploads without a session may be turned off, and are taken by anlife alone', async () => {
    const strict = await app.world.start({ UPLOAD_WITHOUT_SESSION: 'off' });
    const before = [await countImages(), await app.storedFiles()];
    expect(await upload([file(jpeg)], {}, strict.url)).toEqual(failed(1002));
    const body = fileForm('mutation ($file: Upload!) { uploadImage(file: $file) { id } }', jpeg);
    const init = { method: 'POST', headers: PREFLIGHT, body };
    expect((await sendGraphql(app.url, init)).code).toBe('UNAUTHENTICATED');
    expect([await countImages(), await app.storedFiles()]).toEqual(before);
    await strict.close();
  });

  test('a job removes a picture that nobody has named for a day, with its file', async () => {
    const [kept, gone, claimed] = await Promise.all(
      [1, 2, 3].map(async () => (await upload([file(jpeg)], from('203.0.113.8'))).body.image),
    );
    await show(member, { photo_id: claimed.id });
    await app.sql(`update images set created_at = now() - interval '25 hours' where id in (?, ?)`, [
      gone.id,
      claimed.id,
    ]);
    const report = await runJob(jobsOf(app), 'purge-unclaimed-pictures');
    expect(report).toMatchObject({ outcome: 'done', counts: { deleted: 1 } });
    const found = [kept, gone, claimed].map(async ({ url }) => (await fetch(url)).status);
    expect(await Promise.all(found)).toEqual([200, 404, 200]);
    expect(await rowOf(gone.id)).toBeUndefined();
    expect(await show(member, { photo_id: gone.id })).toEqual(failed(1001));
  });
});
