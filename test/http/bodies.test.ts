import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { json } from 'node:stream/consumers';
import { createWorld, type TestApp, type TestWorld } from '../support/app.js';
import { until } from '../support/until.js';

/** What requests may hold with bodies that do not end, at every door and of every kind. */

const SOURCE_BYTES = 300_000;
const TOTAL_BYTES = 500_000;
const FULL = '203.0.113.1';
const OTHER = '203.0.113.2';

let world: TestWorld;
let app: TestApp;
beforeAll(async () => {
  world = await createWorld();
  app = await world.start({
    BODY_LIMIT_BYTES: '200000',
    UPLOAD_MAX_BYTES: '200000',
    BODY_SOURCE_BYTES: String(SOURCE_BYTES),
    BODY_TOTAL_BYTES: String(TOTAL_BYTES),
    RATE_LIMIT: 'on',
    RATE_LIMIT_PER_MINUTE: '10000',
    TRUSTED_PROXIES: '127.0.0.1',
  });
});
afterAll(() => world.close());

const opened: ClientRequest[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) one.destroy();
  await until('nothing is held', () => app.http.bodies.held === 0);
});

const FORM = 'multipart/form-data; boundary=edge';
const FILE =
  '--edge\r\ncontent-disposition: form-data; name="file"; filename="a.jpg"\r\n\r\nthe beginning of it';

interface Kind {
  method?: string;
  path: string;
  type?: string;
  headers?: Record<string, string>;
  /** How it begins. */
  body?: string;
}

/** A request that has sent its head, and of its body what is given: the rest never comes. */
function open(
  { method = 'POST', path, type = 'application/json', headers = {}, body = '' }: Kind,
  size: number | undefined,
  source = FULL,
  gateway = app,
): ClientRequest {
  const length = size === undefined ? { 'transfer-encoding': 'chunked' } : { 'content-length': size };
  const raw = request(`${gateway.url}${path}`, {
    method,
    agent: false,
    headers: { 'content-type': type, 'x-forwarded-for': source, ...length, ...headers },
  });
  raw.on('error', () => undefined);
  raw.flushHeaders();
  if (body) raw.write(body);
  opened.push(raw);
  return raw;
}

const connections = (): Promise<number> =>
  new Promise((resolve) => app.http.server.getConnections((_error, count) => resolve(count)));

async function answerTo(raw: ClientRequest) {
  const [response] = (await once(raw, 'response')) as [IncomingMessage];
  return { status: response.statusCode, retry: response.headers['retry-after'], body: await json(response) };
}

