import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { type Command, Option } from 'commander';
import { LEGACY_SYSTEMS, type LegacySystem } from '../../door.js';
import { type RejectedSession, SessionImport } from '../../modules/import/session.import.js';
import type { Run } from '../command.js';
import { type Environment } from '../environment.js';
import { type Output, showOne, type Terminal } from '../output.js';
import { openSessionSource } from '../session-source.js';

interface Options {
  system: LegacySystem;
  rejects?: string;
  dryRun?: boolean;
}

/** Rejections told on the terminal where no file takes them. */
const TOLD = 20;

const lineOf = ({ line, legacyId, reason }: RejectedSession): string =>
  `${JSON.stringify({ line, legacy_id: legacyId, ...reason })}\n`;

/** A file that nobody else can read. Throws when it cannot be written. */
async function openRejects(file: string): Promise<WriteStream> {
  const stream = createWriteStream(file, { mode: 0o600 });
  await once(stream, 'open');
  return stream;
}

async function importSessions(
  environment: Environment,
  source: string,
  { system, rejects, dryRun = false }: Options,
  terminal: Terminal,
): Promise<Output> {
  const started = performance.now();
  const file = rejects === undefined ? null : await openRejects(rejects);
  let told = 0;
  const onRejected = async (rejected: RejectedSession) => {
    if (file && !file.write(lineOf(rejected))) await once(file, 'drain');
    if (!file && told++ < TOLD) terminal.stderr(`rejected: ${lineOf(rejected)}`);
  };
  const run = new SessionImport(await environment.context(), { system, dryRun, onRejected });
  try {
    const { read, created, unchanged, expired, ended, rejected } = await run.run(openSessionSource(source));
    const seconds = Math.round((performance.now() - started) / 100) / 10;
    const skipped = expired + ended;
    return showOne({ read, created, unchanged, skipped, expired, ended, rejected, seconds });
  } finally {
    if (file) await new Promise((done) => file.end(done));
  }
}

/** `import sessions`, in the group of imports. */
export function addSessionImport(group: Command, run: Run, terminal: Terminal): void {
  group
    .command('sessions')
    .description(
      'Keep the sessions of another system good, by their tokens; a repeated run revives none that has ended.',
    )
    .argument(
      '<source>',
      'UTF-8: CSV in a *.csv file, else NDJSON, of {"token", "legacy_id", "expires_at", "device_type"?}; - is standard input',
    )
    .addOption(
      new Option('--system <system>', 'the system that they are of')
        .choices(LEGACY_SYSTEMS)
        .makeOptionMandatory(),
    )
    .option('--rejects <file>', 'takes what was not imported, as NDJSON with line and reason, without tokens')
    .option('--dry-run', 'do everything but write')
    .action((source: string, options: Options) =>
      run((environment) => importSessions(environment, source, options, terminal)),
    );
}
