import path from 'node:path';
import { citext } from '@electric-sql/pglite/contrib/citext';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { ReflectMetadataProvider } from '@mikro-orm/decorators/legacy';
import { Migrator } from '@mikro-orm/migrations';
import { defineConfig as definePgliteConfig } from '@mikro-orm/pglite';
import { defineConfig as definePostgresConfig } from '@mikro-orm/postgresql';
import type { Config } from '../../config.js';
import { MIGRATIONS } from '../../migrations/index.js';
import { ENTITIES } from './entities.js';

export type DatabaseConfig = Pick<Config, 'DATABASE_URL' | 'DATABASE_POOL' | 'DATA_DIR'>;

const SHARED = {
  entities: ENTITIES,
  metadataProvider: ReflectMetadataProvider,
  extensions: [Migrator],
  forceUtcTimezone: true,
  ensureDatabase: false,
  migrations: { migrationsList: MIGRATIONS, snapshot: false, silent: true, pathTs: 'src/migrations' },
};

/**
 * Where an embedded database lives, and the options PGlite takes for it.
 * Tests start from a prepared copy in memory instead of a directory.
 */
export interface EmbeddedOptions {
  dataDir: string;
  loadDataDir?: Blob;
}

export const embeddedDirectory = (config: DatabaseConfig): string => path.resolve(config.DATA_DIR, 'postgres');

/** The same entities and migrations over PostgreSQL when `DATABASE_URL` is set, else over PGlite. */
export function ormOptions(config: DatabaseConfig, embedded: EmbeddedOptions = { dataDir: embeddedDirectory(config) }) {
  if (config.DATABASE_URL) {
    return definePostgresConfig({
      ...SHARED,
      clientUrl: config.DATABASE_URL,
      pool: { min: 0, max: config.DATABASE_POOL },
    });
  }
  return definePgliteConfig({
    ...SHARED,
    dbName: 'postgres',
    driverOptions: { ...embedded, extensions: { citext, pg_trgm } },
  });
}
