import type { EntityManager } from '@mikro-orm/postgresql';
import { AppError } from '../../errors/app-error.js';
import { arrayOf, escapeLike } from '../../infra/database/query.js';
import { type Statement, statement } from '../../infra/database/statement.js';
import {
  directionOf,
  type Page,
  type PageInput,
  type Slice,
  sliceOf,
  toPageById,
  toPageByPosition,
  windowOf,
} from '../../paging.js';
import { type User, UserStatus } from './user.entity.js';
import { readUsers } from './user.repository.js';

/** The users a list holds; all given conditions hold together. */
export interface UserCriteria {
  /** A part of the name, without case. */
  nameContains?: string | null;
  names?: readonly string[] | null;
  ids?: readonly number[] | null;
  cityId?: number | null;
  /** Only accounts after this one, in a list by id. */
  since?: number | null;
  /** Left out of the list. */
  exceptId?: number | null;
}

/** The order of a list: by id, by latest activity, or by latest recommendation. */
export type UserListing = 'ID_DESC' | 'ID_ASC' | 'ACTIVE' | 'RECOMMENDED';

/** Texts with trigrams in every locale: in C, letters beyond ASCII have none. */
const TRIGRAMS = /^[ -~]{3,}$/;
/** `name_grams` holds every character of a name and every two side by side. */
const GRAM = 2;

/** A part of the name, without case; in the words of the index that has it. */
function nameHolds(part: string): Condition[] {
  const like: Condition = ["name_key(u.name) like '%' || name_key(?) || '%'", escapeLike(part)];
  if (TRIGRAMS.test(part)) return [like];
  const grams: Condition = ['name_grams(name_key(u.name)) @> name_grams(name_key(?))', part];
  return [...part].length <= GRAM ? [grams] : [grams, like];
}

/** A condition in SQL, with the values of its `?`. */
type Condition = [text: string, ...values: unknown[]];

function conditionsOf(criteria: UserCriteria): Condition[] {
  const { ids, names, cityId, exceptId, nameContains } = criteria;
  const conditions: Condition[] = [];
  // Disabled accounts are found by number, and hidden from every other list.
  conditions.push([ids ? `u.status <> ${UserStatus.DELETED}` : `u.status = ${UserStatus.ACTIVE}`]);
  if (ids) conditions.push(['u.id = any (?::int[])', arrayOf(ids)]);
  if (names) conditions.push(['name_key(u.name) collate "C" = any (name_keys(?::text[]))', arrayOf(names)]);
  if (cityId) conditions.push(['u.city_id = ?', cityId]);
  if (exceptId) conditions.push(['u.id <> ?', exceptId]);
  if (nameContains) conditions.push(...nameHolds(nameContains));
  return conditions;
}

/** Prepared lists by their SQL; as many as clients really use, not as many as they could ask for. */
const shapes = new Map<string, Statement<User>>();
const SHAPES_MAX = 200;

/** The rows of a page and one more, if there is one. */
async function findPage(
  em: EntityManager,
  conditions: readonly Condition[],
  order: string,
  { size, offset, prepared }: Slice & { prepared: boolean },
): Promise<User[]> {
  if (size === 0) return [];
  const values = conditions.flatMap(([, ...given]) => given);
  const where = conditions.map(([text]) => text).join(' and ');
  // Written out, because how many are wanted decides how they are best looked for.
  const text = `${where} order by ${order} limit ${size + 1} offset ${offset}`;
  const known = shapes.get(text);
  if (known) return known(em, values);
  const keep = prepared && offset === 0 && shapes.size < SHAPES_MAX;
  const find = readUsers(text, { prepared: keep });
  if (keep) shapes.set(text, find);
  return find(em, values);
}

/** Lists by id take cursors that name users. */
async function listById(em: EntityManager, criteria: UserCriteria, order: 'asc' | 'desc', page: PageInput) {
  const window = windowOf(page);
  const [later, earlier] = order === 'asc' ? ['>', '<'] : ['<', '>'];
  const after = window.after ?? criteria.since ?? null;
  const conditions = conditionsOf(criteria);
  if (after !== null) conditions.push([`u.id ${later} ?::bigint`, after]);
  if (window.before !== null) conditions.push([`u.id ${earlier} ?::bigint`, window.before]);
  const rows = await findPage(em, conditions, `u.id ${directionOf(window, order)}`, {
    ...window,
    prepared: !criteria.nameContains,
  });
  return toPageById(rows, window);
}

/** Lists whose order moves under the reader are paged by position, and so from their start. */
async function listByTime(
  em: EntityManager,
  criteria: UserCriteria,
  column: 'last_active_at' | 'recommended_at',
  page: PageInput,
) {
  for (const field of ['last', 'before'] as const)
    if (page[field] !== null && page[field] !== undefined) throw new AppError('INVALID_INPUT', { field });
  const slice = sliceOf(page);
  const conditions = conditionsOf(criteria);
  if (criteria.ids) conditions.push([`u.status = ${UserStatus.ACTIVE}`]);
  if (column === 'recommended_at') conditions.push(['u.recommended_at is not null']);
  const rows = await findPage(em, conditions, `u.${column} desc, u.id desc`, {
    ...slice,
    prepared: !criteria.nameContains,
  });
  return toPageByPosition(rows, slice);
}

export function listUsers(
  em: EntityManager,
  criteria: UserCriteria,
  listing: UserListing,
  page: PageInput,
): Promise<Page<User>> {
  if (listing === 'ACTIVE') return listByTime(em, criteria, 'last_active_at', page);
  if (listing === 'RECOMMENDED') return listByTime(em, criteria, 'recommended_at', page);
  return listById(em, criteria, listing === 'ID_ASC' ? 'asc' : 'desc', page);
}

const idsOfCity = statement<{ id: number }>(
  `select id from users where city_id = ? and (?::int is null or last_device_type = ?) and id > ?
   and status = ${UserStatus.ACTIVE} order by id limit ?`,
  // The device decides which index is best.
  { prepared: false },
);

/** The ids of active users of a city, ascending, after `after`; one more than `size` if there are more. */
export async function listUserIds(
  em: EntityManager,
  cityId: number,
  deviceType: number | null,
  after: number,
  size: number,
): Promise<number[]> {
  const rows = await idsOfCity(em, [cityId, deviceType, deviceType, after, size + 1]);
  return rows.map((row) => row.id);
}
