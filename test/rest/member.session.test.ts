import fastifyCookie from '@fastify/cookie';
import Fastify from 'fastify';
import { loadConfig } from '../../src/config.js';
import { setCookie } from '../../src/http/cookies.js';
import { type Account, freshPhone, PASSWORD } from '../support/client.js';
import { whoIs } from '../support/operations.js';
import {
  type Browser,
  type Headers,
  JSON_PLEASE,
  type MemberApp,
  pick,
  startMember,
  told,
} from './member.support.js';

/** What a browser gets when it has logged in: a cookie, and a place to go; and what another site's page cannot do. */

let app: MemberApp;
let account: Account;
let browser: Browser;
beforeAll(async () => {
  app = await startMember();
  account = await app.client.register();
});
afterAll(() => app.close());
beforeEach(() => {
  browser = app.browser();
});

const SESSION = 'member_session';
const LOGIN = '/api/login/submit';
const form = (remember = {}) => ({ username: account.phone, password: PASSWORD, ...remember });
const login = (headers: Headers = {}, remember = {}) => browser.post(LOGIN, form(remember), headers);
const host = () => new URL(app.url).host;

describe('the session cookie', () => {
  const attributes = (line = '') => line.split('; ').slice(1);

  test('the session cookie lasts as long as the browser, or as the session when it is to remember', async () => {
    for (const remember of [
      {},
      ...[0, '', 'x', 'false', 'off', '0', '10'].map((value) => ({ remember: value })),
    ]) {
      const { cookies } = await login({}, remember);
      expect(attributes(cookies[SESSION])).toEqual(['Path=/', 'HttpOnly', 'SameSite=Lax']);
    }
    for (const remember of [1, 'true', 'TRUE', 'on', ' 1 ']) {
      const { cookies } = await login({}, { remember });
      const [maxAge, ...others] = attributes(cookies[SESSION]);
      expect(Number(maxAge?.replace('Max-Age=', ''))).toBeGreaterThan(30 * 86_400 - 60);
      expect(others).toEqual(['Path=/', expect.stringMatching(/^Expires=/), 'HttpOnly', 'SameSite=Lax']);
    }
  });

  test.each([
    [true, true],
    ['true', true],
    [1, true],
    [false, false],
    [null, false],
    [{}, false],
  ])('remember %j in JSON makes a cookie that lasts: %j', async (remember, lasting) => {
    const headers = { ...JSON_PLEASE, 'content-type': 'application/json' };
    const { cookies } = await browser.send(LOGIN, {
      method: 'POST',
      headers,
      body: JSON.stringify(form({ remember })),
    });
    expect(/Max-Age/.test(cookies[SESSION] ?? '')).toBe(lasting);
  });

  test('the session cookie never travels in the clear in production', async () => {
    const http = Fastify();
    await http.register(fastifyCookie);
    http.get('/', async (_request, reply) => {
      setCookie(reply, { name: SESSION, value: 'x' }, { production: true });
      return '';
    });
    const { headers } = await http.inject('/');
    await http.close();
    expect(headers['set-cookie']).toBe('member_session=x; Path=/; HttpOnly; Secure; SameSite=Lax');
  });

  test('the session cookie is a session for GraphQL, and no other site can use it there', async () => {
    await login();
    const cookie = `${SESSION}=${browser.jar.get(SESSION)}`;
    const { data } = await app.client.graphql('{ me { id } }', {}, { headers: { cookie } });
    expect(data.me.id).toBe(String(account.id));
    const forged = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { cookie, 'content-type': 'text/plain' },
      body: '{"query":"mutation { logout }"}',
    });
    expect(forged.status).toBe(400);
    expect(await whoIs(app.client, browser.jar.get(SESSION) ?? '')).toBe(account.id);
  });

  test('the session cookie comes with every submit that succeeds, and with nothing else', async () => {
    const phone = freshPhone();
    const code = await browser.codeFor(phone, app.inbox);
    const refused = await browser.post('/api/login/phonesubmit', { phone, code: 'x' });
    expect(refused.cookies).toEqual({});
    const { cookies } = await browser.post('/api/login/phonesubmit', { phone, code, remember: 1 });
    expect(cookies[SESSION]).toMatch(/Max-Age/);
    const other = freshPhone();
    const registering = await browser.codeFor(other, app.inbox);
    const registration = { username: other, password: 'a-long-secret-9', code: registering };
    const registered = await browser.post('/api/registor/submit', registration);
    expect(await whoIs(app.client, browser.jar.get(SESSION) ?? '')).toBeGreaterThan(0);
    expect(registered.cookies[SESSION]).not.toMatch(/Max-Age/);
    expect((await browser.get('/api/login/number', { username: other })).cookies).toEqual({});
  });
});

