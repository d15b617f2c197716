import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { propertyOf } from '../unknown.js';
import { StartError } from './start-error.js';

/** The ms in which a server may answer a connection, a query, and that it was left. */
const CONNECT_MS = 10_000;
const QUERY_MS = 120_000;
const CLOSE_MS = 1000;

export interface MysqlAddress {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  /** The zone in which `timestamp` columns are read, `+00:00`. */
  timezone: string;
  /** By TLS, with a certificate that this machine trusts. */
  tls: boolean;
}

const ZONE = /^[+-](?:0\d|1[0-4]):[0-5]\d$/;

/**
 * Reads `mysql://user:password@host:port/database[?tls=on&timezone=+00:00]`; null for anything else. What has another
 * meaning in URLs is percent-encoded, the plus of a zone too.
 */
export function parseMysqlUrl(text: string): MysqlAddress | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  const { tls = 'off', timezone = '+00:00', ...others } = Object.fromEntries(url.searchParams);
  // A bare plus is a blank in a query.
  const zone = timezone.replace(' ', '+');
  const database = decoded(url.pathname.slice(1));
  const [user, password] = [decoded(url.username), decoded(url.password)];
  const isKnown = Object.keys(others).length === 0 && ['on', 'off'].includes(tls) && ZONE.test(zone);
  if (url.protocol !== 'mysql:' || !url.hostname || !database || !user || password === null || !isKnown)
    return null;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return {
    host,
    port: Number(url.port) || 3306,
    user,
    password,
    database,
    timezone: zone,
    tls: tls === 'on',
  };
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** One state of a MySQL database, which stays the same however long it is read. Nothing can be written to it. */
export interface MysqlSnapshot {
  /** The rows of a query, with `?` for its values. Dates are texts, as are numbers beyond 2^53. */
  rows<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

/**
 * Opens a snapshot. This and its queries throw a {@link StartError} that names the server and what is wrong, never the
 * password.
 */
export async function openMysqlSnapshot(address: MysqlAddress): Promise<MysqlSnapshot> {
  const failed = (error: unknown) => new StartError(problemOf(error, address));
  const { host, port, user, password, database, timezone, tls } = address;
  const connection = await createConnection({
    host,
    port,
    user,
    password,
    database,
    charset: 'utf8mb4',
    connectTimeout: CONNECT_MS,
    dateStrings: true,
    jsonStrings: true,
    supportBigNumbers: true,
    ...(tls && { ssl: {} }),
  }).catch((error) => {
    throw failed(error);
  });
  // Without a listener, a connection that is lost between two queries would end the process.
  connection.on('error', () => undefined);
  const query = async (sql: string, values: readonly unknown[] = []) => {
    const [rows] = await inTime(connection.query<RowDataPacket[]>(sql, [...values]), QUERY_MS).catch(
      (error) => {
        throw failed(error);
      },
    );
    return rows;
  };
  const close = () => ended(connection);
  try {
    await query('set session transaction isolation level repeatable read');
    await query('set time_zone = ?', [timezone]);
    await query('start transaction with consistent snapshot, read only');
  } catch (error) {
    await close();
    throw error;
  }
  return {
    rows: async <Row extends object>(sql: string, values?: readonly unknown[]) =>
      (await query(sql, values)) as Row[],
    close,
  };
}

/** The driver's own time limit outlives a connection that is lost, and would keep the process from ending. */
function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  const late = Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' });
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(late), ms);
  });
  return Promise.race([work, timeout]).finally(() => clearTimeout(timer));
}

/** A server that is gone, or hangs, is not waited for. */
async function ended(connection: Connection): Promise<void> {
  await inTime(connection.end(), CLOSE_MS).catch(() => undefined);
  connection.destroy();
}

/** What MySQL says in these names users, databases, tables and columns, never a password. */
const REASONS: readonly [code: RegExp, means: string, help: string][] = [
  [
    /^ER_(ACCESS_DENIED|.*NOT_SUPPORTED_AUTH|HOST_)/,
    'refuses to log in',
    'Check the user and the password in the URL',
  ],
  [
    /^ER_(DBACCESS|TABLEACCESS|COLUMNACCESS|SPECIFIC_ACCESS)/,
    'does not let this user read it',
    'Let it select from the database',
  ],
  [/^ER_BAD_DB/, 'lacks the database', 'Name another one in the URL'],
  [/^ER_(NO_SUCH_TABLE|BAD_FIELD)/, 'has other tables', 'Is it of ThinkSNS+?'],
];
const GONE =
  /^(ECONN|ENOTFOUND|EAI_|ETIMEDOUT|EHOST|ENET|EPIPE|PROTOCOL_|ER_(SERVER_SHUTDOWN|CON_COUNT|QUERY_INT|CONNECTION_KILLED))/;
const TLS = /^(HANDSHAKE|ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|ER_SECURE)|SSL/;

function problemOf(error: unknown, { host, port, password }: MysqlAddress): string {
  const server = `MySQL at ${host}:${port}`;
  const code = String(propertyOf(error, 'code') ?? '');
  const said = (error instanceof Error ? error.message : '').split('\n')[0] ?? '';
  // Whatever a server says: what it was given as a password does not come back.
  const message = password ? said.replaceAll(password, '…') : said;
  if (GONE.test(code)) return `${server} does not answer (${code}).`;
  if (TLS.test(code)) return `${server} and we do not agree on TLS (${code}). See ?tls= in the URL.`;
  const found = REASONS.find(([pattern]) => pattern.test(code));
  return found ? `${server} ${found[1]} (${message}). ${found[2]}.` : `${server} fails (${code || message}).`;
}
