import { rawRequest, readAnswer, sendRaw } from '../rest/raw.support.js';
import { type LoneApp, startTestApp } from '../support/app.js';
import type { Account } from '../support/client.js';
import { photo } from '../support/pictures.js';

/** What no door can read is refused at every door, in its envelope, and changes nothing. */

let app: LoneApp;
let account: Account;

beforeAll(async () => {
  app = await startTestApp();
  account = await app.client.register({ name: '原名' });
});
afterAll(() => app.close());
afterEach(async () => {
  const { me } = await app.client.data('{ me { name nickname } }', {}, account.token);
  expect(me).toEqual({ name: '原名', nickname: '原名' });
});

/** A URL of each door, and how it says that a request was malformed. */
const DOORS = {
  graphql: ['/graphql', { errors: [{ extensions: { code: 'INVALID_INPUT' } }] }],
  anlife: ['/anlife/v1.0/user/register', { error_code: 1001, error_msg: '参数错误' }],
  upload: ['/upload', { error_code: 1001, error_msg: '参数错误' }],
  login: ['/user/login', { code: 1001, msg: '参数错误', data: {} }],
  account: ['/user/register', { code: '1001', msg: '参数错误', data: {} }],
  plus: ['/api/v2/auth/login', { message: ['参数错误'] }],
  member: ['/api/login/submit', { status: -1, msg: '参数错误' }],
  open: ['/site/v1/user/register', { code: 400, msg: '参数错误' }],
  nowhere: ['/nothing', { errors: [{ extensions: { code: 'INVALID_INPUT' } }] }],
} as const;
/** These answer with real statuses; the others with 200, and say in the body what it was. */
const WITH_STATUS = ['graphql', 'plus', 'nowhere'];

type Request = Omit<Parameters<typeof rawRequest>[0], 'path'>;

async function expectRefused(door: keyof typeof DOORS, request: Request, status: number): Promise<void> {
  const [path, body] = DOORS[door];
  const answer = readAnswer(await sendRaw(app.url, rawRequest({ path, ...request })));
  expect({ door, ...answer }).toMatchObject({
    door,
    status: WITH_STATUS.includes(door) ? status : 200,
    body,
  });
}

const everyDoor = async (request: Request, status: number) => {
  for (const door of Object.keys(DOORS) as (keyof typeof DOORS)[]) await expectRefused(door, request, status);
};

test.each(['<script>', '', 'a b', '[::', '%', 'user@host', 'host/path', '1.2.3.999', 'host:99999'])(
  'a request with the malformed host %j is refused',
  async (host) => {
    await everyDoor({ headers: { host } }, 400);
  },
);

test.each(['[::1]:4000', 'ex_am-ple.com', 'localhost.', '127.0.0.1:80'])(
  'a request with the well-formed host %j is answered',
  async (host) => {
    const path = '/graphql?query={__typename}';
    const headers = { host, 'apollo-require-preflight': '1' };
    expect(readAnswer(await sendRaw(app.url, rawRequest({ method: 'GET', path, headers })))).toEqual({
      status: 200,
      body: { data: { __typename: 'Query' } },
    });
  },
);

test.each([
  ['no host', ''],
  ['two hosts', 'host: a\r\nHost: b\r\n'],
])('a request with %s is refused', async (_what, lines) => {
  const ask = (path: string) =>
    sendRaw(app.url, `GET ${path} HTTP/1.1\r\n${lines}connection: close\r\n\r\n`).then(readAnswer);
  expect(await ask('/livez')).toMatchObject({
    status: 400,
    body: { errors: [{ extensions: { code: 'INVALID_INPUT' } }] },
  });
  expect(await ask('/anlife/v1.0/user/getHobbyList')).toMatchObject({
    status: 200,
    body: { error_code: 1001 },
  });
});

test('a request of HTTP/1.0 without a host is answered', async () => {
  const request = 'GET /graphql?query={__typename} HTTP/1.0\r\napollo-require-preflight: 1\r\n\r\n';
  expect(readAnswer(await sendRaw(app.url, request))).toMatchObject({ status: 200 });
});

test('a request with an Expect header that nobody meets is refused with 417', async () => {
  await everyDoor({ headers: { expect: 'a-miracle', 'content-type': 'application/json' }, body: '{}' }, 417);
});

