import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { type App, createApp } from '../../src/app.js';
import { type Config, loadConfig } from '../../src/config.js';
import { Client } from './client.js';
import { Inbox } from './inbox.js';
import { clearKeys } from './redis.js';
import { copyDataDir, createDatabase, type TestDatabase } from './template.js';

/** What the gateways of one test share: a database, a Redis prefix, files, and a provider of messages. */
export interface TestWorld {
  inbox: Inbox;
  database: TestDatabase;
  /** The data directory, with the stored files in it. */
  dataDir: string;
  /** Before every key in Redis. */
  prefix: string;
  /** Starts a gateway that listens on a free port; several are several instances of one deployment. */
  start(settings?: Record<string, string>): Promise<TestApp>;
  /** Stops all gateways and leaves nothing behind. */
  close(): Promise<void>;
}

/**
 * Passwords are hashed quickly unless a test says how: what hashing costs has tests of its own. Those of what happens
 * at once say this, so that checking a password takes its time.
 */
export const REAL_HASHES = { PASSWORD_HASH_MEMORY_KIB: '19456', PASSWORD_HASH_ITERATIONS: '2' };
export const QUICK_HASHES = { PASSWORD_HASH_MEMORY_KIB: 64, PASSWORD_HASH_ITERATIONS: 1 };

export interface TestApp extends App {
  url: string;
  config: Config;
  /** Speaks HTTP to this gateway. */
  client: Client;
  /** One statement to the database, beside the gateway. */
  sql<Row = Record<string, unknown>>(text: string, params?: unknown[]): Promise<Row[]>;
}

export async function createWorld(): Promise<TestWorld> {
  const [database, dataDir, inbox] = await Promise.all([createDatabase(), copyDataDir(), Inbox.open()]);
  const prefix = `test:${randomBytes(8).toString('hex')}:`;
  const apps = new Set<App>();
  const base = {
    PORT: '0',
    LOG_LEVEL: 'silent',
    RATE_LIMIT: 'off',
    // Tests run jobs when they want them.
    JOB_INTERVAL_MINUTES: '0',
    // Those that are about webhooks deliver to them.
    WEBHOOK_CONCURRENCY: '0',
    CODE_RESEND_SECONDS: '0',
    CODE_DAILY_LIMIT: '1000',
    CODE_IP_DAILY_LIMIT: '10000',
    DATA_DIR: dataDir,
    DATABASE_URL: database.url,
    REDIS_URL: process.env.REDIS_URL,
    REDIS_PREFIX: prefix,
    SMS_PROVIDER: 'webhook',
    SMS_WEBHOOK_URL: inbox.url,
    MAIL_PROVIDER: 'webhook',
    MAIL_WEBHOOK_URL: inbox.url,
  };
  return {
    inbox,
    database,
    dataDir,
    prefix,
    start: async (settings = {}) => {
      const hashes = settings.PASSWORD_HASH_MEMORY_KIB ? {} : QUICK_HASHES;
      const config = { ...loadConfig({ ...base, ...settings }), ...hashes };
      const app = await createApp(config, database.pglite && { pglite: database.pglite });
      apps.add(app);
      const url = await app.listen();
      const close = async () => {
        if (apps.delete(app)) await app.close();
      };
      const sql: TestApp['sql'] = (text, params) => app.infrastructure.database.fork().execute(text, params);
      return { ...app, url, config, client: new Client(url, inbox), sql, close };
    },
    close: async () => {
      for (const app of apps) await app.close();
      await inbox.close();
      await clearKeys(prefix);
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** One gateway in a world of its own; closing it closes the world. */
export interface LoneApp extends TestApp {
  inbox: Inbox;
  world: TestWorld;
}

export async function startTestApp(settings: Record<string, string> = {}): Promise<LoneApp> {
  const world = await createWorld();
  const app = await world.start(settings);
  return { ...app, inbox: world.inbox, world, close: world.close };
}
