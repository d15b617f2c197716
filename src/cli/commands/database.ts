import { existsSync, readdirSync } from 'node:fs';
import type { Command } from 'commander';
import { type Database, migrate } from '../../infra/database/database.js';
import { MIGRATIONS } from '../../migrations/index.js';
import { openDatabase } from '../../open-database.js';
import type { Run } from '../command.js';
import { type Output, showOne } from '../output.js';

/** Opens a new database in memory, brings it to the last migration, and closes it after the work. */
async function withFreshDatabase(work: (database: Database) => Promise<Output>): Promise<Output> {
  const nowhere = { DATABASE_URL: undefined, DATABASE_POOL: 2, DATA_DIR: '' };
  const database = await openDatabase(nowhere, { dataDir: 'memory://' });
  try {
    await migrate(database);
    return await work(database);
  } finally {
    await database.close();
  }
}

const SOURCES = 'src/migrations';

/** Files of migrations that `index.ts` does not list; none where there are no sources. */
function unlisted(): string[] {
  if (!existsSync(SOURCES)) return [];
  const listed = new Set(MIGRATIONS.map(({ name }) => `${name}.ts`));
  return readdirSync(SOURCES).filter((file) => file !== 'index.ts' && !listed.has(file));
}

async function check({ orm }: Database): Promise<Output> {
  const sql = (await orm.schema.getUpdateSchemaSQL({ wrap: false })).trim();
  const forgotten = unlisted();
  const upToDate = sql === '' && forgotten.length === 0;
  if (upToDate) return { json: { upToDate, sql }, text: 'The migrations lead to the entities.' };
  const lines = [
    ...forgotten.map((file) => `${SOURCES}/index.ts does not list ${file}.`),
    sql && `The migrations listed in ${SOURCES}/index.ts lack (npm run db:create-migration -- NAME):\n${sql}`,
  ];
  return { json: { upToDate, sql }, text: lines.filter(Boolean).join('\n'), exitCode: 1 };
}

async function createMigration({ orm }: Database, name?: string): Promise<Output> {
  const { fileName, diff } = await orm.migrator.create(undefined, false, false, name);
  const file = fileName ? `${SOURCES}/${fileName}` : null;
  const json = { file, up: diff.up };
  if (!file) return { json, text: 'The migrations lead to the entities: nothing to write.' };
  return { json, text: `Wrote ${file}. Review it, and add it to ${SOURCES}/index.ts.` };
}

export function addDatabaseCommands(program: Command, run: Run): void {
  const db = program.command('db').description('The schema of the database.');

  db.command('migrate')
    .description('Bring the database up to date, as every start of the server does.')
    .action(() => run(async (environment) => showOne({ applied: await environment.migrate() })));

  db.command('create-migration')
    .description('Write the migration that the entities need after the existing ones.')
    .argument('[name]', 'a word for its file name')
    .action((name?: string) => run(() => withFreshDatabase((database) => createMigration(database, name))));

  db.command('check')
    .description('Fail when the migrations do not lead to the entities.')
    .action(() => run(() => withFreshDatabase(check)));
}
