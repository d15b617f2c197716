import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { SignedInContext } from '../../context.js';
import type { ProviderName } from '../../infra/oauth/port.js';
import { SignedIn } from '../../schema/access.js';
import { AtMost } from '../../schema/list-bounds.js';
import { ThirdPartyInput } from './identity.input.js';
import type { IdentityService } from './identity.service.js';
import { ProviderEnum } from './provider.type.js';

const EVERY_PROVIDER = Object.keys(ProviderEnum).length;

@Resolver()
export class IdentityResolver {
  constructor(private readonly identityService: IdentityService) {}

  @AtMost(EVERY_PROVIDER)
  @SignedIn()
  @Query(() => [ProviderEnum], {
    nullable: true,
    description: 'The third parties through which the caller can log in, by name.',
  })
  linkedProviders(@Ctx() ctx: SignedInContext): Promise<ProviderName[]> {
    return this.identityService.linked(ctx);
  }

  @AtMost(EVERY_PROVIDER)
  @SignedIn()
  @Mutation(() => [ProviderEnum], {
    description:
      'Lets a person at a third party log in to the account of the caller, instead of the one of that third party who could before. Returns `linkedProviders`. Errors: THIRD_PARTY_TAKEN, THIRD_PARTY_REJECTED, THIRD_PARTY_UNAVAILABLE, THIRD_PARTY_DISABLED.',
  })
  linkProvider(
    @Ctx() ctx: SignedInContext,
    @Arg('input', () => ThirdPartyInput, { description: 'The proof of who it is.' }) input: ThirdPartyInput,
  ): Promise<ProviderName[]> {
    return this.identityService.link(ctx, input);
  }

  @AtMost(EVERY_PROVIDER)
  @SignedIn()
  @Mutation(() => [ProviderEnum], {
    description:
      'Ends logging in through a third party; where nobody could, nothing changes. Returns `linkedProviders`. Errors: LAST_LOGIN_METHOD.',
  })
  unlinkProvider(
    @Ctx() ctx: SignedInContext,
    @Arg('provider', () => ProviderEnum, { description: 'The third party.' }) provider: ProviderName,
  ): Promise<ProviderName[]> {
    return this.identityService.unlink(ctx, provider);
  }
}
