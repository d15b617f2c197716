import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import type { SignedInContext } from '../../context.js';
import { ABILITIES } from '../../policy.js';
import { Needs, SignedIn } from '../../schema/access.js';
import { parseId } from '../../schema/ids.js';
import { User } from '../user/user.entity.js';
import type { AdministrationService } from './administration.service.js';

@Resolver()
export class AdministrationResolver {
  constructor(private readonly administrationService: AdministrationService) {}

  @SignedIn()
  @Mutation(() => Boolean, {
    description:
      "Cancels the caller's account: every session ends, phone, e-mail address and name are free again, and the personal data is erased after a grace period. Always true.",
  })
  deleteAccount(@Ctx() ctx: SignedInContext): Promise<boolean> {
    return this.administrationService.cancel(ctx);
  }

  @Needs(ABILITIES.disableUser)
  @Mutation(() => User, {
    description: 'Disables an account and ends its sessions. Needs the ability `[user] Disabled User`.',
  })
  disableUser(
    @Ctx() ctx: SignedInContext,
    @Arg('id', () => ID, { description: 'The account.' }) id: string,
  ): Promise<User> {
    return this.administrationService.disable(ctx, parseId(id));
  }

  @Needs(ABILITIES.disableUser)
  @Mutation(() => User, {
    description: 'Makes a disabled account usable again. Needs the ability `[user] Disabled User`.',
  })
  enableUser(
    @Ctx() ctx: SignedInContext,
    @Arg('id', () => ID, { description: 'The account.' }) id: string,
  ): Promise<User> {
    return this.administrationService.enable(ctx, parseId(id));
  }

  @Needs(ABILITIES.recommendUser)
  @Mutation(() => User, {
    description:
      'Puts a user at the head of the recommended ones. Needs the ability `[user] Recommend User`.',
  })
  recommendUser(
    @Ctx() ctx: SignedInContext,
    @Arg('id', () => ID, { description: 'The account.' }) id: string,
  ): Promise<User> {
    return this.administrationService.recommend(ctx, parseId(id));
  }
}
