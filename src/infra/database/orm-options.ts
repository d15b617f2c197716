import path from 'node:path';
import type { PGliteOptions } from '@electric-sql/pglite';
import { ReflectMetadataProvider } from '@mikro-orm/decorators/legacy';
import { Migrator } from '@mikro-orm/migrations';
import { defineConfig } from '@mikro-orm/postgresql';
import type { Config } from '../../config.js';
import { MIGRATIONS } from '../../migrations/index.js';
import { notInstalled } from '../not-installed.js';
import { CommitSubscriber } from './after-commit.js';
import { ENTITIES } from './entities.js';

export type DatabaseConfig = Pick<Config, 'DATABASE_URL' | 'DATABASE_POOL' | 'DATA_DIR'> &
  Partial<Pick<Config, 'DATABASE_TIMEOUT_SECONDS'>>;

const SHARED = {
  entities: ENTITIES,
  metadataProvider: ReflectMetadataProvider,
  extensions: [Migrator],
  subscribers: [CommitSubscriber],
  forceUtcTimezone: true,
  ensureDatabase: false,
  // Functions are written in the migrations alone.
  schemaGenerator: { ignoreRoutines: true },
  migrations: { migrationsList: MIGRATIONS, snapshot: false, silent: true, pathTs: 'src/migrations' },
};

/**
 * What PGlite is told besides its extensions: the directory of the database, or what tests put in its place, such as
 * an instance of their own.
 */
export type EmbeddedOptions = Partial<PGliteOptions> & { pglite?: unknown };

const embeddedDirectory = (config: DatabaseConfig): string => path.resolve(config.DATA_DIR, 'postgres');

/** Loaded only where there is no PostgreSQL. */
const importEmbedded = () =>
  import('./embedded.js').catch((error) => {
    throw notInstalled(error, 'The embedded database', 'DATABASE_URL');
  });

/** The same entities and migrations over PostgreSQL when `DATABASE_URL` is set, else over PGlite. */
export async function ormOptions(
  config: DatabaseConfig,
  embedded: EmbeddedOptions = { dataDir: embeddedDirectory(config) },
) {
  if (config.DATABASE_URL) {
    const timeoutMs = config.DATABASE_TIMEOUT_SECONDS && config.DATABASE_TIMEOUT_SECONDS * 1000;
    return defineConfig({
      ...SHARED,
      clientUrl: config.DATABASE_URL,
      pool: { min: 0, max: config.DATABASE_POOL },
      // Kept on this side: a server that is cut off can enforce nothing.
      driverOptions: {
        // The driver reads more of it than MikroORM does: what it says of TLS.
        connectionString: config.DATABASE_URL,
        connectionTimeoutMillis: timeoutMs,
        query_timeout: timeoutMs,
      },
    });
  }
  const { PGLITE_EXTENSIONS, defineConfig: defineEmbedded } = await importEmbedded();
  return defineEmbedded({
    ...SHARED,
    dbName: 'postgres',
    driverOptions: { extensions: PGLITE_EXTENSIONS, ...embedded },
  });
}
