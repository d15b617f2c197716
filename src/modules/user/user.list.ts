import { type EntityManager, type FilterQuery, raw } from '@mikro-orm/postgresql';
import { escapeLike, READ_ONLY } from '../../infra/database/query.js';
import { decodeCursor, type Page, type PageInput, pageOffset, pageSize, toPage } from '../../paging.js';
import { User, UserStatus } from './user.entity.js';

/** Which users a list holds; all given conditions hold together. */
export interface UserCriteria {
  /** A part of the name, without case. */
  nameContains?: string | null;
  names?: readonly string[] | null;
  ids?: readonly number[] | null;
  cityId?: number | null;
  /** Only those after this account in a list by number. */
  since?: number | null;
  /** Left out of the list. */
  exceptId?: number | null;
}

/** How a list runs: by number, by latest activity, or by latest recommendation. */
export type UserListing = 'ID_DESC' | 'ID_ASC' | 'ACTIVE' | 'RECOMMENDED';

function conditionsOf(criteria: UserCriteria): FilterQuery<User>[] {
  const conditions: FilterQuery<User>[] = [];
  // Disabled accounts are found by number, and hidden from every other list (DECISIONS §6).
  const hidden = criteria.ids ? [UserStatus.DELETED] : [UserStatus.DISABLED, UserStatus.DELETED];
  conditions.push({ status: { $nin: hidden } });
  if (criteria.ids) conditions.push({ id: { $in: [...criteria.ids] } });
  if (criteria.names) conditions.push({ name: { $in: [...criteria.names] } });
  if (criteria.cityId) conditions.push({ cityId: criteria.cityId });
  if (criteria.exceptId) conditions.push({ id: { $ne: criteria.exceptId } });
  if (criteria.nameContains) conditions.push(nameHolds(criteria.nameContains));
  return conditions;
}

/** Up to this many characters have no trigram; `name_grams` holds every one of a name and every two side by side. */
const GRAM = 2;

/** A part of the name, without case; in the words of the index that has it. */
function nameHolds(part: string): FilterQuery<User> {
  if ([...part].length <= GRAM) return { [raw('name_grams(name::text) @> name_grams(?)', [part])]: [] };
  return { [raw('name::text')]: { $ilike: `%${escapeLike(part)}%` } };
}

/** Lists by number take a cursor that names the last user seen. */
async function listById(em: EntityManager, criteria: UserCriteria, ascending: boolean, page: PageInput) {
  const size = pageSize(page.first);
  const after = decodeCursor(page.after) ?? criteria.since ?? null;
  const conditions = conditionsOf(criteria);
  if (after !== null) conditions.push({ id: ascending ? { $gt: after } : { $lt: after } });
  const rows = await em.find(User, { $and: conditions } as FilterQuery<User>, {
    ...READ_ONLY,
    orderBy: { id: ascending ? 'asc' : 'desc' },
    offset: pageOffset(page.offset),
    limit: size + 1,
  });
  return toPage(rows, size, (user) => user.id);
}

/** Lists whose order moves under the reader are paged by place. */
async function listByTime(
  em: EntityManager,
  criteria: UserCriteria,
  column: 'lastActiveAt' | 'recommendedAt',
  page: PageInput,
) {
  const size = pageSize(page.first);
  const offset = pageOffset(decodeCursor(page.after) ?? page.offset);
  const conditions = conditionsOf(criteria);
  conditions.push({ status: UserStatus.ACTIVE });
  if (column === 'recommendedAt') conditions.push({ recommendedAt: { $ne: null } });
  const rows = await em.find(User, { $and: conditions } as FilterQuery<User>, {
    ...READ_ONLY,
    orderBy: { [column]: 'desc', id: 'desc' },
    offset,
    limit: size + 1,
  });
  return toPage(rows, size, (_user, index) => offset + index + 1);
}

export function listUsers(
  em: EntityManager,
  criteria: UserCriteria,
  listing: UserListing,
  page: PageInput,
): Promise<Page<User>> {
  if (listing === 'ACTIVE') return listByTime(em, criteria, 'lastActiveAt', page);
  if (listing === 'RECOMMENDED') return listByTime(em, criteria, 'recommendedAt', page);
  return listById(em, criteria, listing === 'ID_ASC', page);
}

/** The ids of active users of a city, ascending, after `after`; one more than `size` if there are more. */
export async function listUserIds(
  em: EntityManager,
  cityId: number,
  deviceType: number | null,
  after: number,
  size: number,
): Promise<number[]> {
  const rows = await em.execute<{ id: number }[]>(
    `select id from users where city_id = ? and (?::int is null or last_device_type = ?) and id > ? and status = ?
     order by id limit ?`,
    [cityId, deviceType, deviceType, after, UserStatus.ACTIVE, size + 1],
  );
  return rows.map((row) => row.id);
}
