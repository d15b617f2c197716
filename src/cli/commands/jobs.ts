import { Argument, type Command } from 'commander';
import type { JobLog, JobReport } from '../../jobs/job.js';
import { JOB_NAMES } from '../../jobs/jobs.js';
import type { Run } from '../command.js';
import type { Output, Terminal } from '../output.js';

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

/** Failures go to the terminal at once; what was done is printed at the end. */
const logTo = (terminal: Terminal): JobLog => ({
  info: () => undefined,
  error: ({ err, ...details }, message) =>
    terminal.stderr(
      `error: ${message} ${JSON.stringify(details)}: ${err instanceof Error ? err.message : err}\n`,
    ),
});

export function addJobCommands(program: Command, run: Run, terminal: Terminal): void {
  program
    .command('jobs')
    .description('What the server does from time to time.')
    .command('run')
    .description('Run the jobs, or one of them, now; one that another process is at is left to it.')
    .addArgument(new Argument('[name]', 'all by default').choices(JOB_NAMES))
    .action((name?: (typeof JOB_NAMES)[number]) =>
      run(async (environment) => {
        const jobs = await environment.jobs(logTo(terminal));
        return showReports(await jobs.run(undefined, name && [name]));
      }),
    );
}
