import type { EntityManager } from '@mikro-orm/postgresql';
import type { LegacySystem } from '../../door.js';
import { arrayOf, queryOne, READ_ONLY } from '../../infra/database/query.js';
import { UserStatus } from '../user/user.entity.js';
import type { KeyKind } from './import-state.repository.js';
import { ImportSystem } from './import-system.entity.js';

/** Takes the right to import for so many seconds; false when somebody else has it. */
export async function takeGuard(em: EntityManager, holder: string, seconds: number): Promise<boolean> {
  const row = await queryOne(
    em,
    `insert into import_guard as guard (id, holder, expires_at)
     values (1, ?, clock_timestamp() + make_interval(secs => ?))
     on conflict (id) do update set holder = excluded.holder, expires_at = excluded.expires_at
       where guard.holder = excluded.holder or guard.expires_at < clock_timestamp()
     returning id`,
    [holder, seconds],
  );
  return row !== null;
}

/** Keeps it; false when it is lost. At the end of a transaction, nothing of it is written without the right. */
export async function renewGuard(em: EntityManager, holder: string, seconds: number): Promise<boolean> {
  const row = await queryOne(
    em,
    `update import_guard set expires_at = clock_timestamp() + make_interval(secs => ?)
     where id = 1 and holder = ? returning id`,
    [seconds, holder],
  );
  return row !== null;
}

export async function leaveGuard(em: EntityManager, holder: string): Promise<void> {
  await em.execute('delete from import_guard where id = 1 and holder = ?', [holder]);
}

export const findSystem = (em: EntityManager, system: LegacySystem): Promise<ImportSystem | null> =>
  em.findOne(ImportSystem, { system }, READ_ONLY);

export const findSystems = (em: EntityManager): Promise<ImportSystem[]> =>
  em.find(ImportSystem, {}, { ...READ_ONLY, orderBy: { system: 'asc' } });

/** Begins a run, and returns its number. */
export async function beginRun(em: EntityManager, system: LegacySystem, keepsIds: boolean): Promise<number> {
  const row = await queryOne<{ run: string }>(
    em,
    `insert into import_systems as known (system, keeps_ids, run, started_at) values (?, ?, 1, now())
     on conflict (system) do update set keeps_ids = known.keeps_ids or excluded.keeps_ids, run = known.run + 1, started_at = now(),
       finished_at = null, counts = null
     returning run`,
    [system, keepsIds],
  );
  return Number(row?.run);
}

export async function endRun(
  em: EntityManager,
  system: LegacySystem,
  counts: Readonly<Record<string, number>>,
): Promise<void> {
  await em.nativeUpdate(ImportSystem, { system }, { finishedAt: new Date(), counts });
}

/** The records of a system that the last runs have seen, and of them those that this one has not. */
export async function countMissing(em: EntityManager, system: LegacySystem, run: number): Promise<number> {
  const row = await queryOne<{ missing: number }>(
    em,
    'select count(*)::int as missing from imported_records where system = ? and run <> ?',
    [system, run],
  );
  return row?.missing ?? 0;
}

/** Old ids of each system, those given here left out. */
export async function countLegacyIds(em: EntityManager): Promise<Map<LegacySystem, number>> {
  const rows = await em.execute<{ system: LegacySystem; ids: number }[]>(
    'select system, count(*)::int as ids from legacy_ids where not given group by system',
  );
  return new Map(rows.map(({ system, ids }) => [system, ids]));
}

/** What is still to be done for what was imported. */
export async function countLeft(
  em: EntityManager,
): Promise<{ passwords: number; pictures: number; follows: number }> {
  const row = await queryOne<{ passwords: number; pictures: number; follows: number }>(
    em,
    `select (select count(*)::int from credentials where key_id is not null) as passwords,
       (select count(*)::int from imported_pictures where next_try_at is not null) as pictures,
       (select count(*)::int from imported_follows) as follows`,
  );
  return row ?? { passwords: 0, pictures: 0, follows: 0 };
}

/** Of these numbers, the ones that an account has which is not known by that old id. */
export async function findTakenIds(
  em: EntityManager,
  system: LegacySystem,
  ids: readonly number[],
): Promise<number[]> {
  const rows = await em.execute<{ id: number }[]>(
    `select u.id from users u where u.id = any (?::int[]) and not exists (
       select 1 from legacy_ids l where l.system = ? and l.user_id = u.id and l.number = u.id and not l.given
     ) order by u.id`,
    [arrayOf(ids), system],
  );
  return rows.map(({ id }) => id);
}

/** The accounts, cancelled ones left out, that have one of these phones or verified e-mail addresses. */
export async function findContactOwners(
  em: EntityManager,
  phones: readonly string[],
  emails: readonly string[],
): Promise<Set<string>> {
  const rows = await em.execute<{ contact: string }[]>(
    `select phone as contact from users where phone = any (?::text[]) and status <> ${UserStatus.DELETED}
     union all
     select email from users where email = any (?::text[]::citext[]) and email_verified
       and status <> ${UserStatus.DELETED}`,
    [arrayOf(phones), arrayOf(emails)],
  );
  return new Set(rows.map(({ contact }) => contact));
}

/*
 * A dry run takes back every batch, and keeps in a table of its own, for as long as its transaction, what the records
 * before would have taken.
 */

export interface Claim {
  kind: KeyKind | 'record' | 'joined';
  key: string;
}

/** A claim with the record that made it, as a number below 0, or the account that it joined. */
export type OwnedClaim = Claim & { owner: number };

export async function createClaims(em: EntityManager): Promise<void> {
  await em.execute('create temporary table import_claims (kind text, key text, owner int) on commit drop');
  await em.execute('create index on import_claims (key, kind)');
}

export async function addClaims(em: EntityManager, claims: readonly OwnedClaim[]): Promise<void> {
  if (claims.length === 0) return;
  await em.execute(
    `insert into import_claims select kind, key, owner
     from json_to_recordset(?::json) as new (kind text, key text, owner int)`,
    [JSON.stringify(claims)],
  );
}

export async function findClaims(em: EntityManager, asked: readonly Claim[]): Promise<OwnedClaim[]> {
  if (asked.length === 0) return [];
  return em.execute<OwnedClaim[]>(
    `select distinct kind, key, owner from import_claims join
       json_to_recordset(?::json) as asked (kind text, key text) using (kind, key)`,
    [JSON.stringify(asked)],
  );
}

/** Lets the planner know how large the tables of an import have become. */
export async function analyseTables(em: EntityManager): Promise<void> {
  await em.execute(
    'analyze legacy_ids, imported_records, imported_follows, imported_pictures, follows, user_extras',
  );
}
