import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { copyDataDir, createDatabase } from '../support/template.js';
import { until } from '../support/until.js';

/** The commands of the README, as a terminal or a supervisor runs them. */

const { PATH, HOME, TMPDIR, DATABASE_URL } = process.env;
const ENV = { PATH, HOME, TMPDIR, NO_COLOR: '1' };

describe('npm scripts', () => {
  let directory: string;
  let npm: ChildProcess;
  let output: string;

  beforeAll(async () => {
    directory = await copyDataDir({ database: true });
  });
  afterEach(() => npm.kill('SIGKILL'));
  afterAll(() => rm(directory, { recursive: true, force: true }));

  test.each(['start', 'dev'])('npm run %s passes SIGTERM on and ends after the gateway', async (script) => {
    output = '';
    const env = { ...ENV, DATA_DIR: directory, PORT: '0' };
    npm = spawn('npm', ['run', script], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [npm.stdout, npm.stderr]) stream?.on('data', (text) => (output += text));
    const ended = once(npm, 'close');
    await until('it listens', () => /listens at http/.test(output) || npm.exitCode !== null, 100_000);
    const url = /listens at (\S+)/.exec(output)?.[1] ?? output;
    expect((await fetch(`${url}/livez`)).status).toBe(200);

    npm.kill('SIGTERM');
    await ended;
    await expect(fetch(`${url}/livez`)).rejects.toThrow('fetch failed');
  });
});

describe("MikroORM's own command line", () => {
  const check = async (settings: Record<string, string>) => {
    const args = ['node_modules/@mikro-orm/cli/cli.js', 'migration:check'];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...ENV, ...settings } });
    return stdout;
  };

  test("MikroORM's own command line finds that the migrations lead to the entities, without any setting", async () => {
    expect(await check({})).toBe('No changes required, schema is up-to-date\n');
  });

  (DATABASE_URL ? test : test.skip)(
    "MikroORM's own command line says when a database differs from the entities",
    async () => {
      const database = await createDatabase();
      const url = database.url ?? '';
      expect(await check({ DATABASE_URL: url })).toBe('No changes required, schema is up-to-date\n');
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query('alter table follows add column surplus int');
      await client.end();
      await expect(check({ DATABASE_URL: url })).rejects.toMatchObject({
        code: 1,
        stdout: expect.stringContaining('Changes detected'),
      });
      await database.drop();
    },
  );
});
