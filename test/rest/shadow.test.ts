import { gzipSync } from 'node:zlib';
import { Breaker } from '../../src/breaker.js';
import type { Terminal } from '../../src/cli/output.js';
import { runCli } from '../../src/cli/program.js';
import { createWorld, type TestApp, type TestWorld } from '../support/app.js';
import type { Account } from '../support/client.js';
import { OldServer } from '../support/old-server.js';
import { until } from '../support/until.js';

/** The old server answers what a second gateway on the same database does, unless a test plants something else. */

let world: TestWorld;
let old: OldServer;
let twin: TestApp;
let app: TestApp;
let account: Account;
/** What is changed of a body before the old server sends it. */
let plant: (body: string) => string | Buffer;
let headers: Record<string, string>;

beforeAll(async () => {
  [world, old] = await Promise.all([createWorld(), OldServer.open()]);
  twin = await world.start();
  app = await world.start({
    UPSTREAM_ANLIFE: old.url,
    UPSTREAM_PLUS: old.url,
    ROUTES_UPSTREAM: 'plus:当前登录用户信息',
    SHADOW: 'plus:1, anlife:1',
    SUNSET_PLUS: '2030-01-01',
  });
  account = await twin.client.register();
});
afterAll(async () => {
  await world.close();
  await old.close();
});

beforeEach(async () => {
  await app.services.shadowResults.settle();
  await app.sql('delete from shadow_rows');
  await app.sql('delete from shadow_differences');
  plant = (body) => body;
  headers = {};
  old.reset();
  old.answer = async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const { authorization = '', 'content-type': type = '' } = incoming.headers;
    const body = incoming.method === 'GET' ? undefined : Buffer.concat(chunks);
    const answer = await fetch(twin.url + incoming.url, {
      method: incoming.method,
      headers: { ...(authorization && { authorization }), ...(type && { 'content-type': type }) },
      body,
    });
    response.writeHead(answer.status, { 'content-type': 'application/json; charset=utf-8', ...headers });
    response.end(plant(await answer.text()));
  };
});

type Counts = Record<'same' | 'different' | 'failed' | 'skipped' | 'stopped', number>;

async function counts(endpoint: string): Promise<Partial<Counts>> {
  await app.services.shadowResults.settle();
  const [row] = await app.sql<Counts>(
    `select same::int as same, different::int as different, failed::int as failed, skipped::int as skipped,
       stopped::int as stopped from shadow_rows where endpoint = ?`,
    [endpoint],
  );
  return Object.fromEntries(Object.entries(row ?? {}).filter(([, count]) => count > 0));
}

/** Waits until the row has been compared, or was not. */
async function counted(endpoint: string, wanted: Partial<Counts>): Promise<void> {
  const total = (found: Partial<Counts>) => Object.values(found).reduce((sum, count) => sum + count, 0);
  await until(`${endpoint} is compared`, async () => total(await counts(endpoint)) >= total(wanted));
  expect(await counts(endpoint)).toEqual(wanted);
}

async function report(...options: string[]): Promise<string> {
  let stdout = '';
  const terminal: Terminal = {
    env: { DATABASE_URL: world.database.url, DATA_DIR: world.dataDir },
    stdout: (text) => {
      stdout += text;
    },
    stderr: () => undefined,
    interactive: false,
  };
  const { pglite } = world.database;
  expect(await runCli(['shadow', 'report', ...options], terminal, pglite && { pglite })).toBe(0);
  return stdout;
}

const USER = 'GET /api/v2/users/:user';
const ME = 'GET /api/v2/user';
const bearer = () => ({ authorization: `Bearer ${account.token}` });

test('a read is also asked of the old server, as the client asked it, and found the same', async () => {
  const own = await app.client.legacy('GET', `/api/v2/users/${account.id}?following=7`, {}, bearer());
  expect(own.body.id).toBe(account.id);
  await counted(USER, { same: 1 });
  expect(old.received.map(({ method, url }) => [method, url])).toEqual([
    ['GET', `/api/v2/users/${account.id}?following=7?`],
  ]);
  expect(old.last.headers.authorization).toBe(`Bearer ${account.token}`);
});

