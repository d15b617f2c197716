import type { RequestContext, SignedInContext } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import type { IdentityProviders, ProvenIdentity, ThirdPartyCredential } from '../../infra/oauth/port.js';
import type { AccountCreator } from '../account/account.creator.js';
import type { CaptchaAnswer } from '../captcha/captcha.service.js';
import type { CodeAddress } from '../code/code.address.js';
import type { CodeVerifier } from '../code/code.verifier.js';
import { findUserIdByIdentity } from '../credential/identity.repository.js';
import type { IdentityService } from '../credential/identity.service.js';
import type { SentPassword } from '../credential/password.scheme.js';
import type { PasswordVerifier } from '../credential/password.verifier.js';
import type { Claimants } from '../guard/claimants.js';
import type { ModerationService } from '../moderation/moderation.service.js';
import { SecurityEventKind } from '../security/security-event.entity.js';
import type { SecurityEventService } from '../security/security-event.service.js';
import type { OpenedSession, SessionService } from '../session/session.service.js';
import { matchAccount } from '../user/account.finder.js';
import { normaliseEmail, normalisePhone, parseEmail, parsePhone } from '../user/contact.js';
import { loadUser } from '../user/load-user.js';
import { normaliseName, normaliseText } from '../user/text.js';
import { Sex, USER_LIMITS, type User, UserStatus } from '../user/user.entity.js';
import { findUserById } from '../user/user.repository.js';
import type { AuthResult } from './auth-result.js';

/** Exactly one of `password`, `code` and `thirdParty`; the first two with one of `account`, `phone` and `email`. */
export interface LoginRequest extends Partial<SentPassword> {
  account?: string | null;
  /** Set by doors that know accounts by their phone only: no e-mail address or name opens them. */
  phone?: string | null;
  /** Likewise, by their e-mail address. */
  email?: string | null;
  code?: string | null;
  thirdParty?: ThirdPartyCredential | null;
  /** With a code: create the account when nobody has this phone or address yet. */
  registerUnknown?: boolean | null;
  /** With a third party: refuse whom no account knows. */
  knownOnly?: boolean | null;
  /** The login name of an account that is created. */
  name?: string | null;
  /** A third party to link to the account. */
  link?: ThirdPartyCredential | null;
  captcha?: CaptchaAnswer | null;
}

interface LoggedIn {
  userId: number;
  isNewUser: boolean;
  /** The hash the password was verified against; the session opens only if it is still the one. */
  passwordHash?: string;
}

/** Log-in by password, by code, or by a third party. */
export class LoginService {
  constructor(
    private readonly claimants: Claimants,
    private readonly passwords: PasswordVerifier,
    private readonly codes: CodeVerifier,
    private readonly creator: AccountCreator,
    private readonly sessions: SessionService,
    private readonly events: SecurityEventService,
    private readonly moderation: ModerationService,
    private readonly providers: IdentityProviders,
    private readonly identities: IdentityService,
  ) {}

  /**
   * Opens a session. Unknown accounts and wrong passwords say the same and take the same time.
   * Throws PHONE_INVALID, CREDENTIALS_INVALID, CODE_INVALID, THIRD_PARTY_…, NAME_…, ACCOUNT_DISABLED, ACCOUNT_LOCKED,
   * CAPTCHA_REQUIRED, IP_BLOCKED, MD5_REFUSED; INVALID_INPUT unless exactly one way is given, naming what lacks or is too much.
   */
  async login(ctx: RequestContext, input: LoginRequest): Promise<AuthResult> {
    assertOneWay(input);
    this.passwords.assertTaken(ctx, input);
    if (await this.moderation.isBlocked(ctx, ctx.client.ip)) throw new AppError('IP_BLOCKED');
    const name = input.name ? await this.checkedName(ctx, input.name) : null;
    const proven = await this.prove(ctx, { ...input, name });
    const { userId, isNewUser } = proven;
    const { token, expiresAt } = input.link
      ? await this.openLinked(ctx, proven, input.link)
      : await this.sessions.open(ctx, userId, proven.passwordHash);
    if (!isNewUser) await this.events.record(ctx, userId, SecurityEventKind.LOGGED_IN);
    const provider = input.thirdParty?.provider;
    return { user: await loadUser(ctx, userId), token, expiresAt, isNewUser, provider };
  }

  /** A new session instead of the caller's. Throws UNAUTHENTICATED. */
  async refresh(ctx: SignedInContext): Promise<AuthResult> {
    const { userId } = ctx.viewer;
    const { token, expiresAt } = await this.sessions.renew(ctx);
    return { user: await loadUser(ctx, userId), token, expiresAt, isNewUser: false };
  }

  /** Opens the session and links the third party, or does neither. */
  private async openLinked(
    ctx: RequestContext,
    { userId, passwordHash }: LoggedIn,
    credential: ThirdPartyCredential,
  ): Promise<OpenedSession> {
    const identity = await this.providers.prove(credential);
    const { viewer } = ctx;
    try {
      return await ctx.em.transactional(async () => {
        const opened = await this.sessions.open(ctx, userId, passwordHash);
        await this.identities.save(ctx, userId, identity);
        return opened;
      });
    } catch (error) {
      ctx.viewer = viewer;
      throw error;
    }
  }

