// Makes the app of docs/front-end.md, and runs it with every client against a gateway: `node run.ts [part of a name]`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { bundle } from './support/bundle.ts';
import { Gateway } from './support/gateway.ts';
import { atGateway, pageText, readPage, writeFiles } from './support/page.ts';

const APP = 'app';
/** The same app, for a gateway that answers its documents alone. */
const TRUSTED_APP = 'trusted-app';
const BUNDLES = 'dist';

process.chdir(import.meta.dirname);
const PATH = `${path.resolve('node_modules/.bin')}${path.delimiter}${process.env.PATH}`;

async function run(command: string, cwd: string, env: Record<string, string> = {}): Promise<void> {
  console.log(`$ ${command}`);
  const child = spawn(command, { cwd, env: { ...process.env, PATH, ...env }, shell: true, stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${command}: exit code ${code}`);
}

/** One list of what graphql-codegen and Relay wrote, each a map of hashes to texts. */
function listDocuments(file: string): void {
  const lists = ['src/gql/persisted-documents.json', 'relay-documents.json'];
  const read = (name: string) =>
    JSON.parse(readFileSync(path.join(APP, name), 'utf8')) as Record<string, string>;
  writeFileSync(file, JSON.stringify(Object.assign({}, ...lists.map(read))));
}

async function testClients(name: string): Promise<void> {
  const tests = globSync('test/*.test.ts').filter((file) => file.includes(name));
  if (tests.length === 0) throw new Error(`No test has ${name} in its name`);
  await using gateway = await Gateway.start();

  const page = readPage(pageText());
  for (const app of [APP, TRUSTED_APP]) rmSync(app, { recursive: true, force: true });
  writeFiles(page, APP, gateway.url);
  for (const command of page.commands) await run(atGateway(command, gateway.url), APP);

  const documents = path.resolve(APP, 'documents.json');
  listDocuments(documents);
  await using trusted = await Gateway.start({ TRUSTED_DOCUMENTS: documents, TRUSTED_DOCUMENTS_ONLY: 'on' });
  cpSync(APP, TRUSTED_APP, { recursive: true, force: true });
  writeFiles(page, TRUSTED_APP, trusted.url);

  await run('tsc -p .', '.');

  rmSync(BUNDLES, { recursive: true, force: true });
  const used = await bundle(tests, BUNDLES);
  const apart = [...page.files.keys()].filter(
    (file) => file.startsWith('src/') && !used.some((one) => one.endsWith(file)),
  );
  if (!name && apart.length > 0) throw new Error(`No test uses ${apart.join(', ')} of the page`);
  await run(`node --enable-source-maps --test "${BUNDLES}/*.test.js"`, '.', {
    GATEWAY_URL: gateway.url,
    GATEWAY_LOG: gateway.log,
    TRUSTED_LOG: trusted.log,
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
