import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Connection, createConnection } from 'mysql2/promise';

/** An account of an old system, as `scripts/old-systems.mjs` has made it. */
export interface OldAccount {
  id: number;
  /** Its oddity follows from it: `ODDITIES` of `scripts/old-systems/plus.mjs`. */
  number: number;
  name: string | null;
  phone: string | null;
  email: string | null;
  password: string | null;
}

/** A ThinkSNS+ of a test's own. */
export interface OldPlus {
  /** `mysql://…`, to import from. */
  url: string;
  /** The folder with its pictures. */
  files: string;
  accounts: OldAccount[];
  /** Tokens that its apps still hold. */
  tokens: { id: number; token: string }[];
  /** The same database a while later; tells its accounts. */
  growOlder(): Promise<OldAccount[]>;
  sql(text: string, values?: unknown[]): Promise<unknown>;
  drop(): Promise<void>;
}

/** The secret that {@link OldPlus.tokens} are signed with. */
export const OLD_JWT_SECRET = 'the secret of the old server, 32+';

/**
 * The MySQL server that may be used: `MYSQL_URL`, or on the machine that has real services the one beside them. Null,
 * and a word about it, where none answers.
 */
export async function findMysql(): Promise<string | null> {
  const { MYSQL_URL, DATABASE_URL } = process.env;
  const url = MYSQL_URL ?? (DATABASE_URL && 'mysql://root@127.0.0.1:3306');
  if (!url) return skipped('MYSQL_URL is not set');
  try {
    await (await createConnection({ uri: url, connectTimeout: 3000 })).end();
    return url;
  } catch {
    return skipped(`no MySQL answers at ${new URL(url).host}`);
  }
}

function skipped(reason: string): null {
  process.stderr.write(`SKIPPED: tests that need a MySQL (${reason})\n`);
  return null;
}

const run = promisify(execFile);

async function linesOf<T>(file: string): Promise<T[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.map((line): T => JSON.parse(line));
}

/** Makes one with so many users. */
export async function makeOldPlus(server: string, users: number): Promise<OldPlus> {
  const directory = await mkdtemp(path.join(tmpdir(), 'ug-old-plus-'));
  const url = new URL(server);
  const database = `ug_old_${randomBytes(6).toString('hex')}`;
  url.pathname = database;
  const [files, accounts, tokens] = ['files', 'accounts', 'tokens'].map((name) => path.join(directory, name));
  const make = async (...also: string[]) => {
    const given = {
      mysql: url.href,
      users: String(users),
      accounts,
      ...(also.length === 0 && { files, tokens }),
    };
    const options = Object.entries(given).flatMap(([name, value]) => [`--${name}`, value ?? '']);
    const argv = ['scripts/old-systems.mjs', 'plus', ...options, '--jwt-secret', OLD_JWT_SECRET, ...also];
    await run(process.execPath, argv);
    return linesOf<OldAccount>(accounts ?? '');
  };
  const made = await make();
  let connection: Connection | undefined;
  return {
    url: url.href,
    files: files ?? '',
    accounts: made,
    tokens: await linesOf(tokens ?? ''),
    growOlder: () => make('--later'),
    sql: async (text, values = []) => {
      connection ??= await createConnection({ uri: url.href, timezone: 'Z' });
      const [rows] = await connection.query(text, values);
      return rows;
    },
    drop: async () => {
      await connection?.end();
      const last = await createConnection({ uri: server });
      await last.query('drop database if exists ??', [database]);
      await last.end();
      await rm(directory, { recursive: true });
    },
  };
}
