import { ENTITIES } from './entities.js';
import { connectDatabase, type Database } from './infra/database/database.js';
import type { DatabaseSchema, DatabaseSettings, EmbeddedOptions } from './infra/database/orm-options.js';
import { MIGRATIONS } from './migrations/index.js';

/** The tables of the domain. */
export const DATABASE_SCHEMA: DatabaseSchema = { entities: ENTITIES, migrations: MIGRATIONS };

/** The gateway's own database. Throws when it does not answer; migrates nothing. */
export const openDatabase = (config: DatabaseSettings, embedded?: EmbeddedOptions): Promise<Database> =>
  connectDatabase(config, DATABASE_SCHEMA, embedded);
