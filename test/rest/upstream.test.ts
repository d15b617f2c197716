import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, METHODS } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { createWorld, type TestApp, type TestWorld } from '../support/app.js';
import type { Account } from '../support/client.js';
import { ask, jsonOf, OldServer, upstreams } from '../support/old-server.js';
import { until } from '../support/until.js';
import { rawRequest, sendRaw } from './raw.support.js';

/** What no row answers goes to the old server of its door, and back, as it came. */

const SECRET = 'the secret that old servers share with it';
const TIMEOUT_MS = 400;

let world: TestWorld;
let app: TestApp;
let old: OldServer;
let somebody: Account;

beforeAll(async () => {
  [world, old] = await Promise.all([createWorld(), OldServer.open()]);
  app = await world.start({
    ...upstreams(old.url),
    UPSTREAM_SECRET: SECRET,
    UPSTREAM_TIMEOUT_MS: String(TIMEOUT_MS),
    ROUTES_UPSTREAM: 'plus:启动信息, plus:获取所有用户, anlife:接口12',
    CORS_ORIGINS: 'https://app.example.com',
  });
  somebody = await app.client.register();
});
beforeEach(() => old.reset());
afterAll(async () => {
  await world.close();
  await old.close();
});

/** A gateway of the same deployment whose old servers are one. */
const gatewayBefore = (url: string, settings: Record<string, string> = {}) =>
  world.start({ ...upstreams(url), UPSTREAM_TIMEOUT_MS: String(TIMEOUT_MS), ...settings });

const valuesOf = (name: string): string[] => {
  const { rawHeaders } = old.last;
  return rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === name);
};

