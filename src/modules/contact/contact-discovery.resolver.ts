import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../../context.js';
import { Public } from '../../schema/access.js';
import { AtMost } from '../../schema/list-bounds.js';
import { type ContactDiscoveryService, PHONES_MAX } from './contact-discovery.service.js';
import { PhoneMatch } from './contact-discovery.type.js';

@Resolver()
export class ContactDiscoveryResolver {
  constructor(private readonly contactDiscoveryService: ContactDiscoveryService) {}

  @AtMost(PHONES_MAX)
  @Public('callers with a session; others only for phones that a code was just sent to from their address')
  @Query(() => [PhoneMatch], {
    nullable: true,
    description:
      'The active accounts of phones, in their order; phones that nobody has are left out. An account may ask for 1,000 phones an hour. Callers without a session learn only of phones that a code was sent to in the last 10 minutes, asked for from the same IP address (IPv6: /64). Errors: INVALID_INPUT (field `phones`: more than 100), RATE_LIMITED.',
  })
  usersByPhones(
    @Ctx() ctx: RequestContext,
    @Arg('phones', () => [String], {
      description: 'Mainland China mobile numbers, however they are written, at most 100.',
    })
    phones: string[],
  ): Promise<PhoneMatch[]> {
    return this.contactDiscoveryService.find(ctx, phones);
  }
}
