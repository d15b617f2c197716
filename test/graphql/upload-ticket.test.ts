import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { Readable } from 'node:stream';
import sharp from 'sharp';
import { TokenSigner } from '../../src/infra/token-signer.js';
import { UserStatus } from '../../src/modules/user/user.entity.js';
import { type LoneApp, startTestApp, type TestApp } from '../support/app.js';
import { type Account, md5 } from '../support/client.js';
import { contextOf } from '../support/context.js';
import { bearer, fileForm, PREFLIGHT, sendGraphql } from '../support/graphql-http.js';
import { setUser } from '../support/operations.js';
import { photo, picture, sha256Of, stored, tellsPosition } from '../support/pictures.js';

/** Uploads in two steps, and what holds for every way to store a picture. */

const LIMIT = 60_000;
let app: LoneApp;
let account: Account;
let jpeg: Buffer;

beforeAll(async () => {
  app = await startTestApp({ UPLOAD_MAX_BYTES: String(LIMIT) });
  account = await app.client.register();
  jpeg = await photo();
});
afterAll(() => app.close());
afterEach(() => jest.restoreAllMocks());

const IMAGE = '{ id url node mime size width height hash }';
const CREATE =
  'mutation ($input: CreateUploadInput!) { createUpload(input: $input) { token imageId node mime size md5 expiresAt publicUrl } }';
const STORE = `mutation ($token: String!, $file: Upload!) { storeUpload(token: $token, file: $file) ${IMAGE} }`;
const UPLOAD = `mutation ($file: Upload!) { uploadImage(file: $file) ${IMAGE} }`;
const AVATAR = `mutation ($file: Upload!) { updateAvatar(file: $file) { avatar ${IMAGE} } }`;

const declarationOf = (bytes: Buffer, more: Record<string, unknown> = {}) => ({
  filename: '照片.jpg',
  size: bytes.length,
  mime: 'image/jpeg',
  md5: md5(bytes),
  ...more,
});

async function ticketFor(bytes: Buffer, more: Record<string, unknown> = {}, by = account) {
  const { createUpload } = await app.client.data(CREATE, { input: declarationOf(bytes, more) }, by.token);
  return createUpload;
}

/** A multipart request with one file; what comes back is the first field, or the code and what goes with it. */
async function send(
  query: string,
  bytes: Buffer,
  variables: Record<string, unknown> = {},
  { token, to = app as TestApp }: { token?: string; to?: TestApp } = {},
) {
  const headers = { ...PREFLIGHT, ...bearer(token) };
  const init = { method: 'POST', headers, body: fileForm(query, bytes, variables) };
  const { data, errors } = (await sendGraphql(to.url, init)).body;
  return errors ? errors[0].extensions : { value: Object.values(data)[0] };
}

const store = (token: string, bytes: Buffer) => send(STORE, bytes, { token });

async function served(url: string): Promise<{ bytes: Buffer; headers: Headers }> {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  return { bytes: Buffer.from(await response.arrayBuffer()), headers: response.headers };
}

const state = () => stored(app, app.world);

