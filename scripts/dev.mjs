// Builds on every change and restarts the gateway on every build. When it ends, so does the gateway.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';

/** Editors write a file in several steps. */
const QUIET_MS = 200;

let gateway;
let stopping = false;

/**
 * The child has a process group of its own: a signal that a terminal sends to all reaches it once, from here.
 */
function start() {
  gateway = spawn(process.execPath, ['dist/src/main.js'], {
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  gateway.ended = once(gateway, 'exit');
}

async function stop() {
  gateway?.kill('SIGTERM');
  await gateway?.ended;
}

/** One after the other; what changes meanwhile is built next. What does not compile leaves the gateway as it was. */
let building = Promise.resolve();
function build() {
  building = building.then(async () => {
    const builder = spawn('npm run --silent build', { shell: true, stdio: 'inherit' });
    const [status] = await once(builder, 'exit');
    if (status !== 0 || stopping) return;
    await stop();
    if (!stopping) start();
  });
}

let quiet;
for (const directory of ['src', 'playground']) {
  watch(directory, { recursive: true }, () => {
    clearTimeout(quiet);
    quiet = setTimeout(build, QUIET_MS);
  });
}
build();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, async () => {
    if (stopping) gateway?.kill('SIGKILL');
    stopping = true;
    await stop();
    process.exit();
  });
}
