import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** Documents of the legacy systems, by the name they are shown under. */
export type ApiDocuments = Readonly<Record<string, { title: string; document: () => unknown }>>;

const ASSETS = dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/package.json')));
/** Files that the page loads; the package holds sources and maps besides. */
const SERVED =
  /^\/(swagger-ui\.css|index\.css|swagger-ui-bundle\.js|swagger-ui-standalone-preset\.js|favicon-\d+x\d+\.png)$/;

/** The page can reach nothing but the gateway that served it; inline styles are Swagger UI's own. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cache-control': 'no-cache',
};

/** Replaces the package's own, which shows a document from the network. */
const starter = (documents: ApiDocuments): string => {
  const urls = Object.entries(documents).map(([name, { title }]) => ({ name: title, url: `${name}.json` }));
  return `window.ui = SwaggerUIBundle({
  urls: ${JSON.stringify(urls)},
  dom_id: '#swagger-ui',
  deepLinking: true,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  layout: 'StandaloneLayout',
});
`;
};

/** Swagger UI at `/docs/`, with the OpenAPI documents beside it; nothing comes from elsewhere. */
export async function registerDocs(app: FastifyInstance, documents: ApiDocuments): Promise<void> {
  const page = await readFile(`${ASSETS}/index.html`, 'utf8');
  await app.register(
    async (scope) => {
      scope.addHook('onRequest', async (_request, reply) => {
        reply.headers(HEADERS);
      });
      scope.get('/', async (request, reply) => {
        // Without the slash at its end the page would look for its files one level higher.
        if (!request.url.split('?')[0]?.endsWith('/')) return reply.redirect('/docs/');
        return reply.type('text/html; charset=utf-8').send(page);
      });
      scope.get('/swagger-initializer.js', async (_request, reply) =>
        reply.type('text/javascript; charset=utf-8').send(starter(documents)),
      );
      for (const [name, { document }] of Object.entries(documents)) {
        scope.get(`/${name}.json`, async () => document());
      }
      await scope.register(fastifyStatic, {
        root: ASSETS,
        decorateReply: false,
        index: false,
        allowedPath: (path) => SERVED.test(path),
      });
    },
    { prefix: '/docs' },
  );
}
