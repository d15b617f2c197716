import type { RequestContext, Viewer } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import type { CaptchaAnswer, CaptchaService } from '../captcha/captcha.service.js';
import type { SessionService } from '../session/session.service.js';
import { accountKeyOf } from '../user/account.finder.js';
import type { GuardClaimant } from './guard.service.js';

/** Somebody who claims to be the owner of an account, known or not, and has a password or a code to show for it. */
export interface Claimant extends Omit<GuardClaimant, 'overAll'> {
  /** The account, if there is one. */
  userId: number | null;
  /** The session whose holder is asked for the password, as a log-in opened it: renewing it earns no new tries. Null at log-in. */
  session: number | null;
}

/** The account found by the text a person typed. */
interface ClaimedAccount {
  accountKey: string;
  user: { id: number } | null;
}

/** Makes the claimant that every check of a password or a code needs. */
export class Claimants {
  constructor(
    private readonly captchas: CaptchaService,
    private readonly sessions: SessionService,
  ) {}

  /**
   * Whoever claims this account. A captcha is used up here, once for all checks of the request. Throws CAPTCHA_INVALID
   * for a wrong answer; one that was never solved counts for nothing, because browsers send along whatever they were
   * shown.
   */
  async of(
    ctx: RequestContext,
    { accountKey, user }: ClaimedAccount,
    captcha?: CaptchaAnswer | null,
  ): Promise<Claimant> {
    const { door, ip, canShowCaptcha } = ctx.client;
    const userId = user?.id ?? null;
    const captchaSolved = captcha ? await this.captchas.redeem(captcha) : false;
    if (captcha?.answer && !captchaSolved) throw new AppError('CAPTCHA_INVALID', { field: 'captcha' });
    const isKnownSource = async () => userId !== null && this.sessions.isKnownSource(ctx, userId, ip);
    return { accountKey, userId, session: null, door, ip, canShowCaptcha, captchaSolved, isKnownSource };
  }

  /** The caller, who is asked for the password of their own account. Throws as {@link of}. */
  async caller(
    ctx: RequestContext,
    { userId, originId }: Viewer,
    captcha?: CaptchaAnswer | null,
  ): Promise<Claimant> {
    const account = { accountKey: accountKeyOf(userId), user: { id: userId } };
    return { ...(await this.of(ctx, account, captcha)), session: originId };
  }
}
