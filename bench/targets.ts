import type { ServerName } from './servers.js';

/** The ratios that the gateway is to reach, of its throughput to that of a peer. */
export const LEAST_RATIO: Readonly<Record<string, Partial<Record<ServerName, number>>>> = {
  me: { raw: 0.6, mercurius: 1, plain: 2.5 },
  'user(id)': { raw: 0.6, mercurius: 1, plain: 2.5 },
  'users(first: 20)': { raw: 0.5, mercurius: 1, plain: 3 },
  'rank(first: 100)': { raw: 1 },
};

/** A legacy read, of the throughput of the same operation by GraphQL. */
export const LEAST_OF_TWIN = 0.9;
/** Log-ins by password, of the hashes that the machine can do. */
export const LEAST_OF_HASHES = 0.85;
/** Growth of the p99 of `user(id)` while log-ins keep the hash queue full. */
export const MOST_UNDER_LOGINS = 3;
/** Growth of the p50 of a read from the smallest to the largest size. */
export const MOST_GROWTH = 1.3;
/** Resident memory of the gateway after the load, in MB. */
export const MOST_MEMORY = 250;

const rounded = (value: number): string => value.toFixed(2);

/** A ratio beside its target, if it has one. */
export function least(ratio: number, target: number | undefined): string {
  if (target === undefined) return rounded(ratio);
  return `${rounded(ratio)} (≥ ${target}: ${ratio >= target ? 'ok' : 'miss'})`;
}

export const most = (ratio: number, target: number): string =>
  `${rounded(ratio)} (≤ ${target}: ${ratio <= target ? 'ok' : 'miss'})`;
