import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../context.js';
import { Public } from '../../schema/access.js';
import { type Connection, connectionOf, toConnection } from '../../schema/connection.js';
import { parseId } from '../../schema/ids.js';
import { Paged } from '../../schema/list-bounds.js';
import { After, Before, First, Last } from '../../schema/page-arguments.js';
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
    @First() first?: number | null,
    @After() after?: string | null,
    @Last() last?: number | null,
    @Before() before?: string | null,
  ): Promise<Connection<Community>> {
    const page = { first, after, last, before };
    return toConnection(await this.placeService.communities(ctx, parseId(cityId, 'cityId'), name, page));
  }

  @FieldResolver(() => City, { nullable: true, description: 'The city it lies in.' })
  city(@Root() community: Community, @Ctx() ctx: RequestContext): City | null | Promise<City | null> {
    return this.placeService.city(ctx, community.cityId);
  }
}
