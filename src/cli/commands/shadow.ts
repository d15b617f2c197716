import type { Command } from 'commander';
import { clearShadows } from '../../modules/shadow/shadow.repository.js';
import type { Run } from '../command.js';
import { showOne } from '../output.js';
import { shadowReport } from '../shadow-report.js';

export function addShadowCommands(program: Command, run: Run): void {
  const shadow = program
    .command('shadow')
    .description('Reads that the other side was asked as well (SHADOW).');

  shadow
    .command('report')
    .description('What was compared, row by row, and the last differences.')
    .action(() => run(async (environment) => shadowReport(await environment.em())));

  shadow
    .command('clear')
    .description('Forget what was compared so far, for example after a change.')
    .action(() =>
      run(async (environment) => showOne({ cleared: await clearShadows(await environment.em()) })),
    );
}
