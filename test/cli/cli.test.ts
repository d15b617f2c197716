import 'reflect-metadata';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import type { Terminal } from '../../src/cli/output.js';
import { runCli } from '../../src/cli/program.js';
import { loadConfig } from '../../src/config.js';
import type { EmbeddedOptions } from '../../src/infra/database/orm-options.js';
import { openDatabase } from '../../src/open-database.js';
import { copyDataDir, createDatabase, type TestDatabase } from '../support/template.js';

let directory: string;
let database: TestDatabase;
let env: NodeJS.ProcessEnv;

async function runIn(env: NodeJS.ProcessEnv, embedded: EmbeddedOptions | undefined, argv: string[]) {
  const written = { stdout: '', stderr: '' };
  const terminal: Terminal = {
    env,
    stdout: (text) => {
      written.stdout += text;
    },
    stderr: (text) => {
      written.stderr += text;
    },
    interactive: false,
  };
  const code = await runCli(argv, terminal, embedded);
  return { code, ...written };
}

/** Runs one command line as the shell would. */
const cli = (...argv: string[]) => runIn(env, database.pglite && { pglite: database.pglite }, argv);

/** The value that a command prints with `--json`. */
async function json(...argv: string[]) {
  const { code, stdout, stderr } = await cli(...argv, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

/** One statement to the database, beside the command line. */
async function sql(statement: string): Promise<void> {
  const { fork, close } = await openDatabase(loadConfig(env), database.pglite && { pglite: database.pglite });
  await fork().execute(statement).finally(close);
}

const file = async (name: string, content: string | Buffer): Promise<string> => {
  const target = path.join(directory, name);
  await writeFile(target, content);
  return target;
};

beforeAll(async () => {
  directory = await copyDataDir();
  database = await createDatabase();
  env = { DATA_DIR: directory, DATABASE_URL: database.url };
});

afterAll(async () => {
  await database.drop();
  await rm(directory, { recursive: true });
});

test('applications of the open API are created, listed, rotated and disabled', async () => {
  const created = await json(
    'open-app',
    'create',
    '--name',
    'erp',
    '--allow-ip',
    '10.0.0.0/8',
    '--allow-ip',
    '::1',
  );
  expect(created).toMatchObject({
    id: 10001,
    name: 'erp',
    allowedIps: ['10.0.0.0/8', '::1'],
    disabledAt: null,
  });
  expect(created.secret).toMatch(/^[0-9a-f]{40}$/);
  const rotated = await json('open-app', 'rotate', '10001');
  expect(rotated.secret).not.toBe(created.secret);
  expect((await json('open-app', 'disable', '10001')).disabledAt).toEqual(expect.any(String));
  const [listed] = await json('open-app', 'list');
  expect(listed).toMatchObject({ id: 10001, name: 'erp' });
  expect(JSON.stringify(listed)).not.toContain(rotated.secret);
  expect(await cli('open-app', 'rotate', '7')).toMatchObject({ code: 1, stdout: '' });
});

describe('users', () => {
  beforeAll(() => json('seed', 'demo', '--users', '5', '--orders', '20', '--password', 'a demo password'));

  test('users are shown by number, name and phone', async () => {
    const shown = await json('user', 'show', '3');
    expect(shown).toMatchObject({ id: 3, status: 'ACTIVE', abilities: [] });
    expect(await json('user', 'show', shown.name)).toEqual(shown);
    expect(await json('user', 'show', `+86${shown.phone}`)).toEqual(shown);
    expect(await cli('user', 'show', 'nobody_at_all')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'error: There is no such user.\n',
    });
  });

  test('a user is named by the id of a system before, and the pairs of a system are printed', async () => {
    await sql(
      `insert into legacy_ids (system, legacy_id, number, user_id)
       values ('anlife', '4000000000', 4000000000, 3), ('anlife', 'x:7', null, 4), ('plus', '3', 3, 4)`,
    );
    const shown = await json('user', 'show', 'anlife:4000000000');
    expect(shown).toMatchObject({ id: 3, legacyIds: ['anlife:4000000000'] });
    expect(await json('user', 'show', 'anlife:x:7')).toMatchObject({
      id: 4,
      legacyIds: ['anlife:x:7', 'plus:3'],
    });
    expect(await json('user', 'grant', 'plus:3', '*')).toMatchObject({ id: 4, abilities: ['*'] });
    expect(await json('user', 'revoke', 'plus:3', '*')).toMatchObject({ id: 4, abilities: [] });
    expect(await cli('user', 'show', 'plus:4')).toMatchObject({ code: 1, stdout: '' });
    expect(await cli('user', 'show', 'discuz:3')).toMatchObject({ code: 1, stdout: '' });
    expect(await json('export', 'ids', 'anlife')).toEqual([
      { legacyId: '4000000000', userId: 3 },
      { legacyId: 'x:7', userId: 4 },
    ]);
    expect((await cli('export', 'ids', 'anlife')).stdout).toBe('4000000000\t3\nx:7\t4\n');
    expect(await json('export', 'ids', 'open')).toEqual([]);
    expect(await cli('export', 'ids', 'open')).toMatchObject({ code: 0, stdout: '' });
    expect(await cli('export', 'ids', 'discuz')).toMatchObject({ code: 2, stdout: '' });
  });

  test('the pairs of a system are printed whole, however many there are', async () => {
    await sql(`insert into users (name) select 'pair' || n from generate_series(1, 20001) as n`);
    await sql(
      `insert into legacy_ids (system, legacy_id, number, user_id)
       select 'member', id::text, id, id from users where name like 'pair%'`,
    );
    const pairs = await json('export', 'ids', 'member');
    expect(pairs).toHaveLength(20_001);
    expect(new Set(pairs.map(({ userId }: { userId: number }) => userId)).size).toBe(20_001);
    expect((await cli('export', 'ids', 'member')).stdout.split('\n')).toHaveLength(20_002);
  });

  test('a user is granted an ability once, and loses it when it is revoked', async () => {
    const ability = '[user] Disabled User';
    await json('user', 'grant', '3', '*');
    await json('user', 'grant', '3', ability);
    expect((await json('user', 'grant', '3', ability)).abilities).toEqual(['*', ability]);
    expect((await json('user', 'revoke', '3', '*')).abilities).toEqual([ability]);
    expect(await cli('user', 'grant', '3', 'Disabled User')).toMatchObject({ code: 2, stdout: '' });
  });
});

test('hobbies are added once, listed and removed', async () => {
  const added = await json('hobby', 'add', ' 钓鱼 ');
  expect(added).toEqual({ id: expect.any(Number), name: '钓鱼' });
  expect(await json('hobby', 'add', '钓鱼')).toEqual(added);
  expect(await json('hobby', 'list')).toContainEqual(added);
  await json('hobby', 'remove', String(added.id));
  expect(await json('hobby', 'list')).not.toContainEqual(added);
  expect((await cli('hobby', 'remove', String(added.id))).code).toBe(1);
});

test('categories of tags are added once, weighted, listed and removed with their tags', async () => {
  const added = await json('tag-category', 'add', ' 城市 ');
  expect(added).toEqual({ id: expect.any(Number), name: '城市', weight: 0 });
  const heavier = { ...added, weight: 7 };
  expect(await json('tag-category', 'add', '城市', '--weight', '7')).toEqual(heavier);
  expect(await json('tag-category', 'add', '城市')).toEqual(heavier);
  expect((await json('tag-category', 'list'))[0]).toEqual(heavier);

  const category = String(added.id);
  const tag = await json('tag', 'add', ' 成都 ', '--category', category, '--weight', '1');
  expect(tag).toEqual({ id: expect.any(Number), categoryId: added.id, name: '成都', weight: 1 });
  expect(await json('tag', 'add', '成都', '--category', category)).toEqual(tag);
  const other = await json('tag', 'add', '北京', '--category', category, '--weight', '2');
  expect(await json('tag', 'list', '--category', category)).toEqual([other, tag]);
  expect(await json('tag', 'list')).toEqual(expect.arrayContaining([tag, other]));
  await json('tag', 'remove', String(tag.id));
  expect(await json('tag', 'list', '--category', category)).toEqual([other]);
  expect((await cli('tag', 'remove', String(tag.id))).code).toBe(1);
  expect(await cli('tag', 'add', '成都', '--category', '2147483647')).toMatchObject({ code: 1, stdout: '' });

  await json('tag-category', 'remove', category);
  expect(await json('tag', 'list')).not.toContainEqual(other);
  expect((await cli('tag-category', 'remove', category)).code).toBe(1);
});

describe('communities', () => {
  const names = async (city: string) =>
    (await json('community', 'list', '--city', city)).map(({ name }: { name: string }) => name);

  test('communities are added to a city once, and removed', async () => {
    const added = await json('community', 'add', '--city', '511900', '江南水岸');
    expect(await json('community', 'add', '--city', '511900', '江南水岸')).toEqual(added);
    expect(await names('511900')).toEqual(['江南水岸']);
    await json('community', 'remove', String(added.id));
    expect(await names('511900')).toEqual([]);
    expect((await cli('community', 'add', '--city', '999999', 'x')).code).toBe(1);
  });

  test('communities are imported from CSV and JSON, and those that are there are skipped', async () => {
    const csv = '\uFEFFcity_id,name\r\n511600,"甲, ""乙"""\r\n\r\n511600,丙\n511600,丙\n';
    expect(await json('community', 'import', await file('a.csv', csv))).toEqual({ read: 3, added: 2 });
    const rows = [
      { city_id: 511600, name: '丙' },
      { cityId: '511600', name: ' 丁 ' },
    ];
    expect(await json('community', 'import', await file('a.json', JSON.stringify(rows)))).toEqual({
      read: 2,
      added: 1,
    });
    expect(await names('511600')).toEqual(['甲, "乙"', '丙', '丁']);
  });

  test('a large import of communities is written in batches', async () => {
    const lines = Array.from({ length: 12_001 }, (_, index) => `511700,小区${index}`).join('\n');
    expect(await json('community', 'import', await file('b.csv', lines))).toEqual({
      read: 12_001,
      added: 12_001,
    });
  });

  test.each([
    ['unknown city', '511800,甲\n1,乙\n'],
    ['no name', '511800,甲\n511800,  \n'],
    ['no comma', '511800,甲\n511800\n'],
    ['long name', `511800,甲\n511800,${'长'.repeat(65)}\n`],
    [
      'not UTF-8',
      Buffer.concat([Buffer.from('511800,甲\n511800,'), Buffer.from([0xb3, 0xc9]), Buffer.from('\n')]),
    ],
  ])('no community is imported from a file with a bad row: %s', async (_case, content) => {
    const { code, stderr } = await cli('community', 'import', await file('bad.csv', content));
    expect(code).toBe(1);
    expect(stderr).toContain('bad.csv:2: ');
    expect(await names('511800')).toEqual([]);
  });
});

test('releases are added, listed and removed', async () => {
  const add = ['release', 'add', '--platform', 'android', '--version', '9.0', '--version-code', '90'];
  const added = await json(...add, '--url', 'https://x.example/a.apk', '--title', 'T', '--message', 'M');
  expect(added).toMatchObject({
    platform: 'android',
    version: '9.0',
    versionCode: 90,
    title: 'T',
    message: 'M',
  });
  expect(await json('release', 'list')).toContainEqual(added);
  await json('release', 'remove', String(added.id));
  expect(await json('release', 'list')).not.toContainEqual(added);
  expect((await cli(...add, '--url', 'ftp://x')).code).toBe(2);
  expect((await cli(...add)).code).toBe(2);
});

test('default pictures are decoded, listed last, and removed', async () => {
  const background = { r: 200, g: 30, b: 30 };
  const png = await sharp({ create: { width: 90, height: 70, channels: 3, background } })
    .png()
    .toBuffer();
  const added = await json('default-photo', 'add', await file('red.jpg', png));
  expect(added).toMatchObject({ mime: 'image/png', width: 90, height: 70 });
  expect((await json('default-photo', 'list')).at(-1)).toEqual(added);
  await json('default-photo', 'remove', added.id);
  expect(await json('default-photo', 'list')).toHaveLength(6);
  expect((await cli('default-photo', 'add', await file('no.png', 'text'))).code).toBe(1);
});

test('IP addresses are blocked as the network that they lie in', async () => {
  expect(await json('blocked-ip', 'add', '10.1.2.3/8')).toEqual({ range: '10.0.0.0/8' });
  await json('blocked-ip', 'add', '10.0.0.0/8');
  expect(await json('blocked-ip', 'add', '2001:db8::1')).toEqual({ range: '2001:db8::1/128' });
  expect(await json('blocked-ip', 'list')).toHaveLength(2);
  // As a client is known by it: an IPv4 address that came in an IPv6 one is IPv4.
  expect(await json('blocked-ip', 'add', '::ffff:10.0.0.0/104')).toEqual({ range: '10.0.0.0/8' });
  await json('blocked-ip', 'remove', '10.0.0.0/8');
  expect((await cli('blocked-ip', 'remove', '10.0.0.0/8')).code).toBe(1);
  expect((await cli('blocked-ip', 'add', '10.0.0')).code).toBe(2);
});

test('banned words are kept without case and width', async () => {
  expect(await json('banned-word', 'add', ' ＢＡＤ词 ')).toEqual({ word: 'bad词' });
  await json('banned-word', 'add', 'Bad词');
  expect(await json('banned-word', 'list')).toMatchObject([{ word: 'bad词' }]);
  await json('banned-word', 'remove', 'BAD词');
  expect(await json('banned-word', 'list')).toEqual([]);
  expect((await cli('banned-word', 'add', ' ')).code).toBe(1);
});

test('the migrations lead to the entities, on whichever database this runs', async () => {
  const config = loadConfig({ DATA_DIR: directory, DATABASE_URL: database.url });
  const { orm, close } = await openDatabase(config, database.pglite && { pglite: database.pglite });
  expect(await orm.schema.getUpdateSchemaSQL()).toBe('');
  await close();
  expect(await json('db', 'migrate')).toEqual({ applied: [] });
});

test('an embedded database that a running server holds is refused with a clear message', async () => {
  const held = path.join(directory, 'held');
  await mkdir(held);
  // The parent of this process stands for the server: it is alive and somebody else.
  await writeFile(path.join(held, 'gateway.pid'), String(process.ppid));
  const written = await runIn({ DATA_DIR: held }, undefined, ['hobby', 'list', '--json']);
  expect(written).toEqual({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining(`in use by process ${process.ppid}`),
  });
});

test('a database that does not answer is named in one line, without its password', async () => {
  const unanswered = {
    DATA_DIR: directory,
    DATABASE_URL: 'postgres://someone:database-secret@127.0.0.1:1/x',
  };
  expect(await runIn(unanswered, undefined, ['hobby', 'list'])).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'error: PostgreSQL at 127.0.0.1:1 does not answer (ECONNREFUSED). Start it, or set DATABASE_URL to where it is.\n',
  });
});

