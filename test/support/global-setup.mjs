// Runs outside of Jest's transforms, so it uses the compiled gateway (`npm test` builds it).
import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { loadConfig } from '../../dist/src/config.js';
import { PGLITE_EXTENSIONS } from '../../dist/src/infra/database/orm-options.js';
import { openInfrastructure } from '../../dist/src/services.js';

/**
 * Prepares the migrated and seeded database that every app of the run starts from: the directory of an embedded one
 * and its dump, and when `DATABASE_URL` is set a template database on the server. The default pictures are stored
 * beside it.
 */
export default async function setUp() {
  const directory = await mkdtemp(path.join(tmpdir(), 'ug-test-'));
  await embedded(directory);
  const template = process.env.DATABASE_URL ? await onServer(directory) : {};
  process.env.TEST_TEMPLATE = JSON.stringify({ directory, ...template });
}

async function onServer(directory) {
  const database = `ug_test_${randomBytes(6).toString('hex')}`;
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  await client.query(`create database ${database}`);
  await client.end();
  const url = new URL(process.env.DATABASE_URL);
  url.pathname = database;
  await prepare(loadConfig({ DATA_DIR: directory, DATABASE_URL: url.href }));
  return { database };
}

async function embedded(directory) {
  const pglite = await PGlite.create({
    dataDir: path.join(directory, 'postgres'),
    extensions: PGLITE_EXTENSIONS,
    // Less to copy and to load for each test.
    initDbStartParams: ['--wal-segsize=1'],
  });
  await prepare(loadConfig({ DATA_DIR: directory }), { pglite });
  // What a test loads has nothing to recover.
  await pglite.exec('checkpoint');
  const dump = await pglite.dumpDataDir('none');
  await writeFile(path.join(directory, 'database.tar'), Buffer.from(await dump.arrayBuffer()));
  await pglite.close();
}

async function prepare(config, options) {
  const infrastructure = await openInfrastructure(config, options);
  await infrastructure.redis.close();
  await infrastructure.database.close();
}
