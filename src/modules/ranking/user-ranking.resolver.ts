import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../../context.js';
import { Public } from '../../schema/access.js';
import { Paged } from '../../schema/list-bounds.js';
import { First, Offset } from '../../schema/page-arguments.js';
import type { UserRankingService } from './user-ranking.service.js';
import { UserRanking, UserRankingBy } from './user-ranking.type.js';

@Resolver()
export class UserRankingResolver {
  constructor(private readonly userRankingService: UserRankingService) {}

  @Paged()
  @Public()
  @Query(() => UserRanking, {
    description: 'Active users by a counter, highest first, as far as rank 1,000. Those with 0 have no rank.',
  })
  async userRanking(
    @Ctx() ctx: RequestContext,
    @Arg('by', () => UserRankingBy, { description: 'The counter.' }) by: UserRankingBy,
    @First() first?: number | null,
    @Offset() offset?: number | null,
  ): Promise<UserRanking> {
    return { entries: await this.userRankingService.rank(ctx, by, { first, offset }) };
  }
}
