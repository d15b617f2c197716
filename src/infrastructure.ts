import path from 'node:path';
import type { Config } from './config.js';
import { assertMigrated, type Database, migrate } from './infra/database/database.js';
import type { EmbeddedOptions } from './infra/database/orm-options.js';
import { createSenders, type MessageSenders } from './infra/message/senders.js';
import { createRedis, type RedisConnection } from './infra/redis.js';
import { LocalStorage } from './infra/storage/local.js';
import type { Storage } from './infra/storage/port.js';
import { composeMail } from './modules/code/mail.text.js';
import { PICTURE_LAYOUT } from './modules/image/image.key.js';
import { openDatabase } from './open-database.js';
import { seedReference } from './seeders/reference.seeder.js';

/** The ground the services stand on, opened once per process. */
export interface Infrastructure {
  database: Database;
  redis: RedisConnection;
  storage: Storage;
  messages: MessageSenders;
}

/** Opens the database, applies migrations and reference data unless `MIGRATE` is off, and connects to Redis. */
export async function openInfrastructure(
  config: Config,
  embedded?: EmbeddedOptions,
): Promise<Infrastructure> {
  const database = await openDatabase(config, embedded);
  try {
    const storage = await LocalStorage.open(path.join(config.DATA_DIR, 'storage'), PICTURE_LAYOUT);
    if (config.MIGRATE) await migrate(database, (em) => seedReference(em, { storage }));
    else await assertMigrated(database);
    const redis = createRedis(config);
    return { database, storage, redis, messages: createSenders(config, composeMail, redis.client) };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Lets go of everything that was opened; what uses it has ended. */
export async function closeInfrastructure({ database, redis, messages }: Infrastructure): Promise<void> {
  await Promise.all(Object.values(messages).map((sender) => sender.close?.()));
  await redis.close();
  await database.close();
}
