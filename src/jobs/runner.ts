import { withLease } from '../infra/lease.js';
import type { Redis } from '../infra/redis.js';
import type { Job, JobLog, JobReport } from './job.js';

/** Runs jobs, one after the other, each in one process of the cluster at a time. */
export class JobRunner {
  constructor(
    private readonly jobs: readonly Job[],
    private readonly redis: Redis,
    private readonly log: JobLog,
    /** Hears of each run. */
    private readonly onRun: (job: string, outcome: string, seconds: number) => void = () => {},
  ) {}

  /** Runs the jobs that are named, or all, until the signal is aborted. Never throws: failures are logged. */
  async run(
    signal: AbortSignal = new AbortController().signal,
    names: readonly string[] = this.jobs.map(({ name }) => name),
  ): Promise<JobReport[]> {
    const reports: JobReport[] = [];
    for (const job of this.jobs) {
      if (signal.aborted) break;
      if (!names.includes(job.name)) continue;
      const begun = performance.now();
      const report = await this.runOne(job, signal);
      this.onRun(job.name, report.outcome, (performance.now() - begun) / 1000);
      reports.push(report);
    }
    return reports;
  }

  private async runOne(job: Job, signal: AbortSignal): Promise<JobReport> {
    try {
      const counts = await withLease(this.redis, job.name, (lost) =>
        job.run(AbortSignal.any([signal, lost])),
      );
      if (counts === null) return { job: job.name, outcome: 'busy', counts: {} };
      if (Object.values(counts).some((count) => count > 0)) {
        this.log.info({ job: job.name, ...counts }, 'job done');
      }
      return { job: job.name, outcome: counts.failed ? 'failed' : 'done', counts };
    } catch (err) {
      this.log.error({ err, job: job.name }, 'job failed');
      return { job: job.name, outcome: 'failed', counts: {} };
    }
  }
}
