import { readdirSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import sharp from 'sharp';
import { type LoneApp, startTestApp } from '../support/app.js';
import { type Account } from '../support/client.js';
import { bearer, fileForm, multipart, PREFLIGHT, sendGraphql } from '../support/graphql-http.js';
import { whoIs } from '../support/operations.js';
import { stored as storedPictures } from '../support/pictures.js';
import { until } from '../support/until.js';

const LIMIT = 60_000;
let app: LoneApp;
let account: Account;

beforeAll(async () => {
  app = await startTestApp({ UPLOAD_MAX_BYTES: String(LIMIT) });
  account = await app.client.register();
});
afterAll(() => app.close());

const UPLOAD =
  'mutation ($file: Upload!) { uploadImage(file: $file) { id url mime size width height hash node } }';
const AVATAR =
  'mutation ($file: Upload!) { updateAvatar(file: $file) { id avatar { id url width } avatarUrl } }';

const solid = (width: number, height = width) =>
  sharp({ create: { width, height, channels: 3, background: '#a33' } });
const png = (side: number) => solid(side).png().toBuffer();

async function post(
  form: FormData,
  headers: Record<string, string> = PREFLIGHT,
  token: string | null = account.token,
) {
  const init = { method: 'POST', headers: { ...headers, ...bearer(token) }, body: form };
  const { body, ...answer } = await sendGraphql(app.url, init);
  return { ...answer, data: body.data, extensions: body.errors?.[0]?.extensions };
}

const upload = (bytes: Buffer, query = UPLOAD, token?: string | null) =>
  post(fileForm(query, bytes), PREFLIGHT, token);

const stored = () => storedPictures(app, app.world);

describe('uploadImage', () => {
  test('uploadImage stores what the file is, whatever it is called, and serves it', async () => {
    const { data } = await upload(await solid(80, 60).jpeg().toBuffer());
    const image = data.uploadImage;
    expect(image).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      mime: 'image/jpeg',
      width: 80,
      height: 60,
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      node: expect.stringMatching(/^public:/),
    });
    const response = await fetch(image.url);
    expect(response.headers.get('content-type')).toBe('image/jpeg');
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(bytes.length).toBe(image.size);
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'jpeg', width: 80, height: 60 });
  });

  test.each([
    ['image/png', () => png(10)],
    ['image/webp', () => solid(10).webp().toBuffer()],
    ['image/gif', () => solid(10).gif().toBuffer()],
  ])('uploadImage takes %s', async (mime, make) => {
    expect((await upload(await make())).data.uploadImage).toMatchObject({ mime, width: 10 });
  });

  test('uploadImage refuses what is no picture of the accepted formats', async () => {
    const before = await stored();
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90"/>');
    const truncated = (await png(200)).subarray(0, 100);
    for (const bytes of [
      svg,
      truncated,
      Buffer.from('text'),
      Buffer.alloc(0),
      await solid(60).tiff().toBuffer(),
    ]) {
      expect(await upload(bytes)).toMatchObject({ code: 'IMAGE_INVALID', status: 200 });
    }
    expect(await stored()).toEqual(before);
  });

  test('uploadImage refuses files beyond the limit, and takes one just within', async () => {
    const before = await stored();
    const padded = async (size: number) => Buffer.concat([await png(60), Buffer.alloc(size)], size);
    for (const size of [LIMIT + 1, LIMIT + 2, LIMIT * 2, LIMIT * 100]) {
      expect(await upload(await padded(size))).toMatchObject({ code: 'IMAGE_TOO_LARGE' });
    }
    expect(await stored()).toEqual(before);
    expect((await upload(await padded(LIMIT))).data.uploadImage.width).toBe(60);
  });

  test('uploadImage needs a session, and leaves nothing without one', async () => {
    const before = await stored();
    for (const token of [null, 'garbage']) {
      expect(await upload(await png(60), UPLOAD, token)).toMatchObject({ code: 'UNAUTHENTICATED' });
      expect(await upload(await png(60), AVATAR, token)).toMatchObject({ code: 'UNAUTHENTICATED' });
    }
    expect(await stored()).toEqual(before);
  });
});