describe('a ticket', () => {
  test("an upload ticket names the picture beforehand, which then belongs to the ticket's owner", async () => {
    const before = await state();
    const ticket = await ticketFor(jpeg, { md5: md5(jpeg).toUpperCase() });
    expect(ticket).toEqual({
      token: expect.stringMatching(/^[\w-]+\.[\w-]+$/),
      imageId: expect.stringMatching(/^[0-9a-f]{32}$/),
      node: expect.stringMatching(new RegExp(`^public:\\d{4}/\\d\\d/\\d\\d/${ticket.imageId}\\.jpg$`)),
      mime: 'image/jpeg',
      size: jpeg.length,
      md5: md5(jpeg),
      expiresAt: expect.any(String),
      publicUrl: app.url,
    });
    const life = Date.parse(ticket.expiresAt) - Date.now();
    expect(life).toBeGreaterThan(14 * 60_000);
    expect(life).toBeLessThanOrEqual(15 * 60_000);
    // Routes take parameters of 512 characters.
    expect(ticket.token.length).toBeLessThan(400);
    expect(await state()).toEqual(before);

    const { value } = await store(ticket.token, jpeg);
    expect(value).toMatchObject({ id: ticket.imageId, node: ticket.node, mime: 'image/jpeg', width: 120 });
    expect(sha256Of((await served(value.url)).bytes)).toBe(value.hash);
    const update =
      'mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { avatar { id } } }';
    const input = { avatarId: ticket.imageId };
    const stranger = await app.client.register();
    expect(await app.client.code(update, { input }, stranger.token)).toBe('INVALID_INPUT');
    const { updateProfile } = await app.client.data(update, { input }, account.token);
    expect(updateProfile.avatar.id).toBe(ticket.imageId);
  });

  test.each([
    ['image/png', () => picture(10).png().toBuffer()],
    ['image/webp', () => picture(10).webp().toBuffer()],
    ['image/gif', () => picture(10).gif().toBuffer()],
  ])('an upload ticket is made for %s', async (mime, make) => {
    const bytes = await make();
    const ticket = await ticketFor(bytes, { mime });
    expect((await store(ticket.token, bytes)).value).toMatchObject({ mime, node: ticket.node });
  });

  test.each([
    ['a session', {}, 'UNAUTHENTICATED', undefined],
    ['a file name', { filename: '' }, 'INVALID_INPUT', 'filename'],
    ['a file name of at most 255 characters', { filename: '名'.repeat(256) }, 'INVALID_INPUT', 'filename'],
    ['a size', { size: 0 }, 'INVALID_INPUT', 'size'],
    ['a positive size', { size: -1 }, 'INVALID_INPUT', 'size'],
    ['a size within the limit', { size: LIMIT + 1 }, 'IMAGE_TOO_LARGE', 'size'],
    ['a type of the four', { mime: 'image/svg+xml' }, 'IMAGE_INVALID', 'mime'],
    ['a type', { mime: '' }, 'IMAGE_INVALID', 'mime'],
    ['an MD5', { md5: '' }, 'INVALID_INPUT', 'md5'],
    ['an MD5 of 32 digits', { md5: `${md5('x')}0` }, 'INVALID_INPUT', 'md5'],
    ['a hexadecimal MD5', { md5: 'g'.repeat(32) }, 'INVALID_INPUT', 'md5'],
  ])('an upload ticket needs %s', async (_, more, code, field) => {
    const token = code === 'UNAUTHENTICATED' ? undefined : account.token;
    const { errors } = await app.client.graphql(CREATE, { input: declarationOf(jpeg, more) }, { token });
    expect(errors?.[0]?.extensions).toEqual(field ? { code, field } : { code });
  });

  test('an upload ticket is made for files exactly at the limits', async () => {
    const ticket = await ticketFor(jpeg, { filename: '𠮷'.repeat(255), size: LIMIT });
    expect(ticket.size).toBe(LIMIT);
  });
});

