import { setTimeout } from 'node:timers/promises';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { DatabaseContext } from '../../context.js';
import {
  countSealedPasswords,
  findSealedPasswords,
  findStoredPasswords,
  replacePasswordHash,
  type SealedPassword,
  type StoredPassword,
} from './credential.repository.js';
import type { ImportedPasswords } from './imported-passwords.js';
import type { PasswordHasher } from './password.hasher.js';
import { OWN_SCHEME } from './password.scheme.js';

/** A password as an export gives it, and an import of a gateway with the same pepper takes it. */
export interface ExportedPassword {
  format: 'argon2id';
  value: string;
  /** The scheme of what is under it; left out where that is the MD5 of the password. */
  salt?: string;
}

/** Passwords read at once. */
const BATCH = 100;

/**
 * A hash takes the caches of the processors from everybody: after each, others have the machine for twice its time, at
 * most so many ms (docs/performance.md).
 */
const REST = 2;
const REST_MAX_MS = 250;

/** Hashes what an import brought and sealed: in the background, or when it is to be given away. */
export class PasswordWrapper {
  constructor(
    private readonly fork: () => EntityManager,
    private readonly hasher: PasswordHasher,
    private readonly imported: ImportedPasswords,
  ) {}

  /**
   * Hashes one sealed password after the other until none is left that can be, those that come meanwhile too, and stops
   * between two. `failed`: they were altered, or their key is not configured; they keep no others from it.
   */
  async wrapAll(signal: AbortSignal): Promise<{ wrapped: number; failed: number }> {
    let wrapped = 0;
    for (;;) {
      const pass = await this.wrapOnce(signal);
      wrapped += pass.wrapped;
      if (pass.wrapped > 0 && !signal.aborted) continue;
      const lost = await countSealedPasswords(this.fork(), this.imported.keyIds);
      return { wrapped, failed: pass.failed + lost };
    }
  }

  /**
   * The passwords of these accounts; those without one are left out. What is still sealed is hashed first. Throws where
   * that cannot be read.
   */
  async exported(ctx: DatabaseContext, userIds: readonly number[]): Promise<Map<number, ExportedPassword>> {
    const exported = new Map<number, ExportedPassword>();
    let left = userIds;
    while (left.length > 0) {
      const stored = await findStoredPasswords(ctx.em, left);
      const changed: number[] = [];
      for (const [userId, password] of stored) {
        const hashed = await this.hashed(ctx, userId, password);
        if (hashed) exported.set(userId, exportedOf(hashed));
        else changed.push(userId);
      }
      left = changed;
    }
    return exported;
  }

  private async wrapOnce(signal: AbortSignal): Promise<{ wrapped: number; failed: number }> {
    const counts = { wrapped: 0, failed: 0 };
    let last: SealedPassword | undefined;
    do {
      const ctx = { em: this.fork() };
      const batch = await findSealedPasswords(ctx.em, this.imported.keyIds, last?.userId ?? 0, BATCH);
      for (const row of batch) {
        if (signal.aborted) return counts;
        const digest = this.readable(row);
        if (digest === null) {
          counts.failed++;
          continue;
        }
        const started = performance.now();
        if (await this.wrap(ctx, row, digest)) counts.wrapped++;
        await rest(REST * (performance.now() - started), signal);
      }
      last = batch.at(-1);
    } while (last);
    return counts;
  }

  /** The same password once it is hashed; null when it changed meanwhile. */
  private async hashed(
    ctx: DatabaseContext,
    userId: number,
    stored: StoredPassword,
  ): Promise<StoredPassword | null> {
    const { keyId } = stored;
    if (keyId === null) return stored;
    const row = { ...stored, userId, keyId };
    const passwordHash = await this.wrap(ctx, row, this.imported.open(row));
    return passwordHash === null ? null : { ...stored, passwordHash, keyId: null };
  }

  /** The hash in the place of what was sealed; null when that was changed, hashed or erased meanwhile. */
  private async wrap(
    ctx: DatabaseContext,
    { userId, passwordHash: sealed, scheme }: SealedPassword,
    digest: string,
  ): Promise<string | null> {
    const passwordHash = await this.hasher.hashSpare(digest);
    const replaced = await replacePasswordHash(ctx.em, userId, sealed, { passwordHash, scheme });
    return replaced ? passwordHash : null;
  }

  private readable(row: SealedPassword): string | null {
    try {
      return this.imported.open(row);
    } catch {
      return null;
    }
  }
}

const rest = (ms: number, signal: AbortSignal): Promise<void> =>
  setTimeout(Math.min(ms, REST_MAX_MS), undefined, { signal }).catch(() => undefined);

const exportedOf = ({ passwordHash, scheme }: StoredPassword): ExportedPassword => ({
  format: 'argon2id',
  value: passwordHash,
  ...(scheme !== OWN_SCHEME && { salt: scheme }),
});
