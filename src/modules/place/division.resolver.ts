import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../../context.js';
import { Public } from '../../schema/access.js';
import { AtMost } from '../../schema/list-bounds.js';
import type { Division } from './division.tree.js';
import { DivisionView } from './division.type.js';
import type { PlaceService } from './place.service.js';
import { FOUND_DIVISIONS_MAX } from './place.service.js';

@Resolver()
export class DivisionResolver {
  constructor(private readonly placeService: PlaceService) {}

  @AtMost(FOUND_DIVISIONS_MAX)
  @Public()
  @Query(() => [DivisionView], {
    description: `Provinces, cities and counties with a text in their name, at most ${FOUND_DIVISIONS_MAX}: those of exactly this name first, with or without its kind (成都市, 成都), larger ones before smaller.`,
  })
  divisions(
    @Ctx() ctx: RequestContext,
    @Arg('name', () => String, { description: 'The part of the name; an empty one finds none.' })
    name: string,
  ): Promise<Division[]> {
    return this.placeService.searchDivisions(ctx, name);
  }
}
