import { setPriority } from 'node:os';
import { hashSync, type Options, verifySync } from '@node-rs/argon2';
import { hashSync as bcryptSync, genSaltSync } from 'bcryptjs';
import { bcryptCostOf } from './password.scheme.js';

/** What bcrypt makes of a password under a setting, at the price of the given cost. */
export interface BcryptTask {
  password: string;
  setting: string;
  /** At least that of the setting. */
  cost: number;
}

/** A hash to make, or one to check a secret against; or a digest to compute. */
export type HashTask = { secret: string; options: Options } | { secret: string; stored: string } | BcryptTask;

// The thread is told its priority. For Linux each thread has one of its own; elsewhere this would be the whole process's.
if (process.platform === 'linux') setPriority(Number(process.argv[2]));

/** The characters of a setting. */
const SETTING_LENGTH = 29;

/** Each cost is double the one below: the setting's own, once more and then every one up to the highest are that. */
function bcrypt({ password, setting, cost }: BcryptTask): string {
  const whole = bcryptSync(password, setting);
  for (let more = bcryptCostOf(setting); more < cost; more++) {
    bcryptSync(password, genSaltSync(more));
  }
  return whole.slice(SETTING_LENGTH);
}

/** Runs in a thread of the password hasher: gives the hash to store, or if the password is right; or a digest. */
export default function work(task: HashTask): string | boolean {
  if ('setting' in task) return bcrypt(task);
  return 'stored' in task ? verifySync(task.stored, task.secret) : hashSync(task.secret, task.options);
}
