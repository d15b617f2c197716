import path from 'node:path';
import type { Config } from '../config.js';
import { StartError } from '../infra/start-error.js';

type Settings = Pick<Config, 'HOST' | 'PORT' | 'DATABASE_URL' | 'DATA_DIR'>;

interface Failure {
  code?: string;
  message: string;
  syscall?: string;
  path?: string;
}

/** A problem that an operator can mend, in one sentence; undefined for a defect, which needs its stack. */
export function startProblem(error: unknown, settings?: Settings): string | undefined {
  if (error instanceof StartError) return error.message;
  if (!(error instanceof Error) || !settings) return undefined;
  const failure: Failure = error;
  return (
    ofAddress(failure, settings) ?? ofDataDir(failure, settings) ?? ofDatabase(failure, settings.DATABASE_URL)
  );
}

const OF_ADDRESS: Record<string, string> = {
  EADDRINUSE: 'is taken by another process: stop that one, or set PORT',
  EACCES: 'is not allowed to this user: set a PORT from 1024 on',
  EADDRNOTAVAIL: 'is not of this machine: set HOST to one of its addresses, or to 0.0.0.0 for all',
};

function ofAddress({ code = '', syscall }: Failure, { HOST, PORT }: Settings): string | undefined {
  const reason = syscall === 'listen' ? OF_ADDRESS[code] : undefined;
  return reason && `The address ${HOST}:${PORT} ${reason}.`;
}

const OF_DATA_DIR: Record<string, string> = {
  EEXIST: 'is not a directory',
  ENOTDIR: 'is not a directory',
  EACCES: 'may not be written by this user',
  EPERM: 'may not be written by this user',
  EROFS: 'is read-only',
  ENOSPC: 'has no space left',
};

function ofDataDir({ code = '', path: file }: Failure, { DATA_DIR }: Settings): string | undefined {
  const directory = path.resolve(DATA_DIR);
  const reason = file && path.resolve(file).startsWith(directory) ? OF_DATA_DIR[code] : undefined;
  return reason && `The directory ${directory} ${reason}: set DATA_DIR to one that can be used.`;
}

const NO_ANSWER = /^(ECONN|ENOTFOUND|EAI_|ETIMEDOUT|EHOST|ENET|EPIPE)/;
/** Time-outs and lost connections have a message of the driver's and no code. */
const NO_ANSWER_MESSAGE = /timeout|Connection terminated/i;
const TLS = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)|SSL/;

/** SQLSTATE, or how it begins. What PostgreSQL says then names the user and the database, never a password. */
const OF_DATABASE: readonly [code: RegExp, means: string, help: string][] = [
  [/^28/, 'refuses to log in', 'Check the user in DATABASE_URL and the password'],
  [/^3D000/, 'lacks the database', 'Create it, or name another one in DATABASE_URL'],
  [/^42501/, 'does not let this user bring the database up to date', 'Let it own the database'],
  [/^25006/, 'takes no changes', 'Name the primary server in DATABASE_URL'],
  [/^(57P|53)/, 'cannot take us now', 'Try again'],
];

function ofDatabase(failure: Failure, url: string | undefined): string | undefined {
  if (!url) return undefined;
  const { code = '' } = failure;
  const [message = ''] = failure.message.split('\n');
  const server = `PostgreSQL at ${new URL(url).host}`;
  if (NO_ANSWER.test(code) || (code === '' && NO_ANSWER_MESSAGE.test(message))) {
    return `${server} does not answer (${code || message}). Start it, or set DATABASE_URL to where it is.`;
  }
  if (TLS.test(code) || (code === '' && TLS.test(message))) {
    return `${server} and we do not agree on TLS (${message}). See sslmode and sslrootcert in DATABASE_URL.`;
  }
  const found = OF_DATABASE.find(([pattern]) => pattern.test(code));
  return found && `${server} ${found[1]} (${message}). ${found[2]}.`;
}
