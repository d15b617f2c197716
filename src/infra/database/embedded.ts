import { setFlagsFromString } from 'node:v8';
import { citext } from '@electric-sql/pglite/contrib/citext';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';

export { defineConfig } from '@mikro-orm/pglite';

// V8 may lose count of the machine code it frees while PGlite runs, and ends the process ("Check failed:
// jit_page_->allocations_.erase", nodejs/node#64500). What it keeps instead is a few megabytes.
setFlagsFromString('--no-wasm-code-gc');

/** The extensions the migrations ask for; both ship with PostgreSQL too. */
export const PGLITE_EXTENSIONS = { citext, pg_trgm };
