import { rm } from 'node:fs/promises';
import pg from 'pg';
import { currentTemplate } from './template.js';

/** Leaves nothing behind. */
export default async function tearDown(): Promise<void> {
  const { directory, database } = currentTemplate();
  if (database) {
    const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
    await client.connect();
    await client.query(`drop database if exists ${database} with (force)`);
    await client.end();
  }
  await rm(directory, { recursive: true, force: true });
}
