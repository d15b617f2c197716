import { Command, CommanderError } from 'commander';
import { AppError } from '../errors/app-error.js';
import { toAppError } from '../errors/unexpected.js';
import type { EmbeddedOptions } from '../infra/database/orm-options.js';
import { StartError } from '../infra/start-error.js';
import { UnavailableError } from '../infra/unavailable.js';
import type { AddCommands, Run } from './command.js';
import { addAuditCommands } from './commands/audit.js';
import { addBannedWordCommands } from './commands/banned-word.js';
import { addBlockedIpCommands } from './commands/blocked-ip.js';
import { addCommunityCommands } from './commands/community.js';
import { addDataKeyCommands } from './commands/data-key.js';
import { addDatabaseCommands } from './commands/database.js';
import { addDefaultPhotoCommands } from './commands/default-photo.js';
import { addExportCommands } from './commands/export.js';
import { addHobbyCommands } from './commands/hobby.js';
import { addImportCommands } from './commands/import.js';
import { addJobCommands } from './commands/jobs.js';
import { addOpenAppCommands } from './commands/open-app.js';
import { addProjectCommands } from './commands/project.js';
import { addReleaseCommands } from './commands/release.js';
import { addReplayCommand } from './commands/replay.js';
import { addSeedCommands } from './commands/seed.js';
import { addSettingsCommand } from './commands/settings.js';
import { addShadowCommands } from './commands/shadow.js';
import { addSunsetCommands } from './commands/sunset.js';
import { addTagCategoryCommands, addTagCommands } from './commands/tag.js';
import { addUserCommands } from './commands/user.js';
import { addWebhookCommands } from './commands/webhook.js';
import { Environment } from './environment.js';
import type { Output, Stream, Terminal } from './output.js';

const COMMANDS: readonly AddCommands[] = [
  addOpenAppCommands,
  addWebhookCommands,
  addUserCommands,
  addExportCommands,
  addAuditCommands,
  addHobbyCommands,
  addTagCategoryCommands,
  addTagCommands,
  addCommunityCommands,
  addReleaseCommands,
  addDefaultPhotoCommands,
  addBlockedIpCommands,
  addBannedWordCommands,
  addSeedCommands,
  addImportCommands,
  addJobCommands,
  addDatabaseCommands,
  addDataKeyCommands,
  addSunsetCommands,
  addShadowCommands,
  addReplayCommand,
];

/** Exit codes: wrong usage ends with 2, every other failure with 1. */
const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

/**
 * The operator's command line. Runs one command and returns the exit code. Results go to stdout, with
 * `--json` as exactly one JSON value; whatever goes wrong goes to stderr. Tests hand in a prepared embedded database.
 */
export async function runCli(
  argv: readonly string[],
  terminal: Terminal,
  embedded?: EmbeddedOptions,
): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = new Command('cli')
    .description('The command line of the user gateway.')
    .option('--json', 'print one JSON value')
    .exitOverride()
    .configureOutput({ writeOut: terminal.stdout, writeErr: terminal.stderr });
  const printStream = async ({ pieces }: Stream): Promise<void> => {
    for await (const piece of pieces(Boolean(program.opts().json))) terminal.stdout(piece);
  };
  const print = ({ json, text, exitCode: code = EXIT.ok }: Output) => {
    terminal.stdout(`${program.opts().json ? JSON.stringify(json) : text}\n`);
    exitCode = code;
  };
  const run: Run = async (work) => {
    const environment = new Environment(terminal, embedded);
    try {
      const output = await work(environment);
      if ('pieces' in output) await printStream(output);
      else print(output);
    } catch (error) {
      const problem = environment.startProblem(error);
      throw problem ? new StartError(problem) : error;
    } finally {
      await environment.close();
    }
  };
  for (const add of COMMANDS) add(program, run, terminal);
  addSettingsCommand(program, print);
  addProjectCommands(program, print, run);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has said what is wrong, or shown the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    terminal.stderr(`error: ${describe(error)}\n`);
    return EXIT.failed;
  }
}

/** A failure in one line; settings have a line each. */
function describe(raw: unknown): string {
  if (raw instanceof StartError) return raw.message;
  const error = raw instanceof UnavailableError ? toAppError(raw) : raw;
  if (error instanceof AppError) {
    return error.details.field ? `${error.message} (${error.details.field})` : error.message;
  }
  if (!(error instanceof Error)) return String(error);
  // A refused connection comes as one error for each address, without a message of its own.
  const [first = error]: Error[] = error instanceof AggregateError ? error.errors : [];
  return first.message.split('\n')[0] || first.name;
}
