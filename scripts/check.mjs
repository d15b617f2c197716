// Everything that can be wrong without a test failing. Runs all of it and reports all of it.
import { spawnSync } from 'node:child_process';

const CHECKS = [
  ['types', 'tsc', ['-p', '.']],
  ['types of the playground', 'tsc', ['-p', 'playground']],
  ['build', 'npm', ['run', '--silent', 'build:server']],
  ['lint, format and import rules', 'biome', ['ci', '--colors=off', '.']],
  ['schema.graphql', 'node', ['dist/src/cli/main.js', 'schema', '--check']],
  ['changes of the schema', 'node', ['scripts/schema-changes.mjs', '--check']],
  ["types of the dialects' operations", 'node', ['scripts/operation-types.mjs', '--check']],
  ['migrations against entities', 'node', ['dist/src/cli/main.js', 'db', 'check']],
  ['pages written from the code', 'node', ['dist/src/cli/main.js', 'docs', '--check']],
];

const failed = CHECKS.filter(([name, command, args]) => {
  const { status, stdout, stderr } = spawnSync([command, ...args].join(' '), {
    encoding: 'utf8',
    shell: true,
  });
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name}`);
  if (status !== 0) console.log(`${stdout}${stderr}`);
  return status !== 0;
});
process.exitCode = failed.length > 0 ? 1 : 0;
