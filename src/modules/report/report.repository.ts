import type { EntityManager } from '@mikro-orm/postgresql';
import { rowsGoInParts } from '../../infra/database/personal.js';
import { READ_ONLY } from '../../infra/database/query.js';
import { rowsById, type Window } from '../../paging.js';
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

/** The rows of a page of reports, newest first, and one more; only those about one user, if one is given. */
export function listReports(em: EntityManager, userId: number | null, window: Window): Promise<Report[]> {
  const { where, options } = rowsById(window, 'desc');
  return em.find(Report, userId === null ? where : { userId, ...where }, { ...READ_ONLY, ...options });
}

/** Reports by an account and about it. */
export const erasedReports = rowsGoInParts(Report, ['reporter_id', 'user_id']);