describe('what is passed on', () => {
  test.each([
    ['anlife', '/anlife/v1.0/feed/list'],
    ['anlife, its pictures', '/upload/video'],
    ['account', '/user/feeds'],
    ['plus', '/api/v2/feeds'],
    ['member', '/api/login/qrcode'],
    ['open', '/site/v1/feeds'],
    ['no door', '/forum/index.php'],
  ])('%s: a URL that no row answers is the old server’s', async (_door, path) => {
    const told = await ask(app.url, { path: `${path}?a=1&b=%E4%BD%A0` });
    expect(told.status).toBe(200);
    expect(jsonOf(told)).toEqual({ old: true, bytes: 0 });
    expect(old.last).toMatchObject({ method: 'GET', url: `${path}?a=1&b=%E4%BD%A0` });
    expect(old.last.headers.host).toBe(old.host);
  });

  test.each(['/graphql', '/livez', '/readyz', '/', '/docs/', '/favicon.ico', '/robots.txt', '/storage/x'])(
    '%s stays the gateway’s, whatever the method',
    async (path) => {
      for (const method of ['GET', 'DELETE', 'OPTIONS', 'PROPFIND']) await ask(app.url, { method, path });
      expect(old.received).toEqual([]);
    },
  );

  test('a row that the gateway answers is not passed on', async () => {
    const { body } = await app.client.legacy('GET', '/anlife/v1.0/user/getDefaultPhotoList');
    expect(body).toHaveProperty('datas');
    expect(old.received).toEqual([]);
  });

  test.each(METHODS.filter((method) => method !== 'CONNECT'))('%s reaches the old server', async (method) => {
    const told = await ask(app.url, { method, path: '/api/v2/feeds/7' });
    expect(told.status).toBe(200);
    expect(old.last.method).toBe(method);
  });

  test('a row that was given back is the old server’s, named as its document names it', async () => {
    for (const path of ['/api/v2/bootstrappers', '/api/v2/users?limit=2']) {
      expect(jsonOf(await ask(app.url, { path }))).toEqual({ old: true, bytes: 0 });
    }
  });

  test('a method that a row does not have is the old server’s, at the row’s path', async () => {
    await ask(app.url, { method: 'DELETE', path: '/anlife/v1.0/user/getDefaultPhotoList' });
    expect(old.last).toMatchObject({ method: 'DELETE', url: '/anlife/v1.0/user/getDefaultPhotoList' });
  });

  test.each([
    '/api/v2/feeds/a%2Fb//c/./d/../e?x=1&&y=%zz&z=a+b#',
    '/api/v2/feeds/%7euser/%c3%28/%zz',
    '/api/v2/%ff?token=%',
    '/api/v2/feeds/!$&\'()*+,;=:@[]|{}^`"<>\\?\'"',
    '//api//v2///feeds//',
    '/forum/../forum/x;jsessionid=1',
    '/anlife/v1.0/feed/?',
  ])('%s arrives byte for byte', async (path) => {
    const wire = path.replace(/#$/, '');
    const answer = await sendRaw(app.url, rawRequest({ method: 'GET', path: wire }));
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(old.last.url).toBe(wire);
  });

  test('a URL with scheme and host is passed on without them', async () => {
    await sendRaw(app.url, rawRequest({ method: 'GET', path: 'http://gateway/api/v2/feeds?a=/b' }));
    expect(old.last.url).toBe('/api/v2/feeds?a=/b');
  });

  test('UTF-8 that is not escaped arrives escaped, and a long answer to it is refused', async () => {
    const path = Buffer.from('/api/v2/feeds/你好').toString('latin1');
    expect(await sendRaw(app.url, rawRequest({ method: 'GET', path }))).toMatch(/"old":true/);
    expect(old.last.url.toLowerCase()).toBe('/api/v2/feeds/%e4%bd%a0%e5%a5%bd');
    old.answer = (_request, response) => void response.end(Buffer.alloc(2_000_000));
    const answer = await sendRaw(app.url, rawRequest({ method: 'GET', path }));
    expect(answer.length).toBeLessThan(10_000);
  });

  test.each([
    '/api/v2/../admin',
    '/api/v2/%2e%2e/admin',
    '/api/v2/..%2fadmin',
    '/api/v2/..%5Cadmin',
    '/api/v2/%252e%252e/admin',
    '/api/v2/..;x/admin',
    '/api/v2/feeds/..\\..\\admin',
    '/forum/../api/v2/feeds',
  ])('%s leads out of its door and reaches nobody', async (path) => {
    const answer = await sendRaw(app.url, rawRequest({ method: 'GET', path }));
    expect(answer).toMatch(/^HTTP\/1\.1 404 /);
    expect(old.received).toEqual([]);
  });

  test.each([
    '/api/v2/./user',
    '/api/v2/x/../user',
    '/api/v2/x/%2e%2e/user',
    '/api/v2%2fuser',
    '/api/v2/user/.',
    '/api/v2\\user',
    '/api/v2/user;x=1',
    '/api/v2/us%65r%3bx',
  ])('%s is another spelling of a row that the gateway answers, and reaches nobody', async (path) => {
    const answer = await sendRaw(app.url, rawRequest({ method: 'GET', path }));
    expect(answer).toMatch(/^HTTP\/1\.1 404 /);
    expect(old.received).toEqual([]);
  });

  test('another spelling of a row that was given back arrives as it came', async () => {
    await sendRaw(app.url, rawRequest({ method: 'GET', path: '/api/v2/./users?a=1' }));
    expect(old.last.url).toBe('/api/v2/./users?a=1');
  });

  test('the path of an old server’s URL stands before those of requests', async () => {
    const other = await gatewayBefore(`${old.url}/legacy/`);
    old.answer = (_request, response) =>
      void response.writeHead(302, { location: `${old.url}/legacy/user/next?x=1` }).end();
    const told = await ask(other.url, { path: '/user/feeds?a=1' });
    expect(old.last.url).toBe('/legacy/user/feeds?a=1');
    expect(told.headers.location).toBe('/user/next?x=1');
    await other.close();
  });
});

describe('bodies', () => {
  test.each(['GET', 'POST', 'DELETE', 'OPTIONS', 'PROPFIND'])('the body of a %s arrives', async (method) => {
    const body = Buffer.from([0, 255, 13, 10, 128, 1]);
    old.answer = async (request, response) => {
      const got = await buffer(request);
      response.end(got);
    };
    const headers = { 'content-length': String(body.length), 'content-type': 'application/json' };
    const told = await ask(app.url, { method, path: '/api/v2/feeds', headers, body });
    expect(told.body).toEqual(body);
    expect(valuesOf('content-length')).toEqual([String(body.length)]);
  });

  test('a form with parts, and a compressed body in a charset of its own, arrive as they are', async () => {
    const body = gzipSync('一二三');
    let got = Buffer.alloc(0);
    old.answer = async (request, response) => {
      got = await buffer(request);
      response.end();
    };
    const headers = {
      'content-type': 'multipart/form-data; boundary=x; charset=gbk',
      'content-encoding': 'gzip',
      'transfer-encoding': 'chunked',
    };
    await ask(app.url, { method: 'POST', path: '/user/feeds', headers, body });
    expect(got).toEqual(body);
    expect(old.last.headers).toMatchObject({
      'content-type': headers['content-type'],
      'content-encoding': 'gzip',
    });
  });

  test('an upload of 100 MB waits for the old server to take it', async () => {
    const size = 100_000_000;
    let incoming: IncomingMessage | undefined;
    let read = 0;
    old.answer = (request, response) => {
      incoming = request;
      request.pause();
      request.on('data', (chunk: Buffer) => {
        read += chunk.length;
      });
      request.pause();
      request.on('end', () => response.end(String(read)));
    };
    const { hostname, port } = new URL(app.url);
    const headers = { 'content-length': String(size), 'content-type': 'multipart/form-data; boundary=x' };
    const sent = httpRequest({
      hostname,
      port,
      method: 'POST',
      path: '/upload/video',
      headers,
      agent: false,
    });
    const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
    const chunk = Buffer.alloc(1_000_000);
    let written = 0;
    const write = () => {
      while (written < size && sent.write(chunk)) written += chunk.length;
      written += chunk.length;
      if (written >= size) sent.end();
    };
    sent.on('drain', () => written < size && write());
    write();
    await until('the upload has begun', () => incoming !== undefined);
    const inFlight = () => sent.socket?.bytesWritten ?? 0;
    let before = -1;
    await until('nothing moves any more', async () => {
      const same = inFlight() === before;
      before = inFlight();
      await new Promise((resolve) => setTimeout(resolve, 50));
      return same;
    });
    // What sockets and buffers on the way hold, and no more.
    expect(before).toBeLessThan(size / 4);
    incoming?.resume();
    const [answer] = await answered;
    expect((await buffer(answer)).toString()).toBe(String(size));
  });

  test('an answer of 100 MB waits for its client to take it', async () => {
    const size = 100_000_000;
    let written = 0;
    old.answer = (_request, response) => {
      response.setHeader('content-length', size);
      const chunk = Buffer.alloc(500_000, 7);
      const write = () => {
        while (written < size) {
          written += chunk.length;
          if (!response.write(chunk)) break;
        }
        if (written >= size) response.end();
      };
      response.on('drain', write);
      write();
    };
    const { hostname, port } = new URL(app.url);
    const sent = httpRequest({ hostname, port, path: '/api/v2/export', agent: false }).end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    let before = -1;
    await until('nothing moves any more', async () => {
      const same = written === before;
      before = written;
      await new Promise((resolve) => setTimeout(resolve, 50));
      return same;
    });
    expect(before).toBeLessThan(size / 4);
    expect((await buffer(answer)).length).toBe(size);
  });

  test('a refusal before the end of an upload reaches its client', async () => {
    old.answer = (_request, response) => void response.writeHead(413).end('too much');
    const { hostname, port } = new URL(app.url);
    const headers = { 'content-length': '50000000' };
    const sent = httpRequest({ hostname, port, method: 'POST', path: '/user/upload', headers, agent: false });
    sent.on('error', () => undefined);
    sent.write(Buffer.alloc(1_000_000));
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(413);
    expect((await buffer(answer)).toString()).toBe('too much');
    sent.destroy();
  });

  test('the old server hears of it when a client goes', async () => {
    const gone = new Promise<void>((resolve) => {
      old.answer = (request) => void request.once('close', resolve);
    });
    const { hostname, port } = new URL(app.url);
    const sent = httpRequest({ hostname, port, path: '/user/feeds', agent: false }).end();
    sent.on('error', () => undefined);
    await until('the old server was asked', () => old.received.length === 1);
    sent.destroy();
    await gone;
  });

  test('the old server hears of it when a client goes in the middle of an upload', async () => {
    const gone = new Promise<void>((resolve) => {
      old.answer = (request) => void request.resume().once('error', () => resolve());
    });
    const { hostname, port } = new URL(app.url);
    const headers = { 'content-length': '1000' };
    const sent = httpRequest({ hostname, port, method: 'POST', path: '/user/feeds', headers, agent: false });
    sent.on('error', () => undefined);
    sent.write('half');
    await until('the old server was asked', () => old.received.length === 1);
    sent.destroy();
    await gone;
  });
});

describe('answers', () => {
  const answered = (status: number, headers: Record<string, string | string[]> = {}, body?: Buffer) => {
    old.answer = (_request, response) => void response.writeHead(status, headers).end(body);
  };
  const told = (headers: Record<string, string> = {}, method = 'GET') =>
    ask(app.url, { method, path: '/api/v2/feeds', headers });

  test.each([200, 201, 204, 206, 301, 304, 400, 401, 404, 418, 429, 500, 502, 503, 599])(
    'the status %i is handed on, and asked for once',
    async (status) => {
      answered(status);
      expect((await told()).status).toBe(status);
      expect(old.received).toHaveLength(1);
    },
  );

  test('headers are the old server’s alone, but for the request’s id', async () => {
    answered(200, {
      'Set-Cookie': ['a=1; Domain=old.example.com; Path=/', 'b=2'],
      'Cache-Control': 'public, max-age=60',
      'Content-Type': 'text/html; charset=gbk',
      ETag: '"x"',
      'Access-Control-Allow-Origin': '*',
      Connection: 'X-Secret, close',
      'X-Secret': 'of this connection',
      'Keep-Alive': 'timeout=5',
      'Proxy-Authenticate': 'Basic',
      'Alt-Svc': 'h3=":443"',
    });
    const { headers } = await told({ 'x-request-id': 'told-by-a-proxy' });
    expect(headers).toEqual({
      'set-cookie': ['a=1; Domain=old.example.com; Path=/', 'b=2'],
      'cache-control': 'public, max-age=60',
      'content-type': 'text/html; charset=gbk',
      etag: '"x"',
      'access-control-allow-origin': '*',
      'x-request-id': 'told-by-a-proxy',
      date: expect.any(String),
      connection: expect.any(String),
      'content-length': '0',
    });
    expect(old.last.headers['x-request-id']).toBe('told-by-a-proxy');
  });

  test('headers in any charset are handed on byte for byte', async () => {
    const name = Buffer.from('attachment; filename="中文.pdf"').toString('latin1');
    answered(200, { 'Content-Disposition': name, 'Content-Length': '1' }, Buffer.from('x'));
    expect((await told()).headers['content-disposition']).toBe(name);
  });

  test('compressed answers and parts of files are left as they are', async () => {
    const body = gzipSync('一二三');
    answered(206, { 'Content-Encoding': 'gzip', 'Content-Range': 'bytes 0-22/50' }, body);
    const answer = await told({ range: 'bytes=0-22', 'accept-encoding': 'gzip' });
    expect(answer.body).toEqual(body);
    expect(answer.headers).toMatchObject({ 'content-encoding': 'gzip', 'content-range': 'bytes 0-22/50' });
    expect(old.last.headers).toMatchObject({ range: 'bytes=0-22', 'accept-encoding': 'gzip' });
  });

  test('HEAD has the length of what GET would bring', async () => {
    answered(200, { 'Content-Length': '12345' });
    const { headers, body } = await told({}, 'HEAD');
    expect(headers['content-length']).toBe('12345');
    expect(body).toHaveLength(0);
  });

  test('hints before an answer and trailers after it are dropped', async () => {
    old.answer = (_request, response) => {
      response.writeEarlyHints({ link: '</a.css>; rel=preload' }, () => {
        response.writeHead(200, { Trailer: 'X-Sum' });
        response.write('body');
        response.addTrailers({ 'X-Sum': '1' });
        response.end();
      });
    };
    const answer = await sendRaw(app.url, rawRequest({ method: 'GET', path: '/api/v2/feeds' }));
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).toMatch(/body/);
    expect(answer).not.toMatch(/x-sum|103/i);
  });

  test.each([
    ['http://OLD/api/v2/next?a=1#b', '/api/v2/next?a=1#b'],
    ['//OLD/api/v2/next', '/api/v2/next'],
    ['https://OLD/', '/'],
    ['http://OLD//evil.example.com/x', '/evil.example.com/x'],
    ['http://OLD', '/'],
    ['/api/v2/next', '/api/v2/next'],
    ['next', 'next'],
    ['https://elsewhere.example.com/x', 'https://elsewhere.example.com/x'],
    ['weixin://dl/business', 'weixin://dl/business'],
  ])('a redirect to %s leads to %s', async (location, here) => {
    answered(302, { Location: location.replace('OLD', old.host) });
    expect((await told()).headers.location).toBe(here);
  });

  test('a redirect to itself is handed on once', async () => {
    answered(302, { Location: `${old.url}/api/v2/feeds` });
    expect((await told()).headers.location).toBe('/api/v2/feeds');
    expect(old.received).toHaveLength(1);
  });
});

