import type { DatabaseContext, RequestContext } from '../../context.js';
import type { Claimant } from '../guard/claimants.js';
import type { GuardService } from '../guard/guard.service.js';
import { findPasswordHash, replacePasswordHash } from './credential.repository.js';
import type { PasswordHasher, SentPassword } from './password.hasher.js';
import { assertPasswordAllowed } from './password.policy.js';
import { PASSWORD_RULES } from './password.rules.js';

/** The only way to a password: every check goes through the guard first, whatever door or operation it serves. */
export class PasswordVerifier {
  constructor(
    private readonly guard: GuardService,
    private readonly hasher: PasswordHasher,
  ) {}

  /** The hash that the password was verified against, or null when it is wrong or there is none. */
  async verify(ctx: DatabaseContext, claimant: Claimant, input: SentPassword): Promise<string | null> {
    const { userId, session } = claimant;
    const overAll = session === null ? 'account' : { session };
    return this.guard.attempt({ ...claimant, overAll }, async () => {
      // Asked for an unknown account too, and nobody is 0: the time of a query would tell it from a known one.
      const stored = await findPasswordHash(ctx.em, userId ?? 0);
      const { ok, needsRehash } = await this.hasher.verify(stored, input.password, input.passwordFormat);
      if (!ok || stored === null || userId === null) return null;
      return needsRehash ? this.rehash(ctx, userId, stored, input) : stored;
    });
  }

  /** The hash to store for a new password. Throws PASSWORD_WEAK, or INVALID_INPUT for what is no MD5. */
  async hashNew(ctx: RequestContext, input: SentPassword): Promise<string> {
    this.assertAllowed(ctx, input);
    return this.hasher.hash(input.password, input.passwordFormat);
  }

  /** An MD5 cannot be judged, only its form, which hashing checks. */
  assertAllowed(ctx: RequestContext, { password, passwordFormat }: SentPassword): void {
    if (passwordFormat === 'PLAIN') assertPasswordAllowed(password, PASSWORD_RULES[ctx.client.door]);
  }

  /** The hash instead of one that was made with other parameters; null when the password changed meanwhile. */
  private async rehash(
    ctx: DatabaseContext,
    userId: number,
    stored: string,
    { password, passwordFormat }: SentPassword,
  ): Promise<string | null> {
    const hash = await this.hasher.hash(password, passwordFormat);
    if (await replacePasswordHash(ctx.em, userId, stored, hash)) return hash;
    // Another log-in of the same account was quicker, or a change of the password.
    const current = await findPasswordHash(ctx.em, userId);
    return current && (await this.hasher.verify(current, password, passwordFormat)).ok ? current : null;
  }
}
