import type { EntityManager } from '@mikro-orm/postgresql';
import type { RowKey } from '../../door.js';
import { queryOne } from '../../infra/database/query.js';
import type { KeptDifference } from './shadow-difference.entity.js';

export const OUTCOMES = ['same', 'different', 'failed', 'skipped', 'stopped'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What was found of one row since the last time. */
export interface ShadowCounts extends RowKey, Record<Outcome, number> {
  lastAt: Date;
  stoppedAt: Date | null;
  kept: { at: Date; differences: readonly KeptDifference[] }[];
}

/** The requests with differences that are kept of each row: the last ones. */
export const KEPT_MAX = 100;

/** Any number would do that is the same in every process that compares. */
const SHADOW_LOCK = 8_414_004;

/** Adds counts and differences to what is kept, of which the oldest go. */
export async function addShadows(em: EntityManager, shadows: readonly ShadowCounts[]): Promise<void> {
  const json = JSON.stringify(shadows);
  await em.transactional(async () => {
    await em.execute('select pg_advisory_xact_lock(?)', [SHADOW_LOCK]);
    await em.execute(
      `insert into shadow_rows (door, endpoint, same, different, failed, skipped, stopped, last_at, stopped_at)
       select door, endpoint, same, different, failed, skipped, stopped, "lastAt", "stoppedAt"
       from jsonb_to_recordset(?::jsonb) as counted(door text, endpoint text, same bigint, different bigint,
         failed bigint, skipped bigint, stopped bigint, "lastAt" timestamptz, "stoppedAt" timestamptz)
       on conflict (door, endpoint) do update set same = shadow_rows.same + excluded.same,
         different = shadow_rows.different + excluded.different, failed = shadow_rows.failed + excluded.failed,
         skipped = shadow_rows.skipped + excluded.skipped, stopped = shadow_rows.stopped + excluded.stopped,
         last_at = greatest(shadow_rows.last_at, excluded.last_at),
         stopped_at = greatest(shadow_rows.stopped_at, excluded.stopped_at)`,
      [json],
    );
    await em.execute(
      `insert into shadow_differences (door, endpoint, at, differences)
       select door, endpoint, (kept ->> 'at')::timestamptz, kept -> 'differences'
       from jsonb_to_recordset(?::jsonb) as counted(door text, endpoint text, kept jsonb),
         jsonb_array_elements(counted.kept) as kept`,
      [json],
    );
    await em.execute(
      `delete from shadow_differences where id in (
         select id from (
           select id, row_number() over (partition by door, endpoint order by id desc) as position
           from shadow_differences
         ) as numbered where position > ?
       )`,
      [KEPT_MAX],
    );
  });
}

/** What a report tells of one row. */
export interface ShadowedRow extends RowKey {
  same: number;
  different: number;
  failed: number;
  skipped: number;
  stopped: number;
  lastMs: number;
  stoppedMs: number | null;
}

export const findShadowedRows = (em: EntityManager): Promise<ShadowedRow[]> =>
  em.execute<ShadowedRow[]>(
    `select door, endpoint, same::float8 as same, different::float8 as different, failed::float8 as failed,
       skipped::float8 as skipped, stopped::float8 as stopped,
       (extract(epoch from last_at) * 1000)::float8 as "lastMs",
       (extract(epoch from stopped_at) * 1000)::float8 as "stoppedMs"
     from shadow_rows order by different desc, door, endpoint`,
  );

interface Kept {
  ms: number;
  differences: KeptDifference[];
}

/** The last differences of a row, newest first. */
export const findDifferences = (em: EntityManager, { door, endpoint }: RowKey): Promise<Kept[]> =>
  em.execute<Kept[]>(
    `select (extract(epoch from at) * 1000)::float8 as ms, differences from shadow_differences
     where door = ? and endpoint = ? order by id desc`,
    [door, endpoint],
  );

/** Forgets everything that was compared; returns how many rows that were. */
export async function clearShadows(em: EntityManager): Promise<number> {
  const row = await queryOne<{ cleared: number }>(
    em,
    `with gone as (delete from shadow_differences), cleared as (delete from shadow_rows returning 1)
     select count(*)::int as cleared from cleared`,
  );
  return row?.cleared ?? 0;
}
