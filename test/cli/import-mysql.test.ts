import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseMysqlUrl } from '../../src/infra/mysql.js';
import { PlusSource } from '../../src/modules/import/plus.source.js';
import { createWorld, type TestApp, type TestWorld } from '../support/app.js';
import { commandIn } from '../support/command-line.js';
import { jobsOf, runJob } from '../support/jobs.js';
import { findMysql, makeOldPlus, type OldAccount, type OldPlus } from '../support/old-systems.js';
import { mutate } from '../support/operations.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const server = await findMysql();

/** Reads everything, and leaves it. */
async function readAll(url: string): Promise<void> {
  const address = parseMysqlUrl(url);
  if (!address) throw new Error('no URL of MySQL');
  const source = new PlusSource(address);
  for await (const _ of source.read());
  await source.close();
}

const withMysql = server ? describe : describe.skip;

const USERS = 300;

withMysql('an import from ThinkSNS+ in MySQL', () => {
  let old: OldPlus;
  let world: TestWorld;
  let app: TestApp;
  let directory: string;
  /** What the first import has said. */
  // biome-ignore lint/suspicious/noExplicitAny: what was said is what the test is about.
  let report: any;

  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'ug-import-mysql-'));
    [old, world] = await Promise.all([makeOldPlus(server ?? '', USERS), createWorld()]);
    app = await world.start();
    report = await importFrom(old.url, '--files', old.files, '--rejects', path.join(directory, 'rejects'));
  });
  afterAll(async () => {
    await world.close();
    await old.drop();
    await rm(directory, { recursive: true });
  });

  const command = (url: string, ...also: string[]) =>
    commandIn(world, [
      'import',
      'users',
      url,
      '--schema',
      'thinksns-plus',
      '--system',
      'plus',
      '--json',
      ...also,
    ]);

  async function importFrom(url: string, ...also: string[]) {
    const { code, stdout, stderr } = await command(url, ...also);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout);
  }

  /** The account that an old one has become. */
  async function come(account: OldAccount | undefined) {
    const [row] = await app.sql<Record<string, unknown> & { id: number }>(
      `select u.* from users u join legacy_ids l on l.user_id = u.id and l.system = 'plus' and l.legacy_id = ?`,
      [String(account?.id)],
    );
    return row;
  }
  const odd = (oddity: number, accounts = old.accounts) => accounts.find(({ number }) => number === oddity);
  const logIn = (account: OldAccount | undefined, name: string | null | undefined = account?.phone) =>
    mutate(app.client, 'login', { account: name, password: account?.password });

  test('every account is there or rejected with its reason, and no reject tells a secret', async () => {
    expect(report).toMatchObject({ read: USERS, merged: 0, updated: 0, missing: 0 });
    expect(report.created + report.rejected).toBe(USERS);
    const text = await readFile(path.join(directory, 'rejects'), 'utf8');
    const rejects: { legacy_id: string; code: string }[] = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rejects).toHaveLength(report.rejected);
    const codeOf = (oddity: number) =>
      rejects.find(({ legacy_id }) => legacy_id === String(odd(oddity)?.id))?.code;
    expect([13, 17, 22].map(codeOf)).toEqual(['NAME_INVALID', 'PHONE_INVALID', 'INVALID_INPUT']);
    expect(text).not.toMatch(/\$2y\$|192\d{8}|\d{17}[\dX]/);
    const [count] = await app.sql<{ n: number }>(
      `select count(*)::int as n from legacy_ids where system = 'plus' and not given`,
    );
    expect(count?.n).toBe(report.created);
  });

  test('people log in with the passwords that they have, and disabled ones do not', async () => {
    expect((await logIn(odd(2))).value?.user.name).toBe(odd(2)?.name);
    expect((await logIn(odd(10), odd(10)?.email)).value).toBeDefined();
    expect((await logIn(odd(16), odd(16)?.phone)).value).toBeDefined();
    expect(
      (await mutate(app.client, 'login', { account: odd(4)?.phone, password: 'Another-pass-1' })).code,
    ).toBe('CREDENTIALS_INVALID');
    expect((await logIn(odd(3))).code).toBe('ACCOUNT_DISABLED');
    // Nobody has proved that phone, so it leads nowhere.
    expect((await logIn(odd(5))).code).toBe('CREDENTIALS_INVALID');
  });

  test('times, abilities and what is shown came along', async () => {
    const [row] = (await old.sql('select created_at from users where id = ?', [odd(2)?.id])) as {
      created_at: Date;
    }[];
    const account = await come(odd(2));
    expect(new Date(String(account?.created_at)).getTime()).toBe(row?.created_at.getTime());
    expect(account?.abilities).toEqual(['[user] Disabled User']);
    expect((await come(odd(25)))?.bio).toBe('😀'.repeat(191));
  });

  test('follows are those of the old system between accounts that came, and are counted so', async () => {
    const came = new Map(
      (
        await app.sql<{ legacy_id: string; user_id: number }>(
          `select legacy_id, user_id from legacy_ids where system = 'plus' and not given`,
        )
      ).map((row) => [row.legacy_id, row.user_id]),
    );
    const rows = (await old.sql('select user_id, target from user_follow')) as {
      user_id: number;
      target: number;
    }[];
    const expected = rows.flatMap(({ user_id, target }) => {
      const pair = [came.get(String(user_id)), came.get(String(target))];
      return pair.includes(undefined) ? [] : [pair.join(' ')];
    });
    const here = await app.sql<{ pair: string }>(
      `select follower_id || ' ' || followee_id as pair from follows`,
    );
    expect(here.map(({ pair }) => pair).sort()).toEqual(expected.sort());
  });

  test('pictures of nodes are fetched from the folder by the job', async () => {
    const { counts } = await runJob(jobsOf(app), 'fetch-imported-pictures');
    expect(counts.fetched).toBeGreaterThan(100);
    const { stdout } = await commandIn(world, ['import', 'status', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      picturesFailed: { NO_FILE: expect.any(Number), IMAGE_INVALID: expect.any(Number) },
    });
    expect((await come(odd(18)))?.avatar_id).toEqual(expect.any(String));
  });

  test('the same again changes nothing', async () => {
    expect(await importFrom(old.url, '--files', old.files)).toMatchObject({
      created: 0,
      updated: 0,
      unchanged: report.created,
      rejected: report.rejected,
      missing: 0,
    });
  });

  test('the database a while later brings what is new there, and leaves what was changed here', async () => {
    const keeper = odd(4);
    await app.sql(`update users set bio = 'written here' where id = ?`, [(await come(keeper))?.id]);
    const later = await old.growOlder();
    const second = await importFrom(old.url, '--files', old.files);
    expect(second.created).toBeGreaterThan(0);
    expect(second.missing).toBeGreaterThan(0);
    expect((await come(keeper))?.bio).toBe('written here');
    expect((await come(odd(44)))?.bio).toBe('新的简介 44');
    expect((await come(odd(32)))?.status).toBe(2);
    expect(await come(odd(31))).toMatchObject({ status: 1 });
    // The new password is good, the old one is not any more.
    expect((await logIn(odd(30, later))).value).toBeDefined();
    expect((await logIn(odd(30))).code).toBe('CREDENTIALS_INVALID');
  });
});

