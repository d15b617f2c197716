import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { seedDemo } from '../../seeders/demo.seeder.js';
import { countArgument } from '../arguments.js';
import type { Run } from '../command.js';
import { showOne, type Terminal } from '../output.js';

interface DemoCommandOptions {
  users: number;
  orders: number;
  seed: string;
  password?: string;
}

/** Shows how far a run is, where somebody watches. */
function progressOf(terminal: Terminal, total: number, json: boolean) {
  if (!terminal.interactive || json || total === 0) return { update: () => undefined, stop: () => undefined };
  const bar = new SingleBar({ format: '{bar} {value}/{total} users, {eta} s left', stream: process.stderr });
  bar.start(total, 0);
  return { update: (users: number) => bar.update(users), stop: () => bar.stop() };
}

export function addSeedCommands(program: Command, run: Run, terminal: Terminal): void {
  const seed = program.command('seed').description('Fill the database.');

  seed
    .command('demo')
    .description('Add demo users with everything around them; every run adds more.')
    .requiredOption('--users <number>', 'how many users', countArgument(0, 50_000_000))
    .option(
      '--orders <number>',
      'incomes of points to book, spread over them',
      countArgument(0, 500_000_000),
      0,
    )
    .option('--seed <text>', 'the same text makes the same people in an empty database', 'demo')
    .option('--password <text>', 'a password they all share; none by default')
    .action(({ users, orders, seed: text, password }: DemoCommandOptions) =>
      run(async (environment) => {
        const { hasher } = await environment.services();
        const passwordHash = password === undefined ? null : await hasher.hash(password, 'PLAIN');
        const em = await environment.em();
        const progress = progressOf(terminal, users, Boolean(program.opts().json));
        const started = performance.now();
        try {
          const onProgress = progress.update;
          const result = await seedDemo(em, { users, orders, seed: text, passwordHash, onProgress });
          return showOne({ ...result, seconds: Math.round((performance.now() - started) / 100) / 10 });
        } finally {
          progress.stop();
        }
      }),
    );
}
