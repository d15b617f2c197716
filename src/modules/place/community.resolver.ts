import { Arg, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../context.js';
import { Public } from '../../schema/access.js';
import { type Connection, connectionOf, toConnection } from '../../schema/connection.js';
import { parseId } from '../../schema/ids.js';
import { Paged } from '../../schema/list-bounds.js';
import { City } from './city.entity.js';
import { Community } from './community.entity.js';
import type { PlaceService } from './place.service.js';

const CommunityConnection = connectionOf(Community, 'Community', ['community', 'communities']);

@Resolver(() => Community)
export class CommunityResolver {
  constructor(private readonly placeService: PlaceService) {}

  @Paged()
  @Public()
  @Query(() => CommunityConnection, {
    description: 'The housing estates of a city, in the order they were added.',
  })
  async communities(
    @Ctx() ctx: RequestContext,
    @Arg('cityId', () => ID, { description: 'The city, by its code.' }) cityId: string,
    @Arg('name', () => String, {
      nullable: true,
      description: 'Only those with this in their name, without case.',
    })
    name?: string | null,
    @Arg('first', () => Int, { nullable: true, description: 'The page size, 20 when left out; at most 100.' })
    first?: number | null,
    @Arg('after', () => String, { nullable: true, description: 'The end of the last page (`endCursor`).' })
    after?: string | null,
  ): Promise<Connection<Community>> {
    const page = { first, after };
    return toConnection(await this.placeService.communities(ctx, parseId(cityId, 'cityId'), name, page));
  }

  @FieldResolver(() => City, { nullable: true, description: 'The city it lies in.' })
  city(@Root() community: Community, @Ctx() ctx: RequestContext): City | null | Promise<City | null> {
    return this.placeService.city(ctx, community.cityId);
  }
}
