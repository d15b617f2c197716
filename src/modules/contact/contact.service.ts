import type { RequestContext, SignedInContext } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import type { CaptchaAnswer } from '../captcha/captcha.service.js';
import type { CodeAddress } from '../code/code.address.js';
import { codeAddress, takenError } from '../code/code.address.js';
import type { CodeVerifier } from '../code/code.verifier.js';
import { findPasswordHash, savePasswordHash } from '../credential/credential.repository.js';
import { countIdentities } from '../credential/identity.repository.js';
import type { SentPassword } from '../credential/password.scheme.js';
import type { PasswordVerifier } from '../credential/password.verifier.js';
import type { Claimant, Claimants } from '../guard/claimants.js';
import { SecurityEventKind } from '../security/security-event.entity.js';
import type { SecurityEventService } from '../security/security-event.service.js';
import { loadUser } from '../user/load-user.js';
import type { User } from '../user/user.entity.js';
import {
  findUserByEmail,
  findUserById,
  findUserByPhone,
  lockActiveUser,
  updateUser,
} from '../user/user.repository.js';
import { takeOverEmail } from './email.repository.js';

export interface ContactBinding extends Partial<SentPassword> {
  code: string;
  captcha?: CaptchaAnswer | null;
}

export interface ContactRemoval extends SentPassword {
  code: string;
  captcha?: CaptchaAnswer | null;
}

/** The phone and the e-mail address of an account: binding, replacing and removing them, each with a code. */
export class ContactService {
  constructor(
    private readonly claimants: Claimants,
    private readonly passwords: PasswordVerifier,
    private readonly codes: CodeVerifier,
    private readonly events: SecurityEventService,
  ) {}

  /**
   * Sets or replaces the phone. With a password: the current one if there is one, else it becomes the password.
   * Throws PHONE_INVALID, PHONE_TAKEN, CREDENTIALS_INVALID, PASSWORD_WEAK, CODE_INVALID, MD5_REFUSED.
   */
  bindPhone(ctx: SignedInContext, phone: string, input: ContactBinding): Promise<User> {
    return this.bind(ctx, codeAddress({ phone }), input);
  }

  /** Sets or replaces the e-mail address, verified by the code. Throws as {@link bindPhone}, with EMAIL_…. */
  bindEmail(ctx: SignedInContext, email: string, input: ContactBinding): Promise<User> {
    return this.bind(ctx, codeAddress({ email }), input);
  }

  /** Removes the phone. Throws CREDENTIALS_INVALID, then CODE_INVALID; LAST_LOGIN_METHOD; NOT_FOUND without one; MD5_REFUSED. */
  unbindPhone(ctx: SignedInContext, input: ContactRemoval): Promise<User> {
    return this.unbind(ctx, 'sms', input);
  }

  /** Removes the e-mail address. Throws as {@link unbindPhone}. */
  unbindEmail(ctx: SignedInContext, input: ContactRemoval): Promise<User> {
    return this.unbind(ctx, 'mail', input);
  }

  private async bind(ctx: SignedInContext, target: CodeAddress, input: ContactBinding): Promise<User> {
    const { userId } = ctx.viewer;
    this.passwords.assertTaken(ctx, input);
    await assertFree(ctx, userId, target);
    const claimant = await this.claimants.caller(ctx, ctx.viewer, input.captcha);
    const newPassword = await this.checkPassword(ctx, claimant, userId, input);
    const request = { ...target, code: input.code, purpose: 'BIND' as const };
    await this.codes.use(claimant, request, async () => {
      const passwordHash = newPassword && (await this.passwords.hashNew(ctx, newPassword));
      await this.write(ctx, userId, target, passwordHash);
    });
    return loadUser(ctx, userId);
  }

