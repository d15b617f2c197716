import type { RequestContext } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import type { AccountCreator, NewAccount } from '../account/account.creator.js';
import type { CaptchaAnswer } from '../captcha/captcha.service.js';
import { type CodeContact, codeAddress, takenError } from '../code/code.address.js';
import type { CodeVerifier } from '../code/code.verifier.js';
import type { SentPassword } from '../credential/password.scheme.js';
import type { PasswordVerifier } from '../credential/password.verifier.js';
import type { Claimants } from '../guard/claimants.js';
import type { ModerationService } from '../moderation/moderation.service.js';
import type { SessionService } from '../session/session.service.js';
import { matchAccount } from '../user/account.finder.js';
import { loadUser } from '../user/load-user.js';
import { normaliseName, normaliseText } from '../user/text.js';
import { USER_LIMITS } from '../user/user.entity.js';
import { findUserByName } from '../user/user.repository.js';
import type { AuthResult } from './auth-result.js';

export interface Registration extends CodeContact, Partial<SentPassword> {
  code: string;
  name?: string | null;
  nickname?: string | null;
  captcha?: CaptchaAnswer | null;
}

/** Registration with a code sent to a phone or an e-mail address. */
export class RegistrationService {
  constructor(
    private readonly claimants: Claimants,
    private readonly passwords: PasswordVerifier,
    private readonly codes: CodeVerifier,
    private readonly creator: AccountCreator,
    private readonly sessions: SessionService,
    private readonly moderation: ModerationService,
  ) {}

  /**
   * Creates an account and logs it in. Everything else is checked before the code is used up.
   * Throws PHONE_TAKEN, EMAIL_TAKEN, NAME_INVALID, NAME_LENGTH, NAME_TAKEN, NAME_BANNED, PASSWORD_WEAK, CODE_INVALID, MD5_REFUSED.
   */
  async register(ctx: RequestContext, input: Registration): Promise<AuthResult> {
    this.passwords.assertTaken(ctx, input);
    if (await this.moderation.isBlocked(ctx, ctx.client.ip)) throw new AppError('IP_BLOCKED');
    const target = codeAddress(input);
    const match = await matchAccount(ctx, target.address);
    if (match.user) throw takenError(target.channel);
    const password = passwordOf(input);
    if (password) this.passwords.assertAllowed(ctx, password);
    const account: NewAccount = {
      ...(await this.names(ctx, input)),
      ...(target.channel === 'sms' ? { phone: target.address } : { email: target.address }),
    };
    const userId = await this.codes.use(
      await this.claimants.of(ctx, match, input.captcha),
      { ...target, code: input.code, purpose: 'REGISTER' },
      async () => {
        const passwordHash = password && (await this.passwords.hashNew(ctx, password));
        return this.creator.create(ctx, { ...account, passwordHash });
      },
    );
    const { token, expiresAt } = await this.sessions.open(ctx, userId);
    return { user: await loadUser(ctx, userId), token, expiresAt, isNewUser: true };
  }

  private async names(
    ctx: RequestContext,
    input: Registration,
  ): Promise<Pick<NewAccount, 'name' | 'nickname'>> {
    const name = input.name ? normaliseName(input.name) : null;
    const nickname = normaliseText(input.nickname ?? null, 'nickname', USER_LIMITS.nickname);
    if (name) {
      await this.moderation.assertAllowed(ctx, name, 'name');
      if (await findUserByName(ctx.em, name)) throw new AppError('NAME_TAKEN', { field: 'name' });
    }
    if (nickname) await this.moderation.assertAllowed(ctx, nickname, 'nickname');
    return { name, nickname };
  }
}

const passwordOf = ({ password, passwordFormat = 'PLAIN' }: Registration) =>
  password === undefined || password === null ? null : { password, passwordFormat };
