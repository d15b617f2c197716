import path from 'node:path';
import type { Config } from './config.js';
import { assertMigrated, type Database, migrate } from './infra/database/database.js';
import { measureQueries } from './infra/database/measure.js';
import type { EmbeddedOptions } from './infra/database/orm-options.js';
import type { OnSent } from './infra/message/port.js';
import { createSenders, type MessageSenders } from './infra/message/senders.js';
import { Metrics } from './infra/metrics.js';
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
  metrics: Metrics;
}

/** Statements and connections of PostgreSQL; the embedded database has one of its own, which is not measured. */
function measureDatabase({ pool }: Database, metrics: Metrics): void {
  if (pool) measureQueries(pool, (...query) => metrics.queried(...query));
  metrics.gauge(
    'gateway_database_connections',
    'Open connections to PostgreSQL.',
    () => pool?.totalCount ?? 0,
  );
  metrics.gauge('gateway_database_connections_idle', 'Those that nobody uses.', () => pool?.idleCount ?? 0);
  metrics.gauge(
    'gateway_database_waiting',
    'Requests that wait for a connection.',
    () => pool?.waitingCount ?? 0,
  );
}

/** Opens the database, applies migrations and reference data unless `MIGRATE` is off, and connects to Redis. */
export async function openInfrastructure(
  config: Config,
  embedded?: EmbeddedOptions,
): Promise<Infrastructure> {
  const metrics = new Metrics();
  const database = await openDatabase(config, embedded);
  measureDatabase(database, metrics);
  try {
    const storage = await LocalStorage.open(path.join(config.DATA_DIR, 'storage'), PICTURE_LAYOUT);
    if (config.MIGRATE) await migrate(database, (em) => seedReference(em, { storage }));
    else await assertMigrated(database);
    const redis = createRedis(config, (...answer) => metrics.redisAnswered(...answer));
    const onSent: OnSent = (...sent) => metrics.messageSent(...sent);
    const messages = createSenders(config, composeMail, redis.client, onSent);
    return { database, storage, redis, messages, metrics };
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