withMysql('an import whose MySQL goes away', () => {
  test('what was committed stays, the reason is told without the password, and the same again does the rest', async () => {
    const old = await makeOldPlus(server ?? '', 1500);
    const world = await createWorld();
    const app = await world.start();
    const proxy = await TcpProxy.before(old.url, 3306);
    const run = (url: string) =>
      commandIn(world, ['import', 'users', url, '--schema', 'thinksns-plus', '--system', 'plus', '--json']);
    const counted = async () =>
      (
        await app.sql<{ n: number }>(
          `select count(*)::int as n from legacy_ids where system = 'plus' and not given`,
        )
      )[0]?.n;
    await old.sql('rename table wallet to hidden_wallet');
    const refused = await run(proxy.in(old.url));
    expect(refused.stderr).toMatch(/MySQL at .* has other tables/);
    expect(await counted()).toBe(0);
    await old.sql('rename table hidden_wallet to wallet');

    // The last page of three is what is cut off; batches are of 1000.
    const before = proxy.received;
    await readAll(proxy.in(old.url));
    proxy.cutAfter(Math.round((proxy.received - before) * 0.9));
    const { code, stderr } = await run(proxy.in(old.url));
    const written = await counted();
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: MySQL at 127.0.0.1:\d+ does not answer/);
    expect(written).toBeGreaterThan(0);

    const { code: again, stdout } = await run(old.url);
    expect(again).toBe(0);
    const rest = JSON.parse(stdout);
    expect(rest.unchanged).toBe(written);
    expect(rest.created + rest.unchanged + rest.rejected).toBe(1500);
    await world.close();
    await proxy.cut();
    await old.drop();
  });
});
