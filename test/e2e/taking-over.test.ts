import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { hashSync } from 'bcryptjs';
import { createWorld, type TestApp, type TestWorld } from '../support/app.js';
import { md5 } from '../support/client.js';
import { commandIn } from '../support/command-line.js';
import { jobsOf, runJob } from '../support/jobs.js';
import { claimsOf, signJwt } from '../support/jwt.js';
import { ambiguousNumbers } from '../support/legacy-ids.js';
import { OldServer } from '../support/old-server.js';
import { findMysql, makeOldPlus, OLD_JWT_SECRET, type OldAccount } from '../support/old-systems.js';
import { asHar, Recorder } from '../support/recorder.js';
import { until } from '../support/until.js';

/**
 * docs/cutover.md from beginning to end: an old ThinkSNS+ and an old anlife, whose people are partly the same. The
 * ThinkSNS+ is a database of MySQL where there is one, and else a file of its accounts.
 */

const mysql = await findMysql();
const USERS = mysql ? 400 : 200;
const UPSTREAM_SECRET = '0123456789abcdef'.repeat(4);

/** The old ThinkSNS+: what `import users` is told of it, and somebody who has an account at anlife as well. */
interface OldSystem {
  source: string[];
  accounts: OldAccount[];
  token(id: number): string;
  growOlder(): Promise<OldAccount[]>;
  drop(): Promise<void>;
}

const run = promisify(execFile);

const linesOf = async <T>(file: string): Promise<T[]> =>
  (await readFile(file, 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line): T => JSON.parse(line));

let directory: string;
let world: TestWorld;
let server: OldServer;
/** What the old server runs on. */
let twin: TestApp;
let app: TestApp;
let old: OldSystem;
let anlife: OldAccount[];
/** Somebody with an account in both systems, under different numbers. */
let person: { plus: OldAccount; anlife: OldAccount };

/** Where there is no MySQL: those of anlife who are at ThinkSNS+ too, as their records would be exported. */
async function plusInFile(accounts: readonly OldAccount[]): Promise<OldSystem> {
  const shared = accounts.filter(({ id, phone }) => id % 2 === 0 && phone);
  const people = shared.map(
    ({ phone, password }, index): OldAccount => ({
      id: 1000 + index,
      number: index,
      name: `old_plus_${index}`,
      phone,
      email: null,
      password: password?.replace('-anlife', '') ?? null,
    }),
  );
  const stored = new Map(
    people.map(({ id, password }) => [id, hashSync(password ?? '', 4).replace('$2b$', '$2y$')]),
  );
  const file = path.join(directory, 'plus.ndjson');
  const write = (bio: string) =>
    writeFile(
      file,
      people
        .map(({ id, name, phone }) =>
          JSON.stringify({
            legacy_id: id,
            name,
            phone,
            bio,
            password: { format: 'bcrypt', value: stored.get(id) },
            followings: [id - 1, id + 1],
          }),
        )
        .join('\n'),
    );
  await write('before');
  return {
    source: [file],
    accounts: people,
    token: (id) => signJwt(claimsOf(id), { secret: OLD_JWT_SECRET }),
    growOlder: async () => {
      await write('after');
      return people;
    },
    drop: async () => undefined,
  };
}

async function plusInMysql(url: string): Promise<OldSystem> {
  const made = await makeOldPlus(url, USERS);
  return {
    source: [made.url, '--schema', 'thinksns-plus', '--files', made.files],
    accounts: made.accounts,
    token: (id) => made.tokens.find((one) => one.id === id)?.token ?? '',
    growOlder: made.growOlder,
    drop: made.drop,
  };
}

