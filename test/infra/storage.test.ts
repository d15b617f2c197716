import 'reflect-metadata';
import { mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import Fastify, { type FastifyInstance } from 'fastify';
import { loadConfig } from '../../src/config.js';
import { registerFiles } from '../../src/http/files.js';
import { registerSecurity } from '../../src/http/security.js';
import { LocalStorage } from '../../src/infra/storage/local.js';
import { ImageCopier } from '../../src/modules/image/image.copier.js';
import type { ImageDecoder } from '../../src/modules/image/image.decoder.js';
import {
  type CopySide,
  copyKeyOf,
  newStorageKey,
  PICTURE_LAYOUT,
  parseStorageKey,
} from '../../src/modules/image/image.key.js';
import { ImageReader } from '../../src/modules/image/image.reader.js';
import { Image } from '../../src/modules/user/image.entity.js';

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
  '2026/11/21/0123456789abcdef0123456789abcdef_201.jpg',
  '2026/11/21/0123456789abcdef0123456789abcdef_0200.jpg',
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
    const copyOf = { key, side: 200 };
    expect(parseStorageKey(copy)).toEqual({ id: parseStorageKey(key)?.id, extension: 'png', copyOf });
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
  /** Pictures that are known, by their ids, with what is done to copy one, and what was told of failures. */
  let known: Map<string, Image>;
  let copy: (image: Image, sides?: readonly CopySide[]) => Promise<void>;
  let failures: unknown[];

  beforeEach(async () => {
    known = new Map();
    copy = async () => undefined;
    failures = [];
    app = Fastify();
    await registerSecurity(app, loadConfig({ RATE_LIMIT: 'off' }));
    const images = new ImageReader(
      storage,
      { copy: (...given) => copy(...given) },
      async (id) => known.get(id) ?? null,
      (error) => failures.push(error),
    );
    registerFiles(app, images);
    await storage.put(key, data, 'image/jpeg');
  });

  /** Lets a key be that of a picture of these sides. */
  const knows = (one: string, width: number, height = width): void => {
    const id = parseStorageKey(one)?.id ?? '';
    known.set(id, Object.assign(new Image(), { id, key: one, width, height }));
  };

  /** What is answered, and how long it may be kept. */
  const served = async (path: string) => {
    const { statusCode, rawPayload, headers } = await app.inject(`/storage/${path}`);
    return { statusCode, content: rawPayload.toString(), kept: headers['cache-control'], etag: headers.etag };
  };
  const WHOLE = { statusCode: 200, content: data.toString(), etag };
  const FOR_EVER = 'public, max-age=31536000, immutable';

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
    expect(large.headers.etag).toBe(etag);
    expect(small.headers.etag).not.toBe(etag);
    const headers = { 'if-none-match': String(small.headers.etag) };
    expect((await app.inject({ url: `/storage/${copyKeyOf(key, 200)}`, headers })).statusCode).toBe(304);
    expect((await app.inject({ url: `/storage/${key}`, headers })).statusCode).toBe(200);
    expect((await app.inject(`/storage/${copyKeyOf(newStorageKey('jpg'), 200)}`)).statusCode).toBe(404);
  });

  it('/storage has a copy made once, however many ask for it, and keeps it', async () => {
    knows(key, 1000, 500);
    const made: (readonly CopySide[])[] = [];
    copy = async (image, sides = []) => {
      made.push(sides);
      for (const side of sides)
        await storage.put(copyKeyOf(image.key, side), Buffer.from(`of ${side}`), 'image/jpeg');
    };
    const paths = ['?w=200', '?rule=w_200', '?w=200&h=100', '?h=99.5', '?rule=h_100,w_150'];
    const answers = await Promise.all([...paths, ...paths].map((query) => served(key + query)));
    answers.push(await served(copyKeyOf(key, 200)));
    const tag = `"${parseStorageKey(key)?.id}_200.jpg"`;
    for (const answer of answers)
      expect(answer).toEqual({ statusCode: 200, content: 'of 200', kept: FOR_EVER, etag: tag });
    expect(made).toEqual([[200]]);
    await storage.remove(key);
    expect(await storage.read(copyKeyOf(key, 200))).toBeNull();
  });

  it.each([
    ['?w=40', 50],
    ['?w=201', 300],
    // The height decides: the picture is twice as wide as high.
    ['?w=200&h=200', 400],
    ['?h=200', 400],
    ['?w=801', null],
    ['?w=99999', null],
    ['?h=401', null],
    ['?w=0', null],
    ['?w=-5&h=', null],
    ['?w=x&rule=y', null],
    ['?w=1e2', null],
    ['?w=200&w=300', null],
    ['?rule=w_', null],
    ['?rule[w]=200', null],
    [`?w=${'9'.repeat(400)}`, null],
  ] as const)(
    '/storage answers %s with the copy of %p pixels, never a larger one than the picture',
    async (query, side) => {
      knows(key, 1000, 500);
      copy = async (image, sides = []) => {
        for (const one of sides)
          await storage.put(copyKeyOf(image.key, one), Buffer.from(`of ${one}`), 'image/jpeg');
      };
      const expected = side === null ? WHOLE : { statusCode: 200, content: `of ${side}` };
      expect(await served(key + query)).toMatchObject({ ...expected, kept: FOR_EVER });
    },
  );

  it('/storage serves the picture itself where no copy would be smaller, and makes none', async () => {
    knows(key, 60, 40);
    copy = async () => {
      throw new Error('nothing is to be made');
    };
    for (const path of [`${key}?w=60`, `${key}?h=40`, `${key}?w=200`, copyKeyOf(key, 200)])
      expect(await served(path)).toEqual({ ...WHOLE, kept: FOR_EVER });
    expect(failures).toEqual([]);
  });

  it('a copy that is made while its picture is removed goes with it', async () => {
    knows(key, 1000);
    const thumbnail = async () => {
      await storage.remove(key);
      return { data: Buffer.from('a copy'), mime: 'image/jpeg' };
    };
    const copier = new ImageCopier({ thumbnail } as unknown as ImageDecoder, storage);
    copy = (...given) => copier.copy(...given);
    expect((await served(`${key}?w=200`)).statusCode).toBe(404);
    for (const one of [key, copyKeyOf(key, 200)]) expect(await storage.read(one)).toBeNull();
  });

  it('/storage serves the picture itself, not to be kept, for a copy that cannot be made now', async () => {
    knows(key, 1000);
    copy = async () => {
      throw new Error('the disk is full');
    };
    expect(await served(`${key}?w=200`)).toEqual({ ...WHOLE, kept: 'no-cache' });
    expect(failures).toEqual([new Error('the disk is full')]);
    // Somebody's row that has another file of this id, or none.
    known.clear();
    expect(await served(copyKeyOf(key, 200))).toEqual({ ...WHOLE, kept: 'no-cache' });
  });

  it('/storage makes one copy at a time, and keeps few waiting', async () => {
    const keys = await Promise.all(
      Array.from({ length: 30 }, async () => {
        const one = newStorageKey('jpg');
        knows(one, 1000);
        await storage.put(one, data, 'image/jpeg');
        return one;
      }),
    );
    let [working, most] = [0, 0];
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    copy = async (image, sides = []) => {
      working += 1;
      most = Math.max(most, working);
      await gate;
      for (const side of sides)
        await storage.put(copyKeyOf(image.key, side), Buffer.from('a copy'), 'image/jpeg');
      working -= 1;
    };
    const asked = keys.map((one) => served(`${one}?w=200`));
    // Those for which there is no room are answered while the others wait.
    let whole = 0;
    const refused = new Promise<void>((resolve) => {
      for (const one of asked)
        one.then(({ content }) => {
          whole += content === data.toString() ? 1 : 0;
          if (whole === 21) resolve();
        });
    });
    await refused;
    open();
    const contents = (await Promise.all(asked)).map(({ content }) => content);
    expect(contents.filter((content) => content === 'a copy')).toHaveLength(9);
    expect(most).toBe(1);
    expect(failures).toEqual([]);
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
