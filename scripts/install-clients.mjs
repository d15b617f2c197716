// Installs the clients of front ends, which `npm run test:clients` alone needs, unless they are as their lock file says.
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';

const at = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

if (at('clients/node_modules/.package-lock.json') < at('clients/package-lock.json')) {
  const { status } = spawnSync('npm ci', { cwd: 'clients', shell: true, stdio: 'inherit' });
  process.exitCode = status ?? 1;
}
