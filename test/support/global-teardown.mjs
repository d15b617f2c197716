import { rm } from 'node:fs/promises';
import pg from 'pg';

/** Leaves nothing behind. */
export default async function tearDown() {
  const { directory, database } = JSON.parse(process.env.TEST_TEMPLATE);
  if (database) {
    const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
    await client.connect();
    await client.query(`drop database if exists ${database} with (force)`);
    await client.end();
  }
  await rm(directory, { recursive: true, force: true });
}
