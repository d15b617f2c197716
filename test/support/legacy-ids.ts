import { LEGACY_SYSTEMS, type LegacySystem } from '../../src/door.js';
import {
  giveFreshIds,
  insertLegacyIds,
  type LegacyIdPair,
  makeWay,
  numberOf,
  raiseUserIds,
} from '../../src/modules/user/legacy-id.repository.js';
import type { TestApp } from './app.js';

/** The highest old id that new accounts are kept above; those beyond are skipped one by one. */
const RAISED_MAX = 2 ** 30;

/** Says which ids accounts had in a system, in the steps of an import's batch. */
export async function bringLegacyIds(
  app: TestApp,
  system: LegacySystem,
  pairs: readonly LegacyIdPair[],
): Promise<void> {
  const em = app.infrastructure.database.fork();
  const legacyIds = pairs.map(({ legacyId }) => legacyId);
  const low = legacyIds.flatMap((id) => numberOf(id) ?? []).filter((number) => number <= RAISED_MAX);
  await em.transactional(() => raiseUserIds(em, Math.max(0, ...low)));
  await em.transactional(async () => {
    await makeWay(em, system, legacyIds);
    await insertLegacyIds(em, system, pairs);
    await giveFreshIds(em, { legacyIds, userIds: pairs.map(({ userId }) => userId) });
  });
}

/** The end of an import: waits for registrations under way, and looks at everybody. */
export async function endOfImport(app: TestApp): Promise<void> {
  const em = app.infrastructure.database.fork();
  await em.transactional(() => raiseUserIds(em, 0));
  await em.transactional(() => giveFreshIds(em));
}

/**
 * Numbers that more than one account goes by at the door of some system, with those accounts. There are none: each goes by
 * its old id there, and without one by its own number.
 */
export async function ambiguousNumbers(app: TestApp): Promise<unknown[]> {
  const found = await Promise.all(
    LEGACY_SYSTEMS.map((system) =>
      app.sql(
        `select '${system}' as system, coalesce(l.number, u.id)::text as number, array_agg(u.id)::text as accounts
         from users u left join legacy_ids l on l.user_id = u.id and l.system = '${system}'
         group by coalesce(l.number, u.id) having count(*) > 1`,
      ),
    ),
  );
  return found.flat();
}