describe('CORS', () => {
  const ORIGIN = { origin: 'https://app.example.com' };
  const preflight = (path: string, method: string) =>
    ask(app.url, {
      method: 'OPTIONS',
      path,
      headers: { ...ORIGIN, 'access-control-request-method': method },
    });

  test('a browser that asks before a call is answered by who answers the call', async () => {
    await preflight('/api/v2/feeds', 'POST');
    await preflight('/api/v2/bootstrappers', 'GET');
    expect(old.received.map(({ method }) => method)).toEqual(['OPTIONS', 'OPTIONS']);
    old.reset();
    const own = await preflight('/api/v2/user', 'GET');
    expect(own.headers['access-control-allow-origin']).toBe(ORIGIN.origin);
    expect(old.received).toEqual([]);
    await preflight('/api/v2/user', 'PROPFIND');
    expect(old.received).toHaveLength(1);
  });

  test('the gateway adds nothing to what the old server allows', async () => {
    const { headers } = await ask(app.url, { path: '/api/v2/feeds', headers: ORIGIN });
    expect(Object.keys(headers).filter((name) => /^access-control|^vary/.test(name))).toEqual([]);
  });
});

describe('headers of requests', () => {
  const send = (headers: Record<string, string | string[]>) => ask(app.url, { path: '/user/feeds', headers });

  test('those of the connection, named ones included, stay here', async () => {
    await send({
      connection: 'close, X-Mine',
      'x-mine': 'of this connection',
      'keep-alive': 'timeout=5',
      'proxy-authorization': 'Basic x',
      'proxy-connection': 'keep-alive',
      te: 'trailers',
      'x-kept': ['1', '2'],
      authorization: 'Basic old',
      cookie: 'PHPSESSID=1; laravel=2',
    });
    for (const name of ['x-mine', 'keep-alive', 'proxy-authorization', 'proxy-connection', 'te'])
      expect(valuesOf(name)).toEqual([]);
    expect(valuesOf('x-kept')).toEqual(['1', '2']);
    expect(old.last.headers).toMatchObject({
      authorization: 'Basic old',
      cookie: 'PHPSESSID=1; laravel=2',
    });
  });

  test('where a call comes from is told by the gateway, and not by its client', async () => {
    await send({
      host: 'user.example.com',
      'x-forwarded-for': '9.9.9.9',
      X_Forwarded_For: '9.9.9.9',
      'x-forwarded-host': 'evil.example.com',
      'x-forwarded-proto': 'gopher',
      forwarded: 'for=9.9.9.9',
      'x-real-ip': '9.9.9.9',
      client_ip: '9.9.9.9',
      'x-forwarded-ssl': 'gopher',
      'x-forwarded-user': 'evil',
      'front-end-https': 'gopher',
      'x-originating-ip': '9.9.9.9',
      'remote-user': 'evil',
      proxy: 'http://evil.example.com',
    });
    expect(valuesOf('x-forwarded-for')).toEqual(['127.0.0.1']);
    expect(valuesOf('x-forwarded-host')).toEqual(['user.example.com']);
    expect(valuesOf('x-forwarded-proto')).toEqual(['http']);
    expect(valuesOf('via')).toEqual([expect.stringMatching(/^1\.1 gateway-[0-9a-f]{16}$/)]);
    expect(JSON.stringify(old.last.rawHeaders)).not.toMatch(/9\.9\.9\.9|evil|gopher/);
  });

  test('a trusted proxy is believed, and added to', async () => {
    const other = await gatewayBefore(old.url, { TRUSTED_PROXIES: '127.0.0.1' });
    await ask(other.url, {
      path: '/user/feeds',
      headers: {
        'x-forwarded-for': '198.51.100.7',
        'x-forwarded-proto': 'https',
        'x-forwarded-host': 'user.example.com',
        'x-real-ip': '198.51.100.7',
        via: '1.1 nginx',
      },
    });
    expect(valuesOf('x-forwarded-for')).toEqual(['198.51.100.7, 127.0.0.1']);
    expect(valuesOf('x-forwarded-proto')).toEqual(['https']);
    expect(valuesOf('x-forwarded-host')).toEqual(['user.example.com']);
    expect(valuesOf('x-real-ip')).toEqual(['198.51.100.7']);
    expect(valuesOf('via')).toEqual([expect.stringMatching(/^1\.1 nginx, 1\.1 gateway-/)]);
    await other.close();
  });

  test.each([
    ['two hosts', { host: 'a\r\nhost: b' }],
    ['an expectation', { expect: 'the best' }],
    ['a coding of the transfer', { 'transfer-encoding': 'gzip, chunked', 'content-length': '' }],
  ] as [string, Record<string, string>][])(
    '%s: what cannot be passed on is refused',
    async (_what, headers) => {
      const sent = rawRequest({ method: 'POST', path: '/api/v2/feeds', headers });
      const answer = await sendRaw(
        app.url,
        Buffer.from(sent.toString('latin1').replace('content-length: \r\n', '')),
        'half-close',
      );
      expect(answer).toMatch(/^HTTP\/1\.1 4/);
      expect(old.received).toEqual([]);
    },
  );

  test('who expects to be told to go on is told by the gateway', async () => {
    await ask(app.url, {
      method: 'POST',
      path: '/user/feeds',
      headers: { expect: '100-continue', 'content-length': '4' },
      body: 'body',
    });
    expect(valuesOf('expect')).toEqual([]);
    expect(valuesOf('content-length')).toEqual(['4']);
  });
});

