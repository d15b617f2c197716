import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { type Options, parseOptions } from '@node-rs/argon2';
import { Piscina } from 'piscina';
import type { Config } from '../../config.js';
import { BoundedQueue } from '../../infra/bounded-queue.js';
import {
  bcryptCostOf,
  bcryptSettingOf,
  bcryptTextOf,
  digestOf,
  lastingScheme,
  md5Of,
  OWN_SCHEME,
  type PasswordFormat,
  type Scheme,
  type SentPassword,
} from './password.scheme.js';
import type { BcryptTask, HashTask } from './password.worker.js';

type HasherConfig = Pick<
  Config,
  | 'PASSWORD_PEPPER'
  | 'PASSWORD_HASH_MEMORY_KIB'
  | 'PASSWORD_HASH_ITERATIONS'
  | 'PASSWORD_HASH_CONCURRENCY'
  | 'PASSWORD_HASH_QUEUE'
>;

/** A password as an account has it: hashed, or as the digest that was brought from elsewhere. */
export type KnownPassword = { scheme: Scheme } & ({ hash: string } | { digest: string });

/** A hash, and the scheme of what is under it. */
export interface HashedPassword {
  hash: string;
  scheme: Scheme;
}

export interface Verdict {
  ok: boolean;
  /** To be stored instead: it was right, but is not kept as a password that is set today. */
  renewed: HashedPassword | null;
}

const WRONG: Verdict = { ok: false, renewed: null };

/** argon2id and version 1.3 by their numbers: the library declares its enums but does not export their values. */
const ARGON2ID = 2;
const VERSION_13 = 1;
const SALT_BYTES = 16;
const OUTPUT_BYTES = 32;
/** An idle thread is kept this long, in ms. */
const IDLE_MS = 10_000;
/** Threads hold nothing but the one text they work on; the memory of the hash itself is not V8's. */
const THREAD_MEMORY = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 32 };
/** Behind everything else that runs with the usual priority of 0; the lowest is 19, for what nobody waits for. */
const PRIORITY = 10;
const LOWEST_PRIORITY = 19;

const threads = (maxThreads: number, priority: number): Piscina<HashTask, string | boolean> =>
  new Piscina({
    filename: new URL('./password.worker.js', import.meta.url).href,
    argv: [String(priority)],
    minThreads: 0,
    maxThreads,
    idleTimeout: IDLE_MS,
    resourceLimits: THREAD_MEMORY,
  });

/**
 * Passwords as they are stored: argon2id over HMAC-SHA-256(pepper) of a digest, the lower-case hex MD5 of every password
 * that is set here, in PHC form. Runs in threads of its own, at most `PASSWORD_HASH_CONCURRENCY` at once and
 * `PASSWORD_HASH_QUEUE` waiting; on Linux they come last wherever processors are short, so that many log-ins do not slow
 * down everything else.
 *
 * Methods that take a password throw INVALID_INPUT for what cannot be one in its format (not well-formed UTF-16; not 32
 * hex digits) and SERVICE_UNAVAILABLE when the queue is full.
 */
export class PasswordHasher {
  /** The argon2 evaluations started so far, those against the dummy included. */
  evaluations = 0;
  /** The same of bcrypt, of whatever cost. */
  bcryptEvaluations = 0;
  private readonly pepper: string;
  private readonly options: Options & { memoryCost: number; timeCost: number; parallelism: number };
  private readonly queue: BoundedQueue;
  private readonly threads: Piscina<HashTask, string | boolean>;
  private readonly spareThread: Piscina<HashTask, string | boolean>;
  private readonly dummy: string;

  constructor(config: HasherConfig) {
    this.pepper = config.PASSWORD_PEPPER;
    this.options = {
      algorithm: ARGON2ID,
      memoryCost: config.PASSWORD_HASH_MEMORY_KIB,
      timeCost: config.PASSWORD_HASH_ITERATIONS,
      parallelism: 1,
    };
    this.queue = new BoundedQueue(config.PASSWORD_HASH_CONCURRENCY, config.PASSWORD_HASH_QUEUE);
    this.threads = threads(config.PASSWORD_HASH_CONCURRENCY, PRIORITY);
    this.spareThread = threads(1, LOWEST_PRIORITY);
    this.dummy = this.unmatchableHash();
  }

  /** Passwords that wait for a thread. */
  get waiting(): number {
    return this.queue.length;
  }

