// Compiles on change and restarts the gateway on every compiled change.
import { spawn, spawnSync } from 'node:child_process';
import { watch } from 'node:fs';

spawnSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
const children = [
  spawn('tsc', ['-p', 'tsconfig.build.json', '--watch', '--preserveWatchOutput'], { stdio: 'inherit' }),
  spawn('node', ['--watch-path=dist/src', '--watch-preserve-output', 'dist/src/main.js'], {
    stdio: 'inherit',
  }),
];
// The compiler knows nothing of the dialects' documents.
const watcher = watch('src/rest/dialects', (_event, file) => {
  if (file?.endsWith('.graphql')) spawnSync('node', ['scripts/copy-documents.mjs'], { stdio: 'inherit' });
});
const stop = () => {
  watcher.close();
  for (const child of children) child.kill('SIGTERM');
};
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
