import type { RequestContext, SignedInContext } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import type {
  IdentityProviders,
  ProvenIdentity,
  ProviderName,
  ThirdPartyCredential,
} from '../../infra/oauth/port.js';
import { SecurityEventKind } from '../security/security-event.entity.js';
import type { SecurityEventService } from '../security/security-event.service.js';
import { findUserById, lockActiveUser } from '../user/user.repository.js';
import {
  addIdentities,
  countIdentities,
  deleteIdentities,
  findProviders,
  findUserIdByIdentity,
} from './identity.repository.js';

/** The third parties that an account can be logged in to through: one person of each provider. */
export class IdentityService {
  constructor(
    private readonly providers: IdentityProviders,
    private readonly events: SecurityEventService,
  ) {}

  /** The providers linked to the caller, by name. */
  linked(ctx: SignedInContext): Promise<ProviderName[]> {
    return findProviders(ctx.em, ctx.viewer.userId);
  }

  /** Links a person at a third party to the caller; returns {@link linked}. Throws a ProviderError, or as {@link save}. */
  async link(ctx: SignedInContext, credential: ThirdPartyCredential): Promise<ProviderName[]> {
    const identity = await this.providers.prove(credential);
    await this.save(ctx, ctx.viewer.userId, identity);
    return this.linked(ctx);
  }

  /**
   * Makes a proven person the one of their provider who logs in to the account. Throws THIRD_PARTY_TAKEN for somebody who
   * logs in to another one, which a disabled account keeps them for, and UNAUTHENTICATED when the account is gone.
   */
  async save(ctx: RequestContext, userId: number, identity: ProvenIdentity): Promise<void> {
    const { provider, subject, aliases } = identity;
    const subjects = [subject, ...aliases];
    await ctx.em.transactional(async () => {
      await lockActiveUser(ctx.em, userId);
      const known = await findUserIdByIdentity(ctx.em, provider, subjects);
      // The provider may tell an id today that it did not tell when the person was linked: the others stay.
      if (known === null) await deleteIdentities(ctx.em, userId, provider);
      else if (known !== userId) throw new AppError('THIRD_PARTY_TAKEN');
      await addIdentities(ctx.em, userId, provider, subjects);
      // Another account was quicker.
      if ((await findUserIdByIdentity(ctx.em, provider, subjects)) !== userId) {
        throw new AppError('THIRD_PARTY_TAKEN');
      }
      if (known === null) await this.events.record(ctx, userId, SecurityEventKind.PROVIDER_LINKED);
    });
  }

  /**
   * Adds the ids of a person that the provider did not tell when they were linked. Nothing is added for who has been unlinked
   * meanwhile, and would be linked again by it. Throws UNAUTHENTICATED when the account is gone.
   */
  async complete(ctx: RequestContext, userId: number, identity: ProvenIdentity): Promise<void> {
    const { provider, subject, aliases } = identity;
    if (aliases.length === 0) return;
    const subjects = [subject, ...aliases];
    await ctx.em.transactional(async () => {
      await lockActiveUser(ctx.em, userId);
      if ((await findUserIdByIdentity(ctx.em, provider, subjects)) !== userId) return;
      await addIdentities(ctx.em, userId, provider, subjects);
    });
  }

  /**
   * Unlinks a third party from the caller, if it is linked; returns {@link linked}. Throws LAST_LOGIN_METHOD unless a
   * phone, a verified e-mail address or another third party remains, also of two at once.
   */
  async unlink(ctx: SignedInContext, provider: ProviderName): Promise<ProviderName[]> {
    const { userId } = ctx.viewer;
    await ctx.em.transactional(async () => {
      await lockActiveUser(ctx.em, userId);
      if (!(await deleteIdentities(ctx.em, userId, provider))) return;
      const user = await findUserById(ctx.em, userId);
      const other = user?.phone || user?.emailVerified || (await countIdentities(ctx.em, userId)) > 0;
      if (!other) throw new AppError('LAST_LOGIN_METHOD');
      await this.events.record(ctx, userId, SecurityEventKind.PROVIDER_UNLINKED);
    });
    return this.linked(ctx);
  }
}
