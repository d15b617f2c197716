import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { createPostgreSqlTypeParsers } from '@mikro-orm/postgresql';
import pg from 'pg';
import array from 'postgres-array';
import { PGLITE_EXTENSIONS } from '../../src/infra/database/embedded.js';

/** What global-setup.ts prepared: a directory with files, and the template database on the server or its dump. */
export interface Template {
  directory: string;
  database?: string;
}

export function currentTemplate(): Template {
  const template = process.env.TEST_TEMPLATE;
  if (!template) throw new Error('the global set-up of the tests has not run');
  return JSON.parse(template) as Template;
}

/** A migrated and seeded database of one's own; several gateways of a test can share it. */
export interface TestDatabase {
  /** On the server, when `DATABASE_URL` is set. */
  url?: string;
  /** Else embedded. */
  pglite?: PGlite;
  drop(): Promise<void>;
}

export async function createDatabase(): Promise<TestDatabase> {
  return process.env.DATABASE_URL ? copyOnServer(process.env.DATABASE_URL) : loadDump();
}

async function copyOnServer(serverUrl: string): Promise<TestDatabase> {
  const name = `ug_test_${randomBytes(6).toString('hex')}`;
  const run = async (sql: string) => {
    const client = new pg.Client({ connectionString: serverUrl });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };
  await run(`create database ${name} template ${currentTemplate().database}`);
  const url = new URL(serverUrl);
  url.pathname = name;
  return { url: url.href, drop: () => run(`drop database if exists ${name} with (force)`) };
}

/** The dump as PGlite asks for it. To read the bytes out of a real Blob takes as long as everything else it does with them. */
class Dump extends Blob {
  constructor(private readonly content: Buffer) {
    super([]);
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    return new Uint8Array(this.content).buffer;
  }
}

async function loadDump(): Promise<TestDatabase> {
  const dump = await readFile(path.join(currentTemplate().directory, 'database.tar'));
  const pglite = await PGlite.create({
    extensions: PGLITE_EXTENSIONS,
    startParams: [...PGlite.defaultStartParams, '-c', 'shared_buffers=8MB'],
    // An instance handed to MikroORM keeps its own parsers, so it gets those MikroORM would give it.
    parsers: createPostgreSqlTypeParsers((text) => array.parse(text)),
    loadDataDir: new Dump(dump),
  });
  return { pglite, drop: () => pglite.close() };
}

/**
 * A data directory of one's own, with the default pictures in it; with `database`, also the embedded database, for
 * processes that would otherwise make a new one.
 */
export async function copyDataDir({ database = false } = {}): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'ug-test-'));
  for (const part of database ? ['storage', 'postgres'] : ['storage']) {
    await cp(path.join(currentTemplate().directory, part), path.join(directory, part), { recursive: true });
  }
  return directory;
}
