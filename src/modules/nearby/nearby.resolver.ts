import { Arg, Ctx, Int, Mutation, Query, Resolver } from 'type-graphql';
import type { SignedInContext } from '../../context.js';
import { SignedIn } from '../../schema/access.js';
import { type Connection, connectionOf, toConnection } from '../../schema/connection.js';
import { Paged } from '../../schema/list-bounds.js';
import { After, First, Offset } from '../../schema/page-arguments.js';
import { CoordinatesInput } from './nearby.input.js';
import { LOOKS_DAILY, type NearbyService, RADIUS } from './nearby.service.js';
import { NearbyUser } from './nearby.type.js';
import { SHARED_DAYS } from './shared-place.repository.js';

const NearbyUserConnection = connectionOf(NearbyUser, 'NearbyUser', ['user nearby', 'users nearby']);

@Resolver()
export class NearbyResolver {
  constructor(private readonly nearbyService: NearbyService) {}

  @Paged()
  @SignedIn()
  @Query(() => NearbyUserConnection, {
    nullable: true,
    description: `Users who share a place nearby, nearest first, without the caller and whom one of the two has blocked. Errors: INVALID_INPUT with the field (not on the earth, or a \`radius\` below 1), RATE_LIMITED beyond ${LOOKS_DAILY} times within 24 hours.`,
  })
  async nearbyUsers(
    @Ctx() ctx: SignedInContext,
    @Arg('from', () => CoordinatesInput, { description: 'Where to look.' }) from: CoordinatesInput,
    @Arg('radius', () => Int, {
      nullable: true,
      defaultValue: RADIUS.usual,
      description: `Metres around it, at most ${RADIUS.most}.`,
    })
    radius?: number | null,
    @First() first?: number | null,
    @After() after?: string | null,
    @Offset() offset?: number | null,
  ): Promise<Connection<NearbyUser>> {
    return toConnection(await this.nearbyService.list(ctx, { ...from, radius }, { first, after, offset }));
  }

  @SignedIn()
  @Mutation(() => Boolean, {
    description: `Shares the place of the caller with everybody nearby, to about 100 metres, for ${SHARED_DAYS} days or until \`hidePlace\`; instead of the one before. Always true. Errors: INVALID_INPUT with the field (not on the earth).`,
  })
  sharePlace(
    @Ctx() ctx: SignedInContext,
    @Arg('input', () => CoordinatesInput, { description: 'Where the caller is.' }) input: CoordinatesInput,
  ): Promise<boolean> {
    return this.nearbyService.share(ctx, input);
  }

  @SignedIn()
  @Mutation(() => Boolean, {
    description: 'Ends sharing the place of the caller, which is forgotten. False when it was not shared.',
  })
  hidePlace(@Ctx() ctx: SignedInContext): Promise<boolean> {
    return this.nearbyService.hide(ctx);
  }
}