describe('uploads by ticket', () => {
  test('an upload must be the declared bytes of the declared type; one that is refused leaves nothing and keeps the ticket good', async () => {
    const before = await state();
    const png = await picture(30).png().toBuffer();
    const text = Buffer.from('no picture');
    const altered = Buffer.from(jpeg);
    altered[altered.length - 3] = (altered.at(-3) ?? 0) ^ 1;
    const ticket = await ticketFor(jpeg);
    for (const [bytes, code] of [
      [Buffer.alloc(0), 'INVALID_INPUT'],
      [jpeg.subarray(0, -1), 'INVALID_INPUT'],
      [altered, 'INVALID_INPUT'],
      [Buffer.concat([jpeg, Buffer.alloc(1)]), 'IMAGE_TOO_LARGE'],
      [Buffer.concat([jpeg, Buffer.alloc(LIMIT)]), 'IMAGE_TOO_LARGE'],
    ] as const) {
      expect(await store(ticket.token, bytes)).toMatchObject({ code });
    }
    expect(await store((await ticketFor(png)).token, png)).toMatchObject({ code: 'IMAGE_INVALID' });
    expect(await store((await ticketFor(text)).token, text)).toMatchObject({ code: 'IMAGE_INVALID' });
    expect(await state()).toEqual(before);
    expect((await store(ticket.token, jpeg)).value.id).toBe(ticket.imageId);
  });

  test('an upload is read to the declared size and no further', async () => {
    const { token } = await ticketFor(jpeg, { size: 1000 });
    let read = 0;
    const endless = Readable.from(
      (async function* () {
        for (;;) {
          read += 100;
          yield Buffer.alloc(100);
        }
      })(),
    );
    const redeem = app.services.uploads.redeem(contextOf(app.infrastructure.database), token, endless);
    await expect(redeem).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE' });
    expect(read).toBeLessThanOrEqual(1200);
    expect(endless.destroyed).toBe(true);
  });

  test('an upload cut off in the middle leaves nothing, and the ticket stays good', async () => {
    const before = await state();
    const { token, imageId } = await ticketFor(jpeg);
    const part = (name: string, body: string) =>
      `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${body}\r\n`;
    await new Promise<void>((resolve) => {
      const headers = {
        'apollo-require-preflight': 'true',
        'content-type': 'multipart/form-data; boundary=b',
        'content-length': '50000',
      };
      const half = request(`${app.url}/graphql`, { method: 'POST', headers });
      half.on('error', () => undefined).on('close', () => resolve());
      half.write(part('operations', JSON.stringify({ query: STORE, variables: { token, file: null } })));
      half.write(part('map', '{"0":["variables.file"]}'));
      half.write('--b\r\nContent-Disposition: form-data; name="0"; filename="a"\r\n\r\n');
      half.write(jpeg.subarray(0, -10), () => half.destroy());
    });
    expect((await store(token, jpeg)).value.id).toBe(imageId);
    const after = await state();
    expect([after.rows.length, after.files.length]).toEqual([
      before.rows.length + 1,
      before.files.length + 1,
    ]);
  });

  test('an uploaded picture is served without the place where it was taken, whatever way it came', async () => {
    expect(tellsPosition(jpeg)).toBe(true);
    const { token } = await ticketFor(jpeg);
    const answers = [
      (await store(token, jpeg)).value,
      (await send(UPLOAD, jpeg, {}, account)).value,
      (await send(AVATAR, jpeg, {}, account)).value.avatar,
    ];
    for (const image of answers) {
      const { bytes, headers } = await served(image.url);
      expect(sha256Of(bytes)).toBe(image.hash);
      expect(tellsPosition(bytes)).toBe(false);
      expect(bytes.includes('whoever took it')).toBe(false);
      const { exif, xmp, iptc, width } = await sharp(bytes).metadata();
      expect({ exif, xmp, iptc, width }).toEqual({ width: 120 });
      expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });
});

describe('a token', () => {
  test('an upload token cannot be altered or forged', async () => {
    const before = await state();
    const { token } = await ticketFor(jpeg);
    const [text = '', mac = ''] = token.split('.');
    const content = JSON.parse(Buffer.from(text, 'base64url').toString());
    const richer = Buffer.from(JSON.stringify({ ...content, size: 9 })).toString('base64url');
    const otherKey = [{ id: 'other', key: randomBytes(32) }];
    const altered = Array.from(token as string, (letter, index) => {
      const other = letter === 'A' ? 'B' : 'A';
      return token.slice(0, index) + other + token.slice(index + 1);
    });
    const forged = [
      '',
      '.',
      text,
      `${text}.`,
      `.${mac}`,
      `${richer}.${mac}`,
      `${token}.`,
      `${token}=`,
      ` ${token}`,
      new TokenSigner(otherKey, 'upload ticket').sign(content),
      new TokenSigner(app.config.DATA_KEYS, 'something else').sign(content),
    ];
    // The last letters of a base64 text can differ without meaning anything else; they are refused all the same.
    const lastLetters = altered.slice(-2);
    for (const wrong of [...forged, ...lastLetters]) {
      expect(await store(wrong, jpeg)).toEqual({ code: 'FORBIDDEN', field: 'token' });
    }
    const signer = new TokenSigner(app.config.DATA_KEYS, 'upload ticket');
    expect(altered.filter((wrong) => signer.open(wrong) !== null)).toEqual([]);
    expect(signer.open(token)).toEqual(content);
    expect(await state()).toEqual(before);
  });

  test('an upload token outlives the rotation of the key that signed it, and ends with the key', () => {
    const old = { id: 'old', key: randomBytes(32) };
    const fresh = { id: 'fresh', key: randomBytes(32) };
    const token = new TokenSigner([old], 'p').sign({ a: 1 });
    expect(new TokenSigner([fresh, old], 'p').open(token)).toEqual({ a: 1 });
    expect(new TokenSigner([fresh], 'p').open(token)).toBeNull();
    expect(() => new TokenSigner([], 'p')).toThrow(RangeError);
  });

  test('an upload token is good for one picture', async () => {
    const { token } = await ticketFor(jpeg);
    const { value } = await store(token, jpeg);
    const before = await state();
    expect(await store(token, jpeg)).toEqual({ code: 'UPLOAD_USED', field: 'token' });
    expect(await state()).toEqual(before);
    expect(sha256Of((await served(value.url)).bytes)).toBe(value.hash);
  });

  test('an upload token is good for one picture, also when it is used many times at once', async () => {
    const before = await state();
    const { token, imageId } = await ticketFor(jpeg);
    const answers = await Promise.all(Array.from({ length: 8 }, () => store(token, jpeg)));
    const [image, ...others] = answers.flatMap(({ value }) => value ?? []);
    expect(others).toEqual([]);
    expect(image.id).toBe(imageId);
    const codes = answers.flatMap(({ code }) => code ?? []);
    expect(codes).toEqual(Array.from({ length: 7 }, () => 'UPLOAD_USED'));
    expect(sha256Of((await served(image.url)).bytes)).toBe(image.hash);
    const after = await state();
    expect([after.rows.length, after.files.length]).toEqual([
      before.rows.length + 1,
      before.files.length + 1,
    ]);
  });

  test('an upload token ends after 15 minutes', async () => {
    const ticket = await ticketFor(jpeg);
    const before = await state();
    const now = jest.spyOn(Date, 'now').mockReturnValue(Date.parse(ticket.expiresAt));
    expect(await store(ticket.token, jpeg)).toEqual({ code: 'FORBIDDEN', field: 'token' });
    expect(await state()).toEqual(before);
    now.mockReturnValue(Date.parse(ticket.expiresAt) - 1);
    expect((await store(ticket.token, jpeg)).value.id).toBe(ticket.imageId);
  });

  test.each([
    ['disabled', UserStatus.DISABLED],
    ['cancelled', UserStatus.DELETED],
  ])('an upload token ends with its account, once that is %s', async (_, status) => {
    const other = await app.client.register();
    const { token } = await ticketFor(jpeg, {}, other);
    const before = await state();
    await setUser(app.infrastructure.database.fork(), other.id, { status });
    expect(await store(token, jpeg)).toEqual({ code: 'UNAUTHENTICATED' });
    // Behind the gateway's back, so the session still looks good: the account is looked at again when it is stored.
    expect(await send(UPLOAD, jpeg, {}, other)).toEqual({ code: 'UNAUTHENTICATED' });
    expect(await state()).toEqual(before);
  });
});

describe('the daily limit', () => {
  const MAX = 3;
  let small: TestApp;
  let eager: Account;

  beforeAll(async () => {
    small = await app.world.start({ UPLOAD_DAILY_LIMIT: String(MAX), UPLOAD_MAX_BYTES: String(LIMIT) });
    eager = await app.client.register();
  });

  test('the daily limit of pictures holds for all ways to store one together, however many come at once', async () => {
    const before = await state();
    const tickets = await Promise.all(Array.from({ length: 3 }, () => ticketFor(jpeg, {}, eager)));
    const eagerly = { token: eager.token, to: small };
    const answers = await Promise.all([
      ...tickets.map(({ token }) => send(STORE, jpeg, { token }, { to: small })),
      ...tickets.map(() => send(UPLOAD, jpeg, {}, eagerly)),
      ...tickets.map(() => send(AVATAR, jpeg, {}, eagerly)),
    ]);
    const refused = answers.filter(({ value }) => !value);
    expect(refused).toHaveLength(answers.length - MAX);
    for (const answer of refused) {
      expect(answer).toEqual({ code: 'RATE_LIMITED', retryAfter: expect.any(Number) });
      expect(answer.retryAfter).toBeGreaterThan(86_000);
      expect(answer.retryAfter).toBeLessThanOrEqual(86_400);
    }
    const after = await state();
    expect([after.rows.length, after.files.length]).toEqual([
      before.rows.length + MAX,
      before.files.length + MAX,
    ]);
  });

  test('the daily limit of pictures is reported before anything is sent, and by the legacy APIs', async () => {
    const input = declarationOf(jpeg);
    expect(await small.client.code(CREATE, { input }, eager.token)).toBe('RATE_LIMITED');
    const other = await app.client.register();
    expect(await small.client.code(CREATE, { input }, other.token)).toBeUndefined();
    const form = new FormData();
    form.set('file', new Blob([new Uint8Array(jpeg)]), 'x.jpg');
    const headers = { auth_token: eager.token };
    const response = await fetch(`${small.url}/upload`, { method: 'POST', headers, body: form });
    expect([response.status, await response.json()]).toEqual([
      429,
      expect.objectContaining({ error_code: 1010 }),
    ]);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(86_000);
  });

  test('the daily limit of pictures ends a day after the pictures that reached it, one by one', async () => {
    const em = app.infrastructure.database.fork();
    await em.execute(
      `update images set created_at = now() - interval '24 hours'
       where id = (select id from images where owner_id = ? order by created_at limit 1)`,
      [eager.id],
    );
    const upload = () => send(UPLOAD, jpeg, {}, { token: eager.token, to: small });
    expect((await upload()).value.width).toBe(120);
    expect((await upload()).code).toBe('RATE_LIMITED');
  });
});