test('a read by POST is asked of the old server with its body', async () => {
  const form = { user_id: account.id, auth_token: account.token };
  const own = await app.client.legacy('POST', '/anlife/v1.0/user/getUserInfo', form);
  expect(own.body.datas.phone).toBe(account.phone);
  await counted('GET /anlife/v1.0/user/getUserInfo', { same: 1 });
});

test('the client waits for no old server, and gets the answer of the gateway', async () => {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { answer } = old;
  old.answer = async (incoming, response) => {
    await released;
    await answer(incoming, response);
  };
  plant = (body) => body.replace('"bio":null', '"bio":"planted"');
  const { body } = await app.client.legacy('GET', `/api/v2/users/${account.id}`);
  expect(body.bio).toBeNull();
  release();
  await counted(USER, { different: 1 });
});

test('differences are kept with their places, and without anything secret', async () => {
  const form = { user_id: account.id, auth_token: account.token };
  plant = (body) =>
    body
      .replace(account.phone, '13912345678')
      .replace(/"user_id":"?\d+"?/, '"user_id":"x"')
      .replace('"datas":{', `"datas":{"copied":"${account.token}",`);
  await app.client.legacy('GET', '/anlife/v1.0/user/getUserInfo', form);
  await counted('GET /anlife/v1.0/user/getUserInfo', { different: 1 });
  const [row] = JSON.parse(await report('--json'));
  expect(row).toMatchObject({ door: 'anlife', compared: 1, different: 1, failed: 0, stopped: 0 });
  const [{ differences }] = row.differences;
  const places = differences.map(({ path }: { path: string }) => path);
  expect(places).toEqual(expect.arrayContaining(['datas.copied', 'datas.phone']));
  const written = JSON.stringify(await app.sql('select * from shadow_differences')) + (await report());
  for (const secret of [account.token, account.phone, '13912345678']) expect(written).not.toContain(secret);
  expect(await report()).toContain('datas.phone: value, old server "[redacted]", gateway "[redacted]"');
});

test('of each row the last hundred differences are kept', async () => {
  const key = { door: 'plus', endpoint: 'GET /kept' } as const;
  for (let round = 0; round < 3; round++) {
    for (let index = 0; index < 60; index++) {
      const path = `${round * 60 + index}`;
      app.services.shadowResults.add(key, 'different', [{ path, what: 'value', left: '1', right: '2' }]);
    }
    await app.services.shadowResults.settle();
  }
  const rows = JSON.parse(await report('--json')) as {
    endpoint: string;
    different: number;
    differences: unknown[];
  }[];
  const row = rows.find(({ endpoint }) => endpoint === key.endpoint);
  expect([row?.different, row?.differences.length]).toEqual([180, 100]);
  expect(row?.differences[0]).toMatchObject({ differences: [{ path: '179' }] });
});

test('differences that the database will never take are dropped, and the counts are kept', async () => {
  const key = { door: 'plus', endpoint: 'GET /refused' } as const;
  app.services.shadowResults.add(key, 'different', [
    { path: 'no\u0000text', what: 'value', left: '1', right: '2' },
  ]);
  app.services.shadowResults.add(key, 'same');
  await app.services.shadowResults.settle();
  expect(await counts(key.endpoint)).toEqual({ same: 1, different: 1 });
  expect(await app.sql('select 1 from shadow_differences where endpoint = ?', [key.endpoint])).toEqual([]);
});

test('what changes something is never asked twice', async () => {
  const other = await app.client.register();
  const token = { authorization: `Bearer ${account.token}` };
  await fetch(`${app.url}/api/v2/user/followings/${other.id}`, { method: 'PUT', headers: token });
  await app.client.legacy('POST', '/api/v2/auth/login', { login: account.phone, password: 'wrong-horse-1' });
  await app.client.legacy('GET', '/api/v2/bootstrappers');
  await counted('GET /api/v2/bootstrappers', { same: 1 });
  expect(old.received.map(({ url }) => url)).toEqual(['/api/v2/bootstrappers?']);
});

