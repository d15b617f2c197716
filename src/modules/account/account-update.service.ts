import type { Config } from '../../config.js';
import type { RequestContext, SignedInContext } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import type { CaptchaAnswer } from '../captcha/captcha.service.js';
import type { CodeVerifier } from '../code/code.verifier.js';
import { assertFree } from '../contact/contact.service.js';
import { lockEmail } from '../contact/email.repository.js';
import { countIdentities } from '../credential/identity.repository.js';
import type { Claimants } from '../guard/claimants.js';
import type { ProfileService } from '../profile/profile.service.js';
import { SecurityEventKind } from '../security/security-event.entity.js';
import type { SecurityEventService } from '../security/security-event.service.js';
import { normaliseEmail, normalisePhone } from '../user/contact.js';
import { loadUser } from '../user/load-user.js';
import type { Sex, User } from '../user/user.entity.js';
import { findUserById, lockActiveUser, updateUser } from '../user/user.repository.js';

/** A value sets, absent leaves. Null clears what is shown, an address without proof too; what logs in it leaves. */
export interface AccountChanges {
  nickname?: string | null;
  sex?: Sex | null;
  phone?: string | null;
  email?: string | null;
  /** Sent to the new phone for BIND. */
  code?: string | null;
  captcha?: CaptchaAnswer | null;
}

/** The new values of the columns that a person is reached by. */
type Contact = Partial<Pick<User, 'phone' | 'email' | 'emailVerified'>>;

/** Changing profile and contact in one step (`account.md` 3.4): all of it is checked first, and all or nothing done. */
export class AccountUpdateService {
  constructor(
    private readonly config: Pick<Config, 'ACCOUNT_PHONE_WITHOUT_CODE'>,
    private readonly claimants: Claimants,
    private readonly codes: CodeVerifier,
    private readonly profiles: ProfileService,
    private readonly events: SecurityEventService,
  ) {}

  /**
   * Applies the changes to the caller. A new e-mail address is unverified until a code confirms it; a new phone needs
   * its code. Throws INVALID_INPUT, NAME_BANNED, PHONE_INVALID, PHONE_TAKEN, EMAIL_INVALID, EMAIL_TAKEN,
   * LAST_LOGIN_METHOD, then CODE_INVALID.
   */
  async update(ctx: SignedInContext, changes: AccountChanges): Promise<User> {
    const { userId } = ctx.viewer;
    const { nickname, sex, code } = changes;
    const wanted: Contact = {
      ...(changes.phone ? { phone: normalisePhone(changes.phone) } : {}),
      ...(changes.email ? { email: normaliseEmail(changes.email) } : {}),
      ...(changes.email === null ? { email: null } : {}),
    };
    const { columns } = await this.profiles.check(ctx, { nickname, sex });
    const { phone } = await this.checkContact(ctx, userId, wanted);
    const write = () => this.write(ctx, userId, columns, wanted);
    if (!phone || this.needsNoCode(ctx)) await write();
    else {
      if (!code) throw new AppError('CODE_INVALID', { field: 'code' });
      const claimant = await this.claimants.caller(ctx, ctx.viewer, changes.captcha);
      await this.codes.use(claimant, { channel: 'sms', address: phone, code, purpose: 'BIND' }, write);
    }
    return loadUser(ctx, userId);
  }

  /** Only the door whose document knows no code may be configured to do without one. */
  private needsNoCode(ctx: RequestContext): boolean {
    return this.config.ACCOUNT_PHONE_WITHOUT_CODE && ctx.client.door === 'account';
  }

  /**
   * Only real changes: clients send back what they were shown, and a verified address must not lose its proof by that.
   */
  private async checkContact(ctx: RequestContext, userId: number, wanted: Contact): Promise<Contact> {
    const user = await findUserById(ctx.em, userId);
    if (!user) throw new AppError('UNAUTHENTICATED');
    const contact: Contact = {};
    if (wanted.phone && wanted.phone !== user.phone) {
      await assertFree(ctx, userId, { channel: 'sms', address: wanted.phone });
      contact.phone = wanted.phone;
    }
    if (wanted.email && wanted.email !== user.email?.toLowerCase()) {
      await assertFree(ctx, userId, { channel: 'mail', address: wanted.email });
      Object.assign(contact, { email: wanted.email, emailVerified: false });
    }
    if (wanted.email === null && user.email && !user.emailVerified) contact.email = null;
    // An address without proof logs nobody in, so it may not replace the only one that does.
    const loses = contact.email && user.emailVerified && !(contact.phone ?? user.phone);
    if (loses && (await countIdentities(ctx.em, userId)) === 0) throw new AppError('LAST_LOGIN_METHOD');
    return contact;
  }

  private async write(
    ctx: RequestContext,
    userId: number,
    profile: Partial<User>,
    wanted: Contact,
  ): Promise<void> {
    await ctx.em.transactional(async () => {
      await lockActiveUser(ctx.em, userId);
      if (wanted.email) await lockEmail(ctx.em, wanted.email);
      const contact = await this.checkContact(ctx, userId, wanted);
      await updateUser(ctx.em, userId, { ...profile, ...contact });
      if (contact.phone) await this.events.record(ctx, userId, SecurityEventKind.PHONE_BOUND);
      if (contact.email) await this.events.record(ctx, userId, SecurityEventKind.EMAIL_CHANGED);
      if (contact.email === null) await this.events.record(ctx, userId, SecurityEventKind.EMAIL_UNBOUND);
    });
  }
}
