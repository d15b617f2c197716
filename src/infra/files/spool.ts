import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const ALGORITHM = 'aes-256-ctr';

/** A stream that can be read only once, kept so that it can be read again. */
export interface Spool {
  size: number;
  read(): Readable;
  close(): Promise<void>;
}

/**
 * Keeps a stream in a file without a name in the temporary directory, encrypted under a key that is nowhere but in
 * memory: nobody can read it, and it is gone with the process.
 */
export async function spool(stream: Readable): Promise<Spool> {
  const [key, nonce] = [randomBytes(32), randomBytes(16)];
  const file = await openUnnamed();
  try {
    const target = createWriteStream('', { fd: file.fd, autoClose: false });
    await pipeline(stream, createCipheriv(ALGORITHM, key, nonce), target);
    return {
      size: target.bytesWritten,
      read: () => {
        const source = createReadStream('', { fd: file.fd, start: 0, autoClose: false });
        const plain = createDecipheriv(ALGORITHM, key, nonce);
        source.once('error', (error) => plain.destroy(error));
        return source.pipe(plain);
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openUnnamed(): Promise<FileHandle> {
  const directory = await mkdtemp(path.join(tmpdir(), 'gateway-import-'));
  try {
    return await open(path.join(directory, 'spool'), 'wx+', 0o600);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
