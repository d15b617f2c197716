import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { type Config, loadConfig } from '../../src/config.js';
import { PGLITE_EXTENSIONS } from '../../src/infra/database/embedded.js';
import { openInfrastructure } from '../../src/infrastructure.js';
import type { Template } from './template.js';

/**
 * Prepares the migrated and seeded database that every app of the run starts from: the directory of an embedded one
 * and its dump, and when `DATABASE_URL` is set a template database on the server. The default pictures are stored
 * beside it.
 */
export default async function setUp(): Promise<void> {
  const directory = await mkdtemp(path.join(tmpdir(), 'ug-test-'));
  await embedded(directory);
  const template = process.env.DATABASE_URL ? await onServer(directory, process.env.DATABASE_URL) : {};
  process.env.TEST_TEMPLATE = JSON.stringify({ directory, ...template } satisfies Template);
}

async function onServer(directory: string, serverUrl: string): Promise<Pick<Template, 'database'>> {
  const database = `ug_test_${randomBytes(6).toString('hex')}`;
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  // The strictest locale: in C the database itself knows no letters beyond ASCII. The embedded one knows them.
  await client.query(`create database ${database} template template0 encoding 'UTF8' locale 'C'`);
  await client.end();
  const url = new URL(serverUrl);
  url.pathname = database;
  await prepare(loadConfig({ DATA_DIR: directory, DATABASE_URL: url.href }));
  return { database };
}

async function embedded(directory: string): Promise<void> {
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

async function prepare(config: Config, options?: Parameters<typeof openInfrastructure>[1]): Promise<void> {
  const infrastructure = await openInfrastructure(config, options);
  await infrastructure.redis.close();
  await infrastructure.database.close();
}