  /** The password to set; null when the current one was given and is right, or none was given. */
  private async checkPassword(
    ctx: RequestContext,
    claimant: Claimant,
    userId: number,
    input: ContactBinding,
  ): Promise<SentPassword | null> {
    if (input.password === undefined || input.password === null) return null;
    const given = { password: input.password, passwordFormat: input.passwordFormat ?? ('PLAIN' as const) };
    if ((await findPasswordHash(ctx.em, userId)) === null) {
      this.passwords.assertAllowed(ctx, given);
      return given;
    }
    await this.assertPassword(ctx, claimant, given);
    return null;
  }

  private async assertPassword(ctx: RequestContext, claimant: Claimant, given: SentPassword): Promise<void> {
    if (!(await this.passwords.verify(ctx, claimant, given))) throw passwordWrong();
  }

  private async write(
    ctx: RequestContext,
    userId: number,
    { channel, address }: CodeAddress,
    passwordHash: string | null,
  ): Promise<void> {
    await ctx.em.transactional(async () => {
      await lockActiveUser(ctx.em, userId);
      // Somebody else with this account's session was quicker to set a password.
      if (passwordHash && (await findPasswordHash(ctx.em, userId)) !== null) throw passwordWrong();
      if (channel === 'sms') await updateUser(ctx.em, userId, { phone: address });
      else {
        await updateUser(ctx.em, userId, { email: address, emailVerified: true });
        await takeOverEmail(ctx.em, address, userId);
      }
      if (passwordHash) await savePasswordHash(ctx.em, userId, passwordHash);
      const kind = channel === 'sms' ? SecurityEventKind.PHONE_BOUND : SecurityEventKind.EMAIL_BOUND;
      await this.events.record(ctx, userId, kind);
    });
  }

  private async unbind(ctx: SignedInContext, channel: 'sms' | 'mail', input: ContactRemoval): Promise<User> {
    const { userId } = ctx.viewer;
    this.passwords.assertTaken(ctx, input);
    const user = await findUserById(ctx.em, userId);
    const address = channel === 'sms' ? user?.phone : user?.email;
    if (!address) throw new AppError('NOT_FOUND');
    const claimant = await this.claimants.caller(ctx, ctx.viewer, input.captcha);
    await this.assertPassword(ctx, claimant, input);
    const request = { channel, address, code: input.code, purpose: 'UNBIND' as const };
    await this.codes.use(claimant, request, () => this.remove(ctx, userId, request));
    return loadUser(ctx, userId);
  }

  /** One verified phone, verified e-mail or third-party identity must remain, also of two at once. */
  private async remove(
    ctx: RequestContext,
    userId: number,
    { channel, address }: CodeAddress,
  ): Promise<void> {
    await ctx.em.transactional(async () => {
      await lockActiveUser(ctx.em, userId);
      const user = await findUserById(ctx.em, userId);
      // Another one was bound meanwhile: the code does not speak for it.
      if ((channel === 'sms' ? user?.phone : user?.email) !== address) throw new AppError('NOT_FOUND');
      const other = channel === 'sms' ? user?.emailVerified : user?.phone;
      if (!other && (await countIdentities(ctx.em, userId)) === 0) throw new AppError('LAST_LOGIN_METHOD');
      await updateUser(
        ctx.em,
        userId,
        channel === 'sms' ? { phone: null } : { email: null, emailVerified: false },
      );
      const kind = channel === 'sms' ? SecurityEventKind.PHONE_UNBOUND : SecurityEventKind.EMAIL_UNBOUND;
      await this.events.record(ctx, userId, kind);
    });
  }
}

const passwordWrong = (): AppError => new AppError('CREDENTIALS_INVALID', { field: 'password' });

/** Throws PHONE_TAKEN or EMAIL_TAKEN when the address is somebody else's. */
export async function assertFree(
  ctx: RequestContext,
  userId: number,
  { channel, address }: CodeAddress,
): Promise<void> {
  const find = channel === 'sms' ? findUserByPhone : findUserByEmail;
  const owner = await find(ctx.em, address);
  if (owner && owner.id !== userId) throw takenError(channel);
}
