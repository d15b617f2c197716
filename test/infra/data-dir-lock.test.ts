import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The embedded database belongs to one process, and to one only when several start after a crash. */

const DIRECTORIES = 200;
const PROCESSES = 4;
/** Numbers of processes end below. */
const DEAD = 99_999_999;

/** Locks every directory it can get, and says which; ends when it is told to. */
const CONTENDER = `
  const { lockDataDir } = await import(process.argv[2]);
  process.on('message', (directories) => {
    process.send(directories.filter((directory) => {
      try {
        lockDataDir(directory);
        return true;
      } catch (error) {
        if (error.name !== 'DataDirInUseError') throw error;
        return false;
      }
    }));
  });
  process.send('ready');
`;

let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'lock-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

test.each([
  ['free', undefined],
  ['left behind by a dead process', String(DEAD)],
])('of several processes that start at once, one gets a data directory that is %s', async (_what, holder) => {
  const directories = Array.from({ length: DIRECTORIES }, (_, index) =>
    path.join(root, `${holder}-${index}`),
  );
  for (const directory of directories) {
    await mkdir(directory);
    if (holder) await writeFile(path.join(directory, 'gateway.pid'), holder);
  }
  const script = path.join(root, 'contender.mjs');
  await writeFile(script, CONTENDER);
  const lock = new URL('../../src/infra/database/data-dir-lock.js', import.meta.url).href;
  const contenders = Array.from({ length: PROCESSES }, () => fork(script, [lock]));
  const answers = () => Promise.all(contenders.map(async (one) => (await once(one, 'message'))[0]));
  try {
    await answers();
    const locked = answers();
    for (const one of contenders) one.send(directories);
    const holders = (await locked).flat() as string[];
    expect(holders.toSorted()).toEqual(directories.toSorted());
  } finally {
    for (const one of contenders) one.kill();
  }
});
