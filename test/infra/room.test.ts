import 'reflect-metadata';
import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { toAppError } from '../../src/errors/unexpected.js';
import { openDatabase } from '../../src/open-database.js';
import { copyDataDir } from '../support/template.js';
import { until } from '../support/until.js';

/** The embedded database on a disk of its own. */

const mayMount = process.platform === 'linux' && process.getuid?.() === 0;
const MIB = 1024 * 1024;

(mayMount ? test : test.skip)(
  mayMount
    ? 'the embedded database takes no writes while its disk is nearly full'
    : 'the embedded database takes no writes while its disk is nearly full (skipped: only root can mount one)',
  async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'ug-test-disk-'));
    const template = await copyDataDir({ database: true });
    expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=300m', 'tmpfs', directory]).status).toBe(0);
    try {
      await cp(template, directory, { recursive: true });
      const database = await openDatabase({ DATA_DIR: directory, DATABASE_POOL: 1, DATABASE_URL: undefined });
      const write = () => database.fork().execute(`update users set bio = 'written'`);
      const code = () =>
        write().then(
          () => 'ok',
          (error: unknown) => toAppError(error).code,
        );
      expect(await code()).toBe('ok');
      const filler = path.join(directory, 'filler');
      const { stdout } = spawnSync('df', ['--output=avail', '-B1', directory], { encoding: 'utf8' });
      await writeFile(filler, Buffer.alloc(Number(stdout.split('\n')[1]) - 20 * MIB));
      await until('it takes no writes', async () => (await code()) === 'SERVICE_UNAVAILABLE');
      expect(await database.ping()).toBe(false);
      expect(await database.fork().execute('select 1 as one')).toEqual([{ one: 1 }]);
      await rm(filler);
      await until('it takes writes again', async () => (await code()) === 'ok');
      expect(await database.ping()).toBe(true);
      await database.close();
    } finally {
      spawnSync('umount', [directory]);
      await rm(directory, { recursive: true, force: true });
      await rm(template, { recursive: true, force: true });
    }
  },
);
