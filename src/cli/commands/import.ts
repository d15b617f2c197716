import path from 'node:path';
import { type Command, Option } from 'commander';
import { LEGACY_SYSTEMS, type LegacySystem } from '../../door.js';
import { recordSchema } from '../../modules/import/csv.columns.js';
import { CONFLICT_POLICIES, type ConflictPolicy } from '../../modules/import/run.js';
import type { Run } from '../command.js';
import type { Environment } from '../environment.js';
import { runImport } from '../import-output.js';
import { openSource, SCHEMAS } from '../import-source.js';
import { type Output, showList, showOne, type Terminal } from '../output.js';
import { addPictureImport } from './import-pictures.js';
import { addSessionImport } from './import-sessions.js';

interface UsersOptions {
  system: LegacySystem;
  keepIds?: boolean;
  onConflict: ConflictPolicy;
  rejects?: string;
  dryRun?: boolean;
  files?: string;
  schema?: string;
}

async function importUsers(
  environment: Environment,
  terminal: Terminal,
  text: string,
  options: UsersOptions & { json: boolean },
): Promise<Output> {
  const { imports } = await environment.services();
  const ctx = await environment.context();
  const { system, onConflict, dryRun = false, files, schema, rejects, json } = options;
  const keepIds = options.keepIds ?? (await imports.keepsIds(ctx, system));
  const source = await openSource(text, { stdin: terminal.stdin ?? process.stdin, twice: keepIds, schema });
  const directory = files === undefined ? null : path.resolve(files);
  return runImport(terminal, { text, source, rejects, json }, (onOutcomes) =>
    imports.users(ctx, source, { system, keepIds, onConflict, dryRun, directory, onOutcomes }),
  );
}

async function showStatus(environment: Environment): Promise<Output> {
  const { imports } = await environment.services();
  const { systems, picturesFailed, ...left } = await imports.status(await environment.context());
  const rows = systems.map(({ counts, ...system }) => ({ ...system, ...counts }));
  const failed = Object.entries(picturesFailed).map(
    ([reason, count]) => `pictures given up, ${reason}: ${count}`,
  );
  return {
    json: { systems, picturesFailed, ...left },
    text: [showList(rows).text, showOne(left).text, ...failed].join('\n'),
  };
}

export function addImportCommands(program: Command, run: Run, terminal: Terminal): void {
  const group = program.command('import').description('Take over from another system.');

  group
    .command('users')
    .description(
      'Import accounts; again over a newer dump, to bring up to date what has not been changed here.',
    )
    .argument(
      '<source>',
      'FILE.ndjson, FILE.csv, - for NDJSON on stdin, or mysql://user:password@host:port/database',
    )
    .addOption(
      new Option('--system <system>', 'the system that they come from')
        .choices([...LEGACY_SYSTEMS])
        .makeOptionMandatory(),
    )
    .addOption(new Option('--schema <schema>', 'what kind of database mysql:// is').choices([...SCHEMAS]))
    .option('--keep-ids', 'give accounts the numbers that they had there; of one system only')
    .addOption(
      new Option(
        '--on-conflict <what>',
        'what to do with a phone or verified e-mail address that an account has',
      )
        .choices([...CONFLICT_POLICIES])
        .default('report'),
    )
    .option('--rejects <file>', 'write a line of JSON for each record that is rejected')
    .option('--dry-run', 'do everything but write')
    .option('--files <directory>', 'the folder that avatar_file and background_file lie below')
    .action((source: string, options: UsersOptions) =>
      run((environment) =>
        importUsers(environment, terminal, source, { ...options, json: Boolean(program.opts().json) }),
      ),
    );

  group
    .command('schema')
    .description('The JSON Schema of one record.')
    .action(() =>
      run(async () => {
        const schema = recordSchema();
        return { json: schema, text: JSON.stringify(schema, null, 2) };
      }),
    );

  group
    .command('status')
    .description('The systems that were imported from, and what is left to be done for what was.')
    .action(() => run(showStatus));

  addSessionImport(group, run, terminal);
  addPictureImport(group, run);
}
