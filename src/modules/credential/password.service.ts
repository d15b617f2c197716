import type { RequestContext, SignedInContext } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import type { CaptchaAnswer } from '../captcha/captcha.service.js';
import type { CodeContact } from '../code/code.address.js';
import { codeAddress } from '../code/code.address.js';
import type { CodeVerifier } from '../code/code.verifier.js';
import type { Claimants } from '../guard/claimants.js';
import { SecurityEventKind } from '../security/security-event.entity.js';
import type { SecurityEventService } from '../security/security-event.service.js';
import type { SessionService } from '../session/session.service.js';
import { matchAccount } from '../user/account.finder.js';
import { UserStatus } from '../user/user.entity.js';
import { lockActiveUser } from '../user/user.repository.js';
import { findPasswordHash, savePasswordHash } from './credential.repository.js';
import type { SentPassword } from './password.scheme.js';
import type { PasswordVerifier } from './password.verifier.js';

export interface PasswordChange extends SentPassword {
  /** Required unless the account has no password yet. */
  oldPassword?: string | null;
  captcha?: CaptchaAnswer | null;
}

export interface PasswordRetrieval extends SentPassword, CodeContact {
  code: string;
  captcha?: CaptchaAnswer | null;
}

/** Changing a password with the old one, and replacing a forgotten one with a code. */
export class PasswordService {
  constructor(
    private readonly claimants: Claimants,
    private readonly passwords: PasswordVerifier,
    private readonly codes: CodeVerifier,
    private readonly sessions: SessionService,
    private readonly events: SecurityEventService,
  ) {}

  /**
   * Sets the caller's password and ends their other sessions.
   * Throws CREDENTIALS_INVALID (field oldPassword), PASSWORD_UNCHANGED, PASSWORD_WEAK, MD5_REFUSED.
   */
  async change(ctx: SignedInContext, input: PasswordChange): Promise<boolean> {
    const { userId, sessionId } = ctx.viewer;
    this.passwords.assertAllowed(ctx, input);
    const current = await findPasswordHash(ctx.em, userId);
    const proven = current === null ? null : await this.proveOld(ctx, input);
    const passwordHash = await this.passwords.hashNew(ctx, input);
    await ctx.em.transactional(async () => {
      await lockActiveUser(ctx.em, userId);
      // Of two changes at once, both with the old password, one comes second and no longer has it.
      if ((await findPasswordHash(ctx.em, userId)) !== proven) throw oldPasswordWrong();
      await this.replace(ctx, userId, passwordHash, SecurityEventKind.PASSWORD_CHANGED, sessionId);
    });
    return true;
  }

  /**
   * Replaces the password of the account that has this phone or verified address, and ends all its sessions.
   * Throws USER_NOT_FOUND, PASSWORD_WEAK, CODE_INVALID, ACCOUNT_DISABLED, MD5_REFUSED.
   */
  async retrieve(ctx: RequestContext, input: PasswordRetrieval): Promise<boolean> {
    this.passwords.assertTaken(ctx, input);
    const target = codeAddress(input);
    const match = await matchAccount(ctx, target.address);
    const { user } = match;
    if (!user) {
      throw new AppError('USER_NOT_FOUND', { field: target.channel === 'sms' ? 'phone' : 'email' });
    }
    this.passwords.assertAllowed(ctx, input);
    await this.codes.use(
      await this.claimants.of(ctx, match, input.captcha),
      { ...target, code: input.code, purpose: 'RETRIEVE' },
      async () => {
        // Told only to who has the code, and so is the owner.
        if (user.status !== UserStatus.ACTIVE) throw new AppError('ACCOUNT_DISABLED');
        const passwordHash = await this.passwords.hashNew(ctx, input);
        await ctx.em.transactional(async () => {
          await lockActiveUser(ctx.em, user.id);
          await this.replace(ctx, user.id, passwordHash, SecurityEventKind.PASSWORD_RETRIEVED);
        });
      },
    );
    return true;
  }

  private async replace(
    ctx: RequestContext,
    userId: number,
    passwordHash: string,
    kind: SecurityEventKind,
    keepSession?: number,
  ): Promise<void> {
    await savePasswordHash(ctx.em, userId, passwordHash);
    await this.sessions.end(ctx, userId, { except: keepSession });
    await this.events.record(ctx, userId, kind);
  }

  private async proveOld(ctx: SignedInContext, input: PasswordChange): Promise<string> {
    const old = { password: input.oldPassword ?? '', passwordFormat: input.passwordFormat };
    const claimant = await this.claimants.caller(ctx, ctx.viewer, input.captcha);
    const proven = input.oldPassword ? await this.passwords.verify(ctx, claimant, old) : null;
    if (!proven) throw oldPasswordWrong();
    if (canonical(old) === canonical(input)) throw new AppError('PASSWORD_UNCHANGED', { field: 'password' });
    return proven;
  }
}

const oldPasswordWrong = (): AppError => new AppError('CREDENTIALS_INVALID', { field: 'oldPassword' });

/** An MD5 is the same in either case. */
const canonical = ({ password, passwordFormat }: SentPassword): string =>
  passwordFormat === 'MD5' ? password.toLowerCase() : password;