const JSON_TYPE = 'application/json';
const FORM = 'application/x-www-form-urlencoded';

test.each([
  ['a coding', { 'content-type': FORM, 'content-encoding': 'gzip' }],
  ['a charset', { 'content-type': `${JSON_TYPE}; charset=gbk` }],
  ['a charset in quotes', { 'content-type': `${FORM};charset="GB18030"` }],
  ['a charset of a form', { 'content-type': 'multipart/form-data; boundary=x; charset=iso-8859-1' }],
])('a body in %s that is not read is refused with 415', async (_what, headers) => {
  await everyDoor({ headers, body: '{}' }, 415);
});

test('GraphQL explains in words why it did not read a request', async () => {
  const said = async (headers: Record<string, string>) => {
    const request = rawRequest({
      path: '/graphql',
      headers: { 'content-type': JSON_TYPE, ...headers },
      body: '{}',
    });
    const { errors } = readAnswer(await sendRaw(app.url, request)).body as { errors: { message: string }[] };
    return errors[0]?.message;
  };
  expect(await said({ 'content-encoding': 'gzip' })).toBe('A body in a Content-Encoding is not read.');
  expect(await said({ 'content-type': `${JSON_TYPE}; charset=gbk` })).toMatch('UTF-8');
  expect(await said({ expect: 'a-miracle' })).toMatch('100-continue');
  expect(await said({ host: 'a b' })).toMatch('Host');
});

test('a body with a transfer coding below its chunks is refused', async () => {
  const bytes = rawRequest({
    path: '/user/register',
    headers: { 'transfer-encoding': 'gzip, chunked' },
    body: '0\r\n\r\n',
  });
  const request = bytes.toString().replace(/content-length: \d+\r\n/, '');
  expect(readAnswer(await sendRaw(app.url, request)).body).toMatchObject({ code: '1001' });
});

/** 张三 in GBK, a character cut short, half a surrogate pair (CESU-8), and a slash written too long. */
const NOT_UTF8 = ['d5c5c8fd', 'e5bca0e4b8', 'eda080', 'c0af'].map((hex) => Buffer.from(hex, 'hex'));

/** The doors where something is read of a body. */
const READERS = (Object.keys(DOORS) as (keyof typeof DOORS)[]).filter((door) => door !== 'nowhere');
const around = (before: string, bytes: Buffer, after = '') =>
  Buffer.concat([Buffer.from(before), bytes, Buffer.from(after)]);

test.each(NOT_UTF8)('a body with bytes that are not UTF-8 is refused (%#)', async (bytes) => {
  for (const door of READERS) {
    const json = around('{"query":"{__typename}","password":"', bytes, '"}');
    await expectRefused(door, { headers: { 'content-type': JSON_TYPE }, body: json }, 400);
    if (door === 'graphql') continue;
    await expectRefused(door, { headers: { 'content-type': FORM }, body: around('password=', bytes) }, 400);
  }
});

