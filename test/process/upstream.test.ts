import { rm } from 'node:fs/promises';
import { request } from 'node:http';
import { GatewayProcess } from '../support/gateway-process.js';
import { ask, OldServer, upstreams } from '../support/old-server.js';
import { copyDataDir } from '../support/template.js';
import { until } from '../support/until.js';

/** A process that passes requests on: what it logs of them, and what becomes of them when it ends. */

let directory: string;
let old: OldServer;
let gateway: GatewayProcess;

beforeAll(async () => {
  [directory, old] = await Promise.all([copyDataDir({ database: true }), OldServer.open()]);
  gateway = await GatewayProcess.start({
    DATA_DIR: directory,
    LOG_LEVEL: 'trace',
    SHUTDOWN_SECONDS: '1',
    UPSTREAM_TIMEOUT_MS: '20000',
    ...upstreams(old.url),
    UPSTREAM_ANLIFE: 'http://127.0.0.1:9',
  });
});
afterAll(async () => {
  await gateway.stop();
  await old.close();
  await rm(directory, { recursive: true, force: true });
});

const SECRET = 'sesame-opens-4711';
const linesOf = (message: string) =>
  gateway.lines
    .filter((line) => line.includes(`"msg":"${message}"`))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test('the log of a request that is passed on names door, old server, status and ms, and no secret', async () => {
  const headers = { authorization: `Bearer ${SECRET}`, cookie: `token=${SECRET}` };
  const path = (start: string) => `${start}/${SECRET}?password=${SECRET}`;
  await ask(gateway.url, { method: 'POST', path: path('/user/feeds'), headers, body: SECRET });
  await ask(gateway.url, { path: path('/forum'), headers });
  await ask(gateway.url, { path: path('/anlife/v1.0/feeds'), headers });
  await ask(gateway.url, { path: '/livez' });
  await until('all are logged', () => linesOf('request').length >= 4);
  const common = { reqId: expect.any(String), ms: expect.any(Number), ip: '127.0.0.1' };
  expect(linesOf('request')).toMatchObject([
    { ...common, method: 'POST', door: 'account', upstream: old.url, status: 200 },
    { ...common, method: 'GET', upstream: old.url, status: 200 },
    { ...common, method: 'GET', door: 'anlife', upstream: 'http://127.0.0.1:9', status: 503 },
    { ...common, route: '/livez', status: 200 },
  ]);
  expect(linesOf('request')[3]).not.toHaveProperty('upstream');
  expect(linesOf('response errored')).toMatchObject([{ err: { reason: 'ECONNREFUSED' } }]);
  expect(gateway.stdout + gateway.stderr).not.toContain(SECRET);
});

test('an answer that does not end is cut off when the time of SIGTERM is over', async () => {
  old.answer = (_request, response) => void response.write('half');
  const sent = request(`${gateway.url}/user/feeds`, { agent: false }).end();
  const cut = new Promise<void>((resolve) => {
    sent.once('response', (answer) => {
      answer.once('error', () => resolve());
      answer.once('data', () => gateway.kill('SIGTERM'));
    });
  });
  await cut;
  expect(await gateway.ended).toEqual({ code: 1, signal: null });
});
