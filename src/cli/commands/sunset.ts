import type { Command } from 'commander';
import { countArgument } from '../arguments.js';
import type { Run } from '../command.js';
import { sunsetReport } from '../sunset-report.js';

export function addSunsetCommands(program: Command, run: Run): void {
  program
    .command('sunset')
    .description('The end of legacy URLs.')
    .command('report')
    .description(
      'Each row with its calls, accounts, last call, client versions and trend (the later half of the days against the earlier): who breaks if it goes. Accounts are counted to within a few percent.',
    )
    .option('--days <days>', 'so many days, with today', countArgument(1, 3650), 30)
    .action(({ days }: { days: number }) =>
      run(async (environment) => sunsetReport(await environment.em(), days)),
    );
}
