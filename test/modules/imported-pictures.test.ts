import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { JobReport } from '../../src/jobs/job.js';
import { countImportedPictures } from '../../src/modules/import/imported-picture.repository.js';
import { createWorld, type TestApp, type TestWorld } from '../support/app.js';
import { commandIn } from '../support/command-line.js';
import { jobsOf, runJob } from '../support/jobs.js';
import { registerByCode, uploadPicture } from '../support/operations.js';
import { photo, picture, stored, tellsPosition } from '../support/pictures.js';

const LOOPBACK = { IMPORT_PICTURE_NETWORKS: ['127.0.0.0/8'] };

let world: TestWorld;
let app: TestApp;
let folder: string;
/** What the old server answers, by path. */
const answers = new Map<string, (response: ServerResponse) => void>();
const asked: string[] = [];
let old: Server;
let oldUrl: string;

beforeAll(async () => {
  world = await createWorld();
  app = await world.start();
  folder = await mkdtemp(path.join(tmpdir(), 'ug-pictures-'));
  old = createServer((request, response) => {
    asked.push(request.url ?? '');
    const answer = answers.get(request.url ?? '');
    if (answer) answer(response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => old.listen(0, '127.0.0.1', resolve));
  oldUrl = `http://127.0.0.1:${(old.address() as AddressInfo).port}`;
});
beforeEach(async () => {
  asked.length = 0;
  answers.clear();
  await app.sql('delete from imported_pictures');
});
afterAll(async () => {
  old.closeAllConnections();
  await new Promise((resolve) => old.close(resolve));
  await rm(folder, { recursive: true });
  await world.close();
});

interface Wanted {
  kind?: 'avatar' | 'background';
  directory?: string | null;
}

/** Does what an import does for a picture: the row, and at a URL the picture that is shown until it is fetched. */
async function want(userId: number, source: string, { kind = 'avatar', directory = folder }: Wanted = {}) {
  const isUrl = source.startsWith('http');
  await app.sql(
    `insert into imported_pictures (user_id, kind, source, directory, next_try_at) values (?, ?, ?, ?, now())
     on conflict (user_id, kind) do update set source = excluded.source, next_try_at = now(), tries = 0`,
    [userId, kind, source, isUrl ? null : directory],
  );
  if (isUrl && kind === 'avatar') {
    await app.sql('update users set external_avatar_url = ? where id = ?', [source, userId]);
  }
}

const fetchAll = (settings: object = LOOPBACK): Promise<JobReport> =>
  runJob(jobsOf(app, { settings }), 'fetch-imported-pictures');
const counts = () => countImportedPictures(app.infrastructure.database.fork());
const serve = (at: string, bytes: Buffer) => answers.set(at, (response) => response.end(bytes));
const shownBy = async (userId: number): Promise<{ avatar: string | null; background: string | null }> => {
  const [row] = await app.sql<{ avatar: string | null; background: string | null }>(
    `select avatar.key as avatar, background.key as background from users u
     left join images avatar on avatar.id = u.avatar_id left join images background on background.id = u.background_id
     where u.id = ?`,
    [userId],
  );
  if (!row) throw new Error('no such user');
  return row;
};
const avatarUrl = async (id: number): Promise<string> =>
  (await app.client.data('query ($id: ID!) { user(id: $id) { avatarUrl } }', { id })).user.avatarUrl;
const inFolder = async (name: string, bytes: Buffer | string) => {
  await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
  await writeFile(path.join(folder, name), bytes);
  return name;
};
/** The reasons for which pictures were given up. */
const reasons = async () => (await counts()).failed;

describe('pictures of an import', () => {
  test('files and URLs become pictures of their accounts, without what cameras wrote into them', async () => {
    const [byFile, byUrl] = [await registerByCode(app.client), await registerByCode(app.client)];
    await want(byFile.id, await inFolder('2018/03/04/a.jpg', await photo(900, 600)));
    await want(byFile.id, await inFolder('2018/03/04/b.png', await picture(300).png().toBuffer()), {
      kind: 'background',
    });
    serve('/face.jpg', await photo(900, 600));
    await want(byUrl.id, `${oldUrl}/face.jpg`);
    expect(await avatarUrl(byUrl.id)).toBe(`${oldUrl}/face.jpg`);

    expect((await fetchAll()).counts).toMatchObject({ fetched: 3, givenUp: 0 });
    for (const id of [byFile.id, byUrl.id]) {
      const url = await avatarUrl(id);
      expect(url).toMatch(new RegExp(`^${app.url}/storage/`));
      const bytes = Buffer.from(await (await fetch(url)).arrayBuffer());
      expect(tellsPosition(bytes)).toBe(false);
      // As an upload has them.
      const copy = await fetch(url.replace('.jpg', '_200.jpg'));
      expect(copy.status).toBe(200);
    }
    expect((await shownBy(byFile.id)).background).toMatch(/\.png$/);
    expect(await counts()).toEqual({ waiting: 0, stored: 3, unwanted: 0, failed: {} });
  });

  test('a disabled account gets its picture too, a cancelled one none', async () => {
    const [disabled, cancelled] = [await registerByCode(app.client), await registerByCode(app.client)];
    const name = await inFolder('c.png', await picture(100).png().toBuffer());
    await want(disabled.id, name);
    await want(cancelled.id, name);
    await app.sql('update users set status = 2 where id = ?', [disabled.id]);
    await app.sql('update users set status = 3, deleted_at = now() where id = ?', [cancelled.id]);
    const before = await stored(app, world);
    expect((await fetchAll()).counts).toMatchObject({ fetched: 1, unwanted: 1 });
    expect((await shownBy(disabled.id)).avatar).toMatch(/\.png$/);
    const after = await stored(app, world);
    expect([after.rows.length - before.rows.length, after.files.length - before.files.length]).toEqual([
      1, 1,
    ]);
  });

  test('a picture that the account has chosen here meanwhile stays, and nothing is stored for the old one', async () => {
    const [chose, cleared] = [await registerByCode(app.client), await registerByCode(app.client)];
    serve('/old.png', await picture(100).png().toBuffer());
    await want(chose.id, `${oldUrl}/old.png`);
    await want(cleared.id, `${oldUrl}/old.png`);
    const own = await uploadPicture(app.client, chose.token);
    const update = 'mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { id } }';
    await app.client.data(update, { input: { avatarId: own.id } }, chose.token);
    await app.client.data(update, { input: { avatarId: null } }, cleared.token);
    const before = await stored(app, world);
    expect((await fetchAll()).counts).toMatchObject({ fetched: 0, unwanted: 2 });
    expect((await shownBy(chose.id)).avatar).toContain(own.id);
    expect((await shownBy(cleared.id)).avatar).toBeNull();
    expect(await stored(app, world)).toEqual(before);
    expect(await counts()).toMatchObject({ unwanted: 2 });
  });

  test('another picture of a newer dump takes the place of the one that came before', async () => {
    const { id } = await registerByCode(app.client);
    await want(id, await inFolder('first.png', await picture(100).png().toBuffer()));
    await fetchAll();
    const first = (await shownBy(id)).avatar;
    await want(id, await inFolder('second.png', await picture(120).png().toBuffer()));
    expect((await fetchAll()).counts).toMatchObject({ fetched: 1 });
    expect((await shownBy(id)).avatar).not.toBe(first);
  });
});

describe('what is refused', () => {
  test('no path leads out of the folder, by dots, from the root or over links', async () => {
    const outside = path.join(await mkdtemp(path.join(tmpdir(), 'ug-outside-')), 'secret.png');
    await writeFile(outside, await picture(100).png().toBuffer());
    await symlink(outside, path.join(folder, 'link.png'));
    await symlink(path.dirname(outside), path.join(folder, 'linked'));
    const ways = [
      `../${path.basename(path.dirname(outside))}/secret.png`,
      outside,
      'link.png',
      'linked/secret.png',
    ];
    for (const way of ways) await want((await registerByCode(app.client)).id, way);
    expect((await fetchAll()).counts).toMatchObject({ fetched: 0, givenUp: ways.length });
    expect(await reasons()).toEqual({ OUTSIDE: ways.length });
    await rm(path.dirname(outside), { recursive: true });
  });

  test('addresses that are not public are not asked, by name, by number or by a redirect', async () => {
    answers.set('/to-itself', (response) => response.writeHead(302, { location: `${oldUrl}/a.png` }).end());
    const port = new URL(oldUrl).port;
    const urls = [
      `${oldUrl}/a.png`,
      `http://localhost:${port}/a.png`,
      `http://[::ffff:127.0.0.1]:${port}/a.png`,
      `http://2130706433:${port}/a.png`,
      'http://169.254.169.254/latest/meta-data',
      'http://[fd00::1]/a.png',
    ];
    for (const url of urls) await want((await registerByCode(app.client)).id, url);
    expect((await fetchAll({ IMPORT_PICTURE_NETWORKS: [] })).counts).toMatchObject({ givenUp: urls.length });
    expect(await reasons()).toEqual({ ADDRESS_FORBIDDEN: urls.length });
    expect(asked).toEqual([]);
    // The first address is allowed, the one it names is not.
    const other = createServer((_request, response) =>
      response.writeHead(302, { location: `http://[::1]:${port}/a.png` }).end(),
    );
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    await app.sql('delete from imported_pictures');
    const redirecting = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
    await want((await registerByCode(app.client)).id, redirecting);
    await fetchAll();
    other.close();
    expect(await reasons()).toEqual({ ADDRESS_FORBIDDEN: 1 });
  });

  test('redirects are followed three times', async () => {
    for (const step of [1, 2, 3, 4]) {
      answers.set(`/r${step}`, (response) => response.writeHead(302, { location: `/r${step - 1}` }).end());
    }
    serve('/r0', await picture(100).png().toBuffer());
    await want((await registerByCode(app.client)).id, `${oldUrl}/r3`);
    await want((await registerByCode(app.client)).id, `${oldUrl}/r4`);
    expect((await fetchAll()).counts).toMatchObject({ fetched: 1, givenUp: 1 });
    expect(await reasons()).toEqual({ REDIRECTS: 1 });
  });

  test('what is no picture, not there or too large is given up at once, and says why', async () => {
    serve('/page.html', Buffer.from('<html>'));
    answers.set('/endless', (response) => {
      const more = () => {
        while (response.writable && response.write(Buffer.alloc(65_536))) if (response.destroyed) return;
        response.once('drain', more);
      };
      more();
    });
    answers.set('/said-large', (response) =>
      response.writeHead(200, { 'content-length': 9_999_999_999 }).flushHeaders(),
    );
    const sources = ['page.html', 'endless', 'said-large', 'gone'].map((name) => `${oldUrl}/${name}`);
    for (const source of [...sources, 'nowhere.png', await inFolder('text.png', 'no picture')]) {
      await want((await registerByCode(app.client)).id, source);
    }
    expect((await fetchAll()).counts).toMatchObject({ fetched: 0, givenUp: 6 });
    expect(await reasons()).toEqual({ IMAGE_INVALID: 2, TOO_LARGE: 2, STATUS_404: 1, NO_FILE: 1 });
  });
});

describe('what may pass', () => {
  /** Lets the waits of pictures be over. */
  const later = () =>
    app.sql('update imported_pictures set next_try_at = now() where next_try_at is not null');

  test('a server that is away is asked again, six times in all, and then again when the operator says so', async () => {
    const { id } = await registerByCode(app.client);
    answers.set('/busy.png', (response) => response.writeHead(503).end());
    await want(id, `${oldUrl}/busy.png`);
    const outcomes = [];
    for (let run = 0; run < 7; run += 1) {
      outcomes.push((await fetchAll()).counts);
      await later();
    }
    expect(outcomes.map(({ retried, givenUp }) => [retried, givenUp])).toEqual([
      ...Array(5).fill([1, 0]),
      [0, 1],
      [0, 0],
    ]);
    expect(asked).toHaveLength(6);
    expect(await counts()).toEqual({ waiting: 0, stored: 0, unwanted: 0, failed: { STATUS_503: 1 } });
    expect(await avatarUrl(id)).toBe(`${oldUrl}/busy.png`);
  });

  test('a picture that waits is not asked for before its time', async () => {
    answers.set('/busy.png', (response) => response.writeHead(503).end());
    await want((await registerByCode(app.client)).id, `${oldUrl}/busy.png`);
    await fetchAll();
    expect((await fetchAll()).counts).toMatchObject({ retried: 0 });
    expect(await counts()).toMatchObject({ waiting: 1 });
  });

  test('a folder that is not on this machine costs no tries', async () => {
    const { id } = await registerByCode(app.client);
    await want(id, await inFolder('there.png', await picture(100).png().toBuffer()), {
      directory: '/nowhere',
    });
    expect((await fetchAll()).counts).toMatchObject({ elsewhere: 1, givenUp: 0 });
    expect(await counts()).toMatchObject({ waiting: 1 });
  });

  test('a run that was cut off leaves the rest for the next one, and a failure of the database leaves no file', async () => {
    const { id } = await registerByCode(app.client);
    await want(id, await inFolder('kept.png', await picture(100).png().toBuffer()));
    const before = await stored(app, world);
    await app.sql('alter table images rename to hidden_images');
    const report = await fetchAll();
    await app.sql('alter table hidden_images rename to images');
    expect(report.outcome).toBe('failed');
    expect(await stored(app, world)).toEqual(before);
    expect((await runJob(jobsOf(app), 'fetch-imported-pictures', undefined)).counts).toMatchObject({
      fetched: 1,
    });
  });
});

test('import pictures looks for files in another folder and tries again what was given up', async () => {
  const { id } = await registerByCode(app.client);
  const name = await inFolder('moved/away.png', await picture(100).png().toBuffer());
  await want(id, 'away.png');
  await fetchAll();
  expect(await reasons()).toEqual({ NO_FILE: 1 });
  const moved = path.join(folder, path.dirname(name));
  const { code, stdout, stderr } = await commandIn(world, ['import', 'pictures', '--files', moved, '--json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({ tried: 1, fetched: 1, waiting: 0, failed: {} });
  expect((await shownBy(id)).avatar).toMatch(/\.png$/);
});
