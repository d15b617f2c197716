import { type Config, ConfigError } from '../../config.js';
import type { LegacySystem } from '../../door.js';
import type { Dialect, Row } from '../dialect.js';
import { rowsNamed } from '../row-finder.js';

/** The settings that name an old server, by the door that is before it. */
const SETTINGS = {
  anlife: 'UPSTREAM_ANLIFE',
  account: 'UPSTREAM_ACCOUNT',
  plus: 'UPSTREAM_PLUS',
  member: 'UPSTREAM_MEMBER',
  open: 'UPSTREAM_OPEN',
} as const satisfies Record<LegacySystem, keyof Config>;

/** What is read here of the configuration. */
export type ServerConfig = Pick<Config, (typeof SETTINGS)[LegacySystem] | 'UPSTREAM' | 'ROUTES_UPSTREAM'>;

/** A server that requests are passed to. */
export interface OldServer {
  /** The dialect of its door; undefined for the server of what lies under none. */
  dialect: Dialect | undefined;
  origin: string;
  /** The path that stands before those of requests; empty where it is the root. */
  base: string;
}

export interface OldServers {
  /** The server of a door; undefined where none is set. */
  of(dialect: Dialect): OldServer | undefined;
  /** The server of what lies under no dialect's prefix. */
  rest: OldServer | undefined;
  /** The rows that their server still answers. */
  rows: ReadonlyMap<Row, OldServer>;
}

function serverAt(url: string | undefined, dialect?: Dialect): OldServer | undefined {
  if (!url) return undefined;
  const { origin, pathname } = new URL(url);
  return { dialect, origin, base: pathname.replace(/\/+$/, '') };
}

/** Why an entry of `ROUTES_UPSTREAM` names no row that can be given back, or the rows that it names. */
function readEntry(
  entry: string,
  dialects: readonly Dialect[],
  of: OldServers['of'],
): string | [Row, OldServer][] {
  const [, door = entry] = /^([^:]*):/.exec(entry) ?? [];
  const dialect = dialects.find(({ name }) => name === door);
  if (!dialect)
    return `"${entry}" names no door: it is door:row, of ${dialects.map(({ name }) => name).join(', ')}`;
  const rows = rowsNamed([dialect], entry);
  if (rows.length === 0) return `"${entry}" names no row of ${door} (\`npm run routes\` lists them)`;
  const server = of(dialect);
  if (!server) return `"${entry}" needs ${SETTINGS[dialect.name]}`;
  return rows.map(({ row }) => [row, server]);
}

/**
 * The old servers of a configuration. Throws a {@link ConfigError} that names every entry of `ROUTES_UPSTREAM` of a door
 * or row that is unknown, or of a door without a server.
 */
export function readServers(dialects: readonly Dialect[], config: ServerConfig): OldServers {
  const servers = new Map<Dialect, OldServer>();
  for (const dialect of dialects) {
    const server = serverAt(config[SETTINGS[dialect.name]], dialect);
    if (server) servers.set(dialect, server);
  }
  const of = (dialect: Dialect) => servers.get(dialect);
  const read = config.ROUTES_UPSTREAM.map((entry) => readEntry(entry, dialects, of));
  const problems = read.filter((one) => typeof one === 'string');
  if (problems.length > 0) throw new ConfigError(problems.map((problem) => `ROUTES_UPSTREAM: ${problem}`));
  const rows = new Map(read.flatMap((one) => (typeof one === 'string' ? [] : one)));
  return { of, rest: serverAt(config.UPSTREAM), rows };
}

/** True where nothing is passed on at all. */
export const areNone = ({ of, rest }: OldServers, dialects: readonly Dialect[]): boolean =>
  !rest && dialects.every((dialect) => !of(dialect));
