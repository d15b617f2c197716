import { setTimeout } from 'node:timers/promises';
import { type EntityManager, MikroORM } from '@mikro-orm/postgresql';
import type { Pool } from 'pg';
import { propertyOf } from '../../unknown.js';
import { answersInTime } from '../answers-in-time.js';
import { StartError } from '../start-error.js';
import { lockDataDir } from './data-dir-lock.js';
import {
  type DatabaseSchema,
  type DatabaseSettings,
  type EmbeddedOptions,
  ormOptions,
} from './orm-options.js';
import { keepRoom } from './room.js';
import { assertRowsReadable } from './rows.js';
import { prepareOn } from './statement.js';
import { readTimestamp } from './timestamps.js';

type Orm = Pick<MikroORM, 'em' | 'migrator' | 'schema' | 'close'>;

export interface Database {
  orm: Orm;
  embedded: boolean;
  /** The connections; null on the embedded database, which has one of its own. */
  pool: Pool | null;
  /**
   * The entity manager for statements, which leave nothing in it; shared by all requests. Like {@link fork}
   * it follows the transaction it is called in.
   */
  em: EntityManager;
  /**
   * An entity manager of one's own, for one request or job. It follows the transaction it is called in, so a
   * repository never leaves one by accident (which on the embedded database, with its one connection, would wait
   * for itself).
   */
  fork(): EntityManager;
  /** True where the database answers and takes writes within {@link PING_MS}. Never throws. */
  ping(): Promise<boolean>;
  close(): Promise<void>;
}

/** Any number would do that is the same in every process that migrates. */
const MIGRATION_LOCK = 8_414_002;

/** Whoever waits for a lock on a table keeps everybody out who comes after: a migration waits no longer at a time. */
const LOCK_TIMEOUT_MS = 3000;
/** The ms between two tries of a migration that did not get a lock, and how long it is tried in all. */
const RETRY_MS = 2000;
const GIVE_UP_MS = 120_000;

/**
 * Applies the pending migrations and then `seed`, in one transaction and under an advisory lock: of several
 * instances that start at once one does the work, the others wait and find it done. Where others hold a table for
 * longer than {@link LOCK_TIMEOUT_MS} it lets go of everything and tries again. Throws a StartError after two minutes.
 */
export async function migrate(
  { orm, embedded }: Database,
  seed: (em: EntityManager) => Promise<void> = async () => {},
): Promise<void> {
  // The migrator makes its own table on a second connection. PGlite has only one, which the transaction holds.
  if (embedded) await orm.migrator.getPending();
  const apply = () =>
    orm.em.fork({ useContext: true }).transactional(async (em) => {
      await em.execute('select pg_advisory_xact_lock(?)', [MIGRATION_LOCK]);
      await em.execute(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`);
      await orm.migrator.up({ transaction: em.getTransactionContext() });
      await seed(em);
    });
  for (const giveUpAt = performance.now() + GIVE_UP_MS; ; ) {
    try {
      return await apply();
    } catch (error) {
      if (!isLockTimeout(error)) throw error;
      if (performance.now() > giveUpAt) {
        throw new StartError(
          'The database was not migrated: others keep its tables locked. Try again later.',
        );
      }
      await setTimeout(RETRY_MS);
    }
  }
}

/** True for lock_not_available; the migrator wraps the error of the statement. */
function isLockTimeout(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (propertyOf(at, 'code') === '55P03') return true;
  }
  return false;
}

/** Throws a StartError where migrations are still to be applied. Those of a later release are no matter. */
export async function assertMigrated({ orm }: Database): Promise<void> {
  const { migrationsList = [], tableName } = orm.em.config.get('migrations');
  const em = orm.em.fork();
  const [table] = await em.execute<{ found: string | null }[]>('select to_regclass(?) as found', [tableName]);
  const applied = table?.found ? await em.execute<{ name: string }[]>(`select name from ${tableName}`) : [];
  const known = new Set(applied.map(({ name }) => name));
  const missing = migrationsList.flatMap((one) => ('name' in one && !known.has(one.name) ? [one.name] : []));
  if (missing.length === 0) return;
  throw new StartError(
    `The database lacks migrations (${missing.join(', ')}), and MIGRATE is off: run "db migrate" of this release first.`,
  );
}

/** After a failover one may talk to a server that only reads. */
async function assertWritable(em: EntityManager): Promise<void> {
  const [state] = await em.execute<{ read_only: string }[]>(
    `select current_setting('transaction_read_only') as read_only`,
  );
  if (state?.read_only !== 'off') throw new Error('the database takes no writes');
}

/** The ms in which the database may answer {@link Database.ping}. */
const PING_MS = 2000;

const nativePool = (orm: Orm): Promise<Pool> => orm.em.getDriver().getConnection().getNativeClient();

/** The oldest PostgreSQL that the statements run on. */
const OLDEST_VERSION = 15;

async function requireVersion(orm: Orm): Promise<void> {
  const [row] = await orm.em
    .fork()
    .execute<{ version: string }[]>(`select current_setting('server_version') as version`);
  refuseOldVersion(row?.version ?? '');
}

export function refuseOldVersion(version: string): void {
  if (Number.parseInt(version, 10) >= OLDEST_VERSION) return;
  throw new StartError(`PostgreSQL ${version} is too old: ${OLDEST_VERSION} or newer is needed.`);
}

/** Connects; on the embedded database also takes its directory. Throws when the database does not answer. */
export async function connectDatabase(
  config: DatabaseSettings,
  schema: DatabaseSchema,
  embedded?: EmbeddedOptions,
): Promise<Database> {
  const isOwnDirectory = !config.DATABASE_URL && !embedded;
  const unlock = isOwnDirectory ? lockDataDir(config.DATA_DIR) : () => {};
  try {
    const orm = await MikroORM.init(await ormOptions(config, schema, embedded));
    // All timestamps that MikroORM itself reads pass here.
    Object.assign(orm.em.getPlatform(), { parseDate: readTimestamp });
    assertRowsReadable(orm.em);
    await requireVersion(orm);
    const stopWatching = isOwnDirectory
      ? keepRoom(config.DATA_DIR, (sql) => orm.em.fork().execute(sql))
      : () => {};
    const pool = config.DATABASE_URL ? await nativePool(orm) : null;
    if (pool) prepareOn(orm.em, pool);
    return {
      orm,
      embedded: !config.DATABASE_URL,
      pool,
      em: orm.em.fork({ useContext: true }),
      fork: () => orm.em.fork({ useContext: true }),
      ping: () => answersInTime(assertWritable(orm.em.fork()), PING_MS),
      close: async () => {
        stopWatching();
        await orm.close();
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}
