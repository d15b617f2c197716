import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import Fastify from 'fastify';
import { registerSecurity } from '../../src/http/security.js';
import { type LoneApp, startTestApp } from '../support/app.js';

/** What holds for every answer, whatever its door. */

let app: LoneApp;

const ALLOWED = 'https://app.example.com';

beforeAll(async () => {
  app = await startTestApp({ CORS_ORIGINS: `${ALLOWED},https://admin.example.com` });
});
afterAll(() => app.close());

const get = (path: string, headers: Record<string, string> = {}) => fetch(app.url + path, { headers });

/** The bytes a server answers to bytes. */
const raw = (text: string): Promise<string> =>
  new Promise((resolve) => {
    let answer = '';
    const socket = connect(Number(new URL(app.url).port), '127.0.0.1', () => socket.write(text));
    socket.setEncoding('utf8').on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('error', () => undefined).on('close', () => resolve(answer));
  });

describe('health', () => {
  test('/livez says that the process runs', async () => {
    const response = await get('/livez');
    expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }]);
  });

  test('/readyz says that database and Redis answer', async () => {
    const response = await get('/readyz');
    expect([response.status, await response.json()]).toEqual([
      200,
      { status: 'ok', database: 'ok', redis: 'ok' },
    ]);
  });
});

describe('the id of a request', () => {
  const idOf = async (given?: string) =>
    (await get('/livez', given === undefined ? {} : { 'x-request-id': given })).headers.get('x-request-id');

  test('a request without an id is given one of its own', async () => {
    const [one, other] = await Promise.all([idOf(), idOf()]);
    expect(one).toMatch(/^[0-9a-f-]{36}$/);
    expect(one).not.toBe(other);
  });

  test.each(['0123abcd', 'from_a-proxy-1', 'a'.repeat(64)])(
    'a request keeps the harmless id %s',
    async (id) => {
      expect(await idOf(id)).toBe(id);
    },
  );

  test.each(['short', 'a'.repeat(65), 'with space in it', '"quoted-id"', 'a,b,c,d,e,f', '<script>alert'])(
    'a request does not keep an id that is not harmless: %s',
    async (id) => {
      expect(await idOf(id)).toMatch(/^[0-9a-f-]{36}$/);
    },
  );

  test('the id of a request comes with every answer, errors too', async () => {
    for (const path of ['/nothing', '/graphql', '/anlife/v1.0/nothing', '/readyz']) {
      const response = await get(path, { 'x-request-id': 'the-same-id' });
      expect([path, response.headers.get('x-request-id')]).toEqual([path, 'the-same-id']);
    }
  });
});

describe('security headers', () => {
  test.each(['/livez', '/nothing', '/graphql?query={__typename}', '/anlife/v1.0/user/getDefaultPhotoList'])(
    'security headers come with %s',
    async (path) => {
      const { headers } = await get(path, { 'apollo-require-preflight': '1' });
      expect(Object.fromEntries(headers)).toMatchObject({
        'content-security-policy': expect.stringContaining("default-src 'none'"),
        'strict-transport-security': expect.stringMatching(/^max-age=\d{7,}/),
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'SAMEORIGIN',
        'referrer-policy': 'no-referrer',
      });
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('server')).toBeNull();
    },
  );

  test('answers that depend on the account are not kept by caches', async () => {
    const answer = await app.client.graphql('{ me { id } }');
    expect(answer.headers.get('cache-control')).toContain('no-store');
  });
});

describe('what is where', () => {
  test('the schema is a text that everybody may read, and keep for a while', async () => {
    const response = await get('/schema.graphql');
    expect([
      response.status,
      response.headers.get('content-type'),
      response.headers.get('cache-control'),
    ]).toEqual([200, 'text/plain; charset=utf-8', 'public, max-age=60']);
    expect(await response.text()).toBe(await readFile('schema.graphql', 'utf8'));
  });

  test('the schema is not served where it is switched off, nor named', async () => {
    const { url } = await app.world.start({ SCHEMA_DOCUMENT: 'off' });
    expect((await fetch(`${url}/schema.graphql`)).status).toBe(404);
    expect(await (await fetch(url)).text()).not.toContain('schema');
  });

  test('an unknown URL says what is where, to a person and to a program', async () => {
    const page = await get('/nothing', { accept: 'text/html', 'accept-language': 'en' });
    expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    expect(await page.text()).toMatch(/nothing at this address[\s\S]*href="\/schema\.graphql"/);
    for (const method of ['GET', 'POST']) {
      const answer = await fetch(`${app.url}/nothing`, { method });
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({
        errors: [{ extensions: { code: 'NOT_FOUND' } }],
        extensions: { links: { graphql: '/graphql', docs: '/docs/', schema: '/schema.graphql' } },
      });
    }
    // The legacy systems have envelopes of their own.
    expect(await (await get('/anlife/v1.0/nothing')).json()).not.toHaveProperty('extensions');
  });
});

