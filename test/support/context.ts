import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import type { RequestContext, SignedInContext } from '../../src/context.js';
import { DeviceType } from '../../src/device-type.js';
import type { Database } from '../../src/infra/database/database.js';
import { Loaders } from '../../src/loaders.js';
import { User } from '../../src/modules/user/user.entity.js';
import { openDatabase } from '../../src/open-database.js';
import { createDatabase } from './template.js';

const TEST_CONFIG = { DATABASE_POOL: 10, DATA_DIR: '.data' };

/** A migrated database of the test file's own. */
export interface TestDatabase extends Database {
  /**
   * The same database as another process sees it: a second pool on PostgreSQL. The embedded one has only one
   * process, so there it is the same again. Closed with the first.
   */
  another(): Promise<Database>;
}

/** Embedded, or on the server when `DATABASE_URL` is set. */
export async function openTestDatabase(): Promise<TestDatabase> {
  const { url, pglite, drop } = await createDatabase();
  const config = { ...TEST_CONFIG, DATABASE_URL: url };
  const database = await openDatabase(config, pglite && { pglite });
  const opened: Database[] = [database];
  return {
    ...database,
    another: async () => {
      if (pglite) return database;
      const other = await openDatabase(config);
      opened.push(other);
      return other;
    },
    close: async () => {
      await Promise.all(opened.map((one) => one.close()));
      await drop();
    },
  };
}

/** A request of its own, by nobody or by the user named. */
export function contextOf(database: Database, userId: number, abilities?: readonly string[]): SignedInContext;
export function contextOf(database: Database, userId?: number | null): RequestContext;
export function contextOf(
  database: Database,
  userId: number | null = null,
  abilities: readonly string[] = [],
): RequestContext {
  const em = database.fork();
  return {
    requestId: randomBytes(4).toString('hex'),
    client: {
      door: 'graphql',
      canShowCaptcha: true,
      ip: '127.0.0.1',
      userAgent: null,
      deviceType: DeviceType.UNKNOWN,
      locale: 'en',
      internal: true,
    },
    viewer: userId === null ? null : { userId, sessionId: 1, originId: 1, abilities },
    em,
    loaders: new Loaders(em),
  };
}

let created = 0;

/** Inserts a user and returns its number. */
export function createUser(database: Database, columns: Partial<User> = {}): Promise<number> {
  created += 1;
  return database.fork().insert(User, { name: `user_${created}`, ...columns } as never);
}
