import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runCli } from '../../src/cli/program.js';

test('an embedded database that a running server holds is refused with a clear message', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'cli-held-'));
  // The parent of this process stands for the server: it is alive and somebody else.
  writeFileSync(path.join(directory, 'gateway.pid'), String(process.ppid));
  let stderr = '';
  const code = await runCli(['hobby', 'list', '--json'], {
    env: { DATA_DIR: directory },
    stdout: () => undefined,
    stderr: (text) => {
      stderr += text;
    },
    interactive: false,
  });
  expect(code).toBe(1);
  expect(stderr).toContain(`in use by process ${process.ppid}`);
  await rm(directory, { recursive: true });
});
