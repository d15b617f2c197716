import path from 'node:path';
import type { EntityManager } from '@mikro-orm/postgresql';
import { type Config, loadConfig } from '../config.js';
import { type Database, migrate, openDatabase } from '../infra/database/database.js';
import { createRedis, type RedisConnection } from '../infra/redis.js';
import { SecretBox } from '../infra/secret-box.js';
import { LocalStorage } from '../infra/storage/local.js';
import type { Storage } from '../infra/storage/port.js';
import { SecurityEventService } from '../modules/security/security-event.service.js';
import { SessionCache } from '../modules/session/session.cache.js';
import { SessionService } from '../modules/session/session.service.js';
import { seedReference } from '../seeders/reference.seeder.js';
import { readDataKeys } from './data-keys.js';

/**
 * What one command works with, opened when it is first asked for. Throws ConfigError when the settings are not usable
 * and DataDirInUseError when a running server holds the embedded database.
 */
export class Environment {
  private settings: Config | null = null;
  private database: Database | null = null;
  private redis: RedisConnection | null = null;

  constructor(private readonly env: NodeJS.ProcessEnv) {}

  get config(): Config {
    this.settings ??= loadConfig(this.env);
    return this.settings;
  }

  /** The database as it is, which may be empty. */
  async openDatabase(): Promise<Database> {
    this.database ??= await openDatabase(this.config);
    return this.database;
  }

  /** Brings the database up to date as a start of the server does; returns the migrations that it lacked. */
  async migrate(): Promise<string[]> {
    const database = await this.openDatabase();
    const pending = await database.orm.migrator.getPending();
    const storage = await this.storage();
    await migrate(database, (em) => seedReference(em, { storage }));
    return pending.map(({ name }) => name);
  }

  /** The database, up to date: the command line may be what first touches it. */
  async em(): Promise<EntityManager> {
    await this.migrate();
    return (await this.openDatabase()).fork();
  }

  storage(): Promise<Storage> {
    return LocalStorage.open(path.join(this.config.DATA_DIR, 'storage'));
  }

  secretBox(): SecretBox {
    return new SecretBox(readDataKeys(this.env, this.config.production));
  }

  /** Sessions as the running servers see them, through their Redis. */
  async sessions(): Promise<SessionService> {
    const database = await this.openDatabase();
    this.redis ??= createRedis(this.config);
    const events = new SecurityEventService(
      () => database.fork(),
      () => undefined,
    );
    return new SessionService(this.config, new SessionCache(this.redis.client), events);
  }

  async close(): Promise<void> {
    await this.redis?.close();
    await this.database?.close();
  }
}
