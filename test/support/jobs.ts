import type { Storage } from '../../src/infra/storage/port.js';
import type { JobReport } from '../../src/jobs/job.js';
import { createJobRunner } from '../../src/jobs/jobs.js';
import type { JobRunner } from '../../src/jobs/runner.js';
import { User } from '../../src/modules/user/user.entity.js';
import { createServices } from '../../src/services.js';
import type { TestApp } from './app.js';
import type { Account } from './client.js';

/** What the jobs have logged, as one would read it. */
export interface Logged {
  errors: string[];
}

/** The jobs of a gateway, with another storage or other settings if need be. */
export function jobsOf(
  app: TestApp,
  { storage = app.infrastructure.storage, settings = {} }: { storage?: Storage; settings?: object } = {},
): JobRunner & { logged: Logged } {
  const logged: Logged = { errors: [] };
  const tell = (details: object, message: string) =>
    logged.errors.push(`${message} ${JSON.stringify(details)}`);
  const log = { info: () => undefined, warn: tell, error: tell };
  const config = { ...app.config, ...settings };
  const infrastructure = { ...app.infrastructure, storage };
  const services = createServices(config, infrastructure, { log, publicUrl: () => app.url });
  const runner = createJobRunner(config, infrastructure, services, log);
  return Object.assign(runner, { logged });
}

/** The report of one job. */
export async function runJob(runner: JobRunner, name: string, signal?: AbortSignal): Promise<JobReport> {
  const reports = await runner.run(signal, [name]);
  if (reports.length !== 1) throw new Error(`no job ${name}`);
  return reports[0] as JobReport;
}

/** Cancels an account as its owner does, so many days ago. */
export async function cancelled(app: TestApp, account: Account, days = 31): Promise<void> {
  await app.client.data('mutation { deleteAccount }', {}, account.token);
  const deletedAt = new Date(Date.now() - days * 86_400_000);
  await app.infrastructure.database.fork().nativeUpdate(User, { id: account.id }, { deletedAt });
}

/** The tables of which a row holds the text in any column, whatever its type. */
export async function tablesWith(app: TestApp, text: string): Promise<string[]> {
  const em = app.infrastructure.database.fork();
  const tables = await em.execute<{ name: string }[]>(
    `select table_name as name from information_schema.tables
     where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await em.execute(`select 1 from "${name}" as "row" where "row"::text ilike ? limit 1`, [
      `%${text}%`,
    ]);
    if (rows.length > 0) found.push(name);
  }
  return found;
}

/** Users whose counters are not what the follows say. */
export async function miscounted(app: TestApp): Promise<number[]> {
  const rows = await app.infrastructure.database.fork().execute<{ id: number }[]>(
    `select u.id from users u left join user_extras extra on extra.user_id = u.id
     where coalesce(extra.followers_count, 0) <> (select count(*) from follows where followee_id = u.id)
        or coalesce(extra.followings_count, 0) <> (select count(*) from follows where follower_id = u.id)`,
  );
  return rows.map(({ id }) => id);
}
