import { Arg, Ctx, Int, Mutation, Query, Resolver } from 'type-graphql';
import type { RequestContext, SignedInContext } from '../../context.js';
import { ABILITIES } from '../../policy.js';
import { Needs, Public } from '../../schema/access.js';
import { parseId } from '../../schema/ids.js';
import { Paged } from '../../schema/list-bounds.js';
import { CurrencyOrder } from './currency-order.entity.js';
import type { IncomeService } from './income.service.js';
import { RecordIncomeInput } from './ranking.input.js';
import type { RankingService } from './ranking.service.js';
import { RANK_DEFAULT, RANK_MAX } from './ranking.service.js';
import { IncomeRank } from './ranking.type.js';

@Resolver()
export class RankingResolver {
  constructor(
    private readonly rankingService: RankingService,
    private readonly incomeService: IncomeService,
  ) {}

  @Paged({ usual: RANK_DEFAULT, most: RANK_MAX })
  @Public()
  @Query(() => IncomeRank, { description: 'The ranking by points received, as of `computedAt`.' })
  rank(
    @Ctx() ctx: RequestContext,
    @Arg('days', () => Int, {
      nullable: true,
      description:
        'Only the last days, today included (Asia/Shanghai), at most 3,650. Absent or not positive: all time.',
    })
    days?: number | null,
    @Arg('city', () => String, {
      nullable: true,
      description: 'Only users of this city, such as 成都 or 成都市; an unknown one has an empty ranking.',
    })
    city?: string | null,
    @Arg('first', () => Int, {
      nullable: true,
      defaultValue: RANK_DEFAULT,
      description: 'The number of entries, 1 to 1,000.',
    })
    first?: number | null,
  ): Promise<IncomeRank> {
    return this.rankingService.rank(ctx, { days, city, first });
  }

  @Needs(ABILITIES.recordIncome)
  @Mutation(() => CurrencyOrder, {
    description:
      'Books an income of points. Needs the ability `[currency] Record Income`. Errors: INVALID_INPUT (field `key`: it is booked with another user or amount), USER_NOT_FOUND.',
  })
  recordIncome(
    @Ctx() ctx: SignedInContext,
    @Arg('input', () => RecordIncomeInput, { description: 'The income.' }) input: RecordIncomeInput,
  ): Promise<CurrencyOrder> {
    return this.incomeService.record(ctx, { ...input, userId: parseId(input.userId, 'userId') });
  }
}
