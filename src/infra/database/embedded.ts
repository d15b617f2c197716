import { citext } from '@electric-sql/pglite/contrib/citext';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';

export { defineConfig } from '@mikro-orm/pglite';

/** The extensions the migrations ask for; both ship with PostgreSQL too. */
export const PGLITE_EXTENSIONS = { citext, pg_trgm };
