import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { createApp } from '../../src/app.js';
import { ConfigError, loadConfig } from '../../src/config.js';
import { createWorld, type TestApp, type TestWorld } from '../support/app.js';
import { atOnce } from '../support/at-once.js';
import { ask, jsonOf, OldServer, openTcpServer, upstreams } from '../support/old-server.js';
import { until } from '../support/until.js';
import { rawRequest, sendRaw } from './raw.support.js';

/** An old server that fails, in whatever way, costs its own requests and nothing else. */

const TIMEOUT_MS = 300;
const CONNECTIONS = 4;

/** A path of each door that no row has, and what the door says when it cannot be answered. */
const DOORS = [
  ['anlife', '/anlife/v1.0/feed/list', { error_code: 1099, error_msg: '系统错误' }],
  ['account', '/user/feeds', { code: '1099', msg: '系统错误', data: {} }],
  ['plus', '/api/v2/feeds', { message: expect.any(String) }],
  ['member', '/api/login/qrcode', { status: -1, msg: expect.any(String) }],
  ['open', '/site/v1/feeds', { code: 1000, msg: expect.any(String) }],
  [
    'no door',
    '/forum/index.php',
    {
      errors: [{ message: expect.any(String), extensions: { code: 'SERVICE_UNAVAILABLE', retryAfter: 1 } }],
    },
  ],
] as const;

let world: TestWorld;
let app: TestApp;
/** What becomes of each connection to the old server. */
let serve: (socket: Socket) => void;
let server: Awaited<ReturnType<typeof openTcpServer>>;
let connections: number;

beforeAll(async () => {
  server = await openTcpServer((socket) => {
    connections++;
    serve(socket);
  });
  world = await createWorld();
  app = await world.start({
    ...upstreams(server.url),
    UPSTREAM_TIMEOUT_MS: String(TIMEOUT_MS),
  });
});
beforeEach(() => {
  connections = 0;
});
afterAll(async () => {
  await world.close();
  await server.close();
});

/** Says this to every request, as bytes. */
const say = (text: string) => (socket: Socket) => void socket.once('data', () => socket.write(text));

const unavailable = expect.objectContaining({ 'retry-after': '1', 'cache-control': 'no-store' });

test.each(DOORS)(
  '%s: an old server that is silent is 503 in the envelope of the door',
  async (_door, path, body) => {
    serve = () => undefined;
    const told = await ask(app.url, { path });
    expect({ status: told.status, body: jsonOf(told), headers: told.headers }).toEqual({
      status: 503,
      body,
      headers: unavailable,
    });
  },
);

