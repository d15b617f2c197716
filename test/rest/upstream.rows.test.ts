import type { FastifyInstance } from 'fastify';
import { runCli } from '../../src/cli/program.js';
import { loadConfig } from '../../src/config.js';
import { registerBodies } from '../../src/http/bodies.js';
import { sendError } from '../../src/http/errors.js';
import { registerSecurity } from '../../src/http/security.js';
import { createHttp } from '../../src/http/server.js';
import { DIALECTS } from '../../src/rest/dialects/index.js';
import { type PassedRow, Passing } from '../../src/rest/upstream/passing.js';
import { readServers } from '../../src/rest/upstream/servers.js';
import { createWorld, type TestApp, type TestWorld } from '../support/app.js';
import { ask, jsonOf, OldServer } from '../support/old-server.js';

/** Rows go back to their old server, and come from it again, by a setting. */

/** Hangs up the rows of anlife, which are never reached. */
async function mountRows(http: FastifyInstance): Promise<void> {
  for (const { prefix, rows } of DIALECTS[0]?.mounts ?? []) {
    for (const row of rows) {
      const options = { config: { row }, method: [...row.methods], url: prefix + row.path };
      http.route({ ...options, exposeHeadRoute: false, handler: () => Promise.reject(new Error('reached')) });
    }
  }
}

let world: TestWorld;
let old: OldServer;

beforeAll(async () => {
  [world, old] = await Promise.all([createWorld(), OldServer.open()]);
});
beforeEach(() => old.reset());
afterAll(async () => {
  await world.close();
  await old.close();
});

const started = (rows: string): Promise<TestApp> =>
  world.start({
    UPSTREAM_ANLIFE: old.url,
    UPSTREAM_ACCOUNT: old.url,
    UPSTREAM_MEMBER: old.url,
    UPSTREAM_TIMEOUT_MS: '300',
    SUNSET_ACCOUNT: '2027-06-30',
    ROUTES_UPSTREAM: rows,
  });

test('a row is given back and taken again under the same URL, and its session is good before and after', async () => {
  const before = await started('');
  const somebody = await before.client.register();
  const call = async (app: TestApp) => {
    const path = `/anlife/v1.0/user/getUserInfo?user_id=${somebody.id}&auth_token=${somebody.token}`;
    return jsonOf(await ask(app.url, { path }));
  };
  const own = await call(before);
  expect(own).toHaveProperty('datas');
  await before.close();
  const row = DIALECTS[0]?.mounts[0]?.rows.find(({ path }) => path === '/user/getUserInfo');
  const back = await started(`anlife:${row?.id}`);
  expect(await call(back)).toEqual({ old: true, bytes: 0 });
  expect(old.received).toHaveLength(1);
  expect((await back.client.legacy('GET', '/anlife/v1.0/user/getDefaultPhotoList')).body).toHaveProperty(
    'datas',
  );
  await back.close();
  const after = await started('');
  expect(await call(after)).toEqual(own);
  expect(old.received).toHaveLength(1);
  await after.close();
});

describe('rows given back', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await started('anlife:接口12,account:3.1,member:*');
  });
  afterAll(() => app.close());

  test('are not read: a body that the row would refuse arrives', async () => {
    const body = Buffer.alloc(6_000_000, 1);
    const headers = { 'content-type': 'application/json; charset=gbk', 'content-encoding': 'x' };
    const told = await ask(app.url, { method: 'POST', path: '/upload', headers, body });
    expect(jsonOf(told)).toEqual({ old: true, bytes: 6_000_000 });
  });

  test('speak as they always did when their server is gone', async () => {
    old.answer = (request) => void request.socket.destroy();
    const login = { method: 'POST', path: '/user/login', body: 'a=1' };
    const told = await ask(app.url, login);
    expect(jsonOf(told)).toMatchObject({ code: 1099 });
    // The end of the door is the gateway's to tell of what it answers itself.
    expect(told.headers).not.toHaveProperty('sunset');
    const other = { method: 'POST', path: '/user/else', body: 'a=1' };
    expect(jsonOf(await ask(app.url, other))).toMatchObject({ code: '1099' });
  });

  test('are all rows of a door by one word', async () => {
    const member = DIALECTS.find(({ name }) => name === 'member');
    const paths = member?.mounts.flatMap(({ prefix, rows }) => rows.map(({ path }) => prefix + path)) ?? [];
    for (const path of paths) await ask(app.url, { method: 'POST', path });
    expect(old.received.map(({ url }) => url)).toEqual(paths);
  });
});