describe('updateAvatar', () => {
  test('updateAvatar stores the picture and makes it the avatar', async () => {
    const { data } = await upload(await png(50), AVATAR);
    expect(data.updateAvatar).toMatchObject({ id: String(account.id), avatar: { width: 50 } });
    expect(data.updateAvatar.avatarUrl).toBe(data.updateAvatar.avatar.url);
    const { me } = await app.client.data('{ me { avatar { id } } }', {}, account.token);
    expect(me.avatar.id).toBe(data.updateAvatar.avatar.id);
  });

  test('updateAvatar refuses a picture under 50 pixels, and leaves the former', async () => {
    const { me: former } = await app.client.data('{ me { avatar { id } } }', {}, account.token);
    const before = await stored();
    expect((await upload(await png(49), AVATAR)).code).toBe('IMAGE_TOO_SMALL');
    expect((await upload(await solid(49, 500).png().toBuffer(), AVATAR)).code).toBe('IMAGE_TOO_SMALL');
    const { me } = await app.client.data('{ me { avatar { id } } }', {}, account.token);
    expect(me).toEqual(former);
    expect(await stored()).toEqual(before);
  });
});

describe('sizes', () => {
  const SIZES = 'url small: url(size: SMALL) large: url(size: LARGE)';
  const side = async (url: string) => {
    const { width, pages } = await sharp(Buffer.from(await (await fetch(url)).arrayBuffer())).metadata();
    return { width, pages };
  };

  test('an avatar has copies no larger than asked for; of an animation the first picture', async () => {
    const frames = await sharp([await png(300), await solid(300).negate().png().toBuffer()], {
      join: { animated: true },
    })
      .gif()
      .toBuffer();
    const query = `mutation ($file: Upload!) { updateAvatar(file: $file) { avatar { ${SIZES} } ${SIZES.replaceAll('url', 'avatarUrl')} } }`;
    const { data } = await upload(frames, query);
    const { avatar, ...urls } = data.updateAvatar;
    expect({ url: urls.avatarUrl, small: urls.small, large: urls.large }).toEqual(avatar);
    expect(await side(avatar.small)).toEqual({ width: 200, pages: 1 });
    expect(avatar.large).toBe(avatar.url);
    expect(await side(avatar.url)).toEqual({ width: 300, pages: 2 });
  });

  test('a picture that is no avatar has copies once they are asked for', async () => {
    const query = `mutation ($file: Upload!) { uploadImage(file: $file) { ${SIZES} } }`;
    const { url, small, large } = (await upload(await png(900), query)).data.uploadImage;
    const before = (await stored()).files.length;
    const widths = [];
    for (const one of [url, small, large, small]) widths.push((await side(one)).width);
    expect(widths).toEqual([900, 200, 800, 200]);
    expect((await stored()).files).toHaveLength(before + 2);
  });

  test('an avatar that is not set is null, or the first default photo where one is wanted', async () => {
    const { token } = await app.client.register();
    const { me, defaultPhotos } = await app.client.data(
      '{ me { avatarUrl small: avatarUrl(size: SMALL) default: avatarUrl(size: SMALL, orDefault: true) } defaultPhotos { url } }',
      {},
      token,
    );
    expect(me).toEqual({ avatarUrl: null, small: null, default: defaultPhotos[0].url });
  });
});

