// Builds what a program needs and becomes it: `node scripts/run.mjs start|cli|test|… [arguments]`, in any shell.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import process from 'node:process';

// Little memory kept back costs little time and saves half of it (docs/performance.md).
const heap = JSON.parse(readFileSync(new URL('heap.json', import.meta.url), 'utf8'));

const PROGRAMS = {
  start: { builds: ['build'], args: [...heap.flags, 'dist/src/main.js'], env: heap.env },
  // An import makes much that is soon forgotten: a larger young heap saves a tenth of its time (docs/performance.md).
  cli: {
    builds: ['build:server'],
    args: [...heap.flags, '--max-semi-space-size=16', 'dist/src/cli/main.js'],
    env: heap.env,
  },
  test: { builds: ['build:test'], args: ['node_modules/jest/bin/jest.js'] },
  'test:browser': {
    builds: ['build', 'build:test'],
    args: ['node_modules/jest/bin/jest.js', '--testMatch', '**/*.browser.js', '--'],
  },
  'test:clients': { builds: ['build:server', 'install:clients'], args: ['clients/run.ts'] },
  bench: { builds: ['build:bench'], args: ['dist/bench/bench.js'] },
  'bench:events': { builds: ['build:bench'], args: ['dist/bench/events.js'] },
  'bench:ranking': { builds: ['build:bench'], args: ['dist/bench/ranking.js'] },
};

/** The image holds no sources: what is there is what it was built from. */
function build(name) {
  if (!existsSync('tsconfig.build.json')) return;
  const { status } = spawnSync(`npm run --silent ${name}`, { shell: true, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/**
 * Replaces this process where the system can do that, so that signals reach the command; else runs beside it.
 */
function become(args, env) {
  const command = [process.execPath, ...args];
  if (process.platform !== 'win32' && process.execve) process.execve(process.execPath, command, env);
  const child = spawn(process.execPath, args, { env, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}

const [, , name, ...rest] = process.argv;
const { builds, args, env } = PROGRAMS[name];
for (const one of builds) build(one);
become([...args, ...rest], { ...process.env, ...env });
