import { setPriority } from 'node:os';
import { hashSync, type Options, verifySync } from '@node-rs/argon2';

/** A hash to make, or one to check a secret against. */
export type HashTask = { secret: string; options: Options } | { secret: string; stored: string };

/** Behind everything else that runs with the usual priority of 0; the lowest is 19. */
const PRIORITY = 10;

// For Linux each thread has a priority of its own. Elsewhere this would be the whole process's.
if (process.platform === 'linux') setPriority(PRIORITY);

/** Runs in a thread of the password hasher: gives the hash to store, or if the password is right. */
export default function work(task: HashTask): string | boolean {
  return 'stored' in task ? verifySync(task.stored, task.secret) : hashSync(task.secret, task.options);
}
