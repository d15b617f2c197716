import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { loadConfig } from '../src/config.js';
import { SecretBox } from '../src/infra/secret-box.js';
import { closeInfrastructure, openInfrastructure } from '../src/infrastructure.js';
import { OpenAppService } from '../src/modules/openapp/open-app.service.js';
import { describeData, fillUsers } from './data.js';
import { onServer } from './database.js';
import { type Place, SETTINGS } from './servers.js';

/** An application that may call the signed open API. */
export interface SigningApp {
  id: number;
  secret: string;
}

/** A filled database with what belongs to it. */
export interface FilledPlace {
  users: number;
  env: Place;
  app: SigningApp;
  /** What is in the database. */
  description: string;
  /** Removes all of it, or only what is not kept. */
  leave(): Promise<void>;
}

export interface PlaceOptions {
  users: number;
  databaseUrl: string;
  redisUrl: string;
  smsWebhookUrl: string;
  /** Keeps the database under a name of its size, and uses the one that is there. */
  keep: boolean;
  say: (what: string) => void;
}

const FILLED = 'filled';

async function removeKeys(redisUrl: string, prefix: string): Promise<void> {
  const redis = new Redis(redisUrl);
  for await (const keys of redis.scanStream({ match: `${prefix}*`, count: 1000 })) {
    if ((keys as string[]).length > 0) await redis.del(...(keys as string[]));
  }
  await redis.quit();
}

/** Whether a database was filled to the end. */
async function isFilled(databaseUrl: string, name: string): Promise<boolean> {
  const [row] = await onServer<{ said: string | null }>(
    databaseUrl,
    `select shobj_description(oid, 'pg_database') as said from pg_database where datname = '${name}'`,
  );
  return row?.said === FILLED;
}

async function prepare(env: Place, isNew: boolean, { users, say }: PlaceOptions) {
  const config = loadConfig({ ...SETTINGS, ...env, DATABASE_TIMEOUT_SECONDS: '3600' });
  const infrastructure = await openInfrastructure(config);
  try {
    const em = infrastructure.database.fork();
    if (isNew) await fillUsers(em, config, users, say);
    const apps = new OpenAppService(new SecretBox(config.DATA_KEYS));
    const { app, secret } = await apps.create({ em }, { name: 'bench' });
    return { app: { id: app.id, secret }, description: await describeData(em) };
  } finally {
    await closeInfrastructure(infrastructure);
  }
}

/** Makes a database of its own and fills it, or takes the one that was kept. */
export async function openPlace(options: PlaceOptions): Promise<FilledPlace> {
  const { users, databaseUrl, redisUrl, keep } = options;
  const name = `ug_bench_${users}${keep ? '' : `_${randomBytes(4).toString('hex')}`}`;
  const url = new URL(databaseUrl);
  url.pathname = name;
  const env: Place = {
    DATABASE_URL: url.href,
    REDIS_URL: redisUrl,
    REDIS_PREFIX: `${name}:`,
    // Kept with the database, which knows the pictures in it.
    DATA_DIR: path.join(os.tmpdir(), name),
    SMS_WEBHOOK_URL: options.smsWebhookUrl,
  };
  const isNew = !(await isFilled(databaseUrl, name));
  const drop = async () => {
    await onServer(databaseUrl, `drop database if exists ${name} with (force)`);
    await rm(env.DATA_DIR, { recursive: true, force: true });
  };
  const leave = async () => {
    await removeKeys(redisUrl, env.REDIS_PREFIX);
    if (!keep) await drop();
  };
  try {
    if (isNew) {
      await drop();
      await onServer(databaseUrl, `create database ${name}`);
      // The rows refer to each other by construction: looking up every reference would take most of the time.
      await onServer(databaseUrl, `alter database ${name} set session_replication_role = replica`);
      await onServer(databaseUrl, `alter database ${name} set work_mem = '512MB'`);
    }
    await mkdir(env.DATA_DIR, { recursive: true });
    const prepared = await prepare(env, isNew, options);
    await onServer(databaseUrl, `alter database ${name} reset all`);
    await onServer(databaseUrl, `comment on database ${name} is '${FILLED}'`);
    return { users, env, ...prepared, leave };
  } catch (error) {
    await leave();
    throw error;
  }
}
