import { type RequestContext } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import { requireViewer } from '../../policy.js';
import type { CaptchaAnswer } from '../captcha/captcha.service.js';
import type { CodeContact } from '../code/code.address.js';
import { codeAddress } from '../code/code.address.js';
import { SecurityEventKind } from '../security/security-event.entity.js';
import type { SecurityEventService } from '../security/security-event.service.js';
import type { SessionService } from '../session/session.service.js';
import { guardKeyOf, matchAccount } from '../user/account.finder.js';
import { UserStatus } from '../user/user.entity.js';
import { lockActiveUser } from '../user/user.repository.js';
import { type Proof } from './authenticator.js';
import { findPasswordHash, savePasswordHash } from './credential.repository.js';
import type { SentPassword } from './password.hasher.js';

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
    private readonly proof: Proof,
    private readonly sessions: SessionService,
    private readonly events: SecurityEventService,
  ) {}

  /**
   * Sets the caller's password and ends their other sessions.
   * Throws CREDENTIALS_INVALID (field oldPassword), PASSWORD_UNCHANGED, PASSWORD_WEAK.
   */
  async change(ctx: RequestContext, input: PasswordChange): Promise<boolean> {
    const { userId, sessionId } = requireViewer(ctx);
    this.proof.assertAllowed(ctx, input);
    const current = await findPasswordHash(ctx.em, userId);
    const proven = current === null ? null : await this.proveOld(ctx, input);
    const secret = await this.proof.secretFor(ctx, input);
    await ctx.em.transactional(async () => {
      await lockActiveUser(ctx.em, userId);
      // Of two changes at once, both with the old password, one comes second and no longer has it.
      if ((await findPasswordHash(ctx.em, userId)) !== proven) throw oldPasswordWrong();
      await this.replace(ctx, userId, secret, SecurityEventKind.PASSWORD_CHANGED, sessionId);
    });
    return true;
  }

  /**
   * Replaces the password of the account that has this phone or verified address, and ends all its sessions.
   * Throws USER_NOT_FOUND, PASSWORD_WEAK, CODE_INVALID, ACCOUNT_DISABLED.
   */
  async retrieve(ctx: RequestContext, input: PasswordRetrieval): Promise<boolean> {
    const target = codeAddress(input);
    const { user } = await matchAccount(ctx.em, target.address);
    if (!user) {
      throw new AppError('USER_NOT_FOUND', { field: target.channel === 'sms' ? 'phone' : 'email' });
    }
    this.proof.assertAllowed(ctx, input);
    await this.proof.code(
      ctx,
      await this.proof.claim(guardKeyOf(user.id), user.id, input.captcha),
      { ...target, code: input.code, purpose: 'RETRIEVE' },
      async () => {
        // Told only to who has the code, and so is the owner.
        if (user.status !== UserStatus.ACTIVE) throw new AppError('ACCOUNT_DISABLED');
        const secret = await this.proof.secretFor(ctx, input);
        await ctx.em.transactional(async () => {
          await lockActiveUser(ctx.em, user.id);
          await this.replace(ctx, user.id, secret, SecurityEventKind.PASSWORD_RETRIEVED);
        });
      },
    );
    return true;
  }

  private async replace(
    ctx: RequestContext,
    userId: number,
    secret: string,
    kind: SecurityEventKind,
    keepSession?: number,
  ): Promise<void> {
    await savePasswordHash(ctx.em, userId, secret);
    await this.sessions.end(ctx.em, userId, { except: keepSession });
    await this.events.record(ctx, userId, kind);
  }

  private async proveOld(ctx: RequestContext, input: PasswordChange): Promise<string> {
    const old = { password: input.oldPassword ?? '', passwordFormat: input.passwordFormat };
    const claim = await this.proof.ownClaim(requireViewer(ctx), input.captcha);
    const proven = input.oldPassword ? await this.proof.password(ctx, claim, old) : null;
    if (!proven) throw oldPasswordWrong();
    if (secretOf(old) === secretOf(input)) throw new AppError('PASSWORD_UNCHANGED', { field: 'password' });
    return proven;
  }
}

const oldPasswordWrong = (): AppError => new AppError('CREDENTIALS_INVALID', { field: 'oldPassword' });

/** An MD5 is the same in either case. */
const secretOf = ({ password, passwordFormat }: SentPassword): string =>
  passwordFormat === 'MD5' ? password.toLowerCase() : password;
