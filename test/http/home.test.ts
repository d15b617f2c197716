import { createHash } from 'node:crypto';
import Fastify from 'fastify';
import sharp from 'sharp';
import { registerHome } from '../../src/http/home.js';

const BROWSER = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const DEVELOPMENT = { PLAYGROUND: true, API_DOCS: true, SCHEMA_DOCUMENT: true, production: false };
const PRODUCTION = { PLAYGROUND: false, API_DOCS: false, SCHEMA_DOCUMENT: false, production: true };

async function ask(config: typeof DEVELOPMENT, url: string, headers: Record<string, string> = {}) {
  const http = Fastify();
  registerHome(http, config);
  const answer = await http.inject({ url, headers });
  await http.close();
  return answer;
}

const linksOf = (page: string) => [...page.matchAll(/<a href="([^"]+)">/g)].map(([, url]) => url);

describe('/', () => {
  test('the home page shows a person what is where', async () => {
    const { statusCode, headers, body } = await ask(DEVELOPMENT, '/', BROWSER);
    expect([statusCode, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(headers).toMatchObject({ 'content-language': 'zh-CN', vary: 'accept, accept-language' });
    expect(linksOf(body)).toEqual(['/graphql', '/docs/', '/schema.graphql', '/livez', '/readyz']);
    expect(body).toContain('<h1>用户网关</h1>');
    const english = await ask(DEVELOPMENT, '/', { ...BROWSER, 'accept-language': 'en-US,en;q=0.9' });
    expect(english.body).toMatch(/<html lang="en">[\s\S]*<h1>User gateway<\/h1>/);
  });

  test('the home page loads and runs nothing, and its policy names the one style it has', async () => {
    const { headers, body } = await ask(DEVELOPMENT, '/', BROWSER);
    const style = /<style>([\s\S]*)<\/style>/.exec(body)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    const policy = String(headers['content-security-policy']).split('; ');
    expect(policy).toEqual(expect.arrayContaining(["default-src 'none'", `style-src 'sha256-${hash}'`]));
    expect(policy.join()).not.toMatch(/script-src|unsafe|http/);
    expect(body).not.toMatch(/<script|<img|https?:/);
    expect(body.length).toBeLessThan(2000);
  });

  test('the home page in production names nothing that is switched off', async () => {
    const { statusCode, body } = await ask(PRODUCTION, '/', BROWSER);
    expect([statusCode, linksOf(body)]).toEqual([200, []]);
    expect(body).toContain('<code>/graphql</code>');
    expect(body).not.toMatch(/docs|schema|livez|readyz|浏览器/);
    expect((await ask(PRODUCTION, '/')).json()).toEqual({
      name: 'User gateway',
      links: { graphql: '/graphql' },
    });
  });

  test('the home page is JSON for a program', async () => {
    for (const headers of [{}, { accept: '*/*' }, { accept: 'application/json' }] as Record<
      string,
      string
    >[]) {
      expect((await ask(DEVELOPMENT, '/', headers)).json()).toEqual({
        name: 'User gateway',
        links: {
          graphql: '/graphql',
          docs: '/docs/',
          schema: '/schema.graphql',
          livez: '/livez',
          readyz: '/readyz',
        },
      });
    }
  });
});

test('/favicon.ico is an icon that may be cached', async () => {
  const { statusCode, headers, rawPayload } = await ask(PRODUCTION, '/favicon.ico');
  expect([statusCode, headers['content-type']]).toEqual([200, 'image/x-icon']);
  expect(headers['cache-control']).toBe('public, max-age=86400');
  expect([...rawPayload.subarray(0, 6)]).toEqual([0, 0, 1, 0, 1, 0]);
  const { format, width } = await sharp(rawPayload.subarray(rawPayload.readUInt32LE(18))).metadata();
  expect([format, width]).toEqual(['png', 32]);
});

test('/robots.txt keeps crawlers out', async () => {
  const { headers, body } = await ask(PRODUCTION, '/robots.txt');
  expect([headers['content-type'], body]).toEqual([
    'text/plain; charset=utf-8',
    'User-agent: *\nDisallow: /\n',
  ]);
});
