import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { TRUSTED } from './documents.js';
import { type ServerProcess, startServer } from './server.process.js';

/** The gateway, and what it is measured against (see docs/performance.md). */
export type ServerName = 'gateway' | 'raw' | 'mercurius' | 'plain';

const SCRIPTS: Readonly<Record<ServerName, string>> = {
  gateway: 'dist/src/main.js',
  raw: 'dist/bench/peers/raw.js',
  mercurius: 'dist/bench/peers/mercurius.js',
  plain: 'dist/bench/peers/plain.js',
};

export const SERVER_NAMES = Object.keys(SCRIPTS) as ServerName[];

/** Where a run has its data. */
export interface Place {
  DATABASE_URL: string;
  REDIS_URL: string;
  REDIS_PREFIX: string;
  DATA_DIR: string;
  SMS_WEBHOOK_URL: string;
}

/**
 * What the gateway refuses to start without in production, and the few limits that one client at one address would
 * run into: these are set to their highest, so that what they cost is in the figures. The rest are the defaults.
 */
export const SETTINGS = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://gateway.example',
  PASSWORD_PEPPER: 'the pepper of a benchmark, used for nothing else',
  DATA_KEYS: `bench:${Buffer.from('the data key of a benchmark only').toString('base64')}`,
  SMS_PROVIDER: 'webhook',
  MAIL_PROVIDER: 'webhook',
  MAIL_WEBHOOK_URL: 'http://127.0.0.1:9/never-used',
  RATE_LIMIT: 'on',
  RATE_LIMIT_PER_MINUTE: '1000000',
  CODE_TTL_SECONDS: '3600',
  CODE_RESEND_SECONDS: '0',
  CODE_DAILY_LIMIT: '1000000',
  CODE_IP_DAILY_LIMIT: '1000000',
} as const;

/** How `npm start` runs the gateway. Peers run with Node's defaults. */
const START = JSON.parse(readFileSync('scripts/heap.json', 'utf8')) as {
  env: Record<string, string>;
  flags: string[];
};

/** Starts a server in production mode. Peers are told the same and take what they need. */
export async function startNamed(
  name: ServerName,
  place: Place,
  nodeFlags: readonly string[] = [],
): Promise<ServerProcess> {
  if (name !== 'gateway') return startServer(SCRIPTS[name], { ...SETTINGS, ...place }, nodeFlags);
  const TRUSTED_DOCUMENTS = path.join(place.DATA_DIR, 'trusted-documents.json');
  await writeFile(TRUSTED_DOCUMENTS, JSON.stringify(TRUSTED));
  const env = { ...SETTINGS, ...place, ...START.env, TRUSTED_DOCUMENTS };
  return startServer(SCRIPTS[name], env, [...START.flags, ...nodeFlags]);
}
