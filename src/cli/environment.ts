import type { EntityManager } from '@mikro-orm/postgresql';
import { type Config, loadConfig } from '../config.js';
import type { DatabaseContext } from '../context.js';
import { startProblem } from '../errors/start-problem.js';
import type { EmbeddedOptions } from '../infra/database/orm-options.js';
import { SecretBox } from '../infra/secret-box.js';
import type { Storage } from '../infra/storage/port.js';
import type { JobLog } from '../jobs/job.js';
import { createJobRunner } from '../jobs/jobs.js';
import type { JobRunner } from '../jobs/runner.js';
import { SecurityEventService } from '../modules/security/security-event.service.js';
import { SessionCache } from '../modules/session/session.cache.js';
import { SessionService } from '../modules/session/session.service.js';
import { openDatabase } from '../open-database.js';
import { closeInfrastructure, type Infrastructure, openInfrastructure } from '../services.js';

/**
 * What one command works with, opened when it is first asked for. Throws ConfigError when the settings are not usable
 * and DataDirInUseError when a running server holds the embedded database.
 */
export class Environment {
  private settings: Config | null = null;
  private opened: Infrastructure | null = null;

  constructor(
    private readonly env: NodeJS.ProcessEnv,
    private readonly embedded?: EmbeddedOptions,
  ) {}

  get config(): Config {
    this.settings ??= loadConfig(this.env);
    return this.settings;
  }

  /** What the operator can mend of what a command ended with. */
  startProblem(error: unknown): string | undefined {
    return startProblem(error, this.settings ?? undefined);
  }

  /** The database, up to date: the command line may be what first touches it. */
  async em(): Promise<EntityManager> {
    return (await this.infrastructure()).database.fork();
  }

  /** The same, for services. */
  async context(): Promise<DatabaseContext> {
    return { em: await this.em() };
  }

  async storage(): Promise<Storage> {
    return (await this.infrastructure()).storage;
  }

  /** Sessions as the running servers see them, through their Redis. */
  async sessions(): Promise<SessionService> {
    const { database, redis } = await this.infrastructure();
    const events = new SecurityEventService(database.fork, () => undefined);
    return new SessionService(this.config, new SessionCache(redis.client), events);
  }

  /** The jobs, as the running servers do them; the lease of each is in their Redis. */
  async jobs(log: JobLog): Promise<JobRunner> {
    return createJobRunner(this.config, await this.infrastructure(), log);
  }

  secretBox(): SecretBox {
    return new SecretBox(this.config.DATA_KEYS);
  }

  /** Brings the database up to date; returns the migrations that it lacked. */
  async migrate(): Promise<string[]> {
    const database = await openDatabase(this.config, this.embedded);
    const pending = await database.orm.migrator.getPending().finally(database.close);
    await this.infrastructure();
    return pending.map(({ name }) => name);
  }

  async close(): Promise<void> {
    if (this.opened) await closeInfrastructure(this.opened);
  }

  private async infrastructure(): Promise<Infrastructure> {
    this.opened ??= await openInfrastructure(this.config, this.embedded);
    return this.opened;
  }
}
