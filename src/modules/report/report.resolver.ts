import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext, SignedInContext } from '../../context.js';
import { ABILITIES } from '../../policy.js';
import { Needs, SignedIn } from '../../schema/access.js';
import { type Connection, connectionOf, toConnection } from '../../schema/connection.js';
import { accountIdOf } from '../../schema/ids.js';
import { Paged } from '../../schema/list-bounds.js';
import { After, Before, First, Last } from '../../schema/page-arguments.js';
import { User } from '../user/user.entity.js';
import { userLoader } from '../user/user.loader.js';
import { Report } from './report.entity.js';
import { ReportInput } from './report.input.js';
import type { ReportService } from './report.service.js';

const ReportConnection = connectionOf(Report, 'Report', ['report', 'reports']);

@Resolver(() => Report)
export class ReportResolver {
  constructor(private readonly reportService: ReportService) {}

  @Paged()
  @Needs(ABILITIES.reviewReport)
  @Query(() => ReportConnection, {
    nullable: true,
    description: 'Complaints about users, newest first. Needs the ability `[user] Review Report`.',
  })
  async reports(
    @Ctx() ctx: SignedInContext,
    @Arg('userId', () => ID, { nullable: true, description: 'Only those about this user.' })
    userId?: string | null,
    @First() first?: number | null,
    @After() after?: string | null,
    @Last() last?: number | null,
    @Before() before?: string | null,
  ): Promise<Connection<Report>> {
    const about = userId === null || userId === undefined ? null : accountIdOf(userId);
    return toConnection(await this.reportService.list(ctx, about, { first, after, last, before }));
  }

  @SignedIn()
  @Mutation(() => Boolean, {
    description:
      'Complains about a user to the administrators; at most 20 times within 24 hours, unless the operator says otherwise. Always true. Errors: INVALID_INPUT with the field (oneself is `userId`), USER_NOT_FOUND, RATE_LIMITED.',
  })
  async reportUser(
    @Ctx() ctx: SignedInContext,
    @Arg('input', () => ReportInput, { description: 'The user and the reason.' }) input: ReportInput,
  ): Promise<boolean> {
    await this.reportService.report(ctx, accountIdOf(input.userId), input.reason);
    return true;
  }

  @FieldResolver(() => User, {
    nullable: true,
    description: 'The account that is complained about; null once it was cancelled.',
  })
  user(@Root() report: Report, @Ctx() ctx: RequestContext): Promise<User | null> {
    return userLoader(ctx).load(report.userId);
  }

  @FieldResolver(() => User, {
    nullable: true,
    description: 'The account that complains; null once it was cancelled.',
  })
  reporter(@Root() report: Report, @Ctx() ctx: RequestContext): Promise<User | null> {
    return userLoader(ctx).load(report.reporterId);
  }
}
