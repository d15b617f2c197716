import { constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { propertyOf } from '../unknown.js';

/** Why a file is not read. `NO_FOLDER`: the folder itself is not on this machine. */
export type FolderProblem = 'NO_FOLDER' | 'NO_FILE' | 'OUTSIDE' | 'TOO_LARGE' | 'UNREADABLE';

export class FolderError extends Error {
  override readonly name = 'FolderError';

  constructor(readonly problem: FolderProblem) {
    super(problem);
  }
}

/**
 * The bytes of a file, `maxBytes` at most, below a folder whose content strangers may have named: no way leads out of
 * it, be it by `..` or by links. Throws a {@link FolderError}.
 */
export async function readBelow(folder: string, path: string, maxBytes: number): Promise<Buffer> {
  const root = await realpath(folder).catch(() => {
    throw new FolderError('NO_FOLDER');
  });
  const parts = path.split(/[\\/]/);
  if (isAbsolute(path) || path.includes('\0') || parts.includes('..')) throw new FolderError('OUTSIDE');
  const file = await realpath(join(root, ...parts)).catch(refuse);
  const below = relative(root, file);
  if (below === '' || below.startsWith(`..${sep}`) || below === '..' || isAbsolute(below))
    throw new FolderError('OUTSIDE');
  // What was looked at is what is opened: a link that has taken its place is refused; nor does a pipe keep us waiting.
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    refuse,
  );
  try {
    return await readWhole(handle, maxBytes);
  } finally {
    await handle.close();
  }
}

async function readWhole(handle: FileHandle, maxBytes: number): Promise<Buffer> {
  const found = await handle.stat();
  if (!found.isFile()) throw new FolderError('UNREADABLE');
  // It may grow while it is read.
  const bytes = await buffer(handle.createReadStream({ end: maxBytes, autoClose: false }));
  if (bytes.length > maxBytes) throw new FolderError('TOO_LARGE');
  return bytes;
}

function refuse(error: unknown): never {
  const isMissing = ['ENOENT', 'ENOTDIR'].includes(String(propertyOf(error, 'code')));
  throw new FolderError(isMissing ? 'NO_FILE' : 'UNREADABLE');
}