test.each<[string, (socket: Socket) => void]>([
  ['hangs up', (socket) => void socket.destroy()],
  ['hangs up once it was asked', (socket) => void socket.once('data', () => socket.destroy())],
  ['speaks something else', (socket) => void socket.write('220 smtp.example.com ESMTP\r\n')],
  ['answers something else', say('SSH-2.0-OpenSSH_9.6\r\n')],
  ['contradicts itself', say('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n')],
  ['answers with a status that is none', say('HTTP/1.1 999 Whatever\r\nContent-Length: 0\r\n\r\n')],
  ['has a head that does not end', say(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(70_000)}\r\n\r\n`)],
  [
    'changes the protocol unasked',
    say('HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'),
  ],
  [
    'hints and hints and does not answer',
    (socket) => {
      const hint = () => socket.write('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n');
      const timer = setInterval(hint, 20);
      socket.on('close', () => clearInterval(timer));
    },
  ],
  ['stops within the head', say('HTTP/1.1 200 OK\r\nContent-Le')],
  [
    'promises a body that does not begin',
    say('HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nSet-Cookie: a=1\r\nContent-Length: 5\r\n\r\n'),
  ],
])('an old server that %s is 503, with nothing of its answer', async (_what, does) => {
  serve = does;
  const { status, headers, ...told } = await ask(app.url, { path: '/user/feeds' });
  expect(status).toBe(503);
  expect(jsonOf({ status, headers, ...told })).toEqual({ code: '1099', msg: '系统错误', data: {} });
  expect(headers).toEqual(unavailable);
  for (const name of ['set-cookie', 'content-encoding', 'x']) expect(headers).not.toHaveProperty(name);
});

test.each([
  ['of a length', 'Content-Length: 10\r\n\r\nhalf', (socket: Socket) => socket.destroy()],
  ['in pieces', 'Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n', (socket: Socket) => socket.end()],
  ['that stands still', 'Content-Length: 10\r\n\r\nhalf', () => undefined],
])('an answer %s that is cut off is cut off for its client', async (_what, rest, end) => {
  serve = (socket) => {
    socket.once('data', () => socket.write(`HTTP/1.1 200 OK\r\n${rest}`, () => end(socket)));
  };
  const { hostname, port } = new URL(app.url);
  const sent = httpRequest({ hostname, port, path: '/user/feeds', agent: false }).end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  expect(answer.statusCode).toBe(200);
  await expect(buffer(answer)).rejects.toThrow('aborted');
});

test('what changes something is sent once, what only reads once more where a connection was closed', async () => {
  serve = (socket) => void socket.once('data', () => socket.destroy());
  expect((await ask(app.url, { method: 'POST', path: '/user/feeds', body: 'x' })).status).toBe(503);
  expect(connections).toBe(1);
  expect((await ask(app.url, { path: '/user/feeds' })).status).toBe(503);
  expect(connections).toBe(3);
});

test('an upload that the old server does not take is 503', async () => {
  serve = (socket) => void socket.pause();
  const { hostname, port } = new URL(app.url);
  const headers = { 'content-length': '50000000' };
  const sent = httpRequest({ hostname, port, method: 'POST', path: '/user/feeds', headers, agent: false });
  sent.on('error', () => undefined);
  sent.write(Buffer.alloc(20_000_000));
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  expect(answer.statusCode).toBe(503);
  sent.destroy();
});

test('a slow old server is asked so many requests at once, and takes nothing from the gateway’s own', async () => {
  const slow = await world.start({
    ...upstreams(server.url),
    UPSTREAM_CONNECTIONS: String(CONNECTIONS),
    UPSTREAM_TIMEOUT_MS: '30000',
  });
  const waiting: Socket[] = [];
  serve = (socket) => void socket.once('data', () => waiting.push(socket));
  const first = Promise.all(
    Array.from({ length: CONNECTIONS }, () => ask(slow.url, { path: '/user/feeds' })),
  );
  await until('all are with it', () => waiting.length === CONNECTIONS);
  const told = await atOnce(20, () => ask(slow.url, { path: '/user/feeds' }));
  expect(told.map(({ status, headers }) => [status, headers['retry-after']])).toEqual(
    told.map(() => [503, '1']),
  );
  expect(waiting).toHaveLength(CONNECTIONS);
  expect((await slow.client.graphql('{ __typename }')).status).toBe(200);
  for (const socket of waiting) socket.end('HTTP/1.1 204 No Content\r\n\r\n');
  expect((await first).map(({ status }) => status)).toEqual(Array(CONNECTIONS).fill(204));
  serve = say('HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n');
  expect((await ask(slow.url, { path: '/user/feeds' })).status).toBe(204);
  await slow.close();
});

test('a WebSocket is refused in the envelope of its door', async () => {
  serve = say('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
  const headers = { connection: 'close, Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
  const answer = await sendRaw(app.url, rawRequest({ method: 'GET', path: '/api/v2/chat', headers }));
  expect(answer).toMatch(/^HTTP\/1\.1 422 .*\r\n/);
  expect(connections).toBe(0);
});

test('an upgrade to HTTP/2 is passed on without it', async () => {
  serve = say('HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n');
  const headers = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABk' };
  const told = await ask(app.url, { path: '/api/v2/feeds', headers });
  expect(told.status).toBe(204);
});

test('a client that lets its body stand still is given up', async () => {
  const other = await world.start({ ...upstreams(server.url), BODY_STALL_SECONDS: '1' });
  serve = (socket) => void socket.resume();
  const sent = rawRequest({ path: '/user/feeds', headers: { 'content-length': 100_000 }, body: 'slow' });
  expect(await sendRaw(other.url, sent)).toMatch(/^HTTP\/1\.1 408 /);
  await other.close();
});

describe('a way that leads back', () => {
  test.each([1, 2])('is recognised after one round, with %i gateways of one deployment', async (gateways) => {
    // The address is known only once something listens.
    let target: { port: number } = { port: 0 };
    const loop = await openTcpServer((socket) => {
      const onward = connect(target.port, '127.0.0.1');
      socket.pipe(onward).pipe(socket);
      onward.on('error', () => socket.destroy());
      rounds++;
    });
    let rounds = 0;
    const settings = { ...upstreams(loop.url), UPSTREAM_TIMEOUT_MS: '5000' };
    const apps = [];
    for (let count = 0; count < gateways; count++) apps.push(await world.start(settings));
    target = { port: Number(new URL(apps.at(-1)?.url ?? '').port) };
    const told = await ask(apps[0]?.url ?? '', { path: '/user/feeds' });
    expect(told.status).toBe(503);
    expect(jsonOf(told)).toEqual({ code: '1099', msg: '系统错误', data: {} });
    expect(told.headers).not.toHaveProperty('retry-after');
    expect(rounds).toBe(1);
    for (const one of apps) await one.close();
    await loop.close();
  });

  test('is none where a gateway of another deployment is on it', async () => {
    const old = await OldServer.open();
    const [second, between] = await Promise.all([createWorld(), world.start(upstreams(old.url))]);
    const first = await second.start(upstreams(between.url));
    const told = await ask(first.url, { path: '/user/feeds' });
    expect(jsonOf(told)).toEqual({ old: true, bytes: 0 });
    await Promise.all([second.close(), between.close()]);
    await old.close();
  });
});

const ME = '/api/v2/user';

describe('limits', () => {
  test('a row that was given back says nothing of its end, even where the gateway refuses it', async () => {
    const old = await OldServer.open();
    const other = await world.start({
      ...upstreams(old.url),
      ROUTES_UPSTREAM: 'plus:当前登录用户信息',
      SUNSET_PLUS: '2030-01-01',
      RATE_LIMIT: 'on',
      RATE_LIMIT_PER_MINUTE: '1',
    });
    const [passed, refused] = [await ask(other.url, { path: ME }), await ask(other.url, { path: ME })];
    expect([passed.status, refused.status]).toEqual([200, 429]);
    for (const { headers } of [passed, refused]) {
      for (const name of ['deprecation', 'sunset', 'link']) expect(headers[name]).toBeUndefined();
    }
    await other.close();
    await old.close();
  });

  test('requests that are passed on count as all do', async () => {
    const old = await OldServer.open();
    const other = await world.start({
      ...upstreams(old.url),
      RATE_LIMIT: 'on',
      RATE_LIMIT_PER_MINUTE: '4',
      BODY_LIMIT_BYTES: '1024',
      UPLOAD_MAX_BYTES: '1024',
    });
    const paths = ['/user/feeds', '/api/v2/%zz', '/forum', '/user/feeds', '/user/feeds', '/api/v2/%zz'];
    const statuses = [];
    for (const path of paths) {
      const told = await ask(other.url, { method: 'POST', path, body: Buffer.alloc(5000) });
      statuses.push(told.status);
    }
    expect(statuses).toEqual([200, 200, 200, 200, 429, 429]);
    expect(old.received).toHaveLength(4);
    await other.close();
    await old.close();
  });

  test('one source has a quarter of what an old server is asked at once', async () => {
    const other = await world.start({
      ...upstreams(server.url),
      RATE_LIMIT: 'on',
      TRUSTED_PROXIES: '127.0.0.1',
      UPSTREAM_CONNECTIONS: '8',
      UPSTREAM_TIMEOUT_MS: '5000',
    });
    const waiting: Socket[] = [];
    serve = (socket) => void socket.once('data', () => waiting.push(socket));
    const from = (source: string) =>
      ask(other.url, { path: '/user/feeds', headers: { 'x-forwarded-for': source } });
    const first = [from('198.51.100.1'), from('198.51.100.1')];
    await until('both are with it', () => waiting.length === 2);
    expect((await from('198.51.100.1')).status).toBe(429);
    const second = from('198.51.100.2');
    await until('the other one too', () => waiting.length === 3);
    for (const socket of waiting) socket.end('HTTP/1.1 204 No Content\r\n\r\n');
    expect((await Promise.all([...first, second])).map(({ status }) => status)).toEqual([204, 204, 204]);
    await other.close();
  });
});

test('what is on its way when the gateway closes comes to its end', async () => {
  const other = await world.start({ ...upstreams(server.url), UPSTREAM_TIMEOUT_MS: '10000' });
  let asked: Socket | undefined;
  serve = (socket) => {
    socket.once('data', () => {
      asked = socket;
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf');
    });
  };
  const { hostname, port } = new URL(other.url);
  const sent = httpRequest({ hostname, port, path: '/user/feeds', agent: false }).end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  const closed = other.close();
  await until('nobody is taken any more', () => !other.http.server.listening);
  asked?.write('done');
  expect((await buffer(answer)).toString()).toBe('halfdone');
  await closed;
});

describe('settings', () => {
  const start = (settings: Record<string, string>) =>
    createApp(loadConfig({ ...settings, DATA_DIR: '/nowhere' }));
  const url = 'http://127.0.0.1:9';

  test.each([
    [{ ROUTES_UPSTREAM: 'phpwind:x' }, /"phpwind:x" names no door/],
    [{ ROUTES_UPSTREAM: '接口12' }, /"接口12" names no door/],
    [
      { UPSTREAM_ANLIFE: url, ROUTES_UPSTREAM: 'anlife:接口12,anlife:接口99' },
      /"anlife:接口99" names no row of anlife/,
    ],
    [{ UPSTREAM_ANLIFE: url, ROUTES_UPSTREAM: 'member:*' }, /"member:\*" needs UPSTREAM_MEMBER/],
    [{ UPSTREAM: url, ROUTES_UPSTREAM: 'plus:启动信息' }, /"plus:启动信息" needs UPSTREAM_PLUS/],
    [{ UPSTREAM: 'ftp://old' }, /UPSTREAM: must be an http/],
    [{ UPSTREAM_OPEN: 'http://user:word@old' }, /UPSTREAM_OPEN: must be an http.* without user/],
    [{ UPSTREAM_OPEN: 'http://old/?a=1' }, /UPSTREAM_OPEN: .*query/],
    [{ UPSTREAM_SECRET: 'short' }, /UPSTREAM_SECRET: must have at least 32/],
    [{ NODE_ENV: 'production', UPSTREAM: url }, /UPSTREAM_SECRET: required in production/],
  ])('%j: the start is refused, and says why', async (settings, reason) => {
    const started = Promise.resolve().then(() => start(settings as Record<string, string>));
    await expect(started).rejects.toThrow(ConfigError);
    await expect(started).rejects.toThrow(reason);
  });
});