/** Runs a command; its JSON. */
async function cli(...argv: string[]) {
  const { code, stdout, stderr } = await commandIn(world, argv);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

const getPlus = async (url: string, token: string, headers: Record<string, string> = {}) => {
  const answer = await fetch(app.url + url, { headers: { authorization: `Bearer ${token}`, ...headers } });
  return { status: answer.status, headers: answer.headers, body: await answer.json() };
};

const logInAtAnlife = (phone: string | null, password: string | null) =>
  app.client.legacy('POST', '/anlife/v1.0/user/loginAndGetUserInfo', {
    phone: phone ?? '',
    password: md5(password ?? ''),
  });

const logInAtPlus = async (login: string | null, password: string | null) => {
  const { status, body } = await app.client.legacy('POST', '/api/v2/auth/login', {
    login: login ?? '',
    password: password ?? '',
  });
  return { status, token: String(body.access_token) };
};

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'ug-taking-over-'));
  const [csv, made] = ['anlife.csv', 'anlife.accounts'].map((name) => path.join(directory, name));
  await run(process.execPath, [
    ...['scripts/old-systems.mjs', 'anlife', '--users', String(USERS)],
    ...['--csv', csv ?? '', '--accounts', made ?? ''],
  ]);
  anlife = await linesOf<OldAccount>(made ?? '');
  [old, world, server] = await Promise.all([
    mysql ? plusInMysql(mysql) : plusInFile(anlife),
    createWorld(),
    OldServer.open(),
  ]);
}, 120_000);
afterAll(async () => {
  await world.close();
  await server.close();
  await old.drop();
  await rm(directory, { recursive: true });
});

