// Makes the app of docs/front-end.md, and runs it with every client against a gateway: `node run.ts [part of a name]`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { bundle } from './support/bundle.ts';
import { Gateway } from './support/gateway.ts';
import { atGateway, pageText, readPage, writeApp } from './support/page.ts';

const APP = 'app';
const BUNDLES = 'dist';

process.chdir(import.meta.dirname);
const PATH = `${path.resolve('node_modules/.bin')}${path.delimiter}${process.env.PATH}`;

async function run(command: string, cwd: string, env: Record<string, string> = {}): Promise<void> {
  console.log(`$ ${command}`);
  const child = spawn(command, { cwd, env: { ...process.env, PATH, ...env }, shell: true, stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${command}: exit code ${code}`);
}

async function testClients(name: string): Promise<void> {
  const tests = globSync('test/*.test.ts').filter((file) => file.includes(name));
  if (tests.length === 0) throw new Error(`No test has ${name} in its name`);
  await using gateway = await Gateway.start();
  process.on('exit', () => gateway.end());

  const page = readPage(pageText());
  writeApp(page, APP, gateway.url);
  for (const command of page.commands) await run(atGateway(command, gateway.url), APP);
  await run('tsc -p .', '.');

  rmSync(BUNDLES, { recursive: true, force: true });
  await bundle(tests, BUNDLES);
  await run(`node --enable-source-maps --test "${BUNDLES}/*.test.js"`, '.', {
    GATEWAY_URL: gateway.url,
    GATEWAY_LOG: gateway.log,
  });
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => process.exit(128 + constants.signals[signal]));
}
try {
  await testClients(process.argv[2] ?? '');
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
