import type { RequestContext } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import type { CaptchaAnswer, CaptchaService } from '../captcha/captcha.service.js';
import type { Claimants } from '../guard/claimants.js';
import { matchAccount } from '../user/account.finder.js';
import type { CodeContact } from './code.address.js';
import { codeAddress, takenError } from './code.address.js';
import type { CodePurpose, CodeService } from './code.service.js';
import type { CodeVerifier } from './code.verifier.js';

export interface CodeRequest extends CodeContact {
  purposes: readonly CodePurpose[];
}

export interface CodeCheck extends CodeContact {
  code?: string | null;
  /** Left out: good for any purpose. */
  purpose?: CodePurpose | null;
  captcha?: CaptchaAnswer | null;
}

/** Asking for codes and checking them without using them up. */
export class CodeRequestService {
  constructor(
    private readonly codes: CodeService,
    private readonly captchas: CaptchaService,
    private readonly claimants: Claimants,
    private readonly verifier: CodeVerifier,
  ) {}

  /**
   * Sends a code. Throws PHONE_TAKEN or EMAIL_TAKEN where the address must be new, USER_NOT_FOUND where it must be
   * known, CODE_TOO_SOON, CODE_LIMIT, RATE_LIMITED.
   */
  async send(ctx: RequestContext, input: CodeRequest): Promise<{ resendAfter: number; expiresAt: Date }> {
    const purposes = [...new Set(input.purposes)];
    if (purposes.length === 0) throw new AppError('INVALID_INPUT', { field: 'purposes' });
    const target = codeAddress(input);
    const { user } = await matchAccount(ctx, target.address);
    if (user && mustBeNew(purposes)) throw takenError(target.channel);
    if (!user && mustBeKnown(purposes)) {
      throw new AppError('USER_NOT_FOUND', { field: target.channel === 'sms' ? 'phone' : 'email' });
    }
    const { ip, locale } = ctx.client;
    return this.codes.send({ ...target, purposes, ip, locale });
  }

  /** Checks a code or a captcha answer; a wrong one counts as a try. */
  async verify(ctx: RequestContext, input: CodeCheck): Promise<boolean> {
    const { captcha } = input;
    if (!input.code) {
      if (!captcha) throw new AppError('INVALID_INPUT', { field: 'code' });
      return this.captchas.check(captcha.id, captcha.answer ?? '');
    }
    const target = codeAddress(input);
    const claimant = await this.claimants.of(ctx, await matchAccount(ctx, target.address), captcha);
    return this.verifier.check(claimant, {
      ...target,
      code: input.code ?? '',
      purpose: input.purpose ?? undefined,
    });
  }
}

/** One code for log-in or registration (`member.md` 一.4) goes to old and new addresses alike. */
const mustBeNew = (purposes: readonly CodePurpose[]): boolean =>
  purposes.some((purpose) => purpose === 'REGISTER' || purpose === 'BIND') && !purposes.includes('LOGIN');

const mustBeKnown = (purposes: readonly CodePurpose[]): boolean =>
  purposes.some((purpose) => purpose === 'RETRIEVE' || purpose === 'UNBIND') &&
  !purposes.some((purpose) => purpose === 'REGISTER' || purpose === 'BIND');