  private async checkedName(ctx: RequestContext, given: string): Promise<string> {
    const name = normaliseName(given);
    await this.moderation.assertAllowed(ctx, name, 'name');
    return name;
  }

  private prove(ctx: RequestContext, input: LoginRequest): Promise<LoggedIn> {
    if (input.thirdParty) return this.byThirdParty(ctx, input);
    const account = input.phone
      ? normalisePhone(input.phone)
      : input.email
        ? normaliseEmail(input.email)
        : input.account;
    if (!account) throw new AppError('INVALID_INPUT', { field: 'account' });
    if (input.phone && input.account) throw new AppError('INVALID_INPUT', { field: 'phone' });
    return input.code ? this.byCode(ctx, account, input) : this.byPassword(ctx, account, input);
  }

  private async byPassword(ctx: RequestContext, account: string, input: LoginRequest): Promise<LoggedIn> {
    const match = await matchAccount(ctx, account);
    const { user } = match;
    const passwordHash = await this.passwords.verify(
      ctx,
      await this.claimants.of(ctx, match, input.captcha),
      { password: input.password ?? '', passwordFormat: input.passwordFormat ?? 'PLAIN' },
    );
    if (!user || !passwordHash) {
      // Not awaited: a known account must not answer later than an unknown one.
      if (user) this.events.recordSoon(ctx, user.id, SecurityEventKind.LOGIN_REFUSED);
      throw new AppError('CREDENTIALS_INVALID');
    }
    assertActive(user);
    return { userId: user.id, isNewUser: false, passwordHash };
  }

  private async byCode(ctx: RequestContext, account: string, input: LoginRequest): Promise<LoggedIn> {
    const target = addressOf(account);
    const match = await matchAccount(ctx, target.address);
    const { user } = match;
    return this.codes.use(
      await this.claimants.of(ctx, match, input.captcha),
      // A code that is to create an account must have been sent for that too.
      { ...target, code: input.code ?? '', purpose: !user && input.registerUnknown ? 'REGISTER' : 'LOGIN' },
      async () => {
        if (user) {
          assertActive(user);
          return { userId: user.id, isNewUser: false };
        }
        if (!input.registerUnknown)
          throw new AppError('USER_NOT_FOUND', {
            field: (['phone', 'email'] as const).find((one) => input[one]) ?? 'account',
          });
        const contact = target.channel === 'sms' ? { phone: target.address } : { email: target.address };
        const { name } = input;
        return { userId: await this.creator.create(ctx, { ...contact, name }), isNewUser: true };
      },
    );
  }

  private async byThirdParty(ctx: RequestContext, input: LoginRequest): Promise<LoggedIn> {
    if (!input.thirdParty) throw new AppError('INVALID_INPUT', { field: 'thirdParty' });
    const identity = await this.providers.prove(input.thirdParty);
    const known = await this.findByIdentity(ctx, identity);
    if (known) {
      await this.identities.complete(ctx, known, identity);
      return { userId: known, isNewUser: false };
    }
    if (input.knownOnly) throw new AppError('USER_NOT_FOUND', { field: 'thirdParty' });
    try {
      return { userId: await this.createFor(ctx, identity, input.name), isNewUser: true };
    } catch (error) {
      // Two first visits at once: the database let one of them in, and the other is the same person.
      const winner = await this.findByIdentity(ctx, identity);
      if (!winner) throw error;
      return { userId: winner, isNewUser: false };
    }
  }

  private async findByIdentity(ctx: RequestContext, identity: ProvenIdentity): Promise<number | null> {
    const subjects = [identity.subject, ...identity.aliases];
    const userId = await findUserIdByIdentity(ctx.em, identity.provider, subjects);
    const user = userId === null ? null : await findUserById(ctx.em, userId);
    if (user) assertActive(user);
    return user?.id ?? null;
  }

  private async createFor(
    ctx: RequestContext,
    identity: ProvenIdentity,
    name: string | null | undefined,
  ): Promise<number> {
    const nickname = normaliseText(identity.nickname ?? null, 'nickname', USER_LIMITS.nickname);
    const banned = nickname !== null && (await this.moderation.isBanned(ctx, nickname));
    return this.creator.create(ctx, {
      name,
      nickname: banned ? null : nickname,
      sex: identity.sex ?? Sex.UNSPECIFIED,
      externalAvatarUrl: identity.avatarUrl,
      identity,
    });
  }
}

const WAYS = ['password', 'code', 'thirdParty'] as const;

function assertOneWay(input: LoginRequest): void {
  const [way, another] = WAYS.filter((one) => input[one] !== null && input[one] !== undefined);
  if (another) throw new AppError('INVALID_INPUT', { field: another });
  if (!way)
    throw new AppError('INVALID_INPUT', { field: input.account || input.phone ? 'password' : 'account' });
}

/** Asked only once the caller has proven to be the owner: others are not told. */
function assertActive(user: User): void {
  if (user.status !== UserStatus.ACTIVE) throw new AppError('ACCOUNT_DISABLED');
}

/** A code goes to a phone or an address, never to a name. */
function addressOf(account: string): CodeAddress {
  const phone = parsePhone(account);
  if (phone) return { channel: 'sms', address: phone };
  const email = parseEmail(account);
  if (email) return { channel: 'mail', address: email };
  throw new AppError(account.includes('@') ? 'EMAIL_INVALID' : 'PHONE_INVALID', { field: 'account' });
}
