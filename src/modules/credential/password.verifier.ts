import type { Config } from '../../config.js';
import type { RequestContext } from '../../context.js';
import { AppError, unavailable } from '../../errors/app-error.js';
import type { Claimant } from '../guard/claimants.js';
import type { GuardService } from '../guard/guard.service.js';
import { SecurityEventKind } from '../security/security-event.entity.js';
import type { SecurityEventService } from '../security/security-event.service.js';
import { findPasswordToCheck, replacePasswordHash, type StoredPassword } from './credential.repository.js';
import type { ImportedPasswords } from './imported-passwords.js';
import type { KnownPassword, PasswordHasher } from './password.hasher.js';
import { assertPasswordAllowed } from './password.policy.js';
import { PASSWORD_RULES } from './password.rules.js';
import { bcryptSettingOf, readScheme, type SentPassword } from './password.scheme.js';

/** So often a right password is looked at again when its row changes meanwhile. */
const LOOKS = 4;

/** The only way to a password: every check goes through the guard first, whatever door or operation it serves. */
export class PasswordVerifier {
  constructor(
    private readonly guard: GuardService,
    private readonly hasher: PasswordHasher,
    private readonly imported: ImportedPasswords,
    private readonly events: SecurityEventService,
    private readonly config: Pick<Config, 'MD5_ENTRANCES'>,
    private readonly onUnreadable: (error: unknown, userId: number) => void,
  ) {}

  /**
   * The secret that the password was verified against, or null when it is wrong or there is none. Throws as
   * {@link assertTaken}, before anything is counted.
   */
  async verify(ctx: RequestContext, claimant: Claimant, input: SentPassword): Promise<string | null> {
    this.assertTaken(ctx, input);
    const { userId, session } = claimant;
    const overAll = session === null ? 'account' : { session };
    return this.guard.attempt({ ...claimant, overAll }, () => this.check(ctx, userId, input));
  }

  /** The hash to store for a new password. Throws as {@link assertAllowed}, or INVALID_INPUT for what is no MD5. */
  async hashNew(ctx: RequestContext, input: SentPassword): Promise<string> {
    this.assertAllowed(ctx, input);
    return this.hasher.hash(input.password, input.passwordFormat);
  }

  /**
   * Throws PASSWORD_WEAK, or as {@link assertTaken}. An MD5 cannot be judged, only its form, which hashing checks.
   */
  assertAllowed(ctx: RequestContext, input: SentPassword): void {
    this.assertTaken(ctx, input);
    const { password, passwordFormat } = input;
    if (passwordFormat === 'PLAIN') assertPasswordAllowed(password, PASSWORD_RULES[ctx.client.door]);
  }

  /**
   * Throws MD5_REFUSED for the MD5 of a password where `MD5_ENTRANCES` has none. Asked first of all by whatever takes a
   * password; without one it is nothing.
   */
  assertTaken({ client }: RequestContext, { password, passwordFormat }: MaybePassword): void {
    if (password === undefined || password === null || passwordFormat !== 'MD5') return;
    if (!this.config.MD5_ENTRANCES.some((door) => door === client.door)) {
      throw new AppError('MD5_REFUSED', { field: 'passwordFormat' });
    }
  }

  private async check(
    ctx: RequestContext,
    userId: number | null,
    input: SentPassword,
  ): Promise<string | null> {
    for (let look = 0; look < LOOKS; look++) {
      // Asked for an unknown account too, and nobody is 0: the time of a query would tell it from a known one.
      const { stored, bcryptCost } = await findPasswordToCheck(ctx.em, userId ?? 0);
      const owned = stored && userId !== null ? { stored, userId } : null;
      const known = owned && this.knownOf(owned.userId, owned.stored);
      const { ok, renewed } = await this.hasher.verify(known, input, bcryptCost);
      if (!owned || !known) return null;
      if (!ok) return this.refuse(ctx, owned, input);
      const { passwordHash } = owned.stored;
      if (!renewed) return passwordHash;
      const { hash, scheme } = renewed;
      const to = { passwordHash: hash, scheme };
      if (await replacePasswordHash(ctx.em, owned.userId, passwordHash, to)) return hash;
      // Another log-in of the same account was quicker, or a change of the password, or the job that hashes.
    }
    throw unavailable();
  }

  /** The owner is told why, where the right password would have been refused as well. */
  private refuse(
    ctx: RequestContext,
    { stored, userId }: { stored: StoredPassword; userId: number },
    { passwordFormat }: SentPassword,
  ): null {
    if (passwordFormat === 'MD5' && bcryptSettingOf(stored.scheme) !== null) {
      // Not awaited: it must not take longer than another wrong password.
      this.events.recordSoon(ctx, userId, SecurityEventKind.MD5_UNVERIFIABLE);
    }
    return null;
  }

  /**
   * Null for what cannot be read: its key is not configured, or it was altered. To strangers that is a wrong password as
   * any other, since a failure would tell that the account is there; the operator is told.
   */
  private knownOf(userId: number, { passwordHash, scheme, keyId }: StoredPassword): KnownPassword | null {
    try {
      const kind = { scheme: readScheme(scheme) };
      if (keyId === null) return { ...kind, hash: passwordHash };
      return { ...kind, digest: this.imported.open({ userId, passwordHash, keyId }) };
    } catch (error) {
      this.onUnreadable(error, userId);
      return null;
    }
  }
}

type MaybePassword = { [K in keyof SentPassword]?: SentPassword[K] | null };