describe('the multipart request', () => {
  const operations = { query: UPLOAD, variables: { file: null } };
  const map = { 0: ['variables.file'] };

  test('a multipart request is refused without a header that a foreign page cannot send', async () => {
    const before = await stored();
    const form = () => multipart(operations, map, { 0: Buffer.from('x') });
    for (const headers of [{}, { cookie: `member_session=${account.token}` }] as Record<string, string>[]) {
      expect(await post(form(), headers)).toMatchObject({ status: 400, code: 'INVALID_INPUT' });
      expect(await post(form(), headers, null)).toMatchObject({ status: 400, code: 'INVALID_INPUT' });
    }
    expect(await stored()).toEqual(before);
    expect((await post(form(), { 'x-apollo-operation-name': 'Upload' })).code).toBe('IMAGE_INVALID');
  });

  test('a multipart request takes five files and no more, and each mutation takes one', async () => {
    const five = Array.from({ length: 5 }, (_, index) => `f${index}`);
    const query = `mutation (${five.map((name) => `$${name}: Upload!`)}) { ${five.map((name) => `${name}: uploadImage(file: $${name}) { width }`).join(' ')} }`;
    const variables = Object.fromEntries(five.map((name) => [name, null]));
    const files = Object.fromEntries(
      await Promise.all(five.map(async (name, index) => [name, await png(10 + index)] as const)),
    );
    const mapped = Object.fromEntries(five.map((name) => [name, [`variables.${name}`]]));
    const { data } = await post(multipart({ query, variables }, mapped, files));
    expect(five.map((name) => data[name].width)).toEqual([10, 11, 12, 13, 14]);

    const before = await stored();
    const sixth = await post(
      multipart({ query, variables }, { ...mapped, f5: ['variables.f5'] }, { ...files, f5: await png(9) }),
    );
    expect(sixth).toMatchObject({ status: 413, code: 'INVALID_INPUT' });
    expect(await stored()).toEqual(before);
  });

  test('a multipart request with a long map of files is refused', async () => {
    const long = { 0: [`variables.${'x.'.repeat(1024)}x`] };
    const form = multipart(operations, long, { 0: Buffer.from('x') });
    expect(await post(form)).toMatchObject({ status: 413, code: 'INVALID_INPUT' });
  });

  test('a multipart request keeps nothing of files that bear the same name', async () => {
    const spooled = () => readdirSync(tmpdir()).filter((name) => name.startsWith('capacitor-'));
    const before = new Set(spooled());
    const leftOver = () => spooled().filter((name) => !before.has(name));
    const form = multipart(operations, map, { 0: await png(10) });
    for (let more = 0; more < 4; more++) form.append('0', new Blob(['x']), 'more.png');
    const { data } = await post(form);
    expect(data.uploadImage.width).toBe(10);
    await until('the first one is let go of', () => leftOver().length === 0);
  });

  test.each([
    ['no map', () => multipart(operations, null, { 0: Buffer.from('x') })],
    ['no operations', () => multipart(null, map, { 0: Buffer.from('x') })],
    ['no parts at all', () => multipart(null, null)],
    ['operations that are no JSON', () => multipart('{', map)],
    ['operations that are no object', () => multipart('"x"', map)],
    ['a map that is no object', () => multipart(operations, '[]')],
    [
      'a map to where nothing is',
      () => multipart(operations, { 0: ['variables.other'] }, { 0: Buffer.from('x') }),
    ],
    [
      'a map to a prototype',
      () => multipart(operations, { 0: ['constructor.prototype.polluted'] }, { 0: Buffer.from('x') }),
    ],
    ['the file missing', () => multipart(operations, map)],
    ['a batch', () => multipart([operations], { 0: ['0.variables.file'] }, { 0: Buffer.from('x') })],
    ['a text where the file should be', () => multipart({ query: UPLOAD, variables: { file: 'x' } })],
  ])('a multipart request with %s is refused', async (_, form) => {
    const before = await stored();
    expect(await post(form())).toMatchObject({ code: 'INVALID_INPUT', status: expect.any(Number) });
    expect(await stored()).toEqual(before);
  });

  test.each(['__proto__', 'constructor.prototype', 'variables.__proto__'])(
    'a multipart request cannot reach %s',
    async (target) => {
      const poisoned = `{"query":"{ me { id } }","__proto__":{"polluted":null},"variables":{"__proto__":{"polluted":null}}}`;
      await post(multipart(poisoned, { 0: [`${target}.polluted`] }, { 0: Buffer.from('x') }));
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    },
  );

  test('a multipart request without a boundary, or cut off, is refused', async () => {
    for (const [type, body] of [
      ['multipart/form-data', 'x'],
      ['multipart/form-data; boundary=b', ''],
      [
        'multipart/form-data; boundary=b',
        '--b\r\nContent-Disposition: form-data; name="operations"\r\n\r\n{"query":"{ me',
      ],
    ] as const) {
      const headers = { ...PREFLIGHT, 'content-type': type };
      const answer = await sendGraphql(app.url, { method: 'POST', headers, body });
      expect(answer).toMatchObject({ status: 400, code: 'INVALID_INPUT' });
    }
  });

  test('a multipart request given up in the middle leaves nothing, and the gateway goes on', async () => {
    const before = await stored();
    await new Promise<void>((resolve) => {
      const headers = {
        ...PREFLIGHT,
        authorization: `Bearer ${account.token}`,
        'content-type': 'multipart/form-data; boundary=b',
        'content-length': '50000',
      };
      const half = request(`${app.url}/graphql`, { method: 'POST', headers });
      const part = (name: string, body: string) =>
        `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${body}\r\n`;
      half.on('error', () => undefined).on('close', () => resolve());
      half.write(part('operations', JSON.stringify(operations)) + part('map', JSON.stringify(map)));
      half.write('--b\r\nContent-Disposition: form-data; name="0"; filename="a.png"\r\n\r\n', () =>
        half.destroy(),
      );
    });
    expect(await whoIs(app.client, account.token)).toBe(account.id);
    expect(await stored()).toEqual(before);
  });
});
