import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { runCli } from '../../src/cli/program.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { clearKeys } from '../support/redis.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { copyDataDir, createDatabase, type TestDatabase } from '../support/template.js';
import { until } from '../support/until.js';
import { WebhookReceiver } from '../support/webhook-receiver.js';

/** Events come to a webhook whatever becomes of gateways, database and receiver meanwhile. */

const { REDIS_URL } = process.env;
/** The embedded database belongs to one process. */
const INSTANCES = process.env.DATABASE_URL ? 2 : 1;
const USERS = 600;

let directory: string;
let database: TestDatabase | undefined;
let proxy: TcpProxy | undefined;
let settings: Record<string, string>;
const prefix = `test:${randomBytes(8).toString('hex')}:`;
const running = new Set<GatewayProcess>();

beforeAll(async () => {
  database = process.env.DATABASE_URL ? await createDatabase() : undefined;
  directory = await copyDataDir({ database: !database });
  proxy = database?.url ? await TcpProxy.before(database.url, 5432) : undefined;
  settings = {
    DATA_DIR: directory,
    WEBHOOK_TIMEOUT_MS: '500',
    ...(database?.url && proxy && { DATABASE_URL: proxy.in(database.url) }),
    ...(database && REDIS_URL && { REDIS_URL, REDIS_PREFIX: prefix }),
  };
});
afterAll(async () => {
  await Promise.all([...running].map((gateway) => gateway.stop()));
  await proxy?.cut();
  await clearKeys(prefix);
  await database?.drop();
  await rm(directory, { recursive: true, force: true });
});

async function start(): Promise<GatewayProcess> {
  const gateway = await GatewayProcess.start(settings);
  running.add(gateway);
  return gateway;
}

async function kill(gateway: GatewayProcess): Promise<void> {
  gateway.kill('SIGKILL');
  await gateway.ended;
  running.delete(gateway);
}

async function cli(...argv: string[]): Promise<void> {
  const terminal = { env: settings, stdout: () => undefined, stderr: console.error, interactive: false };
  if ((await runCli(argv, terminal)) !== 0) throw new Error(`failed: ${argv.join(' ')}`);
}

test('kill -9 of gateways, a database that is gone and a receiver that ends lose no event', async () => {
  let receiver = await WebhookReceiver.open();
  const { port } = receiver;
  const taken = new Set<string>();
  const keep = async () => {
    for (const { data } of receiver.taken) taken.add(data.user_id);
    await receiver.close();
  };
  await cli('webhook', 'add', receiver.url, '--events', 'user.registered');
  await cli('seed', 'demo', '--users', String(USERS), '--seed', '7');
  const gateways = await Promise.all(Array.from({ length: INSTANCES }, start));

  await until('some are taken', () => receiver.taken.length > 50);
  await Promise.all(gateways.map(kill));
  const again = await Promise.all(Array.from({ length: INSTANCES }, start));
  await until('more are taken', () => receiver.taken.length > 150);
  await keep();
  receiver = await WebhookReceiver.open(port);
  await until('the new receiver takes some', () => receiver.taken.length > 50, 60_000);
  if (proxy) {
    await proxy.cut();
    await until('the gateways notice', () =>
      again.every(({ stdout }) => stdout.includes('events not looked for')),
    );
    await proxy.restore();
    const before = receiver.taken.length;
    await until('they go on with the database', () => receiver.taken.length > before, 60_000);
  }
  await Promise.all(again.slice(0, 1).map(kill));
  if (INSTANCES === 1) await start();
  await until(
    'nothing is missing',
    () => new Set([...taken, ...receiver.taken.map(({ data }) => data.user_id)]).size === USERS,
    60_000,
  );
  await keep();
}, 240_000);
