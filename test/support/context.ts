import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import DataLoader from 'dataloader';
import pg from 'pg';
import { DeviceType, type RequestContext } from '../../src/context.js';
import { type Database, migrate, openDatabase } from '../../src/infra/database/database.js';
import { createLoaders, type Loaders } from '../../src/loaders.js';
import { createFollowLoader } from '../../src/modules/follow/follow.loader.js';
import { User } from '../../src/modules/user/user.entity.js';
import { findExtras } from '../../src/modules/user/user-extra.repository.js';
import { findCurrencies, findVips, findWallets } from '../../src/modules/wallet/wallet.repository.js';

const TEST_CONFIG = { DATABASE_POOL: 10, DATA_DIR: '.data' };

/** A migrated database of the test file's own. */
export interface TestDatabase extends Database {
  /**
   * The same database as another process sees it: a second pool on PostgreSQL. The embedded one has only one
   * process, so there it is the same again. Closed with the first.
   */
  another(): Promise<Database>;
}

async function scratchDatabase(url: string): Promise<{ scratchUrl: string; drop: () => Promise<void> }> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const run = async (sql: string) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(sql);
    await client.end();
  };
  await run(`create database ${name}`);
  const scratch = new URL(url);
  scratch.pathname = name;
  return { scratchUrl: scratch.href, drop: () => run(`drop database ${name} with (force)`) };
}

/** In memory; with `DATABASE_URL` set, a scratch database on that PostgreSQL. */
export async function openTestDatabase(): Promise<TestDatabase> {
  if (!process.env.DATABASE_URL) {
    const database = await openDatabase(
      { ...TEST_CONFIG, DATABASE_URL: undefined },
      { dataDir: 'memory://' },
    );
    await migrate(database);
    return { ...database, another: async () => database };
  }
  const { scratchUrl, drop } = await scratchDatabase(process.env.DATABASE_URL);
  const config = { ...TEST_CONFIG, DATABASE_URL: scratchUrl };
  const database = await openDatabase(config);
  await migrate(database);
  const others: Database[] = [];
  return {
    ...database,
    another: async () => {
      const other = await openDatabase(config);
      others.push(other);
      return other;
    },
    close: async () => {
      await Promise.all([database, ...others].map((one) => one.close()));
      await drop();
    },
  };
}

/** The loaders of this test's modules, whether or not `createLoaders` has them yet. */
function loadersOf(em: RequestContext['em']): Loaders {
  const byKey = <K, V>(find: (em: RequestContext['em'], keys: readonly K[]) => Promise<Map<K, V>>) =>
    new DataLoader<K, V | null>(async (keys) => {
      const found = await find(em, keys);
      return keys.map((key) => found.get(key) ?? null);
    });
  const own = {
    follows: createFollowLoader(em),
    extra: byKey(findExtras),
    currency: byKey(findCurrencies),
    wallet: byKey(findWallets),
    vip: byKey(findVips),
  };
  return { ...createLoaders(em), ...own };
}

/** A request of its own, by nobody or by the user named. */
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
    viewer: userId === null ? null : { userId, sessionId: 1, abilities },
    em,
    loaders: loadersOf(em),
  };
}

let created = 0;

/** Inserts a user and returns its number. */
export function createUser(database: Database, columns: Partial<User> = {}): Promise<number> {
  created += 1;
  return database.fork().insert(User, { name: `user_${created}`, ...columns } as never);
}

/** Calls `work` so many times at once. */
export const atOnce = <T>(
  times: number,
  work: (index: number) => Promise<T>,
): Promise<PromiseSettledResult<T>[]> =>
  Promise.allSettled(Array.from({ length: times }, (_, index) => work(index)));

/** How many were refused with each code; anything that is not an AppError counts under its message. */
export function outcomes(results: readonly PromiseSettledResult<unknown>[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const result of results) {
    const key = result.status === 'fulfilled' ? 'ok' : (result.reason.code ?? String(result.reason));
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}
