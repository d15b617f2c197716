import type { RequestContext } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import type { GuardService } from '../guard/guard.service.js';
import type { ModerationService } from '../moderation/moderation.service.js';
import { matchAccount } from '../user/account.finder.js';
import { parsePhone } from '../user/contact.js';
import { nameAsTyped, normaliseName } from '../user/text.js';
import { findUserByName, findUserByPhone } from '../user/user.repository.js';

export enum PhoneAvailability {
  AVAILABLE = 'AVAILABLE',
  TAKEN = 'TAKEN',
  INVALID = 'INVALID',
}

export enum NameAvailability {
  AVAILABLE = 'AVAILABLE',
  TAKEN = 'TAKEN',
  BANNED = 'BANNED',
  INVALID = 'INVALID',
}

export interface LoginStatus {
  failures: number;
  captchaRequired: boolean;
  lockedUntil: Date | null;
}

/** Questions that forms ask before they are sent. */
export class AvailabilityService {
  constructor(
    private readonly guard: GuardService,
    private readonly moderation: ModerationService,
  ) {}

  async phone(ctx: RequestContext, input: string): Promise<PhoneAvailability> {
    const phone = parsePhone(input);
    if (!phone) return PhoneAvailability.INVALID;
    return (await findUserByPhone(ctx.em, phone)) ? PhoneAvailability.TAKEN : PhoneAvailability.AVAILABLE;
  }

  /** A name that somebody has is taken, whether or not it could be chosen today: signed apps may give shorter ones. */
  async name(ctx: RequestContext, input: string): Promise<NameAvailability> {
    const name = nameAsTyped(input);
    if (await findUserByName(ctx.em, name)) return NameAvailability.TAKEN;
    if (await this.moderation.isBanned(ctx, name)) return NameAvailability.BANNED;
    return isName(name) ? NameAvailability.AVAILABLE : NameAvailability.INVALID;
  }

  async loginStatus(ctx: RequestContext, account: string): Promise<LoginStatus> {
    const { accountKey } = await matchAccount(ctx, account);
    return this.guard.status({ accountKey, ip: ctx.client.ip });
  }
}

function isName(text: string): boolean {
  try {
    return normaliseName(text) === text;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}
