import { linkSync, mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { propertyOf } from '../../unknown.js';
import { StartError } from '../start-error.js';

/** Thrown when another live process holds the data directory; PGlite allows one process only. */
export class DataDirInUseError extends StartError {
  override readonly name = 'DataDirInUseError';

  constructor(directory: string, pid: number | null) {
    const holder =
      pid === null
        ? 'a process that starts (if none does, remove gateway.pid.takeover there)'
        : `process ${pid}`;
    super(
      `The embedded database in ${directory} is in use by ${holder}. ` +
        'Stop that server first, or set DATABASE_URL to share a PostgreSQL database.',
    );
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return propertyOf(error, 'code') === 'EPERM';
  }
}

/** The process that holds the lock, or null when it is free or left behind by a dead one. */
function holderOf(file: string): number | null {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    return Number.isInteger(pid) && pid > 0 && isAlive(pid) ? pid : null;
  } catch {
    return null;
  }
}

/** Makes a file; false when it is there already. */
function unlessTaken(make: () => void): boolean {
  try {
    make();
    return true;
  } catch (error) {
    if (propertyOf(error, 'code') === 'EEXIST') return false;
    throw error;
  }
}

/** Creates the file with the process in it, in one step: whoever finds it can tell whose it is. */
function claim(file: string): boolean {
  const own = `${file}.${process.pid}`;
  writeFileSync(own, String(process.pid));
  try {
    return unlessTaken(() => linkSync(own, file));
  } finally {
    rmSync(own, { force: true });
  }
}

/**
 * Takes over from a holder that is dead. One process at a time: between seeing that it is dead and removing its
 * file, another one may have put its own there.
 */
function takeOver(file: string): boolean {
  const turn = `${file}.takeover`;
  if (!unlessTaken(() => mkdirSync(turn))) return false;
  try {
    const holder = holderOf(file);
    if (holder !== null && holder !== process.pid) return false;
    rmSync(file, { force: true });
    return claim(file);
  } finally {
    rmdirSync(turn);
  }
}

/**
 * Takes the data directory for this process; returns what gives it back. Of several that try at once one gets it, the
 * others throw {@link DataDirInUseError}.
 */
export function lockDataDir(directory: string): () => void {
  mkdirSync(directory, { recursive: true });
  const file = path.join(directory, 'gateway.pid');
  if (!claim(file) && !takeOver(file)) throw new DataDirInUseError(directory, holderOf(file));
  return () => rmSync(file, { force: true });
}