describe('multipart forms', () => {
  const FORM_TYPE = 'multipart/form-data; boundary=edge';
  const part = (name: Buffer | string, value: Buffer | string, type = '') =>
    Buffer.concat([
      Buffer.from('--edge\r\ncontent-disposition: form-data; name="'),
      Buffer.from(name),
      Buffer.from(`"\r\n${type}\r\n`),
      Buffer.from(value),
      Buffer.from('\r\n'),
    ]);
  const form = (...parts: Buffer[]) => Buffer.concat([...parts, Buffer.from('--edge--\r\n')]);
  const GBK = Buffer.from('d5c5c8fd', 'hex');
  const formDoors = READERS.filter((door) => door !== 'graphql');

  test.each([
    ['a value', form(part('password', GBK))],
    [
      'a value that says what it is',
      form(part('password', GBK, 'content-type: text/plain; charset=gbk\r\n')),
    ],
    [
      'a value in another charset',
      form(part('password', 'x', 'content-type: text/plain; charset=utf-16le\r\n')),
    ],
    [
      'a value of more than it says',
      form(part('password', '张三', 'content-type: text/plain; charset=us-ascii\r\n')),
    ],
    ['JSON that is none', form(part('password', '{', 'content-type: application/json\r\n'))],
    ['a name', form(part(GBK, 'x'))],
  ])('a multipart field with %s that cannot be read is refused', async (_what, body) => {
    for (const door of formDoors)
      await expectRefused(door, { headers: { 'content-type': FORM_TYPE }, body }, 400);
  });

  test('a multipart file whose name is not UTF-8 is refused', async () => {
    const named = Buffer.concat([Buffer.from('file"; filename="'), GBK, Buffer.from('.png')]);
    const headers = { 'content-type': FORM_TYPE, auth_token: account.token };
    await expectRefused('upload', { headers, body: form(part(named, await photo())) }, 400);
  });

  test('a multipart GraphQL operation that is not UTF-8 is refused', async () => {
    const operations = around('{"query":"{ user(name: \\"', GBK, '\\") { id } }"}');
    const body = form(part('operations', operations), part('map', '{}'));
    const headers = { 'content-type': FORM_TYPE, 'apollo-require-preflight': '1' };
    await expectRefused('graphql', { headers, body }, 400);
    const type = 'content-type: application/json; charset=latin1\r\n';
    const latin = form(part('operations', '{"query":"{__typename}"}', type), part('map', '{}'));
    await expectRefused('graphql', { headers, body: latin }, 400);
  });

  test('a multipart field that declares UTF-8 or ASCII is read, and a file may declare any charset', async () => {
    const utf8 = part('password', '张三', 'Content-Type: text/plain; charset="UTF-8"\r\n');
    const ascii = part('account', 'nobody', 'content-type: text/plain; charset=US-ASCII\r\n');
    const file = part('x"; filename="x.txt', GBK, 'content-type: text/plain; charset=gbk\r\n');
    const body = form(ascii, file, utf8, part('user_type', '1'));
    const request = rawRequest({ path: '/user/login', headers: { 'content-type': FORM_TYPE }, body });
    expect(readAnswer(await sendRaw(app.url, request)).body).toMatchObject({ code: 3100 });
  });
});

test('a GraphQL URL with escapes that are not UTF-8 is refused', async () => {
  for (const escaped of ['%D5%C5', '%zz']) {
    const path = `/graphql?query={user(name:"${escaped}"){id}}`;
    const request = rawRequest({ method: 'GET', path, headers: { 'apollo-require-preflight': '1' } });
    expect(readAnswer(await sendRaw(app.url, request))).toMatchObject({
      status: 400,
      body: { errors: [{ extensions: { code: 'INVALID_INPUT' } }] },
    });
  }
});

test('neither a name nor a password can be set to bytes that are not UTF-8', async () => {
  const headers = { authorization: `Bearer ${account.token}`, 'content-type': FORM };
  for (const [method, path, field] of [
    ['PATCH', '/api/v2/user', 'name='],
    ['PUT', '/api/v2/user/password', `old_password=${account.password}&password=`],
  ] as const) {
    const body = around(field, Buffer.from('d5c5c8fdd5c5c8fdd5c5c8fdd5c5c8fd', 'hex'));
    const request = rawRequest({ method, path, headers, body });
    expect(readAnswer(await sendRaw(app.url, request))).toEqual({
      status: 400,
      body: { message: ['参数错误'] },
    });
  }
});

test('a byte order mark before a body is skipped', async () => {
  const mark = Buffer.from('efbbbf', 'hex');
  const body = Buffer.concat([mark, Buffer.from('{"query":"{__typename}"}')]);
  const request = rawRequest({
    path: '/graphql',
    headers: { 'content-type': `${JSON_TYPE}; charset=UTF-8` },
    body,
  });
  expect(readAnswer(await sendRaw(app.url, request))).toEqual({
    status: 200,
    body: { data: { __typename: 'Query' } },
  });
});

