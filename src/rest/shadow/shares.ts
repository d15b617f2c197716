import { type Config, ConfigError } from '../../config.js';
import type { Dialect } from '../dialect.js';
import type { OldServers } from '../upstream/servers.js';

/** The share of a door's reads that is asked of the other side as well, from above 0 to 1. */
export type Shares = ReadonlyMap<Dialect, number>;

/** Reads `SHADOW`. Throws a {@link ConfigError} that names every entry of an unknown door, or of one without a server. */
export function readShares(
  dialects: readonly Dialect[],
  servers: Pick<OldServers, 'of'> | undefined,
  { SHADOW }: Pick<Config, 'SHADOW'>,
): Shares {
  const shares = new Map<Dialect, number>();
  const problems: string[] = [];
  for (const { name, share } of SHADOW) {
    const dialect = dialects.find((one) => one.name === name);
    if (!dialect)
      problems.push(`SHADOW: "${name}" names no door: ${dialects.map((one) => one.name).join(', ')}`);
    else if (shares.has(dialect)) problems.push(`SHADOW: "${name}" is there twice`);
    else if (!servers?.of(dialect)) problems.push(`SHADOW: "${name}" needs UPSTREAM_${name.toUpperCase()}`);
    else shares.set(dialect, share);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return shares;
}
