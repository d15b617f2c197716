import type { EntityManager } from '@mikro-orm/postgresql';
import { rowsGoInParts } from '../../infra/database/personal.js';
import { READ_ONLY } from '../../infra/database/query.js';
import { Report } from './report.entity.js';

export async function insertReport(
  em: EntityManager,
  report: Pick<Report, 'reporterId' | 'userId' | 'reason'>,
): Promise<void> {
  await em.insert(Report, report as Report);
}

/** When a reporter made the report that `skipped` later ones since a time come after; null where there are no more. */
export async function findReportTime(
  em: EntityManager,
  reporterId: number,
  since: Date,
  skipped: number,
): Promise<Date | null> {
  const [report] = await em.find(
    Report,
    { reporterId, createdAt: { $gt: since } },
    { ...READ_ONLY, orderBy: { createdAt: 'desc' }, offset: skipped, limit: 1 },
  );
  return report?.createdAt ?? null;
}

/** Reports, newest first, `limit` of them at most: those about one user, and before a number, if they are given. */
export function listReports(
  em: EntityManager,
  { userId, before, limit }: { userId: number | null; before: number | null; limit: number },
): Promise<Report[]> {
  const about = userId === null ? {} : { userId };
  return em.find(Report, before === null ? about : { ...about, id: { $lt: before } }, {
    ...READ_ONLY,
    orderBy: { id: 'desc' },
    limit,
  });
}

/** Reports by an account and about it. */
export const erasedReports = rowsGoInParts(Report, ['reporter_id', 'user_id']);
