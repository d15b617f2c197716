import type { EntityManager } from '@mikro-orm/postgresql';
import type { RequestContext, Viewer } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import type { CaptchaAnswer, CaptchaService } from '../captcha/captcha.service.js';
import type { CodeAddress } from '../code/code.address.js';
import type { CodePurpose, CodeService, TakenCode } from '../code/code.service.js';
import type { GuardService, GuardSubject, OverAll } from '../guard/guard.service.js';
import type { SessionService } from '../session/session.service.js';
import { guardKeyOf } from '../user/account.finder.js';
import { findPasswordHash, replacePasswordHash } from './credential.repository.js';
import type { PasswordHasher, SentPassword } from './password.hasher.js';
import { assertPasswordAllowed } from './password.policy.js';
import { PASSWORD_RULES } from './password.rules.js';

/** Who is trying, as the guard counts it. */
export interface Claim {
  guardKey: string;
  /** The account, if there is one. */
  userId: number | null;
  /** The session whose holder is asked for the password, as a log-in opened it: renewing it earns no new tries. Null at log-in. */
  session: number | null;
  /** A captcha was solved for this request. */
  captchaSolved: boolean;
}

/**
 * The only way to a password or a code: every check goes through the guard first, whatever door or operation it
 * serves.
 */
export class Proof {
  constructor(
    private readonly guard: GuardService,
    private readonly hasher: PasswordHasher,
    private readonly codes: CodeService,
    private readonly captchas: CaptchaService,
    private readonly sessions: SessionService,
  ) {}

  /**
   * Who tries. A captcha is used up here, once for all checks of the request. Throws CAPTCHA_INVALID for a wrong
   * answer; one that was never solved counts for nothing, because browsers send along whatever they were shown.
   */
  async claim(guardKey: string, userId: number | null, captcha?: CaptchaAnswer | null): Promise<Claim> {
    const captchaSolved = captcha ? await this.captchas.redeem(captcha) : false;
    if (captcha?.answer && !captchaSolved) throw new AppError('CAPTCHA_INVALID', { field: 'captcha' });
    return { guardKey, userId, session: null, captchaSolved };
  }

  /** The caller tries, who is asked for the password of their own account. Throws as {@link claim}. */
  async ownClaim({ userId, originId }: Viewer, captcha?: CaptchaAnswer | null): Promise<Claim> {
    return { ...(await this.claim(guardKeyOf(userId), userId, captcha)), session: originId };
  }

  /** The secret that the password was verified against, or null when it is wrong or there is none. */
  async password(ctx: RequestContext, claim: Claim, input: SentPassword): Promise<string | null> {
    const overAll = claim.session === null ? 'account' : { session: claim.session };
    return this.guard.attempt(this.subjectOf(ctx, claim, overAll), async () => {
      // Asked for an unknown account too, and nobody is 0: the time of a query would tell it from a known one.
      const stored = await findPasswordHash(ctx.em, claim.userId ?? 0);
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
    let taken: TakenCode | null = null;
    const take = async () => {
      taken = await this.codes.take(request);
      return taken;
    };
    try {
      if (!(await this.guard.attempt(this.subjectOf(ctx, claim, 'nothing'), take))) {
        throw new AppError('CODE_INVALID', { field: 'code' });
      }
      return await work();
    } catch (error) {
      await (taken as TakenCode | null)?.putBack();
      throw error;
    }
  }

  /** Whether a code is good, without using it up; a wrong one counts as a try. */
  async checkCode(
    ctx: RequestContext,
    claim: Claim,
    request: CodeAddress & { code: string; purpose?: CodePurpose },
  ): Promise<boolean> {
    const check = async () => (await this.codes.check(request)) || null;
    return (await this.guard.attempt(this.subjectOf(ctx, claim, 'nothing'), check)) ?? false;
  }

  /** The secret to store for a new password. Throws PASSWORD_WEAK, or INVALID_INPUT for what is no MD5. */
  async secretFor(ctx: RequestContext, input: SentPassword): Promise<string> {
    this.assertAllowed(ctx, input);
    return this.hasher.hash(input.password, input.passwordFormat);
  }

  /** An MD5 cannot be judged, only its form, which hashing checks. */
  assertAllowed(ctx: RequestContext, { password, passwordFormat }: SentPassword): void {
    if (passwordFormat === 'PLAIN') assertPasswordAllowed(password, PASSWORD_RULES[ctx.client.door]);
  }

  private subjectOf(
    ctx: RequestContext,
    { guardKey, userId, captchaSolved }: Claim,
    overAll: OverAll,
  ): GuardSubject {
    const { ip, canShowCaptcha } = ctx.client;
    return {
      account: guardKey,
      ip,
      canShowCaptcha,
      captchaSolved,
      overAll,
      isKnownSource: async () => userId !== null && this.sessions.isKnownSource(ctx.em, userId, ip),
    };
  }

  /** The secret in the place of one that was hashed with other parameters; null when the password changed meanwhile. */
  private async rehash(
    em: EntityManager,
    userId: number,
    stored: string,
    { password, passwordFormat }: SentPassword,
  ): Promise<string | null> {
    const secret = await this.hasher.hash(password, passwordFormat);
    if (await replacePasswordHash(em, userId, stored, secret)) return secret;
    // Another log-in of the same account was quicker, or a change of the password.
    const current = await findPasswordHash(em, userId);
    return current && (await this.hasher.verify(current, password, passwordFormat)).ok ? current : null;
  }
}
