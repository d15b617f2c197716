import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { OPERATIONS } from './raw.graphql.js';
import { answerLegacy } from './raw.legacy.js';

/**
 * The practical ceiling: node:http, and prepared SQL written for each operation. It parses no GraphQL, but knows the
 * benched operations by their names.
 */

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return text;
}

async function answer(request: IncomingMessage): Promise<{ status?: number; body: unknown }> {
  const url = request.url ?? '';
  if (url === '/readyz') return { body: { status: 'ok' } };
  if (url === '/graphql') {
    const { operationName, variables } = JSON.parse(await textOf(request));
    const operation = OPERATIONS[operationName];
    if (operation) return { body: { data: await operation(variables, request.headers) } };
  }
  const { pathname, searchParams } = new URL(url, 'http://raw');
  return (await answerLegacy(pathname, searchParams)) ?? { status: 404, body: { status: 'unknown' } };
}

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { status = 200, body } = await answer(request);
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

const server = createServer((request, response) => {
  respond(request, response).catch((error: Error) => {
    process.stderr.write(`${error.stack}\n`);
    response.writeHead(500).end();
  });
}).listen(Number(process.env.PORT), '127.0.0.1');

process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeAllConnections();
});
