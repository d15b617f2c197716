import type { EntityManager } from '@mikro-orm/postgresql';
import { findDifferences, findShadowedRows, type ShadowedRow } from '../modules/shadow/shadow.repository.js';
import type { KeptDifference } from '../modules/shadow/shadow-difference.entity.js';
import type { Output } from './output.js';

interface ReportedRow {
  door: string;
  endpoint: string;
  compared: number;
  different: number;
  failed: number;
  skipped: number;
  stopped: number;
  lastAt: string;
  stoppedAt: string | null;
  /** The last requests with differences, newest first; `left` is the old server, `right` the gateway. */
  differences: { at: string; differences: KeptDifference[] }[];
}

const timeOf = (ms: number): string => new Date(ms).toISOString();

async function reported(em: EntityManager, row: ShadowedRow): Promise<ReportedRow> {
  const { door, endpoint, same, different, failed, skipped, stopped, lastMs, stoppedMs } = row;
  const kept = await findDifferences(em, row);
  return {
    door,
    endpoint,
    compared: same + different,
    different,
    failed,
    skipped,
    stopped,
    lastAt: timeOf(lastMs),
    stoppedAt: stoppedMs === null ? null : timeOf(stoppedMs),
    differences: kept.map(({ ms, differences }) => ({ at: timeOf(ms), differences })),
  };
}

/** The requests whose differences are named in the table; `--json` has them all. */
const NAMED = 3;

const differenceOf = ({ path, what, left, right }: KeptDifference): string =>
  `    ${path || '(the whole)'}: ${what}, old server ${left}, gateway ${right}`;

function linesOf(row: ReportedRow): string[] {
  const { door, endpoint, compared, different, failed, skipped, stopped, stoppedAt, differences } = row;
  const counts = `compared ${compared}, different ${different}, failed ${failed}, skipped ${skipped}`;
  const pause = `stopped: ${stopped} not asked, because the other side was slow or failing, last ${stoppedAt}`;
  return [
    `${door} ${endpoint}: ${counts}`,
    ...(stopped > 0 ? [`  ${pause}`] : []),
    ...differences
      .slice(0, NAMED)
      .flatMap(({ at, differences: told }) => [`  ${at}`, ...told.map(differenceOf)]),
  ];
}

/** What was found so far, rows with most differences first. */
export async function shadowReport(em: EntityManager): Promise<Output> {
  const rows: ReportedRow[] = [];
  for (const row of await findShadowedRows(em)) rows.push(await reported(em, row));
  return { json: rows, text: rows.flatMap(linesOf).join('\n') || '(nothing compared yet: see SHADOW)' };
}
