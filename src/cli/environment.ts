import type { EntityManager } from '@mikro-orm/postgresql';
import { type Config, loadConfig } from '../config.js';
import type { DatabaseContext } from '../context.js';
import { startProblem } from '../errors/start-problem.js';
import type { EmbeddedOptions } from '../infra/database/orm-options.js';
import { closeInfrastructure, type Infrastructure, openInfrastructure } from '../infrastructure.js';
import { createJobRunner } from '../jobs/jobs.js';
import type { JobRunner } from '../jobs/runner.js';
import { openDatabase } from '../open-database.js';
import { createServices, type Services } from '../services.js';
import { logTo, type Terminal } from './output.js';

/**
 * The services of one command, opened when first asked for. Throws ConfigError when the settings are not
 * usable and DataDirInUseError when a running server holds the embedded database.
 */
export class Environment {
  private settings: Config | null = null;
  private opened: Infrastructure | null = null;
  private composed: Services | null = null;

  constructor(
    private readonly terminal: Terminal,
    private readonly embedded?: EmbeddedOptions,
  ) {}

  get config(): Config {
    this.settings ??= loadConfig(this.terminal.env);
    return this.settings;
  }

  /** The part of a command's failure that the operator can mend. */
  startProblem(error: unknown): string | undefined {
    return startProblem(error, this.settings ?? undefined);
  }

  /** The database, up to date: the command line may be what first touches it. */
  async em(): Promise<EntityManager> {
    return (await this.infrastructure()).database.fork();
  }

  /** The database context of services. */
  async context(): Promise<DatabaseContext> {
    return { em: await this.em() };
  }

  /** The services, as the running servers have them, over the same database, files and Redis. */
  async services(): Promise<Services> {
    const infrastructure = await this.infrastructure();
    const { PUBLIC_URL, HOST, PORT } = this.config;
    this.composed ??= createServices(this.config, infrastructure, {
      log: logTo(this.terminal),
      publicUrl: () => PUBLIC_URL ?? `http://${HOST.includes(':') ? `[${HOST}]` : HOST}:${PORT}`,
    });
    return this.composed;
  }

  /** The jobs, as the running servers do them; the lease of each is in their Redis. */
  async jobs(): Promise<JobRunner> {
    const services = await this.services();
    return createJobRunner(this.config, await this.infrastructure(), services, logTo(this.terminal));
  }

  /** Brings the database up to date; returns the migrations that it lacked. */
  async migrate(): Promise<string[]> {
    const database = await openDatabase(this.config, this.embedded);
    const pending = await database.orm.migrator.getPending().finally(database.close);
    this.opened ??= await openInfrastructure({ ...this.config, MIGRATE: true }, this.embedded);
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
