import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Seconds; from what is in memory to what a client gives up on. */
const DURATIONS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The outcome of something that was tried. */
type Outcome = 'ok' | 'failed';

/**
 * What a process counts and measures, for Prometheus. Each label has few values, all of them written in the code, the tables of
 * the dialects or the schema: none is what a client sent.
 */
export class Metrics {
  private readonly registry = new Registry();
  private readonly registers = [this.registry];
  private measuresProcess = false;

  private readonly requests = new Histogram({
    name: 'gateway_request_duration_seconds',
    help: 'Requests, from their first byte to the last one of the answer, by door, operation and code of the first error (ok without one).',
    labelNames: ['door', 'operation', 'code'] as const,
    buckets: DURATIONS,
    registers: this.registers,
  });
  private readonly refusals = new Counter({
    name: 'gateway_guard_refusals_total',
    help: 'Passwords and codes that the guard did not look at, by door and code.',
    labelNames: ['door', 'code'] as const,
    registers: this.registers,
  });
  private readonly messages = new Counter({
    name: 'gateway_messages_total',
    help: 'Codes and passwords that were sent, by channel, provider and outcome; unknown: it may have left.',
    labelNames: ['channel', 'provider', 'outcome'] as const,
    registers: this.registers,
  });
  private readonly lookups = new Counter({
    name: 'gateway_cache_lookups_total',
    help: 'Look-ups of caches, by cache and whether it had the answer.',
    labelNames: ['cache', 'result'] as const,
    registers: this.registers,
  });
  private readonly jobs = new Histogram({
    name: 'gateway_job_duration_seconds',
    help: 'Runs of jobs, by job and outcome; busy: another instance runs it.',
    labelNames: ['job', 'outcome'] as const,
    buckets: [0.01, 0.1, 1, 10, 60, 600, 3600],
    registers: this.registers,
  });
  private readonly statements = new Histogram({
    name: 'gateway_database_query_duration_seconds',
    help: 'Statements at PostgreSQL, from being sent to being answered.',
    labelNames: ['outcome'] as const,
    buckets: DURATIONS,
    registers: this.registers,
  });
  private readonly commands = new Histogram({
    name: 'gateway_redis_command_duration_seconds',
    help: 'Commands at Redis, from being sent to being answered.',
    labelNames: ['command', 'outcome'] as const,
    buckets: DURATIONS,
    registers: this.registers,
  });

  /** `seconds`: from the first byte of the request to the last one of the answer. */
  request(labels: { door: string; operation: string; code: string }, seconds: number): void {
    this.requests.observe(labels, seconds);
  }

  guardRefused(door: string, code: string): void {
    this.refusals.inc({ door, code });
  }

  messageSent(channel: string, provider: string, outcome: 'sent' | 'refused' | 'unknown'): void {
    this.messages.inc({ channel, provider, outcome });
  }

  cacheAsked(cache: string, hit: boolean): void {
    this.lookups.inc({ cache, result: hit ? 'hit' : 'miss' });
  }

  jobRan(job: string, outcome: string, seconds: number): void {
    this.jobs.observe({ job, outcome }, seconds);
  }

  queried(outcome: Outcome, seconds: number): void {
    this.statements.observe({ outcome }, seconds);
  }

  redisAnswered(command: string, outcome: Outcome, seconds: number): void {
    this.commands.observe({ command, outcome }, seconds);
  }

  /** A value that is read when somebody asks for it. */
  gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: this.registers,
      collect() {
        this.set(read());
      },
    });
  }

  /** All of it in the text format. The process itself is measured from the first time on: who never asks pays nothing. */
  async text(): Promise<{ type: string; body: string }> {
    if (!this.measuresProcess) {
      this.measuresProcess = true;
      collectDefaultMetrics({ register: this.registry });
    }
    return { type: this.registry.contentType, body: await this.registry.metrics() };
  }
}
