import { createHash, createHmac, randomBytes } from 'node:crypto';
import { type Options, parseOptions } from '@node-rs/argon2';
import { Piscina } from 'piscina';
import type { Config } from '../../config.js';
import { AppError } from '../../errors/app-error.js';
import { BoundedQueue } from '../../infra/bounded-queue.js';
import { isMd5 } from '../../md5.js';
import type { HashTask } from './password.worker.js';

/** The form in which a route receives a password: as typed, or as its hex MD5. The route decides, never the value. */
export type PasswordFormat = 'PLAIN' | 'MD5';

/** A password as one entrance takes it: the text itself, or its MD5. */
export interface SentPassword {
  password: string;
  passwordFormat: PasswordFormat;
}

type HasherConfig = Pick<
  Config,
  | 'PASSWORD_PEPPER'
  | 'PASSWORD_HASH_MEMORY_KIB'
  | 'PASSWORD_HASH_ITERATIONS'
  | 'PASSWORD_HASH_CONCURRENCY'
  | 'PASSWORD_HASH_QUEUE'
>;

/** argon2id and version 1.3 by their numbers: the library declares its enums but does not export their values. */
const ARGON2ID = 2;
const VERSION_13 = 1;
const SALT_BYTES = 16;
const OUTPUT_BYTES = 32;
/** An idle thread is kept this long, in ms. */
const IDLE_MS = 10_000;
/** Threads hold nothing but the one text they work on; the memory of the hash itself is not V8's. */
const THREAD_MEMORY = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 32 };

/**
 * Passwords as they are stored: argon2id over HMAC-SHA-256(pepper) of the lower-case hex MD5,
 * in PHC form. Runs in threads of its own, at most `PASSWORD_HASH_CONCURRENCY` at once and `PASSWORD_HASH_QUEUE` waiting;
 * on Linux they come last wherever processors are short, so that many log-ins do not slow down everything else.
 *
 * Every method throws INVALID_INPUT for what cannot be a password in its format (not well-formed UTF-16; not 32 hex
 * digits) and SERVICE_UNAVAILABLE when the queue is full.
 */
export class PasswordHasher {
  private readonly pepper: string;
  private readonly options: Options & { memoryCost: number; timeCost: number; parallelism: number };
  private readonly queue: BoundedQueue;
  private readonly threads: Piscina<HashTask, string | boolean>;
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
    this.threads = new Piscina({
      filename: new URL('./password.worker.js', import.meta.url).href,
      minThreads: 0,
      maxThreads: config.PASSWORD_HASH_CONCURRENCY,
      idleTimeout: IDLE_MS,
      resourceLimits: THREAD_MEMORY,
    });
    this.dummy = this.unmatchableHash();
  }

  /** The argon2 evaluations started so far, those against the dummy included. */
  get evaluations(): number {
    return this.queue.started;
  }

  /** The hash to store. A bare MD5 from another system is wrapped by it like one that a client sends. */
  async hash(password: string, format: PasswordFormat): Promise<string> {
    const secret = this.secretOf(password, format);
    return (await this.run({ secret, options: this.options })) as string;
  }

  /**
   * Checks a password against what is stored; `null` (unknown account, or one without a password) costs the same time
   * and is never right. `needsRehash`: it was right, but is stored with weaker parameters than configured; hash it anew.
   */
  async verify(
    stored: string | null,
    password: string,
    format: PasswordFormat,
  ): Promise<{ ok: boolean; needsRehash: boolean }> {
    const secret = this.secretOf(password, format);
    const ok = (await this.run({ secret, stored: stored ?? this.dummy })) === true && stored !== null;
    return { ok, needsRehash: ok && this.isWeaker(stored) };
  }

  private run(task: HashTask): Promise<string | boolean> {
    return this.queue.run(() => this.threads.run(task));
  }

  /** The key as hex: argon2 takes any bytes here, but the library's `verify` refuses what is not UTF-8. */
  private secretOf(password: string, format: PasswordFormat): string {
    return createHmac('sha256', this.pepper).update(md5Of(password, format)).digest('hex');
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

/** The lower-case hex MD5 that both formats come down to. Plain text is neither trimmed nor normalised. */
function md5Of(password: string, format: PasswordFormat): string {
  const valid = format === 'MD5' ? isMd5(password) : password.isWellFormed();
  if (!valid) throw new AppError('INVALID_INPUT', { field: 'password' });
  return format === 'MD5' ? password.toLowerCase() : createHash('md5').update(password, 'utf8').digest('hex');
}
