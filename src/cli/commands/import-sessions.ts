import { type Command, Option } from 'commander';
import { LEGACY_SYSTEMS, type LegacySystem } from '../../door.js';
import { SESSION_COLUMNS } from '../../modules/import/session.record.js';
import type { Run } from '../command.js';
import type { Environment } from '../environment.js';
import { runImport } from '../import-output.js';
import { openSource } from '../import-source.js';
import type { Output, Terminal } from '../output.js';

interface SessionsOptions {
  system: LegacySystem;
  rejects?: string;
  dryRun?: boolean;
}

async function importSessions(
  environment: Environment,
  terminal: Terminal,
  text: string,
  options: SessionsOptions & { json: boolean },
): Promise<Output> {
  const { sessionImports } = await environment.services();
  const ctx = await environment.context();
  const { system, dryRun = false, rejects, json } = options;
  const stdin = terminal.stdin ?? process.stdin;
  const source = await openSource(text, { stdin, twice: false, columns: SESSION_COLUMNS });
  return runImport(terminal, { text, source, rejects, json }, (onOutcomes) =>
    sessionImports.sessions(ctx, source, { system, dryRun, onOutcomes }),
  );
}

/** `import sessions`, in the group of imports. */
export function addSessionImport(group: Command, run: Run, terminal: Terminal): void {
  group
    .command('sessions')
    .description('Keep tokens of another system good; a repeated run revives no session that has ended.')
    .argument(
      '<source>',
      'FILE.ndjson, FILE.csv, or - for NDJSON on stdin: token, legacy_id, expires_at, device_type',
    )
    .addOption(
      new Option('--system <system>', 'the system that they are of')
        .choices([...LEGACY_SYSTEMS])
        .makeOptionMandatory(),
    )
    .option('--rejects <file>', 'write a line of JSON for each session that is rejected, without its token')
    .option('--dry-run', 'do everything but write')
    .action((source: string, options: SessionsOptions) =>
      run((environment) =>
        importSessions(environment, terminal, source, {
          ...options,
          json: Boolean(group.optsWithGlobals().json),
        }),
      ),
    );
}
