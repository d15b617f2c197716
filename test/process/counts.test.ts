import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { runCli } from '../../src/cli/program.js';
import { atOnce } from '../support/at-once.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { clearKeys } from '../support/redis.js';
import { copyDataDir, createDatabase, type TestDatabase } from '../support/template.js';
import { until } from '../support/until.js';

/** Calls are counted whatever becomes of the processes that count: a killed one loses its last seconds, and no more. */

const { REDIS_URL } = process.env;
/** The embedded database belongs to one process. */
const INSTANCES = process.env.DATABASE_URL ? 3 : 1;
const CALLS = 20;

let directory: string;
let database: TestDatabase | undefined;
let settings: Record<string, string>;
const prefix = `test:${randomBytes(8).toString('hex')}:`;
const running = new Set<GatewayProcess>();

beforeAll(async () => {
  database = process.env.DATABASE_URL ? await createDatabase() : undefined;
  directory = await copyDataDir({ database: !database });
  const url = database?.url;
  settings = {
    DATA_DIR: directory,
    ...(url && { DATABASE_URL: url }),
    ...(url && REDIS_URL && { REDIS_URL, REDIS_PREFIX: prefix }),
  };
});
afterEach(() => Promise.all([...running].map((gateway) => gateway.stop())));
afterAll(async () => {
  await clearKeys(prefix);
  await database?.drop();
  await rm(directory, { recursive: true, force: true });
});

async function start(): Promise<GatewayProcess> {
  const gateway = await GatewayProcess.start(settings);
  running.add(gateway);
  return gateway;
}

const call = ({ url }: GatewayProcess) =>
  atOnce(CALLS, async () => {
    const { status } = await fetch(`${url}/api/v2/bootstrappers`, { headers: { 'user-agent': 'app/1.0' } });
    expect(status).toBe(200);
  });

/** The calls that the report tells, by a command line of its own. */
async function counted(): Promise<number> {
  let stdout = '';
  const terminal = {
    env: settings,
    stdout: (text: string) => {
      stdout += text;
    },
    stderr: () => undefined,
    interactive: false,
  };
  expect(await runCli(['sunset', 'report', '--json'], terminal)).toBe(0);
  const { rows } = JSON.parse(stdout) as { rows: { url: string; calls: number }[] };
  return rows.find(({ url }) => url === '/api/v2/bootstrappers')?.calls ?? 0;
}

test('several instances count together; SIGTERM loses no call, and kill -9 only those of the last seconds', async () => {
  const [killed, ...others] = await atOnce(INSTANCES, start);
  if (!killed) throw new Error('none started');
  for (const gateway of [killed, ...others]) await call(gateway);
  let expected = CALLS * INSTANCES;
  // Of the embedded database nobody else can see what is written, so the process is ended.
  if (others.length > 0) await until('all calls are written', async () => (await counted()) === expected);
  else {
    killed.kill('SIGTERM');
    expect(await killed.ended).toEqual({ code: 0, signal: null });
    expect(await counted()).toBe(expected);
  }

  const victim = others.length > 0 ? killed : await start();
  await call(victim);
  victim.kill('SIGKILL');
  await victim.ended;
  for (const gateway of others) {
    await call(gateway);
    expected += CALLS;
    gateway.kill('SIGTERM');
  }
  for (const gateway of others) expect(await gateway.ended).toEqual({ code: 0, signal: null });
  // What the killed process had not written is lost as a whole.
  expect([expected, expected + CALLS]).toContain(await counted());

  const [last] = await atOnce(1, start);
  if (!last) throw new Error('it did not start');
  const before = expected;
  await call(last);
  last.kill('SIGTERM');
  await last.ended;
  expect([before + CALLS, before + 2 * CALLS]).toContain(await counted());
});
