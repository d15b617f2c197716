import { mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import Fastify, { type FastifyInstance } from 'fastify';
import { loadConfig } from '../../src/config.js';
import { registerFiles } from '../../src/http/files.js';
import { registerSecurity } from '../../src/http/security.js';
import { LocalStorage } from '../../src/infra/storage/local.js';
import {
  copyKeyOf,
  newStorageKey,
  PICTURE_LAYOUT,
  parseStorageKey,
} from '../../src/modules/image/image.key.js';

let directory: string;
let storage: LocalStorage;
const data = Buffer.from('what a picture');

beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'storage-')), 'storage');
  storage = await LocalStorage.open(directory, PICTURE_LAYOUT);
});

afterEach(() => rm(dirname(directory), { recursive: true }));

const NO_KEYS = [
  '',
  'x.jpg',
  '../2026/11/21/0123456789abcdef0123456789abcdef.jpg',
  '2026/11/21/../0123456789abcdef0123456789abcdef.jpg',
  '/2026/11/21/0123456789abcdef0123456789abcdef.jpg',
  '2026/13/21/0123456789abcdef0123456789abcdef.jpg',
  '2026/11/32/0123456789abcdef0123456789abcdef.jpg',
  '2026/11/21/0123456789ABCDEF0123456789abcdef.jpg',
  '2026/11/21/0123456789abcdef0123456789abcdef.svg',
  '2026/11/21/0123456789abcdef0123456789abcdef.jpg\n',
  '2026/11/21/0123456789abcdef0123456789abcdef.jpg\0',
  '2026\\11\\21\\0123456789abcdef0123456789abcdef.jpg',
  '2026/11/21/0123456789abcdef0123456789abcdef_100.jpg',
  '2026/11/21/0123456789abcdef0123456789abcdef_.jpg',
  '2026/11/21/0123456789abcdef0123456789abcdef_200_800.jpg',
  '2026/11/21/_200.jpg',
];

describe('storage keys', () => {
  it('storage keys are dated in UTC, random, and name their type', () => {
    const key = newStorageKey('webp', new Date('2026-11-21T23:59:59Z'));
    expect(key).toMatch(/^2026\/11\/21\/[0-9a-f]{32}\.webp$/);
    expect(newStorageKey('webp')).not.toBe(newStorageKey('webp'));
    expect(parseStorageKey(key)).toEqual({ id: key.slice(11, 43), extension: 'webp' });
  });

  it('storage keys of copies name the picture that they are copies of', () => {
    const key = newStorageKey('png');
    const copy = copyKeyOf(key, 200);
    expect(copy).toBe(key.replace('.png', '_200.png'));
    expect(parseStorageKey(copy)).toEqual({ id: parseStorageKey(key)?.id, extension: 'png', original: key });
  });

  it.each(NO_KEYS)('%j is no storage key', async (key) => {
    expect(parseStorageKey(key)).toBeNull();
    expect(await storage.read(key)).toBeNull();
    await expect(storage.put(key, data, 'image/jpeg')).rejects.toThrow(RangeError);
    await expect(storage.remove(key)).rejects.toThrow(RangeError);
  });
});

describe('LocalStorage', () => {
  it('LocalStorage gives back what was put, until it is removed', async () => {
    const key = newStorageKey('jpg');
    expect(await storage.read(key)).toBeNull();
    await storage.put(key, data, 'image/jpeg');
    const file = await storage.read(key);
    expect(file?.size).toBe(data.length);
    expect(file && (await buffer(file.stream))).toEqual(data);

    await storage.remove(key);
    await storage.remove(key);
    expect(await storage.read(key)).toBeNull();
  });

  it('LocalStorage removes the copies of a picture with it, and a copy alone', async () => {
    const key = newStorageKey('jpg');
    const [small, large] = [copyKeyOf(key, 200), copyKeyOf(key, 800)];
    const held = async () => {
      const files = await Promise.all([key, small, large].map((one) => storage.read(one)));
      for (const file of files) file?.stream.destroy();
      return files.map((file) => file !== null);
    };
    for (const one of [key, small, large]) await storage.put(one, data, 'image/jpeg');
    await storage.remove(small);
    expect(await held()).toEqual([true, false, true]);
    await storage.put(small, data, 'image/jpeg');
    await storage.remove(key);
    expect(await held()).toEqual([false, false, false]);
  });

  it('LocalStorage keeps what it holds when opened again', async () => {
    const key = newStorageKey('png');
    await storage.put(key, data, 'image/png');
    const file = await (await LocalStorage.open(directory, PICTURE_LAYOUT)).read(key);
    expect(file && (await buffer(file.stream))).toEqual(data);
  });

  it('LocalStorage takes parallel puts into a new day', async () => {
    const keys = Array.from({ length: 20 }, () => newStorageKey('gif'));
    await Promise.all(keys.map((key) => storage.put(key, data, 'image/gif')));
    for (const key of keys) expect((await stat(join(directory, key))).size).toBe(data.length);
  });

  it('LocalStorage never writes over what it holds, however many put at once', async () => {
    const key = newStorageKey('jpg');
    const contents = Array.from({ length: 10 }, (_, index) => Buffer.from(`content ${index}`));
    const puts = await Promise.all(contents.map((content) => storage.put(key, content, 'image/jpeg')));
    expect(puts.filter(Boolean)).toHaveLength(1);
    const first = contents[puts.indexOf(true)];
    expect(await storage.put(key, data, 'image/jpeg')).toBe(false);
    const file = await storage.read(key);
    expect(file && (await buffer(file.stream))).toEqual(first);

    await storage.remove(key);
    expect(await storage.put(key, data, 'image/jpeg')).toBe(true);
  });

  it('LocalStorage leaves no temporary file behind, not even when a put fails', async () => {
    const key = newStorageKey('jpg');
    await writeFile(join(directory, key.slice(0, 4)), 'in the way');
    await expect(storage.put(key, data, 'image/jpeg')).rejects.toThrow();
    await rm(join(directory, key.slice(0, 4)));
    await storage.put(key, data, 'image/jpeg');
    await storage.put(key, data, 'image/jpeg');
    expect(await readdir(join(directory, 'tmp'))).toEqual([]);
  });

  it('LocalStorage clears at the start what processes left that died more than an hour ago', async () => {
    const write = async (name: string, ageMinutes: number) => {
      const path = join(directory, 'tmp', name);
      await writeFile(path, data);
      const time = new Date(Date.now() - ageMinutes * 60_000);
      await utimes(path, time, time);
    };
    await write('abandoned', 61);
    await write('under way', 59);
    await LocalStorage.open(directory, PICTURE_LAYOUT);
    expect(await readdir(join(directory, 'tmp'))).toEqual(['under way']);
  });
});

