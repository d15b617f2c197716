// Compiles on change and restarts the gateway on every compiled change.
import { spawn, spawnSync } from 'node:child_process';

spawnSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
const children = [
  spawn('tsc', ['-p', 'tsconfig.build.json', '--watch', '--preserveWatchOutput'], { stdio: 'inherit' }),
  spawn('node', ['--watch-path=dist/src', '--watch-preserve-output', 'dist/src/main.js'], {
    stdio: 'inherit',
  }),
];
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => children.map((child) => child.kill(signal)));
