import type { Config } from '../../config.js';
import type { RequestContext, SignedInContext } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import { DAY_MS, rateLimitedSince } from '../../errors/rate-limited.js';
import { type Page, type PageInput, toPageById, windowOf } from '../../paging.js';
import { loadOther } from '../user/load-user.js';
import { normaliseText } from '../user/text.js';
import { lockActiveUser } from '../user/user.repository.js';
import { REPORT_LIMITS, type Report } from './report.entity.js';
import { findReportTime, insertReport, listReports } from './report.repository.js';

/** Complaints about users. Who is complained about is told nothing. */
export class ReportService {
  constructor(private readonly config: Pick<Config, 'REPORT_DAILY_LIMIT'>) {}

  /**
   * Keeps a complaint of the caller about a user, disabled or not. Throws INVALID_INPUT for oneself or a reason that is
   * empty or too long, USER_NOT_FOUND, and RATE_LIMITED after `REPORT_DAILY_LIMIT` of them within 24 hours.
   */
  async report(ctx: SignedInContext, userId: number, text: string): Promise<void> {
    const reporterId = ctx.viewer.userId;
    const user = await loadOther(ctx, userId);
    const reason = normaliseText(text, 'reason', REPORT_LIMITS.reason);
    if (!reason) throw new AppError('INVALID_INPUT', { field: 'reason' });
    await ctx.em.transactional(async () => {
      await lockActiveUser(ctx.em, reporterId);
      await this.assertWithinLimit(ctx, reporterId);
      await insertReport(ctx.em, { reporterId, userId: user.id, reason });
    });
  }

  /** Reports, newest first; those about one user, if one is given. */
  async list(ctx: RequestContext, userId: number | null, page: PageInput): Promise<Page<Report>> {
    const window = windowOf(page);
    return toPageById(await listReports(ctx.em, userId, window), window);
  }

  private async assertWithinLimit(ctx: RequestContext, reporterId: number): Promise<void> {
    const since = new Date(Date.now() - DAY_MS);
    const oldest = await findReportTime(ctx.em, reporterId, since, this.config.REPORT_DAILY_LIMIT - 1);
    if (oldest) throw rateLimitedSince(oldest, since);
  }
}