describe('/storage', () => {
  let app: FastifyInstance;
  const key = newStorageKey('jpg');
  const etag = `"${parseStorageKey(key)?.id}"`;

  beforeEach(async () => {
    app = Fastify();
    await registerSecurity(app, loadConfig({}));
    registerFiles(app, storage);
    await storage.put(key, data, 'image/jpeg');
  });

  afterEach(() => app.close());

  it('/storage serves a file as a picture and nothing else', async () => {
    const answer = await app.inject(`/storage/${key}`);
    expect(answer.statusCode).toBe(200);
    expect(answer.rawPayload).toEqual(data);
    expect(answer.headers).toMatchObject({
      'content-type': 'image/jpeg',
      'content-length': String(data.length),
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cross-origin-resource-policy': 'cross-origin',
      etag,
    });
  });

  it.each([
    ['png', 'image/png'],
    ['webp', 'image/webp'],
    ['gif', 'image/gif'],
  ] as const)('/storage serves %s as %s', async (extension, mime) => {
    const other = newStorageKey(extension);
    await storage.put(other, data, mime);
    expect((await app.inject(`/storage/${other}`)).headers['content-type']).toBe(mime);
  });

  it('/storage serves a copy, and the picture where it has none', async () => {
    const copy = Buffer.from('a small one');
    await storage.put(copyKeyOf(key, 200), copy, 'image/jpeg');
    const small = await app.inject(`/storage/${copyKeyOf(key, 200)}`);
    const large = await app.inject(`/storage/public:${copyKeyOf(key, 800)}`);
    expect([small.statusCode, small.rawPayload]).toEqual([200, copy]);
    expect([large.statusCode, large.rawPayload]).toEqual([200, data]);
    for (const answer of [small, large]) expect(answer.headers['content-type']).toBe('image/jpeg');
    const tags = [etag, small.headers.etag, large.headers.etag];
    expect(new Set(tags).size).toBe(3);
    const headers = { 'if-none-match': String(small.headers.etag) };
    expect((await app.inject({ url: `/storage/${copyKeyOf(key, 200)}`, headers })).statusCode).toBe(304);
    expect((await app.inject({ url: `/storage/${key}`, headers })).statusCode).toBe(200);
    expect((await app.inject(`/storage/${copyKeyOf(newStorageKey('jpg'), 200)}`)).statusCode).toBe(404);
  });

  it.each([`public:${key}`, encodeURIComponent(`public:${key}`), encodeURIComponent(key), `public%3A${key}`])(
    '/storage finds a file under %s',
    async (path) => {
      expect((await app.inject(`/storage/${path}`)).rawPayload).toEqual(data);
    },
  );

  it('/storage answers HEAD like GET without the content', async () => {
    const answer = await app.inject({ method: 'HEAD', url: `/storage/${key}` });
    expect(answer.statusCode).toBe(200);
    expect(answer.rawPayload).toHaveLength(0);
    expect(answer.headers).toMatchObject({ 'content-type': 'image/jpeg', 'content-length': '14', etag });
  });

  it.each([etag, `W/${etag}`, `"x", ${etag}`, '*'])('/storage sends 304 to If-None-Match %s', async (tag) => {
    const answer = await app.inject({ url: `/storage/${key}`, headers: { 'if-none-match': tag } });
    expect(answer.statusCode).toBe(304);
    expect(answer.rawPayload).toHaveLength(0);
    expect(answer.headers).toMatchObject({ etag, 'cache-control': expect.stringContaining('immutable') });
  });

  it('/storage sends the file again to another If-None-Match', async () => {
    const answer = await app.inject({ url: `/storage/${key}`, headers: { 'if-none-match': '"other"' } });
    expect(answer.statusCode).toBe(200);
  });

  it.each([
    ...NO_KEYS.map(encodeURIComponent),
    newStorageKey('jpg'),
    `public:public:${key}`,
    `${key}/`,
    '..%2f..%2fetc%2fpasswd',
    '../../package.json',
    'tmp/x',
  ])('/storage answers 404 in JSON, not to be cached, to %s', async (path) => {
    const answer = await app.inject(`/storage/${path}`);
    expect(answer.statusCode).toBe(404);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(answer.headers['cache-control']).toBe('no-store');
  });
});
