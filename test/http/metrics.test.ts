import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { type LoneApp, startTestApp } from '../support/app.js';
import { freshPhone, PASSWORD } from '../support/client.js';
import { until } from '../support/until.js';

/** What a gateway counts and measures, and who may see it. */

let app: LoneApp;
beforeAll(async () => {
  app = await startTestApp({ TRUSTED_PROXIES: '127.0.0.1' });
});
afterAll(() => app.close());

const metrics = async (): Promise<string> => {
  const response = await fetch(`${app.url}/metrics`);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  return response.text();
};

/** The value of a series, by the beginning of its line; 0 where there is none. */
const seriesOf = (body: string, name: string, labels: Record<string, string> = {}): number => {
  const line = body
    .split('\n')
    .find(
      (one) =>
        (one.startsWith(`${name}{`) || one.startsWith(`${name} `)) &&
        Object.entries(labels).every(([label, value]) => one.includes(`${label}="${value}"`)),
    );
  return Number(line?.split(' ').at(-1) ?? 0);
};
const requests = async (labels: Record<string, string>): Promise<number> =>
  seriesOf(await metrics(), 'gateway_request_duration_seconds_count', labels);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** The answer is counted once it has left. */
const counted = (labels: Record<string, string>, count: number) =>
  until(`${JSON.stringify(labels)} is ${count}`, async () => (await requests(labels)) === count);

test('only internal networks see metrics; elsewhere there is nothing', async () => {
  const outside = await fetch(`${app.url}/metrics`, { headers: { 'x-forwarded-for': '203.0.113.9' } });
  expect(outside.status).toBe(404);
  expect(await outside.text()).not.toContain('gateway_');
  expect(await metrics()).toContain('# TYPE gateway_request_duration_seconds histogram');
  expect(await metrics()).toContain('nodejs_eventloop_lag_p99_seconds');
});

test('requests are counted by door, operation and code', async () => {
  await app.client.data('query Any { me { id } }');
  await app.client.data('{ me { id } hobbies { id } }');
  await app.client.graphql('{ nothing }');
  await app.client.code('mutation { deleteAccount }');
  await app.client.code('mutation ($i: LoginInput!) { login(input: $i) { token } }', {
    i: { account: freshPhone(), password: PASSWORD },
  });
  await app.client.legacy('GET', '/anlife/v1.0/user/getUserInfo', { user_id: 999_999_999 });
  await fetch(`${app.url}/anlife/v1.0/nothing`);
  await fetch(`${app.url}/graphql?query={gatewayInfo{sessionDays}}`);
  await counted({ door: 'graphql', operation: 'me', code: 'ok' }, 1);
  await counted({ door: 'graphql', operation: 'several', code: 'ok' }, 1);
  await counted({ door: 'graphql', operation: 'unknown', code: 'INVALID_QUERY' }, 1);
  await counted({ door: 'graphql', operation: 'deleteAccount', code: 'UNAUTHENTICATED' }, 1);
  await counted({ door: 'graphql', operation: 'login', code: 'CREDENTIALS_INVALID' }, 1);
  await counted({ door: 'graphql', operation: 'gatewayInfo', code: 'ok' }, 1);
  await counted({ door: 'anlife', operation: '接口2', code: 'USER_NOT_FOUND' }, 1);
  await counted({ door: 'anlife', operation: 'unknown', code: 'NOT_FOUND' }, 1);
});

test('guard, messages, sessions and jobs are counted', async () => {
  const account = await app.client.register();
  await app.client.data('{ me { id } }', {}, account.token);
  await app.client.data('{ me { id } }', {}, account.token);
  for (let tries = 0; tries < 7; tries++) {
    await app.client.code('mutation ($i: LoginInput!) { login(input: $i) { token } }', {
      i: { account: account.phone, password: 'wrong password' },
    });
  }
  const body = await metrics();
  const refusals = { door: 'graphql', code: 'CAPTCHA_REQUIRED' };
  expect(seriesOf(body, 'gateway_guard_refusals_total', refusals)).toBe(1);
  const sent = { channel: 'sms', provider: 'webhook', outcome: 'sent' };
  expect(seriesOf(body, 'gateway_messages_total', sent)).toBe(1);
  expect(seriesOf(body, 'gateway_cache_lookups_total', { cache: 'session', result: 'hit' })).toBeGreaterThan(
    0,
  );
  expect(seriesOf(body, 'gateway_password_hashes_waiting')).toBe(0);
  expect(body).not.toContain(account.phone);
  expect(body).not.toContain(account.token);
});

test('nothing that a client sends becomes a label', async () => {
  const count = async () =>
    (await metrics()).split('\n').filter((line) => line.startsWith('gateway_request')).length;
  const many = async (round: number) => {
    for (let i = 0; i < 50; i++) {
      const own = `o${round}x${i}`;
      await app.client.graphql(`query ${own} { ${own}: me { id } }`);
      await app.client.graphql(`{ ${own} }`);
      await fetch(`${app.url}/${own}`, { headers: { 'user-agent': own } });
      await fetch(`${app.url}/plus/${own}`, { method: 'PATCH' });
    }
  };
  await many(0);
  const before = await count();
  await many(1);
  expect(await count()).toBe(before);
});

test('with METRICS_PORT there is a listener of its own, and nothing at the other', async () => {
  const port = await freePort();
  const other = await app.world.start({ METRICS_PORT: String(port) });
  const apart = `http://127.0.0.1:${port}`;
  expect((await fetch(`${other.url}/metrics`)).status).toBe(404);
  expect(await (await fetch(`${apart}/metrics`)).text()).toContain('gateway_request_duration_seconds');
  expect((await fetch(`${apart}/graphql`)).status).toBe(404);
  await other.close();
  await expect(fetch(`${apart}/metrics`)).rejects.toThrow();
});

test.each(['alerts.yaml', 'dashboard.json'])('%s asks for what there is', async (file) => {
  const folder = new URL('../../../deploy/monitoring/', import.meta.url);
  const asked =
    (await readFile(new URL(file, folder), 'utf8')).match(/\b(gateway|nodejs|process)_\w+/g) ?? [];
  const known = new Set((await metrics()).match(/(?<=^# TYPE )\w+/gm));
  const names = asked.map((name) => name.replace(/_(count|sum|bucket)$/, ''));
  expect(names.length).toBeGreaterThan(5);
  expect([...new Set(names)].filter((name) => !known.has(name))).toEqual([]);
});
