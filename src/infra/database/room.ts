import { statfs } from 'node:fs/promises';

/** Three segments of the log: the next one has to fit, and what is written until the next look. */
const LEAST_FREE_BYTES = 48 * 1024 * 1024;
const LOOK_MS = 1000;

/**
 * The embedded database never comes back from a statement that needs a segment of its log which the disk has no room
 * for, and takes the process with it. So it takes no writes while there is little room left. `run` speaks to its only
 * connection. Returns what ends the watch.
 */
export function keepRoom(directory: string, run: (sql: string) => Promise<unknown>): () => void {
  let isFull = false;
  const look = async () => {
    const { bavail, bsize } = await statfs(directory);
    const wasFull = isFull;
    isFull = bavail * bsize < LEAST_FREE_BYTES;
    if (isFull !== wasFull) await run(`set default_transaction_read_only = ${isFull}`);
  };
  const timer = setInterval(() => void look().catch(() => undefined), LOOK_MS).unref();
  return () => clearInterval(timer);
}
