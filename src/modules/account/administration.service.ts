import type { RequestContext, SignedInContext } from '../../context.js';
import { deleteIdentities } from '../credential/identity.repository.js';
import { SecurityEventKind } from '../security/security-event.entity.js';
import type { SecurityEventService } from '../security/security-event.service.js';
import type { SessionService } from '../session/session.service.js';
import { loadUser } from '../user/load-user.js';
import { type User, UserStatus } from '../user/user.entity.js';
import {
  changeStatus,
  lockActiveUser,
  nameOfCancelled,
  recommendUser,
  updateUser,
} from '../user/user.repository.js';

/** Acts of administrators that decide if an account can be used at all. */
export class AdministrationService {
  constructor(
    private readonly sessions: SessionService,
    private readonly events: SecurityEventService,
  ) {}

  /** Disables an account and ends all its sessions. Idempotent. */
  async disable(ctx: RequestContext, userId: number): Promise<User> {
    await loadUser(ctx, userId, 'id');
    await ctx.em.transactional(async () => {
      const changed = await changeStatus(ctx.em, userId, UserStatus.ACTIVE, UserStatus.DISABLED);
      await this.sessions.end(ctx, userId);
      if (changed) await this.events.record(ctx, userId, SecurityEventKind.DISABLED);
    });
    return loadUser(ctx, userId);
  }

  /** Makes a disabled account usable again. Idempotent. */
  async enable(ctx: RequestContext, userId: number): Promise<User> {
    await loadUser(ctx, userId, 'id');
    const changed = await changeStatus(ctx.em, userId, UserStatus.DISABLED, UserStatus.ACTIVE);
    if (changed) await this.events.record(ctx, userId, SecurityEventKind.ENABLED);
    return loadUser(ctx, userId);
  }

  /** Puts a user at the head of the recommended ones. */
  async recommend(ctx: RequestContext, userId: number): Promise<User> {
    await loadUser(ctx, userId, 'id');
    await recommendUser(ctx.em, userId);
    return loadUser(ctx, userId);
  }

  /**
   * Cancels the caller's account: all sessions end, phone, e-mail, name and third-party identities are free again.
   * The personal data stays until its grace is over.
   */
  async cancel(ctx: SignedInContext): Promise<boolean> {
    const { userId } = ctx.viewer;
    await ctx.em.transactional(async () => {
      await lockActiveUser(ctx.em, userId);
      const cancelled = {
        status: UserStatus.DELETED,
        deletedAt: new Date(),
        name: nameOfCancelled(userId),
        phone: null,
        email: null,
        emailVerified: false,
        recommendedAt: null,
        abilities: [],
      };
      await updateUser(ctx.em, userId, cancelled);
      await deleteIdentities(ctx.em, userId);
      await this.sessions.end(ctx, userId);
      await this.events.record(ctx, userId, SecurityEventKind.DELETED);
    });
    this.sessions.leave(ctx);
    return true;
  }
}