const KINDS: Readonly<Record<string, Kind & { busy: unknown; rate: unknown }>> = {
  'anlife, a file': {
    path: '/upload',
    type: FORM,
    body: FILE,
    busy: { error_code: 1099 },
    rate: { error_code: 1010 },
  },
  'anlife, a form': {
    path: '/anlife/v1.0/user/modifyInfo',
    type: 'application/x-www-form-urlencoded',
    busy: { error_code: 1099 },
    rate: { error_code: 1010 },
  },
  'account, a file': {
    path: '/user/update_avator',
    type: FORM,
    body: FILE,
    busy: { code: '1099' },
    rate: { code: '1010' },
  },
  'account, JSON': { path: '/user/login', busy: { code: 1099 }, rate: { code: 1010 } },
  'plus, JSON': {
    path: '/api/v2/auth/login',
    busy: { message: '服务繁忙，请稍后再试' },
    rate: { message: 'Too Many Attempts.' },
  },
  'plus, a body that is a file': {
    method: 'PUT',
    path: '/api/v2/storage/ticket',
    type: 'image/jpeg',
    busy: { message: '服务繁忙，请稍后再试' },
    rate: { message: 'Too Many Attempts.' },
  },
  'plus, a GET with a body': {
    method: 'GET',
    path: '/api/v2/users',
    busy: { message: '服务繁忙，请稍后再试' },
    rate: { message: 'Too Many Attempts.' },
  },
  'member, a form with fields': {
    path: '/api/login/submit',
    type: FORM,
    busy: { status: -1 },
    rate: { status: -1 },
  },
  'open, JSON': { path: '/site/v1/user/register', busy: { code: 1000 }, rate: { code: 1000 } },
  'GraphQL, JSON': {
    path: '/graphql',
    busy: { errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE', retryAfter: 1 } }] },
    rate: { errors: [{ extensions: { code: 'RATE_LIMITED', retryAfter: 1 } }] },
  },
  'GraphQL, a form': {
    path: '/graphql',
    type: FORM,
    headers: { 'apollo-require-preflight': '1' },
    busy: { errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE', retryAfter: 1 } }] },
    rate: { errors: [{ extensions: { code: 'RATE_LIMITED', retryAfter: 1 } }] },
  },
  'an unknown URL': {
    path: '/nowhere',
    busy: { errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE', retryAfter: 1 } }] },
    rate: { errors: [{ extensions: { code: 'RATE_LIMITED', retryAfter: 1 } }] },
  },
};

/** Bodies that take all that their source may have, or all that there is. */
async function fill(what: 'source' | 'all'): Promise<void> {
  const sizes = [SOURCE_BYTES / 2, SOURCE_BYTES / 2];
  for (const size of sizes) open({ path: '/user/register' }, size);
  if (what === 'all') open({ path: '/user/register' }, TOTAL_BYTES - SOURCE_BYTES, OTHER);
  const expected = what === 'all' ? TOTAL_BYTES : SOURCE_BYTES;
  await until('they have begun', () => app.http.bodies.held === expected);
}

test('bodies beyond the share of one source are refused with 429, in the envelope of every API', async () => {
  await fill('source');
  for (const [name, kind] of Object.entries(KINDS)) {
    const refused = { name, status: 429, retry: '1', body: kind.rate };
    expect({ name, ...(await answerTo(open(kind, 20_000))) }).toMatchObject(refused);
    // Of no declared length: the most that it may have.
    expect({ name, ...(await answerTo(open(kind, undefined))) }).toMatchObject(refused);
  }
  expect(app.http.bodies.held).toBe(SOURCE_BYTES);
});

test('bodies beyond what there is for all sources are refused with 503', async () => {
  await fill('all');
  for (const [name, kind] of Object.entries(KINDS)) {
    const answer = await answerTo(open(kind, 20_000, '203.0.113.3'));
    expect({ name, ...answer }).toMatchObject({ name, status: 503, retry: '1', body: kind.busy });
  }
  expect(app.http.bodies.held).toBe(TOTAL_BYTES);
});

test('small bodies are served while the share of their source is used up, and a refused body is read to its end', async () => {
  await fill('all');
  const headers = { 'x-forwarded-for': FULL };
  const { status, data } = await app.client.graphql('{ hobbies { id } }', {}, { headers });
  expect([status, data]).toEqual([200, { hobbies: expect.anything() }]);
  const refused = open({ path: '/upload', type: FORM }, 1_000_000);
  const answer = answerTo(refused);
  const sent = new Promise((resolve) => refused.end(Buffer.alloc(1_000_000), () => resolve('sent')));
  expect([await answer, await sent]).toEqual([expect.objectContaining({ status: 429 }), 'sent']);
});

test('only a body with a file may be larger than the limit of other bodies', async () => {
  const answer = await answerTo(open({ path: '/upload' }, 250_000));
  expect(answer.body).toMatchObject({ error_code: 1001 });
});

test('the addresses of one IPv6 network share one budget of bodies, and a neighbouring network has its own', async () => {
  const kind: Kind = { path: '/user/register' };
  open(kind, 200_000, '2001:db8::1');
  await until('it is held', () => app.http.bodies.held === 200_000);
  expect(await answerTo(open(kind, 200_000, '2001:db8::2'))).toMatchObject({ status: 429 });
  open(kind, 200_000, '2001:db8:0:1::1');
  await until('a neighbour may', () => app.http.bodies.held === 400_000);
});

test('the memory of a body is released only when the work on it has ended', async () => {
  let finish: (reason: Error) => void = () => undefined;
  const work = new Promise<never>((_resolve, reject) => {
    finish = reject;
  });
  const upload = jest.spyOn(app.services.images, 'upload').mockReturnValue(work);
  const content = `${FILE}${'x'.repeat(30_000)}\r\n--edge--\r\n`;
  const raw = open({ path: '/upload', type: FORM }, content.length);
  raw.end(content);
  await until('it is worked on', () => upload.mock.calls.length === 1);
  raw.destroy();
  await until('its client has gone', async () => {
    app.http.server.closeIdleConnections();
    return (await connections()) === 0;
  });
  expect(app.http.bodies.held).toBe(content.length);
  finish(new Error('at last'));
  await until('it is let go', () => app.http.bodies.held === 0);
  upload.mockRestore();
});

test.each([
  ['stands still', ''],
  ['comes in drops', 'x'],
])('a body that %s is given up, though its client does not hang up', async (_how, drop) => {
  const strict = await world.start({ BODY_STALL_SECONDS: '1' });
  // Else Node gives every request up in the end.
  strict.http.server.requestTimeout = 0;
  const { hostname, port } = new URL(strict.url);
  const kinds = [KINDS['anlife, a file'], KINDS['plus, JSON'], KINDS['GraphQL, a form']] as Kind[];
  const sockets = kinds.map(({ path, type = 'application/json', headers = {}, body = '' }) => {
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    const lines = Object.entries({
      host: 'gateway',
      'content-type': type,
      'content-length': 100_000,
      ...headers,
    });
    const head = lines.map(([name, value]) => `${name}: ${value}`).join('\r\n');
    socket.write(`POST ${path} HTTP/1.1\r\n${head}\r\n\r\n${body}`);
    return socket;
  });
  const dropping = setInterval(() => {
    for (const socket of sockets) socket.write(drop);
  }, 100);
  const answers = await Promise.all(sockets.map((socket) => once(socket, 'data')));
  clearInterval(dropping);
  for (const [answer] of answers) expect(String(answer)).toMatch(/^HTTP\/1.1 408 /);
  await until('nothing is held', () => strict.http.bodies.held === 0);
  for (const socket of sockets) socket.destroy();
  await strict.close();
});

describe('sessions before bodies', () => {
  const bad = 'x'.repeat(43);
  const unauthenticated = {
    anlife: { error_code: 1002 },
    account: { code: '1002' },
    plus: { message: 'Unauthenticated.' },
  };

  test.each<[string, Kind, unknown]>([
    ['anlife /upload', { path: '/upload', type: FORM, headers: { auth_token: bad } }, unauthenticated.anlife],
    ['anlife /upload, in the URL', { path: `/upload?auth_token=${bad}`, type: FORM }, unauthenticated.anlife],
    [
      'anlife /upload, in a field before the file',
      {
        path: '/upload',
        type: FORM,
        body: `--edge\r\ncontent-disposition: form-data; name="auth_token"\r\n\r\n${bad}\r\n${FILE}`,
      },
      unauthenticated.anlife,
    ],
    [
      'anlife modifyInfo',
      { path: '/anlife/v1.0/user/modifyInfo', headers: { authorization: `Bearer ${bad}` } },
      unauthenticated.anlife,
    ],
    [
      'account 3.3',
      { path: '/user/update_avator', type: FORM, headers: { authorization: `Bearer ${bad}` } },
      unauthenticated.account,
    ],
    [
      'account 3.3, in a field before the file',
      {
        path: '/user/update_avator',
        type: FORM,
        body: `--edge\r\ncontent-disposition: form-data; name="token"\r\n\r\n${bad}\r\n${FILE}`,
      },
      unauthenticated.account,
    ],
    ['account 3.4', { path: `/user/update_info?token=${bad}` }, unauthenticated.account],
    [
      'plus PATCH user',
      { method: 'PATCH', path: '/api/v2/user', headers: { authorization: `Bearer ${bad}` } },
      unauthenticated.plus,
    ],
  ])('a bad session is refused before its body is read: %s', async (_name, kind, body) => {
    expect(await answerTo(open(kind, 100_000))).toMatchObject({ body });
  });
});