describe('who calls', () => {
  const SENT = ['x-gateway-user-id', 'x-gateway-timestamp', 'x-gateway-signature'] as const;

  /** The check of docs/upstream.md, step by step. */
  function namedUser(): string | null {
    const [id = '', time = '', signature = ''] = SENT.map((name) => String(old.last.headers[name] ?? ''));
    const { method, url } = old.last;
    const expected = createHmac('sha256', SECRET).update([id, time, method, url].join('\n')).digest('hex');
    const fresh = Math.abs(Date.now() / 1000 - Number(time)) <= 300;
    return id !== '' && fresh && expected === signature ? id : null;
  }

  const named = async (path: string, headers: Record<string, string> = {}, method = 'GET') => {
    await ask(app.url, { method, path, headers });
    return namedUser();
  };

  test.each([
    ['anlife, by its header', '/anlife/v1.0/feed', (token: string) => ({ auth_token: token })],
    ['account, by a bearer token', '/user/feeds', (token: string) => ({ authorization: `Bearer ${token}` })],
    ['member, by its cookie', '/api/login/x', (token: string) => ({ cookie: `member_session=${token}` })],
    ['no door, by a bearer token', '/forum', (token: string) => ({ authorization: `Bearer ${token}` })],
  ])('%s: a caller with a session here is named to the old server', async (_door, path, headersOf) => {
    expect(await named(`${path}?a=%zz&b=1`, headersOf(somebody.token))).toBe(String(somebody.id));
    expect(await named(path, headersOf(somebody.token), 'PROPFIND')).toBe(String(somebody.id));
  });

  test('a token in the URL is found where its door has it', async () => {
    expect(await named(`/anlife/v1.0/feed?auth_token=${somebody.token}`)).toBe(String(somebody.id));
    expect(await named(`/api/v2/feeds?token=${somebody.token}`)).toBe(String(somebody.id));
    expect(await named(`/api/v2/%zz?token=${somebody.token}`)).toBe(String(somebody.id));
    expect(await named(`/api/v2/feeds?auth_token=${somebody.token}`)).toBeNull();
  });

  test('an account is named by its old id in the system that is asked, where it has one', async () => {
    const one = await app.client.register();
    const headers = { authorization: `Bearer ${one.token}` };
    await app.sql(
      "insert into legacy_ids (system, legacy_id, number, user_id) values ('plus', 'old-77', null, ?)",
      [one.id],
    );
    await app.sql(
      "insert into legacy_ids (system, legacy_id, number, user_id, given) values ('anlife', ?::text, ?, ?, true)",
      [one.id + 1_000_000, one.id + 1_000_000, one.id],
    );
    expect(await named('/api/v2/feeds', headers)).toBe('old-77');
    expect(await named('/user/feeds', headers)).toBe(String(one.id));
    // Its own number is somebody else's old id there, so it was given another.
    expect(await named('/anlife/v1.0/feed', headers)).toBe(String(one.id + 1_000_000));
  });

  test.each([
    ['no token', {}],
    ['a token of the old server', { authorization: 'Bearer abc.def.ghi' }],
    ['a token that was never given', { authorization: `Bearer ${'x'.repeat(43)}` }],
  ])('a caller with %s is anonymous, and passed on', async (_what, headers) => {
    expect(await named('/user/feeds', headers)).toBeNull();
    for (const name of SENT) expect(valuesOf(name)).toEqual([]);
    expect(old.last.headers.authorization).toBe((headers as Record<string, string>).authorization);
  });

  test('a session that has ended names nobody', async () => {
    const one = await app.client.register();
    const headers = { authorization: `Bearer ${one.token}` };
    expect(await named('/user/feeds', headers)).toBe(String(one.id));
    await app.client.data('mutation { logout }', {}, one.token);
    expect(await named('/user/feeds', headers)).toBeNull();
  });

  const FORGED = {
    'X-Gateway-User-Id': ['1', '2'],
    'x-gateway-timestamp': '1',
    'X-GATEWAY-SIGNATURE': 'ab',
    X_Gateway_User_Id: '1',
    'x-gateway_user-id': '1',
    'x.gateway.user.id': '1',
    X_GATEWAY_SIGNATURE: 'ab',
    'x!gateway-timestamp': '1',
  };
  const isOfGateway = (name: string) => /^x.gateway/i.test(name);

  test('names that clients give themselves never arrive, however they are written', async () => {
    await ask(app.url, { path: '/user/feeds', headers: FORGED });
    expect(old.last.rawHeaders.filter(isOfGateway)).toEqual([]);
    await ask(app.url, {
      path: '/user/feeds',
      headers: {
        ...FORGED,
        authorization: `Bearer ${somebody.token}`,
        connection: 'X-Gateway-User-Id, X-Gateway-Signature',
      },
    });
    expect(old.last.rawHeaders.filter(isOfGateway).map((name) => name.toLowerCase())).toEqual([...SENT]);
    expect(namedUser()).toBe(String(somebody.id));
  });

  test('a TRACE, which is sent back as it came, names nobody', async () => {
    expect(await named('/user/feeds', { authorization: `Bearer ${somebody.token}` }, 'TRACE')).toBeNull();
  });

  test('without a secret nobody is named, and forged names are gone all the same', async () => {
    const other = await gatewayBefore(old.url);
    await ask(other.url, {
      path: '/user/feeds',
      headers: { ...FORGED, authorization: `Bearer ${somebody.token}` },
    });
    expect(old.last.rawHeaders.filter(isOfGateway)).toEqual([]);
    await other.close();
  });
});
