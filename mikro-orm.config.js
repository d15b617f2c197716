import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * For MikroORM's own tools, such as `npx mikro-orm migration:check`: entities and migrations as they are compiled, on
 * the database of `DATABASE_URL`. Without one, on a passing one that has all the migrations, because the embedded one
 * belongs to the gateway.
 */
const compile = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'];
if (spawnSync(process.execPath, compile, { stdio: 'inherit' }).status !== 0) process.exit(1);
await import('reflect-metadata');
const { loadConfig } = await import('./dist/src/config.js');
const { openDatabase, DATABASE_SCHEMA } = await import('./dist/src/open-database.js');
const { migrate } = await import('./dist/src/infra/database/database.js');
const { ormOptions } = await import('./dist/src/infra/database/orm-options.js');

async function passing(config) {
  const DATA_DIR = mkdtempSync(join(tmpdir(), 'ug-orm-'));
  process.on('exit', () => rmSync(DATA_DIR, { recursive: true, force: true }));
  const database = await openDatabase({ ...config, DATA_DIR });
  await migrate(database);
  await database.close();
  return { ...config, DATA_DIR };
}

const config = loadConfig();
export default await ormOptions(config.DATABASE_URL ? config : await passing(config), DATABASE_SCHEMA);
