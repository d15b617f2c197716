import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
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
  app = await startAnlife({ UPLOAD_MAX_BYTES: String(MAX_BYTES) });
  member = await app.member();
  jpeg = await picture(120, 80).withExif(GPS).jpeg().toBuffer();
});
afterAll(() => app.close());

const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#3366cc' } });

const GPS = {
  IFD0: { Copyright: 'whoever took it' },
  IFD3: {
    GPSLatitudeRef: 'N',
    GPSLatitude: '30/1 39/1 0/1',
    GPSLongitudeRef: 'E',
    GPSLongitude: '104/1 4/1 0/1',
  },
};

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
): Promise<Answer> {
  const form = new FormData();
  for (const [name, value, filename] of parts) {
    if (typeof value === 'string') form.append(name, value);
    else form.append(name, value, filename);
  }
  const response = await fetch(`${app.url}/upload`, { method: 'POST', headers, body: form });
  return { status: response.status, body: await response.json() };
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const imageOf = (format: string, width: number, height: number) => ({
  id: expect.stringMatching(/^[0-9a-f]{32}$/),
  host: 1,
  hash: expect.stringMatching(/^[0-9a-f]{64}$/),
  format,
  size: expect.any(Number),
  width,
  height,
  url: expect.stringMatching(/^http:\/\/.+\/storage\/\d{4}\/\d\d\/\d\d\/[0-9a-f]{32}\.(jpg|png|webp|gif)$/),
});

const countImages = async () => (await app.sql<{ n: number }>('select count(*)::int as n from images'))[0]?.n;

test('a photo comes back as a picture without the place where it was taken', async () => {
  expect((await sharp(jpeg).metadata()).exif?.includes('whoever took it')).toBe(true);
  const answer = await upload([file(jpeg)]);
  expect(answer).toEqual({ status: 200, body: { status: 'ok', image: imageOf('jpeg', 120, 80) } });

  const { url, size, hash } = answer.body.image;
  const served = await fetch(url);
  const bytes = Buffer.from(await served.arrayBuffer());
  expect(served.status).toBe(200);
  expect(served.headers.get('content-type')).toBe('image/jpeg');
  expect(served.headers.get('x-content-type-options')).toBe('nosniff');
  expect([bytes.length, sha256(bytes)]).toEqual([size, hash]);
  expect((await sharp(bytes).metadata()).exif).toBeUndefined();
  expect(bytes.includes('whoever took it')).toBe(false);
});

test.each(['png', 'webp', 'gif'] as const)('takes %s, whatever its name and type say', async (format) => {
  const bytes = await picture(64, 48).toFormat(format).toBuffer();
  const { body } = await upload([file(bytes, 'photo.exe', 'application/octet-stream')]);
  expect(body).toEqual({ status: 'ok', image: imageOf(format, 64, 48) });
  expect((await fetch(body.image.url)).headers.get('content-type')).toBe(`image/${format}`);
});

test('the file may have any field name, and the token may come in any of its ways', async () => {
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

test('what is no picture, or too large a one, is 1013 and leaves nothing', async () => {
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

test('no file, two files, and a file where there should be a text are 1001 and leave nothing', async () => {
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

test('without a session it is 1002 and leaves nothing', async () => {
  const before = [await countImages(), await app.storedFiles()];
  expect(await upload([file(jpeg)], {})).toEqual(failed(1002));
  expect(await upload([file(jpeg)], { auth_token: 'x'.repeat(43) })).toEqual(failed(1002));
  expect([await countImages(), await app.storedFiles()]).toEqual(before);
});

describe('pictures in the profile', () => {
  const show = (who: Member, changes: Record<string, string | number>) =>
    app.post('/user/modifyInfo', { user_id: who.user_id, auth_token: who.auth_token, ...changes });

  test('id and host are what modifyInfo takes, and everybody can fetch the URL that the record then has', async () => {
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

  test("a default photo is everybody's, another user's picture is theirs alone", async () => {
    const stranger = await app.member();
    const { image } = (await upload([file(jpeg)])).body;
    expect(await show(stranger, { photo_id: image.id, photo_host: 1 })).toEqual(failed(1001));
    expect(await show(stranger, { background_id: image.id, background_host: 1 })).toEqual(failed(1001));

    const [photo] = (await app.get('/user/getDefaultPhotoList')).body.datas.photos;
    const answer = await show(stranger, { photo_id: photo.img_id, photo_host: photo.host_id });
    expect(answer).toEqual(succeeded(expect.objectContaining({ photo: photo.url, background: '' })));
  });
});