describe('bodies of GET', () => {
  const list = async (headers: Record<string, string>, body: string | Buffer) => {
    const request = rawRequest({ method: 'GET', path: '/api/v2/users', headers, body });
    return readAnswer(await sendRaw(app.url, request));
  };
  const found = (names: string[]) => ({
    status: 200,
    body: names.map((name) => expect.objectContaining({ name })),
  });

  test.each([JSON_TYPE, 'Application/JSON', 'application/json;charset=utf-8'])(
    'a GET body is read as %s',
    async (type) => {
      expect(await list({ 'content-type': type }, '{"name":"nobody"}')).toEqual(found([]));
      expect(await list({ 'content-type': type }, '\ufeff{"name":"原"}')).toEqual(found(['原名']));
    },
  );

  test('the body of a GET is read as a form, and in chunks', async () => {
    expect(await list({ 'content-type': FORM }, 'name=nobody')).toEqual(found([]));
    const chunks = rawRequest({
      method: 'GET',
      path: '/api/v2/users',
      headers: { 'content-type': FORM, 'transfer-encoding': 'chunked' },
      body: 'b\r\nname=nobody\r\n0\r\n\r\n',
    });
    const request = chunks.toString().replace(/content-length: \d+\r\n/, '');
    expect(readAnswer(await sendRaw(app.url, request))).toEqual(found([]));
  });

  test('the body of a GET that is not UTF-8 is refused', async () => {
    const body = around('name=', Buffer.from('d5c5', 'hex'));
    expect(await list({ 'content-type': FORM }, body)).toEqual({
      status: 400,
      body: { message: ['参数错误'] },
    });
  });

  test('the body of a GET is not read as a multipart form', async () => {
    const body = '--edge\r\ncontent-disposition: form-data; name="name"\r\n\r\nnobody\r\n--edge--\r\n';
    expect(await list({ 'content-type': 'multipart/form-data; boundary=edge' }, body)).toMatchObject({
      status: 415,
    });
  });

  test('the body of a GET is read up to its limit', async () => {
    expect(await list({ 'content-type': FORM }, `name=${'x'.repeat(70_000)}`)).toMatchObject({ status: 413 });
  });
});

describe('OPTIONS and HEAD', () => {
  test.each([
    ['/graphql', 404],
    ['/api/v2/user', 404],
    ['/anlife/v1.0/user/getUserInfo', 200],
    ['/site/v1/nothing', 200],
    ['/nothing', 404],
  ])('an OPTIONS of %s that is no preflight is answered in the envelope of its API', async (path, status) => {
    const { status: got, body } = readAnswer(await sendRaw(app.url, rawRequest({ method: 'OPTIONS', path })));
    expect([got, Object.keys(body as object)[0]]).toEqual([
      status,
      expect.stringMatching(/^(errors|message|error_code|code)$/),
    ]);
  });

  test('a HEAD has the status and length of a GET, where the GET only reads', async () => {
    const { id } = account;
    for (const path of [
      '/api/v2/users',
      '/api/v2/bootstrappers',
      '/anlife/v1.0/user/getDefaultPhotoList',
      `/anlife/v1.0/user/getUserInfo?user_id=${id}`,
    ]) {
      const [head, get] = await Promise.all([
        fetch(app.url + path, { method: 'HEAD' }),
        fetch(app.url + path),
      ]);
      expect([head.status, head.headers.get('content-length')]).toEqual([
        200,
        get.headers.get('content-length'),
      ]);
    }
    const own = await fetch(`${app.url}/api/v2/user`, { method: 'HEAD' });
    expect(own.status).toBe(401);
  });

  test('a HEAD does not log out', async () => {
    const headers = { authorization: `Bearer ${account.token}` };
    await fetch(`${app.url}/api/v2/auth/logout`, { method: 'HEAD', headers });
    expect((await fetch(`${app.url}/api/v2/user`, { headers })).status).toBe(200);
  });
});

test.each(['/site/v1/nope', '/site/', '/site/v2/user/register', '/v1/user/nope'])(
  'an unknown URL under a prefix of open is refused in its envelope: %s',
  async (path) => {
    expect(await app.client.legacy('GET', path)).toMatchObject({
      status: 200,
      body: { code: 400, msg: '参数错误' },
    });
  },
);

describe('bodies too large', () => {
  const LARGE = 10_000_000;
  test.each([
    ['/graphql', 413, { connection: 'close' }],
    ['/graphql', 413, { connection: 'keep-alive' }],
    ['/api/v2/auth/login', 413, { connection: 'close' }],
    ['/user/register', 200, { connection: 'close' }],
    ['/nothing', 413, { connection: 'close' }],
  ])('a body too large for %s gets %i and is read to its end (%j)', async (path, status, headers) => {
    const request = rawRequest({
      path,
      headers: { 'content-type': JSON_TYPE, ...headers },
      body: Buffer.alloc(LARGE, 'x'),
    });
    // Written as a whole before anything is read, as old clients do: a reset would throw the answer away.
    expect(readAnswer(await sendRaw(app.url, request, 'half-close')).status).toBe(status);
  });
});
