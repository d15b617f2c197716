import { type Command, Option } from 'commander';
import { LEGACY_SYSTEMS, type LegacySystem } from '../../door.js';
import { SESSION_COLUMNS } from '../../modules/import/session.record.js';
import type { SessionImportReport } from '../../modules/import/session-import.service.js';
import type { Run } from '../command.js';
import type { Environment } from '../environment.js';
import { exampleText, progressOf } from '../import-output.js';
import { openSource } from '../import-source.js';
import { type Output, showOne, type Terminal } from '../output.js';
import { RejectsFile } from '../rejects-file.js';

interface SessionsOptions {
  system: LegacySystem;
  rejects?: string;
  dryRun?: boolean;
}

/** A run in which nothing could be imported of all that was read has failed. */
function show(report: SessionImportReport): Output {
  const { reasons, rejectedRecords, skippedRecords, ...counts } = report;
  const { rejected, skipped, read } = report;
  const text = [
    showOne({ ...counts }).text,
    ...Object.entries(reasons).map(([code, count]) => `${code}: ${count}`),
    ...exampleText('rejected', rejectedRecords, rejected),
    ...exampleText('skipped', skippedRecords, skipped),
  ].join('\n');
  return { json: report, text, exitCode: read > 0 && rejected === read ? 1 : 0 };
}

async function importSessions(
  environment: Environment,
  terminal: Terminal,
  text: string,
  options: SessionsOptions & { json: boolean },
): Promise<Output> {
  const { sessionImports } = await environment.services();
  const { system, dryRun = false } = options;
  const rejects = options.rejects === undefined ? null : await RejectsFile.open(options.rejects, text);
  const stdin = terminal.stdin ?? process.stdin;
  const source = await openSource(text, { stdin, twice: false, columns: SESSION_COLUMNS });
  const progress = progressOf(terminal, source, options.json);
  try {
    const report = await sessionImports.sessions(await environment.context(), source, {
      system,
      dryRun,
      onOutcomes: async (outcomes) => {
        await rejects?.add(outcomes);
        progress.update(outcomes.length);
      },
    });
    return show(report);
  } finally {
    progress.stop();
    await source.close();
    await rejects?.close();
  }
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
