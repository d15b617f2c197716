import { Arg, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../context.js';
import { Public } from '../../schema/access.js';
import { AtMost } from '../../schema/list-bounds.js';
import { City } from './city.entity.js';
import type { PlaceService } from './place.service.js';
import { CITIES_MAX, POPULAR_CITIES_MAX } from './place.service.js';

@Resolver(() => City)
export class CityResolver {
  constructor(private readonly placeService: PlaceService) {}

  @AtMost(CITIES_MAX)
  @Public()
  @Query(() => [City], { description: 'The cities of mainland China, Hong Kong, Macao and Taiwan, by code.' })
  cities(
    @Ctx() ctx: RequestContext,
    @Arg('province', () => String, {
      nullable: true,
      description:
        'Only those of this province: its name, with or without 省 or 市, or its code. An unknown province has none.',
    })
    province?: string | null,
  ): Promise<City[]> {
    return this.placeService.cities(ctx, province);
  }

  @AtMost(POPULAR_CITIES_MAX)
  @Public()
  @Query(() => [City], { description: 'Large cities, to be offered before a name is typed.' })
  popularCities(@Ctx() ctx: RequestContext): Promise<City[]> {
    return this.placeService.popularCities(ctx);
  }

  @FieldResolver(() => String, { description: 'Full name of the province it lies in, such as 四川省.' })
  province(@Root() city: City, @Ctx() ctx: RequestContext): string | Promise<string> {
    return this.placeService.provinceName(ctx, city);
  }
}
