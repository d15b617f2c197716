import path from 'node:path';
import type { PGliteOptions } from '@electric-sql/pglite';
import type { EntityClass, MigrationObject } from '@mikro-orm/core';
import { ReflectMetadataProvider } from '@mikro-orm/decorators/legacy';
import { Migrator } from '@mikro-orm/migrations';
import { defineConfig, type Options } from '@mikro-orm/postgresql';
import { notInstalled } from '../not-installed.js';
import { CommitSubscriber } from './after-commit.js';
import { MigrationFile } from './migration-file.js';

/** The settings, by their names. */
export interface DatabaseSettings {
  /** Undefined: the embedded database in `DATA_DIR`. */
  readonly DATABASE_URL?: string;
  readonly DATABASE_POOL: number;
  readonly DATA_DIR: string;
  readonly DATABASE_TIMEOUT_SECONDS?: number;
}

/** The contents of a database: its tables, and the migrations that lead to them. */
export interface DatabaseSchema {
  readonly entities: EntityClass<object>[];
  readonly migrations: MigrationObject[];
}

const SHARED = {
  metadataProvider: ReflectMetadataProvider,
  extensions: [Migrator],
  subscribers: [CommitSubscriber],
  forceUtcTimezone: true,
  ensureDatabase: false,
  // Functions are written in the migrations alone.
  schemaGenerator: { ignoreRoutines: true, ignoreTriggers: true },
};

const sharedOptions = ({ entities, migrations }: DatabaseSchema) => ({
  ...SHARED,
  entities,
  migrations: {
    migrationsList: migrations,
    snapshot: false,
    silent: true,
    pathTs: 'src/migrations',
    generator: MigrationFile,
  },
});

/**
 * Options of PGlite besides its extensions: the directory of the database, or a test's instance of its own.
 */
export type EmbeddedOptions = Partial<PGliteOptions> & { pglite?: unknown };

const embeddedDirectory = (config: DatabaseSettings): string => path.resolve(config.DATA_DIR, 'postgres');

/** PGlite is loaded only where there is no PostgreSQL. */
const importEmbedded = () =>
  import('./embedded.js').catch((error) => {
    throw notInstalled(error, 'The embedded database', 'DATABASE_URL');
  });

/** The same entities and migrations over PostgreSQL when `DATABASE_URL` is set, else over PGlite. */
export async function ormOptions(
  config: DatabaseSettings,
  schema: DatabaseSchema,
  embedded: EmbeddedOptions = { dataDir: embeddedDirectory(config) },
): Promise<Options> {
  if (config.DATABASE_URL) {
    const timeoutMs = config.DATABASE_TIMEOUT_SECONDS && config.DATABASE_TIMEOUT_SECONDS * 1000;
    return defineConfig({
      ...sharedOptions(schema),
      clientUrl: config.DATABASE_URL,
      pool: { min: 0, max: config.DATABASE_POOL },
      // The time-out is kept on this side: a server that is cut off can enforce nothing.
      driverOptions: {
        // The driver reads more of the URL than MikroORM does: its TLS options.
        connectionString: config.DATABASE_URL,
        connectionTimeoutMillis: timeoutMs,
        query_timeout: timeoutMs,
      },
    });
  }
  const { PGLITE_EXTENSIONS, defineConfig: defineEmbedded } = await importEmbedded();
  const options = defineEmbedded({
    ...sharedOptions(schema),
    dbName: 'postgres',
    driverOptions: { extensions: PGLITE_EXTENSIONS, ...embedded },
  });
  // PGlite's manager is the same class as PostgreSQL's below its driver; the domain sees one type.
  return options as Options;
}