describe('a team moves off an old ThinkSNS+ and an old anlife', () => {
  test('ThinkSNS+ is imported with its ids: tried first, and nobody gets lost', async () => {
    const command = ['import', 'users', ...old.source, '--system', 'plus', '--keep-ids', '--json'];
    const tried = await cli(...command, '--dry-run');
    expect(await cli('import', 'status', '--json')).toMatchObject({ systems: [] });
    const done = await cli(...command);
    expect(done).toMatchObject({ read: old.accounts.length, merged: 0, updated: 0, missing: 0 });
    expect(done.created + done.rejected).toBe(done.read);
    expect(tried).toMatchObject({ read: done.read, created: done.created, rejected: done.rejected });
  });

  test('anlife is merged by phone: the same person has one account, under both old ids', async () => {
    const csv = path.join(directory, 'anlife.csv');
    const done = await cli(
      ...['import', 'users', csv, '--system', 'anlife', '--on-conflict', 'merge', '--json'],
    );
    expect(done.created + done.merged + done.skipped + done.rejected).toBe(anlife.length);
    expect(done.merged).toBeGreaterThan(anlife.length / 4);
    // Those whose own number is an old id of somebody else have been given another one.
    const pairs: { legacyId: string }[] = await cli('export', 'ids', 'anlife', '--json');
    const given = pairs.filter(({ legacyId }) => Number(legacyId) > anlife.length);
    expect(pairs.length - given.length).toBe(done.created + done.merged);
    app = await world.start({
      LEGACY_IDS: 'anlife',
      PLUS_JWT_SECRET: OLD_JWT_SECRET,
      UPSTREAM_PLUS: server.url,
      UPSTREAM_SECRET,
      ROUTES_UPSTREAM: 'plus:当前登录用户信息',
      SHADOW: 'plus:1',
      SUNSET_ANLIFE: '2099-06-30',
    });
    expect(await ambiguousNumbers(app)).toEqual([]);
    person = await somebodyInBoth();
  });

  test('the same person logs in by the old token, by the password, and by its MD5 once that is known', async () => {
    const token = old.token(person.plus.id);
    const me = 'query { me { id legacyIds { system id } } }';
    const bearer = { token };
    // Good at the door that it is from, and at every door once it was used there.
    expect((await app.client.graphql(me, {}, bearer)).data.me).toBeNull();
    await getPlus('/api/v2/user/abilities', token);
    const { data } = await app.client.graphql(me, {}, bearer);
    expect(data.me).toEqual({
      id: String(person.plus.id),
      legacyIds: expect.arrayContaining([
        { system: 'PLUS', id: String(person.plus.id) },
        { system: 'ANLIFE', id: String(person.anlife.id) },
      ]),
    });
    const { phone, password } = person.plus;
    // What ThinkSNS+ stored cannot be computed from an MD5.
    expect((await logInAtAnlife(phone, password)).body.error_code).toBe(1008);
    expect((await logInAtPlus(phone, password)).status).toBe(200);
    expect((await logInAtAnlife(phone, password)).body.datas.user_id).toBe(person.anlife.id);
    expect((await logInAtAnlife(person.anlife.phone, person.anlife.password)).body.error_code).toBe(1008);
  });

  test('somebody who was at anlife alone logs in by the MD5, before and after it is hashed', async () => {
    const alone = anlife.find(({ id, phone }) => id % 2 === 1 && phone && id % 40 !== 3);
    const at = await logInAtAnlife(alone?.phone ?? null, alone?.password ?? null);
    expect(at.body.datas.user_id).toBe(alone?.id);
    const [left] = await app.sql<{ n: number }>(
      'select count(*)::int as n from credentials where key_id is not null',
    );
    expect(left?.n).toBeGreaterThan(0);
    const hashing = runJob(jobsOf(app), 'wrap-imported-passwords');
    const other = anlife.findLast(({ id, phone }) => id % 2 === 1 && phone && id % 40 !== 3);
    const again = await logInAtAnlife(other?.phone ?? null, other?.password ?? null);
    expect(again.body.datas.user_id).toBe(other?.id);
    expect((await hashing).outcome).toBe('done');
    expect(await cli('import', 'status', '--json')).toMatchObject({ passwordsLeft: 0 });
  });

  test('old ids are spoken at the door of anlife, in and out, and nobody is found by another number', async () => {
    const { body } = await app.client.legacy('GET', '/anlife/v1.0/user/getUserInfo', {
      user_id: person.anlife.id,
    });
    expect(body.datas).toMatchObject({ user_id: person.anlife.id });
    const { data } = await app.client.graphql(
      'query ($id: ID!) { user(legacyId: { system: ANLIFE, id: $id }) { id } }',
      { id: String(person.anlife.id) },
    );
    expect(data.user.id).toBe(String(person.plus.id));
    expect(await cli('user', 'show', `anlife:${person.anlife.id}`, '--json')).toMatchObject({
      id: person.plus.id,
    });
  });

  test('what the old server still answers goes there with the name of the caller, who cannot forge it', async () => {
    server.answer = (incoming, response) =>
      void response.end(JSON.stringify({ feeds: [], url: incoming.url }));
    const { token } = await logInAtPlus(person.plus.phone, person.plus.password);
    const feeds = await getPlus('/api/v2/feeds?limit=2', token, { 'x-gateway-user-id': '1' });
    expect(feeds.body).toEqual({ feeds: [], url: '/api/v2/feeds?limit=2' });
    const {
      'x-gateway-user-id': id,
      'x-gateway-timestamp': time,
      'x-gateway-signature': signature,
    } = server.last.headers;
    expect(id).toBe(String(person.plus.id));
    expect(signature).toBe(
      createHmac('sha256', UPSTREAM_SECRET)
        .update(`${id}\n${time}\nGET\n/api/v2/feeds?limit=2`)
        .digest('hex'),
    );
    // The row that was given back.
    expect((await getPlus('/api/v2/user', token)).body).toEqual({ feeds: [], url: '/api/v2/user' });
  });

  test('SHADOW finds where the old server and the gateway differ', async () => {
    twin = await world.start();
    server.answer = async (incoming, response) => {
      const answer = await fetch(twin.url + incoming.url, {
        headers: { authorization: incoming.headers.authorization ?? '' },
      });
      const body = await answer.text();
      response.writeHead(answer.status, { 'content-type': 'application/json; charset=utf-8' });
      response.end(incoming.url?.includes('/users/') ? body.replace(/"sex":\d/, '"sex":"2"') : body);
    };
    const { token } = await logInAtPlus(person.plus.phone, person.plus.password);
    await getPlus(`/api/v2/users/${person.plus.name}`, token);
    await getPlus('/api/v2/user/abilities', token);
    const compared = async () => {
      await app.services.shadowResults.settle();
      const [{ n } = { n: 0 }] = await app.sql<{ n: number }>(
        'select coalesce(sum(same + different), 0)::int as n from shadow_rows',
      );
      return n === 2;
    };
    await until('both reads are compared', compared);
    const told = JSON.stringify(await cli('shadow', 'report', '--json'));
    expect(told).toMatch(/"path":"sex"/);
    expect(told).not.toContain(person.plus.phone);
  });

  test('a recorded HAR is replayed without a difference', async () => {
    const recorder = await Recorder.open(twin.url);
    const { phone, password } = person.plus;
    const sent = await fetch(`${recorder.url}/api/v2/auth/login`, {
      method: 'POST',
      body: new URLSearchParams({ login: phone ?? '', password: password ?? '' }),
    });
    const { access_token: token } = (await sent.json()) as { access_token: string };
    for (const url of [`/api/v2/users/${person.plus.id}`, '/api/v2/user/abilities']) {
      const read = await fetch(recorder.url + url, { headers: { authorization: `Bearer ${token}` } });
      await read.arrayBuffer();
    }
    await recorder.close();
    const file = path.join(directory, 'session.har');
    await writeFile(file, asHar(recorder.recorded));
    const { rows } = await cli('replay', file, '--to', app.url, '--json');
    expect(rows.reduce((sum: number, row: { requests: number }) => sum + row.requests, 0)).toBe(3);
  });

  test('a newer dump brings what is new there, and leaves what was changed here', async () => {
    const { token } = await logInAtPlus(person.plus.phone, person.plus.password);
    const query = 'mutation { updateProfile(input: { bio: "written here" }) { bio } }';
    expect((await app.client.graphql(query, {}, { token })).data.updateProfile.bio).toBe('written here');
    await old.growOlder();
    const done = await cli('import', 'users', ...old.source, '--system', 'plus', '--keep-ids', '--json');
    expect(done.updated).toBeGreaterThan(0);
    expect(done.created + done.updated + done.unchanged + done.skipped + done.rejected).toBe(done.read);
    const { data } = await app.client.graphql('query { me { bio } }', {}, { token });
    expect(data.me.bio).toBe('written here');
  });

  test('the report of the end says who still calls, and the doors announce it', async () => {
    const answer = await fetch(`${app.url}/anlife/v1.0/user/getUserInfo?user_id=${person.anlife.id}`, {
      headers: { 'user-agent': 'anlife/3.2.1 (Android 9)' },
    });
    await answer.arrayBuffer();
    expect(answer.headers.get('sunset')).toBe('Tue, 30 Jun 2099 00:00:00 GMT');
    expect(answer.headers.get('deprecation')).toMatch(/^@\d+$/);
    expect(answer.headers.get('link')).toContain('rel="sunset"');
    await app.services.calls.settle();
    const report = JSON.stringify(await cli('sunset', 'report', '--json'));
    expect(report).toContain('anlife/3.2.1');
  });

  test('everybody can be taken out again', async () => {
    const { code, stdout } = await commandIn(world, ['export', 'users']);
    expect(code).toBe(0);
    const records = stdout.trim().split('\n');
    const [{ n } = { n: 0 }] = await app.sql<{ n: number }>(
      'select count(*)::int as n from users where status <> 3',
    );
    expect(records).toHaveLength(n);
    const one = JSON.parse(records.find((line) => JSON.parse(line).phone === person.plus.phone) ?? '{}');
    expect(one).toMatchObject({ legacy_id: String(person.plus.id), password: { format: 'argon2id' } });
  }, 600_000);
});

/** The first account that came from both, whom everything is tried with. */
async function somebodyInBoth(): Promise<{ plus: OldAccount; anlife: OldAccount }> {
  const rows = await app.sql<{ plus: string; anlife: string }>(
    `select p.legacy_id as plus, a.legacy_id as anlife from legacy_ids p
     join legacy_ids a on a.user_id = p.user_id and a.system = 'anlife' and not a.given and a.legacy_id <> p.legacy_id
     join users u on u.id = p.user_id and u.status = 1 and u.phone is not null
     where p.system = 'plus' and not p.given order by p.user_id`,
  );
  for (const row of rows) {
    const plus = old.accounts.find(({ id }) => String(id) === row.plus);
    const there = anlife.find(({ id }) => String(id) === row.anlife);
    if (plus?.password && plus.phone === there?.phone && there && old.token(plus.id))
      return { plus, anlife: there };
  }
  throw new Error('nobody is in both systems');
}