test('who observes rows that are given back is told what was asked and answered, and may ask beside clients', async () => {
  const settings = {
    UPSTREAM_ANLIFE: `${old.url}/app`,
    ROUTES_UPSTREAM: 'anlife:接口12',
    LOG_LEVEL: 'silent',
  };
  const config = loadConfig(settings);
  const http = createHttp(config, sendError);
  const servers = readServers(DIALECTS, config);
  const passing = await Passing.register(http, {
    dialects: DIALECTS,
    servers,
    config,
    secret: undefined,
    createContext: () => Promise.reject(new Error('nobody is looked for')),
    outwardId: () => Promise.reject(new Error('nobody is looked for')),
  });
  await registerSecurity(http, config, passing);
  registerBodies(http, config);
  await mountRows(http);
  const [row] = [...servers.rows.keys()];
  const told: PassedRow[] = [];
  passing.observe({ wants: (one) => one === row, maxBytes: 1000, tell: (passed) => void told.push(passed) });
  const url = await http.listen({ port: 0, host: '127.0.0.1' });

  await ask(url, { method: 'POST', path: '/upload?a=1', body: 'asked' });
  await ask(url, { method: 'POST', path: '/upload?a=2', body: Buffer.alloc(1001) });
  await ask(url, { method: 'POST', path: '/upload/else' });
  expect(told).toMatchObject([
    {
      row: { id: '接口12' },
      dialect: { name: 'anlife' },
      body: Buffer.from('asked'),
      answer: { status: 200, body: Buffer.from('{"old":true,"bytes":5}') },
    },
    { body: null, answer: { status: 200 } },
  ]);
  expect(told[0]?.answer.headers['content-type']).toBe('application/json');

  const [anlife, account] = DIALECTS;
  if (!anlife || !account || !told[0]) throw new Error('there are dialects, and one row was told');
  const headers = (await passing.headersFor(told[0].request, anlife)) ?? [];
  const asked = { method: 'POST', url: '/upload?b=%2f', headers, body: Buffer.from('beside') };
  const answer = await passing.ask(anlife, asked, { maxBytes: 1000 });
  expect(String(answer?.body)).toBe('{"old":true,"bytes":6}');
  expect(old.last).toMatchObject({ method: 'POST', url: '/app/upload?b=%2f' });
  await expect(passing.ask(anlife, asked, { maxBytes: 10 })).rejects.toMatchObject({
    code: 'SERVICE_UNAVAILABLE',
  });
  expect(await passing.ask(account, asked, { maxBytes: 10 })).toBeNull();
  await http.close();
});

test('`routes` shows where each row goes under the settings', async () => {
  let printed = '';
  const env = {
    UPSTREAM_ANLIFE: 'http://old.example.com/app',
    UPSTREAM: 'http://other.example.com',
    ROUTES_UPSTREAM: 'anlife:接口12',
  };
  const stdout = (text: string) => {
    printed += text;
  };
  const terminal = { env, stdout, stderr: stdout, interactive: false };
  expect(await runCli(['--json', 'routes'], terminal)).toBe(0);
  const rows: { dialect: string; id: string; url: string; answers: string }[] = JSON.parse(printed);
  const answering = (wanted: string) =>
    rows.filter(({ answers }) => answers === wanted).map(({ dialect, id, url }) => [dialect, id, url]);
  expect(answering('http://old.example.com/app')).toEqual([
    ['anlife', '接口12', expect.stringMatching(/^\/upload/)],
    ['anlife', '*', '/anlife/v1.0/*'],
    ['anlife', '*', '/upload/*'],
  ]);
  expect(answering('http://other.example.com')).toEqual([['', '*', '/*']]);
  expect(answering('gateway').length).toBeGreaterThan(50);
  const feeds = async (env: Record<string, string>) => {
    printed = '';
    expect(await runCli(['--json', 'routes'], { ...terminal, env })).toBe(0);
    const printedRows: { url: string; answers: string }[] = JSON.parse(printed);
    return printedRows.find(({ url }) => url === '/api/v2/feeds')?.answers;
  };
  expect(await feeds({})).toBe('gateway');
  expect(await feeds({ PLUS_STANDALONE: 'off' })).toBe('nobody');
  expect(await feeds({ UPSTREAM_PLUS: 'http://plus.example.com' })).toBe('http://plus.example.com');

  printed = '';
  expect(await runCli(['routes'], { ...terminal, env: { ROUTES_UPSTREAM: 'anlife:接口99' } })).toBe(1);
  expect(printed).toContain('names no row of anlife');
});