test('a row that was given back is compared with what the gateway would have answered', async () => {
  plant = (body) => body.replace(`"name":"`, `"name":"old `);
  const count = jest.spyOn(app.services.calls.tallyOf({ door: 'plus', endpoint: ME }), 'count');
  const { body, headers: told } = await app.client.legacy('GET', '/api/v2/user', {}, bearer());
  expect(body.name).toMatch(/^old /);
  expect(told.get('sunset')).toBeNull();
  await counted(ME, { different: 1 });
  expect(old.received).toHaveLength(1);
  // Not the database's: the second gateway counts there too.
  expect(count.mock.calls.map(([outcome]) => outcome)).toEqual(['passed']);
  count.mockRestore();
});

test('compressed answers of the old server are compared as what they hold', async () => {
  plant = (body) => gzipSync(body);
  headers = { 'content-encoding': 'gzip' };
  const { body } = await app.client.legacy('GET', '/api/v2/user', {}, bearer());
  expect(body.id).toBe(account.id);
  await counted(ME, { same: 1 });
});

test('long answers and those of HEAD are left out', async () => {
  plant = (body) => `${body}${' '.repeat(200_000)}`;
  await fetch(`${app.url}/api/v2/users/${account.id}`, { method: 'HEAD' });
  await app.client.legacy('GET', `/api/v2/users/${account.id}`);
  await counted(USER, { skipped: 1 });
});

test('an old answer that is nested without end is different, and holds up nothing', async () => {
  plant = () => `${'['.repeat(60_000)}${']'.repeat(60_000)}`;
  await app.client.legacy('GET', `/api/v2/users/${account.id}`);
  await counted(USER, { different: 1 });
});

test('an old server that fails is left alone, costs clients nothing, and the report says so', async () => {
  old.answer = (_incoming, response) => void response.destroy();
  const path = '/api/v2/user/recommends';
  for (let asked = 1; asked <= 5; asked++) {
    expect((await app.client.legacy('GET', path)).status).toBe(200);
    await counted(`GET ${path}`, { failed: asked });
  }
  const before = old.received.length;
  expect((await app.client.legacy('GET', path)).status).toBe(200);
  await counted(`GET ${path}`, { failed: 5, stopped: 1 });
  expect(old.received).toHaveLength(before);
  expect(await report()).toMatch(/GET \/api\/v2\/user\/recommends: .*failed 5.*\n {2}stopped: 1 not asked/);
});

test('a side that was left alone is tried again, after twice the time where that fails', () => {
  let now = 0;
  const breaker = new Breaker(() => now);
  for (let failures = 0; failures < 4; failures++) expect(breaker.failed()).toBe(false);
  expect(breaker.failed()).toBe(true);
  expect(breaker.isOpen).toBe(true);
  now += 30_000;
  expect(breaker.isOpen).toBe(false);
  expect(breaker.failed()).toBe(true);
  now += 59_999;
  expect(breaker.isOpen).toBe(true);
  now += 1;
  breaker.succeeded();
  expect(breaker.failed()).toBe(false);
});

test.each([
  ['member:1', 'SHADOW: "member" needs UPSTREAM_MEMBER'],
  ['nobody:1', 'SHADOW: "nobody" names no door'],
  ['plus:0', 'SHADOW: must be door:share'],
  ['plus:1.5', 'SHADOW: must be door:share'],
  ['plus', 'SHADOW: must be door:share'],
  ['plus:1,plus:0.5', 'SHADOW: "plus" is there twice'],
])('the start is refused with SHADOW=%s', async (SHADOW, problem) => {
  await expect(world.start({ UPSTREAM_PLUS: old.url, SHADOW })).rejects.toThrow(problem);
});
