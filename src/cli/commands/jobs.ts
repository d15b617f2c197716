import { Argument, type Command } from 'commander';
import type { JobReport } from '../../jobs/job.js';
import { JOB_NAMES } from '../../jobs/jobs.js';
import type { Run } from '../command.js';
import type { Output } from '../output.js';

function describe({ job, outcome, counts }: JobReport): string {
  const parts = Object.entries(counts).map(([what, count]) => `${what} ${count}`);
  return `${job}: ${[outcome, ...parts].join(', ')}`;
}

/** A job that another process is at is no failure: it is being done. */
const showReports = (reports: JobReport[]): Output => ({
  json: reports.map(({ job, outcome, counts }) => ({ job, outcome, ...counts })),
  text: reports.map(describe).join('\n'),
  exitCode: reports.some(({ outcome }) => outcome === 'failed') ? 1 : 0,
});

export function addJobCommands(program: Command, run: Run): void {
  program
    .command('jobs')
    .description('What the server does from time to time.')
    .command('run')
    .description('Run the jobs, or one of them, now; one that another process is at is left to it.')
    .addArgument(new Argument('[name]', 'all by default').choices(JOB_NAMES))
    .action((name?: (typeof JOB_NAMES)[number]) =>
      run(async (environment) => {
        const jobs = await environment.jobs();
        return showReports(await jobs.run(undefined, name && [name]));
      }),
    );
}
