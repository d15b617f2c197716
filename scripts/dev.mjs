// Compiles on change and restarts the gateway on every compiled change. When it ends, so does what it started.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';

/** The compiler writes many files at once. */
const QUIET_MS = 200;

const run = (command) => spawnSync(command, { shell: true, stdio: 'inherit' });

if (run('npm run --silent build').status !== 0) process.exit(1);

let stopping = false;
let gateway;

/** In a process group of its own: what a terminal sends to all, it gets from here, and once. */
function start() {
  gateway = spawn(process.execPath, ['dist/src/main.js'], {
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  gateway.running = once(gateway, 'exit');
}

async function stop() {
  gateway.kill('SIGTERM');
  await gateway.running;
}

let restarting = false;
async function restart() {
  if (restarting) return;
  restarting = true;
  await stop();
  restarting = false;
  if (!stopping) start();
}

const compiler = spawn('tsc', ['-p', 'tsconfig.build.json', '--watch', '--preserveWatchOutput'], {
  stdio: 'inherit',
  // Windows finds commands of packages through its shell only.
  shell: process.platform === 'win32',
});
let quiet;
const watchers = [
  watch('dist/src', { recursive: true }, () => {
    clearTimeout(quiet);
    quiet = setTimeout(restart, QUIET_MS);
  }),
  // The compiler knows nothing of the dialects' documents.
  watch('src/rest/dialects', (_event, file) => {
    if (file?.endsWith('.graphql')) run('node scripts/copy-documents.mjs');
  }),
];
start();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, async () => {
    if (stopping) return gateway.kill('SIGKILL');
    stopping = true;
    clearTimeout(quiet);
    for (const watcher of watchers) watcher.close();
    compiler.kill();
    await stop();
    process.exit();
  });
}
