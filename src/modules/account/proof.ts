import type { EntityManager } from '@mikro-orm/postgresql';
import type { RequestContext } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import type { CaptchaService } from '../captcha/captcha.service.js';
import type { CodeAddress, CodePurpose, CodeService } from '../code/code.service.js';
import type { GuardService, GuardSubject } from '../guard/guard.service.js';
import type { SessionService } from '../session/session.service.js';
import { normaliseEmail, normalisePhone } from '../user/contact.js';
import { findPasswordHash, replacePasswordHash } from './account.repository.js';
import type { CaptchaProof, ContactInput, PasswordInput } from './account.types.js';
import type { PasswordHasher } from './password.hasher.js';
import { assertPasswordAllowed } from './password.policy.js';
import { PASSWORD_RULES } from './password.rules.js';

/** Who is trying, as the guard counts it. */
export interface Claim {
  guardKey: string;
  /** The account, if there is one. */
  userId: number | null;
  captcha?: CaptchaProof | null;
  /** A captcha was redeemed for an earlier check of the same request, and vouches for this one too. */
  captchaRedeemed?: boolean;
}

/** The one address given. Throws INVALID_INPUT for none or both, PHONE_INVALID or EMAIL_INVALID. */
export function codeAddress({ phone, email }: ContactInput): CodeAddress {
  if (Boolean(phone) === Boolean(email)) throw new AppError('INVALID_INPUT', { field: 'phone' });
  return phone
    ? { channel: 'sms', address: normalisePhone(phone) }
    : { channel: 'mail', address: normaliseEmail(email ?? '') };
}

/**
 * The only way to a password or a code: every check goes through the guard first, whatever door or operation it
 * serves (DECISIONS §1, "brute force").
 */
export class Proof {
  constructor(
    private readonly guard: GuardService,
    private readonly hasher: PasswordHasher,
    private readonly codes: CodeService,
    private readonly captchas: CaptchaService,
    private readonly sessions: SessionService,
  ) {}

  /** The secret that the password was verified against, or null when it is wrong or there is none. */
  async password(ctx: RequestContext, claim: Claim, input: PasswordInput): Promise<string | null> {
    const subject = await this.subjectOf(ctx, claim);
    return this.guard.attempt(subject, async () => {
      const stored = claim.userId === null ? null : await findPasswordHash(ctx.em, claim.userId);
      const { ok, needsRehash } = await this.hasher.verify(stored, input.password, input.passwordFormat);
      if (!ok || stored === null || claim.userId === null) return null;
      return needsRehash ? this.rehash(ctx.em, claim.userId, stored, input) : stored;
    });
  }

  /**
   * Uses up a code and does the work it allows; if the work fails the code stays good.
   * Throws CODE_INVALID when the code is wrong, expired, burnt, or was sent for something else.
   */
  async code<T>(
    ctx: RequestContext,
    claim: Claim,
    request: CodeAddress & { code: string; purpose: CodePurpose },
    work: () => Promise<T>,
  ): Promise<T> {
    const subject = await this.subjectOf(ctx, claim);
    const taken = await this.guard.attempt(subject, () => this.codes.take(request));
    if (!taken) throw new AppError('CODE_INVALID', { field: 'code' });
    try {
      return await work();
    } catch (error) {
      await taken.putBack();
      throw error;
    }
  }

  /** Whether a code is good, without using it up; a wrong one counts as a try. */
  async checkCode(
    ctx: RequestContext,
    claim: Claim,
    request: CodeAddress & { code: string; purpose?: CodePurpose },
  ): Promise<boolean> {
    const subject = await this.subjectOf(ctx, claim);
    const good = await this.guard.attempt(subject, async () => (await this.codes.check(request)) || null);
    return good ?? false;
  }

  /** The secret to store for a new password. Throws PASSWORD_WEAK, or INVALID_INPUT for what is no MD5. */
  async secretFor(ctx: RequestContext, input: PasswordInput): Promise<string> {
    this.assertAllowed(ctx, input);
    return this.hasher.hash(input.password, input.passwordFormat);
  }

  /** An MD5 cannot be judged, only its form, which hashing checks. */
  assertAllowed(ctx: RequestContext, { password, passwordFormat }: PasswordInput): void {
    if (passwordFormat === 'PLAIN') assertPasswordAllowed(password, PASSWORD_RULES[ctx.client.door]);
  }

  private async subjectOf(
    ctx: RequestContext,
    { guardKey, userId, captcha, captchaRedeemed }: Claim,
  ): Promise<GuardSubject> {
    const solved = captchaRedeemed || (captcha ? await this.captchas.redeem(captcha) : false);
    // A browser sends along the captcha it was shown, solved or not; only a wrong answer is worth an error.
    if (captcha?.answer && !solved) throw new AppError('CAPTCHA_INVALID', { field: 'captcha' });
    const { ip, canShowCaptcha } = ctx.client;
    return {
      account: guardKey,
      ip,
      canShowCaptcha,
      captchaSolved: solved,
      isKnownSource: async () => userId !== null && this.sessions.isKnownSource(ctx.em, userId, ip),
    };
  }

  private async rehash(
    em: EntityManager,
    userId: number,
    stored: string,
    input: PasswordInput,
  ): Promise<string> {
    const secret = await this.hasher.hash(input.password, input.passwordFormat);
    return (await replacePasswordHash(em, userId, stored, secret)) ? secret : stored;
  }
}
