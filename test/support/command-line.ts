import { runCli } from '../../src/cli/program.js';
import type { TestWorld } from './app.js';

/** What a command has printed, and how it ended. */
export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs one command line beside the gateways of a world, as a shell on the same machine would. */
export async function commandIn(
  { database: { pglite, url }, dataDir, prefix }: TestWorld,
  argv: readonly string[],
  env: Record<string, string> = {},
): Promise<CommandResult> {
  const written = { stdout: '', stderr: '' };
  const terminal = {
    env: {
      DATA_DIR: dataDir,
      DATABASE_URL: url,
      REDIS_URL: process.env.REDIS_URL,
      REDIS_PREFIX: prefix,
      ...env,
    },
    stdout: (text: string) => {
      written.stdout += text;
    },
    stderr: (text: string) => {
      written.stderr += text;
    },
    interactive: false,
  };
  const code = await runCli(argv, terminal, pglite && { pglite });
  return { code, ...written };
}
