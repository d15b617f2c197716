import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config.js';
import type { Locale } from '../errors/app-error.js';
import { localeOf } from './context-factory.js';

/** The page at `/`, and the one for unknown URLs: they list the entries, but for those that are switched off. */
type HomeConfig = Pick<Config, 'PLAYGROUND' | 'API_DOCS' | 'SCHEMA_DOCUMENT' | 'production'>;

interface Entry {
  name: string;
  url: string;
  text: Readonly<Record<Locale, string>>;
}

const HOME: Entry = { name: 'home', url: '/', text: { zh: '首页', en: 'The first page' } };
const GRAPHQL: Entry = {
  name: 'graphql',
  url: '/graphql',
  text: { zh: 'GraphQL 接口，用 POST 提交查询', en: 'The GraphQL API: send it queries by POST' },
};
const PLAYGROUND: Entry = {
  ...GRAPHQL,
  text: {
    zh: 'GraphQL 接口；在浏览器里打开，可以试着查询',
    en: 'The GraphQL API; a browser opens its playground',
  },
};
const DOCS: Entry = {
  name: 'docs',
  url: '/docs/',
  text: { zh: '旧系统接口的文档（OpenAPI）', en: 'The URLs of the legacy systems (OpenAPI)' },
};
/** Where the schema is, as a text. */
export const SCHEMA_URL = '/schema.graphql';

const SCHEMA: Entry = {
  name: 'schema',
  url: SCHEMA_URL,
  text: {
    zh: 'GraphQL 的 schema，供代码生成工具使用',
    en: 'The schema of the GraphQL API, for code generators',
  },
};
const HEALTH: readonly Entry[] = [
  { name: 'livez', url: '/livez', text: { zh: '进程是否在运行', en: 'Whether the process runs' } },
  {
    name: 'readyz',
    url: '/readyz',
    text: { zh: '数据库和 Redis 是否可用', en: 'Whether database and Redis can be used' },
  },
];

const TEXTS = {
  zh: {
    lang: 'zh-CN',
    title: '用户网关',
    found: '服务正在运行，供应用程序调用。',
    lost: '这个地址没有内容',
    instead: '请检查网址。这里有：',
  },
  en: {
    lang: 'en',
    title: 'User gateway',
    found: 'It is running, for applications to call.',
    lost: 'There is nothing at this address',
    instead: 'Check how it is written. What is here:',
  },
} as const;

function entriesOf(config: HomeConfig): Entry[] {
  return [
    config.PLAYGROUND ? PLAYGROUND : GRAPHQL,
    ...(config.API_DOCS ? [DOCS] : []),
    ...(config.SCHEMA_DOCUMENT ? [SCHEMA] : []),
    // Health checks are not listed in production: whoever watches the service knows them.
    ...(config.production ? [] : HEALTH),
  ];
}

/** What is where, for programs. */
export const linksOf = (config: HomeConfig): Record<string, string> =>
  Object.fromEntries(entriesOf(config).map(({ name, url }) => [name, url]));

const STYLE = `:root{color-scheme:light dark}
body{max-width:38rem;margin:0 auto;padding:clamp(1.5rem,8vw,5rem) 1.25rem;font:1rem/1.6 system-ui,sans-serif}
h1{margin:0 0 .5rem;font-size:1.6rem;line-height:1.25}
ul{margin:1.5rem 0 0;padding:0;list-style:none}
li{display:flex;gap:1rem;padding:.6rem 0;border-top:1px solid #8884}
a,code{flex:0 0 9rem;font:600 1rem/1.6 ui-monospace,monospace}
p{margin:0}`;

/** Nothing is loaded but the icon, and nothing runs. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Endpoints that are only called have no link: a browser that follows it would be refused. */
const nameOf = (entry: Entry): string =>
  entry === GRAPHQL ? `<code>${entry.url}</code>` : `<a href="${entry.url}">${entry.url}</a>`;

const itemOf = (entry: Entry, locale: Locale): string =>
  `<li>${nameOf(entry)} <span>${entry.text[locale]}</span></li>`;

function pageOf(entries: readonly Entry[], locale: Locale, found: boolean): string {
  const text = TEXTS[locale];
  return `<!doctype html>
<html lang="${text.lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${found ? text.title : `${text.lost} · ${text.title}`}</title>
<link rel="icon" href="/favicon.ico">
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${found ? text.title : text.lost}</h1>
<p>${found ? text.found : text.instead}</p>
<ul>
${(found ? entries : [HOME, ...entries]).map((entry) => itemOf(entry, locale)).join('\n')}
</ul>
</main>
</body>
</html>
`;
}

/** A person with a browser, and not a program or a picture on a page. */
export const asksForPage = ({ method, headers }: FastifyRequest): boolean =>
  (method === 'GET' || method === 'HEAD') && (headers.accept ?? '').includes('text/html');

export function sendPage(
  request: FastifyRequest,
  reply: FastifyReply,
  config: HomeConfig,
  status: 200 | 404,
): FastifyReply {
  const locale = localeOf(request.headers['accept-language']);
  return reply
    .code(status)
    .headers({
      'content-security-policy': POLICY,
      'content-language': TEXTS[locale].lang,
      vary: 'accept, accept-language',
    })
    .type('text/html; charset=utf-8')
    .send(pageOf(entriesOf(config), locale, status === 200));
}

/** 32×32 pixels, as a PNG in an ICO. */
const ICON = Buffer.from(
  'AAABAAEAICAAAAEAIABRAQAAFgAAAIlQTkcNChoKAAAADUlIRFIAAAAgAAAAIAQDAAAAgVRnxwAAADBQTFRFTGlxHl6/Hl6/Hl+/IFy9H16/Hl6/H1+/H1+/////9fj8xdXvYI3Sja7fNG7G5u34I8gfFAAAAAh0Uk5TAPLPVBWChPuZ3aKjAAAACXBIWXMAAAsTAAALEwEAmpwYAAAAs0lEQVQoz2NgYEmS6ICCRlUHBgYGww4kIMzAwNyBAgwYHFEFRBgyUAVaGTRQBZoYJFAFGhkgdM+u1ScgLKjAzZkz5yIL9MwEghNIAt0ggR1IAl0ggRX4BDC0YBiKYS2mwxAAItB3+9f6vS8QAn07QYbOfgEXODUTDNbABHpWQgRmnYAKvJ8JBf+gAjdhAnOhAjthArNBAsAgXAkTmAUKQoxAjkCPBoyIwohKjMhmYAlCSQ4Am9UOVAHECJUAAAAASUVORK5CYII=',
  'base64',
);

/** Icons and robots.txt are kept for a day: they hardly change, and carry no hash in their names. */
const KEPT = { 'cache-control': 'public, max-age=86400' };

/** `/`, and what browsers and crawlers ask every site for. */
export function registerHome(app: FastifyInstance, config: HomeConfig): void {
  app.get('/', async (request, reply) => {
    if (asksForPage(request)) return sendPage(request, reply, config, 200);
    return reply
      .header('vary', 'accept, accept-language')
      .send({ name: TEXTS.en.title, links: linksOf(config) });
  });
  app.get('/favicon.ico', async (_request, reply) => reply.headers(KEPT).type('image/x-icon').send(ICON));
  app.get('/robots.txt', async (_request, reply) =>
    reply.headers(KEPT).type('text/plain; charset=utf-8').send('User-agent: *\nDisallow: /\n'),
  );
}