describe('the settings', () => {
  test('the settings are listed as a Markdown table without secrets', async () => {
    const { code, stdout } = await cli('settings');
    expect(code).toBe(0);
    expect(stdout).toContain('| `PORT` | `4000` | Port to listen on');
    expect(stdout).toContain('| `PASSWORD_PEPPER` | — |');
    const widths = stdout
      .trim()
      .split('\n')
      .map((line) => line.replaceAll('\\|', '').split('|').length);
    expect(new Set(widths)).toEqual(new Set([5]));
  });

  test('every wrong setting is named in one message', async () => {
    const before = env;
    env = { ...before, PORT: 'x', LOG_LEVEL: 'loud' };
    const { code, stderr } = await cli('hobby', 'list', '--json');
    env = before;
    expect(code).toBe(1);
    expect(stderr).toContain('PORT');
    expect(stderr).toContain('LOG_LEVEL');
  });

  test('production refuses to start without data keys for what is encrypted', async () => {
    const before = env;
    env = { ...before, DATA_KEYS: 'short:abc' };
    const { code, stderr } = await cli('open-app', 'list');
    env = before;
    expect(code).toBe(1);
    expect(stderr).toContain('DATA_KEYS');
  });
});

describe('audit export', () => {
  test('security events are printed one a line, each once and in order, of a span and of one account', async () => {
    await sql(`insert into users (name) values ('audited_one'), ('audited_two')`);
    // More than one page, many at one moment, numbered against their times.
    await sql(
      `insert into security_events (user_id, kind, door, ip, created_at)
       select u.id, 'LOGGED_IN', 'graphql', '192.0.2.1', timestamptz '2026-01-02 00:00:00.123456Z' - n / 1000 * interval '1 minute'
       from generate_series(1, 6500) n, users u where u.name in ('audited_one', 'audited_two')`,
    );
    const lines = async (...argv: string[]) => {
      const { code, stdout, stderr } = await cli('audit', 'export', ...argv);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      return stdout
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as { id: string; at: string; userId: number });
    };
    const all = await lines('--since', '2026-01-01', '--until', '2026-01-03');
    expect(new Set(all.map(({ id }) => id)).size).toBe(13_000);
    expect(all).toHaveLength(13_000);
    const sorted = all.toSorted((a, b) => a.at.localeCompare(b.at) || Number(a.id) - Number(b.id));
    expect(all).toEqual(sorted);
    expect(all.at(-1)).toEqual({
      id: expect.any(String),
      at: '2026-01-02T00:00:00.123456Z',
      userId: expect.any(Number),
      kind: 'LOGGED_IN',
      door: 'graphql',
      ip: '192.0.2.1',
    });
    const own = await lines('--since', '2026-01-02T08:00:00.123+08:00', '--user', 'audited_one', '--json');
    expect(own).toHaveLength(999);
    expect(new Set(own.map(({ userId }) => userId)).size).toBe(1);
    expect(await lines('--since', '2026-01-02', '--until', '2026-01-02T00:00:00Z')).toEqual([]);
    expect(await cli('audit', 'export', '--since', 'yesterday')).toMatchObject({ code: 2, stdout: '' });
    expect(await cli('audit', 'export', '--since', '2026-01-01', '--user', 'nobody')).toMatchObject({
      code: 1,
    });
    await sql(`delete from users where name like 'audited_%'`);
  });
});

