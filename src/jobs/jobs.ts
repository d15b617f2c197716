import type { Config } from '../config.js';
import type { Infrastructure } from '../infrastructure.js';
import { deleteOldCalls } from '../modules/call/call.repository.js';
import { deleteOldAccountEvents } from '../modules/event/event.repository.js';
import { deleteOldSharedPlaces } from '../modules/nearby/shared-place.repository.js';
import { deleteOldEvents } from '../modules/security/security-event.repository.js';
import { deleteEndedSessions } from '../modules/session/session.repository.js';
import type { Services } from '../services.js';
import type { Job, JobLog } from './job.js';
import { JobRunner } from './runner.js';
import { JobSchedule } from './schedule.js';

/** The days for which ended sessions are kept: the sources of an account are known by them. */
const SESSION_KEPT_DAYS = 30;

/** The jobs that tidy up, in the order in which they run. */
const PERIODIC_JOBS = [
  'erase-cancelled-accounts',
  'purge-sessions',
  'purge-security-events',
  'purge-unclaimed-pictures',
  'purge-events',
  'purge-calls',
  'purge-shared-places',
] as const;

/** The jobs that go on for as long as there is anything left, hours perhaps: none may keep others waiting. */
const LASTING_JOBS = ['wrap-imported-passwords', 'fetch-imported-pictures'] as const;

/** Every job, in the order in which they run when all are asked for. */
export const JOB_NAMES = [...PERIODIC_JOBS, ...LASTING_JOBS] as const;

/** A lasting job looks so often, in minutes, for something new to do. */
const LASTING_INTERVAL_MINUTES = 1;

/** The schedules of a server: one for the jobs that tidy up together, one for each lasting job. None without an interval. */
export function createSchedules(
  { JOB_INTERVAL_MINUTES: minutes }: Pick<Config, 'JOB_INTERVAL_MINUTES'>,
  jobs: JobRunner,
): JobSchedule[] {
  const every = (interval: number, names: readonly string[]) =>
    new JobSchedule((signal) => jobs.run(signal, names), interval * 60_000);
  const lasting = Math.min(minutes, LASTING_INTERVAL_MINUTES);
  return [every(minutes, PERIODIC_JOBS), ...LASTING_JOBS.map((name) => every(lasting, [name]))];
}

/** Rows deleted by one statement: few enough that nobody waits for it. */
const BATCH = 1000;

async function inBatches(signal: AbortSignal, deleteSome: (limit: number) => Promise<number>) {
  let deleted = 0;
  while (!signal.aborted) {
    const count = await deleteSome(BATCH);
    deleted += count;
    if (count < BATCH) break;
  }
  return { deleted };
}

/** Every job of the gateway, ready to be run. */
export function createJobRunner(
  config: Pick<Config, 'CALL_DAYS' | 'EVENT_DAYS' | 'SECURITY_EVENT_DAYS'>,
  { database, redis, metrics }: Pick<Infrastructure, 'database' | 'redis' | 'metrics'>,
  {
    erasure,
    imageStore,
    importedPictures,
    passwordWrapper,
  }: Pick<Services, 'erasure' | 'imageStore' | 'importedPictures' | 'passwordWrapper'>,
  log: JobLog,
): JobRunner {
  const work: Record<(typeof JOB_NAMES)[number], Job['run']> = {
    'erase-cancelled-accounts': (signal) => erasure.eraseCancelled(signal),
    'purge-sessions': (signal) =>
      inBatches(signal, (limit) => deleteEndedSessions(database.fork(), SESSION_KEPT_DAYS, limit)),
    'purge-security-events': (signal) =>
      inBatches(signal, (limit) => deleteOldEvents(database.fork(), config.SECURITY_EVENT_DAYS, limit)),
    'purge-unclaimed-pictures': (signal) =>
      inBatches(signal, (limit) => imageStore.purgeUnclaimed({ em: database.fork() }, limit)),
    'wrap-imported-passwords': (signal) => passwordWrapper.wrapAll(signal),
    'fetch-imported-pictures': (signal) => importedPictures.fetchAll(signal),
    'purge-events': (signal) =>
      inBatches(signal, (limit) => deleteOldAccountEvents(database.fork(), config.EVENT_DAYS, limit)),
    'purge-calls': (signal) =>
      inBatches(signal, (limit) => deleteOldCalls(database.fork(), config.CALL_DAYS, limit)),
    'purge-shared-places': (signal) =>
      inBatches(signal, (limit) => deleteOldSharedPlaces(database.fork(), limit)),
  };
  const jobs = JOB_NAMES.map((name) => ({ name, run: work[name] }));
  return new JobRunner(jobs, redis.client, log, (...run) => metrics.jobRan(...run));
}