  /** The hash to store for a password that is set here. */
  async hash(password: string, passwordFormat: PasswordFormat): Promise<string> {
    const digest = md5Of({ password, passwordFormat });
    return this.queue.run(() => this.argon2(digest));
  }

  /**
   * The hash of a digest that came from elsewhere, made when a slot is free that nobody waits for: in a thread beside
   * those of log-ins, of the lowest priority, one at a time.
   */
  async hashSpare(digest: string): Promise<string> {
    await this.queue.spare();
    return this.argon2(digest, this.spareThread);
  }

  /**
   * Checks a password against what an account has; `null` (unknown account, or one without a password) costs the same
   * and is never right. One evaluation of argon2 each; one of bcrypt too, as dear as `bcryptCost`, if that is not null
   * and the password itself is there. Right ones that are renewed may cost one more of argon2.
   */
  async verify(
    known: KnownPassword | null,
    sent: SentPassword,
    bcryptCost: number | null = null,
  ): Promise<Verdict> {
    md5Of(sent);
    return this.queue.run(async () => {
      const digest = await this.digestUnder(known?.scheme ?? OWN_SCHEME, sent, bcryptCost);
      if (!known || digest === null) return this.refuse();
      if ('hash' in known) {
        if (!(await this.matches(known.hash, digest))) return WRONG;
      } else if (!isSame(known.digest, digest)) return this.refuse();
      const scheme = lastingScheme(known.scheme, sent);
      const lasts = 'hash' in known && scheme === known.scheme && !this.isWeaker(known.hash);
      const renewed = scheme === OWN_SCHEME ? md5Of(sent) : digest;
      return { ok: true, renewed: lasts ? null : { hash: await this.argon2(renewed), scheme } };
    });
  }

  private async refuse(): Promise<Verdict> {
    await this.matches(this.dummy, '');
    return WRONG;
  }

  private async matches(hash: string, digest: string): Promise<boolean> {
    this.evaluations++;
    return (await this.threads.run({ secret: this.secretOf(digest), stored: hash })) === true;
  }

  /**
   * The digest to compare. While there is a bcrypt anywhere, each password is put through one, so that the time does not
   * tell whose it is.
   */
  private async digestUnder(
    scheme: Scheme,
    sent: SentPassword,
    bcryptCost: number | null,
  ): Promise<string | null> {
    const isBcrypt = bcryptSettingOf(scheme) !== null;
    if (!isBcrypt && bcryptCost !== null && sent.passwordFormat === 'PLAIN') {
      await this.bcrypt({ password: bcryptTextOf(sent.password), ...dummySetting(bcryptCost) });
    }
    return digestOf(scheme, sent, (password, setting) =>
      this.bcrypt({ password, setting, cost: Math.max(bcryptCost ?? 0, bcryptCostOf(setting)) }),
    );
  }

  private async bcrypt(task: BcryptTask): Promise<string> {
    this.bcryptEvaluations++;
    return String(await this.threads.run(task));
  }

  private async argon2(digest: string, pool = this.threads): Promise<string> {
    this.evaluations++;
    return String(await pool.run({ secret: this.secretOf(digest), options: this.options }));
  }

  /** The key as hex: argon2 takes any bytes here, but the library's `verify` refuses what is not UTF-8. */
  private secretOf(digest: string): string {
    return createHmac('sha256', this.pepper).update(digest).digest('hex');
  }

  private isWeaker(stored: string): boolean {
    const used = parseOptions(stored);
    return (
      used.algorithm !== ARGON2ID ||
      used.version !== VERSION_13 ||
      used.memoryCost < this.options.memoryCost ||
      used.timeCost < this.options.timeCost ||
      used.saltLen < SALT_BYTES ||
      used.outputLen < OUTPUT_BYTES
    );
  }

  /** A hash that nothing was ever hashed to, with the configured parameters, made without spending an evaluation. */
  private unmatchableHash(): string {
    const { memoryCost, timeCost, parallelism } = this.options;
    const [salt, output] = [SALT_BYTES, OUTPUT_BYTES].map((length) =>
      randomBytes(length).toString('base64').replace(/=+$/, ''),
    );
    return `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$${salt}$${output}`;
  }
}

/** A setting that belongs to nobody. */
const dummySetting = (cost: number) => ({
  setting: `$2y$${String(cost).padStart(2, '0')}$${'.'.repeat(22)}`,
  cost,
});

function isSame(known: string, given: string): boolean {
  const [left, right] = [Buffer.from(known), Buffer.from(given)];
  return left.length === right.length && timingSafeEqual(left, right);
}