describe('jobs', () => {
  test('jobs run once, all or one of them, and report what was done', async () => {
    const erased = [{ job: 'erase-cancelled-accounts', outcome: 'done', erased: 0, failed: 0 }];
    expect(await json('jobs', 'run')).toEqual([
      ...erased,
      { job: 'purge-sessions', outcome: 'done', deleted: 0 },
      { job: 'purge-security-events', outcome: 'done', deleted: 0 },
      { job: 'purge-unclaimed-pictures', outcome: 'done', deleted: 0 },
      { job: 'purge-events', outcome: 'done', deleted: 0 },
      { job: 'purge-calls', outcome: 'done', deleted: 0 },
      { job: 'purge-shared-places', outcome: 'done', deleted: 0 },
      { job: 'wrap-imported-passwords', outcome: 'done', wrapped: 0, failed: 0 },
      {
        job: 'fetch-imported-pictures',
        outcome: 'done',
        fetched: 0,
        unwanted: 0,
        elsewhere: 0,
        retried: 0,
        givenUp: 0,
      },
    ]);
    expect(await json('jobs', 'run', 'erase-cancelled-accounts')).toEqual(erased);
    const { stdout } = await cli('jobs', 'run', 'purge-sessions');
    expect(stdout).toBe('purge-sessions: done, deleted 0\n');
  });

  test('jobs that fail end the command with 1 and the reason, and the other jobs still run', async () => {
    const before = env;
    env = { ...env, REDIS_URL: 'redis://127.0.0.1:1' };
    const { code, stdout, stderr } = await cli('jobs', 'run');
    env = before;
    expect(code).toBe(1);
    expect(stdout.split('\n')).toContain('purge-sessions: failed');
    expect(stderr).toMatch(/^error: job failed \{"job":"erase-cancelled-accounts"\}: /);
  });
});

describe('usage', () => {
  test.each([
    'nonsense',
    'hobby',
    'hobby add',
    'hobby remove x',
    'tag add x',
    'tag-category add x --weight -1',
    'seed demo --users -1',
    'jobs run nonsense',
  ])('the command line refuses "%s" with exit code 2 and a reason on stderr', async (line) => {
    const { code, stdout, stderr } = await cli(...line.split(' '));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).not.toBe('');
  });

  test('the command line shows its usage on request', async () => {
    const { code, stdout } = await cli('--help');
    expect(code).toBe(0);
    expect(stdout).toContain('open-app');
  });

  test('the command line prints readable lists without --json', async () => {
    const { stdout } = await cli('hobby', 'list');
    expect(stdout).toMatch(/^id\tname\n1\t阅读\n/);
  });
});
