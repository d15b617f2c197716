import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { propertyOf } from '../../unknown.js';
import type { Storage, StorageLayout, StoredFile } from './port.js';

/** No put takes this long, so an older temporary file belongs to a process that died. */
const ABANDONED_AFTER_MS = 3_600_000;

/** Files under one directory. Several processes may share it. */
export class LocalStorage implements Storage {
  private constructor(
    private readonly root: string,
    /** Inside the root, because a link reaches no other file system. */
    private readonly temporary: string,
    private readonly layout: StorageLayout,
  ) {}

  /** Creates the directory when it is missing and clears what dead processes left half-written. */
  static async open(directory: string, layout: StorageLayout): Promise<LocalStorage> {
    const root = resolve(directory);
    const temporary = join(root, 'tmp');
    await mkdir(temporary, { recursive: true });
    await removeAbandoned(temporary);
    return new LocalStorage(root, temporary, layout);
  }

  /** The type is not kept: the key's extension says it. */
  async put(key: string, data: Buffer, _mime: string): Promise<boolean> {
    const path = this.pathOf(key);
    const unfinished = join(this.temporary, randomUUID());
    try {
      await writeDurably(unfinished, data);
      const firstCreated = await mkdir(dirname(path), { recursive: true });
      if (!(await linkUnlessTaken(unfinished, path))) return false;
      await syncDirectories(dirname(path), firstCreated ? dirname(firstCreated) : dirname(path)).catch(
        async (error) => {
          await rm(path, { force: true });
          throw error;
        },
      );
      return true;
    } finally {
      // A file that cannot be removed now is cleared at a later start.
      await rm(unfinished, { force: true }).catch(() => undefined);
    }
  }

  async remove(key: string): Promise<void> {
    for (const one of [key, ...this.layout.companionsOf(key)]) await rm(this.pathOf(one), { force: true });
  }

  async read(key: string): Promise<StoredFile | null> {
    if (!this.layout.isKey(key)) return null;
    const file = await open(this.pathOf(key), 'r').catch(nullWhenMissing);
    if (!file) return null;
    try {
      const { size } = await file.stat();
      return { stream: file.createReadStream(), size };
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  private pathOf(key: string): string {
    if (!this.layout.isKey(key)) throw new RangeError('Not a storage key');
    return join(this.root, key);
  }
}

async function writeDurably(path: string, data: Buffer): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(data);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Gives a whole file its name in one step, and never, as a rename would, somebody else's. False when it is taken. */
async function linkUnlessTaken(file: string, path: string): Promise<boolean> {
  try {
    await link(file, path);
    return true;
  } catch (error) {
    if (propertyOf(error, 'code') === 'EEXIST') return false;
    throw error;
  }
}

/** A new name is durable once its directory is synced, and a new directory once its parent is. */
async function syncDirectories(deepest: string, topmost: string): Promise<void> {
  // Windows cannot open a directory for this, and does not need it.
  if (process.platform === 'win32') return;
  for (let directory = deepest; ; directory = dirname(directory)) {
    const handle = await open(directory, 'r');
    await handle.sync().finally(() => handle.close());
    if (directory === topmost) return;
  }
}

async function removeAbandoned(temporary: string): Promise<void> {
  const before = Date.now() - ABANDONED_AFTER_MS;
  for (const name of await readdir(temporary)) {
    const path = join(temporary, name);
    // Another process that starts at the same time may have removed it first.
    const found = await stat(path).catch(nullWhenMissing);
    if (found && found.mtimeMs < before) await rm(path, { force: true });
  }
}

function nullWhenMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