describe('CORS', () => {
  const preflight = (origin: string, method: string, path = '/graphql') =>
    fetch(app.url + path, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': method,
        'access-control-request-headers': 'authorization,content-type',
      },
    });

  test('an origin on the list may read answers, with credentials', async () => {
    for (const path of ['/graphql?query={__typename}', '/anlife/v1.0/user/getDefaultPhotoList', '/nothing']) {
      const { headers } = await get(path, { origin: ALLOWED, 'apollo-require-preflight': '1' });
      expect(headers.get('access-control-allow-origin')).toBe(ALLOWED);
      expect(headers.get('access-control-allow-credentials')).toBe('true');
      expect(headers.get('vary')).toMatch(/origin/i);
    }
  });

  test.each([
    'https://evil.example.com',
    'https://app.example.com.evil.com',
    'http://app.example.com',
    'https://APP.example.com:8443',
    'null',
    'https://localhost:3000',
    'http://localhost.example.com',
    'http://127.0.0.10:3000',
    'http://evil.localhost:3000',
  ])('the origin %s may not read answers', async (origin) => {
    const { headers } = await get('/livez', { origin });
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect((await preflight(origin, 'POST')).headers.get('access-control-allow-origin')).toBeNull();
  });

  test.each(['http://localhost:3000', 'http://127.0.0.1:5173', 'http://localhost'])(
    'the origin %s of a front end under development may read answers, but not in production',
    async (origin) => {
      expect((await get('/livez', { origin })).headers.get('access-control-allow-origin')).toBe(origin);
      const { headers } = await preflight(origin, 'POST');
      expect(headers.get('access-control-allow-origin')).toBe(origin);
      for (const production of [true, false]) {
        const http = Fastify();
        const config = { CORS_ORIGINS: [], RATE_LIMIT: false, RATE_LIMIT_PER_MINUTE: 1, TRUSTED_PROXIES: [] };
        await registerSecurity(http, { ...config, production });
        http.get('/', async () => 'ok');
        const answer = await http.inject({ url: '/', headers: { origin } });
        expect(answer.headers['access-control-allow-origin']).toBe(production ? undefined : origin);
        await http.close();
      }
    },
  );

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])(
    'a preflight of an allowed origin allows %s',
    async (method) => {
      const { status, headers } = await preflight(ALLOWED, method);
      expect(status).toBe(204);
      expect(headers.get('access-control-allow-origin')).toBe(ALLOWED);
      expect(headers.get('access-control-allow-methods')?.split(/, */)).toContain(method);
      expect(headers.get('access-control-allow-headers')).toContain('authorization');
      expect(Number(headers.get('access-control-max-age'))).toBeGreaterThan(0);
    },
  );

  test('scripts of other origins can read when to come back and what to report', async () => {
    const { headers } = await get('/livez', { origin: ALLOWED });
    const exposed = headers.get('access-control-expose-headers')?.toLowerCase() ?? '';
    expect(exposed).toContain('retry-after');
    expect(exposed).toContain('x-request-id');
  });

  test('a request without an Origin is answered without CORS headers', async () => {
    expect((await get('/livez')).headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('unknown URLs', () => {
  test.each([
    ['POST', '/'],
    ['GET', '/nothing'],
    ['POST', '/graph'],
    ['DELETE', '/livez'],
    ['PUT', '/graphql/assets/nothing'],
    ['GET', '/storage/nothing'],
    ['GET', '/storage/../package.json'],
    ['GET', '/storage/..%2f..%2fpackage.json'],
    ['GET', '/.env'],
  ])('%s %s, where nothing is, is 404 in JSON', async (method, path) => {
    const response = await fetch(app.url + path, { method });
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(await response.json()).toEqual({
      errors: [{ message: expect.any(String), extensions: { code: 'NOT_FOUND' } }],
      extensions: { links: expect.objectContaining({ graphql: '/graphql' }) },
    });
  });

  test.each(['/nothing', '/storage/nothing', '/docs/nothing', '/graphql/assets/nothing.js'])(
    'the 404 of %s shows a person what is where',
    async (path) => {
      const response = await get(path, { accept: 'text/html,*/*;q=0.8', 'accept-language': 'en' });
      expect(response.status).toBe(404);
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
      const page = await response.text();
      for (const url of ['/', '/graphql', '/docs/']) expect(page).toContain(`<a href="${url}">`);
      expect(page).toContain('There is nothing at this address');
      expect(page).not.toContain(path);
    },
  );

  test('an unknown path below a dialect is answered in that dialect, whoever asks', async () => {
    const response = await get('/anlife/v1.0/nothing', { accept: 'text/html' });
    expect([response.status, await response.json()]).toEqual([
      200,
      { error_code: 1001, error_msg: '参数错误' },
    ]);
  });

  test('a path with one slash more is the same path', async () => {
    const { status, body } = await app.client.legacy('GET', '//anlife/v1.0//user/getDefaultPhotoList/');
    expect([status, Object.keys(body)]).toEqual([200, ['datas']]);
  });
});

describe('malformed HTTP', () => {
  test('headers beyond the limit are refused with 431', async () => {
    const answer = await raw(`GET /livez HTTP/1.1\r\nhost: x\r\nx-filler: ${'x'.repeat(20_000)}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(answer).not.toContain('xxxx');
  });

  test('headers just below the limit are accepted', async () => {
    const answer = await raw(
      `GET /livez HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-filler: ${'x'.repeat(15_000)}\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });

  test.each([
    ['nonsense', 'NONSENSE\r\n\r\n'],
    ['two lengths', 'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}'],
    [
      'a length and chunks',
      'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}',
    ],
    ['a header without a name', 'GET /livez HTTP/1.1\r\nhost: x\r\n: y\r\n\r\n'],
  ])('a request with %s is refused with 400, and its connection ends', async (_what, text) => {
    expect(await raw(text)).toMatch(/^HTTP\/1\.1 400 /);
  });
});