describe('redirects', () => {
  const ASKS_FOR_JSON: Headers[] = [
    { accept: 'application/json' },
    { accept: 'application/json, text/plain, */*' },
    { 'x-requested-with': 'XMLHttpRequest' },
  ];

  test.each(ASKS_FOR_JSON)('a log-in that asks for JSON is not redirected: %p', async (headers) => {
    const answer = await login(headers);
    expect(answer.location).toBeNull();
    expect(pick(answer)).toEqual(told(1, '登录成功', 0));
    expect(answer.cookies[SESSION]).toBeDefined();
  });

  test('a log-in redirects home, wherever the browser came from', async () => {
    const browsers: Headers[] = [{}, { accept: 'text/html,*/*;q=0.8' }, { referer: `${app.url}/page` }];
    for (const headers of browsers) {
      const { status, location, body } = await login(headers);
      expect([status, location, body.length]).toEqual([302, '/', 0]);
    }
    const home = await browser.send('/', { headers: { accept: 'text/html' } });
    expect([home.status, home.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const elsewhere = app.browser(await app.world.start({ MEMBER_HOME_URL: 'https://www.example.com/me' }));
    expect((await elsewhere.post(LOGIN, form())).location).toBe('https://www.example.com/me');
  });

  test('a failed log-in is answered, not redirected', async () => {
    const answer = await browser.post(LOGIN, form({ password: 'wrong' }));
    expect(pick(answer)).toEqual(told(3, '账号或密码错误', 1));
  });

  const register = async (referer?: string, from = browser, more: Headers = {}) => {
    const username = freshPhone();
    const code = await from.codeFor(username, app.inbox);
    const params = { username, password: 'a-long-secret-9', code };
    // No browser sends a post with another site's Referer without saying so; here it is the Referer alone that counts.
    const headers = { 'sec-fetch-site': 'same-origin', ...(referer !== undefined && { referer }), ...more };
    const { status, location } = await from.post('/api/registor/submit', params, headers);
    expect(status).toBe(302);
    return location;
  };

  test('a registration redirects back to the page it came from', async () => {
    expect(await register(`http://${host()}/a/page?x=1&y=%2F`)).toBe('/a/page?x=1&y=%2F');
    expect(await register(`https://${host()}/a/page#part`)).toBe('/a/page');
    expect(await register(`http://${host()}`)).toBe('/');
    expect(await register()).toBe('/');
  });

  test('a registration never redirects to another site', async () => {
    const hostile = [
      'https://evil.example/',
      '//evil.example/',
      `https://${host()}@evil.example/`,
      `https://evil.example/${host()}`,
      `https://${host()}.evil.example/`,
      `http://${host()}:1/`,
      'http:evil.example',
      'javascript:alert(1)',
      `javascript://${host()}/%0aalert(1)`,
      `data:text/html,${host()}`,
      '/\\evil.example',
      '\\\\evil.example',
      'null',
      '',
      ' ',
    ];
    for (const referer of hostile) expect([referer, await register(referer)]).toEqual([referer, '/']);
  });

  test('a registration never redirects by a path that names another host', async () => {
    const origin = `http://${host()}`;
    for (const path of [
      '//evil.example/',
      '///evil.example',
      '/\\evil.example',
      '\\\\evil.example',
      '/./\\/evil.example',
      '\\@evil.example/',
    ]) {
      const location = (await register(origin + path)) ?? '';
      expect(new URL(location, origin).host).toBe(host());
      expect(location).toMatch(/^\/[^/\\]/);
    }
    const encoded = (await register(`${origin}/%2F%2Fevil.example/%5C`)) ?? '';
    expect(encoded).toBe('/%2F%2Fevil.example/%5C');
    expect(await register(`http://user:secret@${host()}/page`)).toBe('/page');
  });

  test('a registration redirects to a page of a sibling host, in full', async () => {
    const asked = { 'x-forwarded-host': 'member.anjuke.com' };
    const page = 'https://user.anjuke.com/register.html?from=1';
    expect(await register(`${page}#top`, browser, asked)).toBe(page);
    expect(await register('https://user.anjuke.com//evil.example', browser, asked)).toBe(
      'https://user.anjuke.com/evil.example',
    );
    expect(await register('https://user.evil.com/', browser, asked)).toBe('/');
  });

  test('a registration redirects to a page of the configured home as well', async () => {
    const gateway = await app.world.start({
      MEMBER_HOME_URL: 'https://www.example.com/home',
      TRUSTED_PROXIES: '127.0.0.1',
    });
    const from = app.browser(gateway);
    expect(await register('https://www.example.com/flat/1?a=b', from)).toBe(
      'https://www.example.com/flat/1?a=b',
    );
    expect(await register('https://example.com/', from)).toBe('https://www.example.com/home');
  });
});

test.each([
  '//evil.example',
  '/\\evil.example',
  'evil.example',
  'javascript:alert(1)',
  'http:///x',
  '/a b',
  '/a\r\nb',
])('MEMBER_HOME_URL %j is refused', (MEMBER_HOME_URL) => {
  expect(() => loadConfig({ MEMBER_HOME_URL })).toThrow('MEMBER_HOME_URL: must be a path or an http(s) URL');
});

describe('posts of other sites', () => {
  const SUBMITS = [LOGIN, '/api/login/phonesubmit', '/api/registor/submit'];
  const FOREIGN: [string, () => Headers][] = [
    ['Sec-Fetch-Site', () => ({ 'sec-fetch-site': 'cross-site' })],
    ['Sec-Fetch-Site, whatever else', () => ({ 'sec-fetch-site': 'cross-site', origin: `http://${host()}` })],
    ['Origin', () => ({ origin: 'https://evil.example' })],
    ['Origin of another address', () => ({ origin: 'http://127.0.0.2' })],
    ['Origin null', () => ({ origin: 'null' })],
    ['Origin before Referer', () => ({ origin: 'https://evil.example', referer: `http://${host()}/` })],
    ['Referer', () => ({ referer: 'https://evil.example/page' })],
    ['Referer with our name in it', () => ({ referer: `https://${host()}@evil.example/` })],
    ['an empty Origin', () => ({ origin: '', referer: 'https://evil.example/' })],
  ];

  test.each(FOREIGN)('a post of another site is refused by %s', async (_what, headers) => {
    for (const path of SUBMITS) {
      const answer = await browser.post(path, form({ phone: account.phone, code: '1' }), headers());
      expect(pick(answer)).toEqual(told(-1, '不接受来自其他网站的提交'));
      expect(answer.cookies).toEqual({});
    }
    expect((await browser.get('/api/login/number', form())).body.status).toBe(1);
  });

  const OWN: [string, () => Headers][] = [
    ['same-origin', () => ({ 'sec-fetch-site': 'same-origin', origin: 'null' })],
    ['same-site', () => ({ 'sec-fetch-site': 'same-site', origin: 'http://www.our.example' })],
    ['none', () => ({ 'sec-fetch-site': 'none' })],
    ['Origin', () => ({ origin: `http://${host()}` })],
    ['Origin behind TLS', () => ({ origin: `https://${host()}` })],
    ['Referer', () => ({ referer: `http://${host()}/login` })],
    ['Origin of another port', () => ({ origin: 'http://127.0.0.1:1' })],
    ['nothing', () => ({})],
  ];

  test.each(OWN)('a post of an own page is taken: %s', async (_what, headers) => {
    expect((await login(headers())).status).toBe(302);
  });

  test('the origins that may call the gateway are own pages, and the host is the one that a trusted proxy was asked for', async () => {
    const friend = { CORS_ORIGINS: 'https://app.example.com', TRUSTED_PROXIES: '127.0.0.1' };
    browser = app.browser(await app.world.start(friend));
    for (const site of [{}, { 'sec-fetch-site': 'cross-site' }] as Headers[]) {
      expect((await login({ ...site, origin: 'https://app.example.com' })).status).toBe(302);
      expect((await login({ ...site, origin: 'http://app.example.com' })).body.status).toBe(-1);
    }
    const behind = { 'x-forwarded-host': 'member.example.com', origin: 'https://member.example.com' };
    expect((await login(behind)).status).toBe(302);
  });

  const SITES: [host: string, page: string, own: boolean][] = [
    ['member.anjuke.com', 'http://user.anjuke.com', true],
    ['member.anjuke.com', 'https://anjuke.com', true],
    ['member.anjuke.com:8443', 'https://a.b.anjuke.com:81', true],
    ['member.anjuke.test', 'http://user.anjuke.test', true],
    ['member.example.com.cn', 'http://user.example.com.cn', true],
    ['member.xn--fsqu00a.xn--55qx5d.cn', 'http://user.xn--fsqu00a.xn--55qx5d.cn', true],
    ['member.anjuke.com', 'http://anjuke.com.evil.example', false],
    ['member.anjuke.com', 'http://user-anjuke.com', false],
    ['member.example.com.cn', 'http://evil.com.cn', false],
    ['member.xn--55qx5d.cn', 'http://evil.xn--55qx5d.cn', false],
    ['member.github.io', 'https://evil.github.io', false],
    ['github.io', 'https://evil.github.io', false],
    ['10.0.0.1', 'http://11.0.0.1', false],
    ['[2001:db8::1]', 'http://[2001:db8::2]', false],
    ['localhost', 'http://localhost:3000', true],
    ['localhost', 'http://evil.localhost', false],
    ['member', 'http://user', false],
  ];

  test.each(SITES)('a post to %s from a page of %s is our own: %p', async (asked, page, own) => {
    for (const claim of [{ origin: page }, { referer: `${page}/login.html` }] as Headers[]) {
      const { status, body } = await login({ 'x-forwarded-host': asked, ...claim });
      expect(own ? status : body.status).toBe(own ? 302 : -1);
    }
  });

  test('a post that the browser calls cross-site is refused, whatever the host', async () => {
    const headers = { 'x-forwarded-host': 'member.anjuke.com', origin: 'https://user.anjuke.com' };
    expect((await login({ ...headers, 'sec-fetch-site': 'same-site' })).status).toBe(302);
    expect((await login({ ...headers, 'sec-fetch-site': 'cross-site' })).body.status).toBe(-1);
  });

  test('reads of another site are answered', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    expect((await browser.post('/api/login/checkphone', { phone: account.phone }, headers)).body.status).toBe(
      1,
    );
    expect((await browser.get('/captcha', {}, headers)).status).toBe(200);
  });
});
