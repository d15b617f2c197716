import type { EntityManager } from '@mikro-orm/postgresql';
import { rowsGo } from '../../infra/database/personal.js';
import { arrayOf, READ_ONLY } from '../../infra/database/query.js';
import { statement } from '../../infra/database/statement.js';
import type { Slice } from '../../paging.js';
import { UserStatus } from '../user/user.entity.js';
import { Tag } from './tag.entity.js';
import { TagCategory } from './tag-category.entity.js';
import { UserTag } from './user-tag.entity.js';

/** Longer lists are cut: everybody who may ask for the list may ask for all of it. */
export const TAG_CATEGORIES_MAX = 30;
export const CATEGORY_TAGS_MAX = 50;
/** Tags one user may have. */
export const USER_TAGS_MAX = 20;

/** Accounts that are looked at for each tag, so that a tag which a million people have costs no more than a rare one. */
const SHARING_AMONG = 1000;

const HEAVIEST_FIRST = { weight: 'desc', id: 'asc' } as const;

export const findTagCategories = (em: EntityManager): Promise<TagCategory[]> =>
  em.find(TagCategory, {}, { ...READ_ONLY, orderBy: HEAVIEST_FIRST, limit: TAG_CATEGORIES_MAX });

export const findTag = (em: EntityManager, id: number): Promise<Tag | null> =>
  em.findOne(Tag, { id }, READ_ONLY);

/** A tag with what it was asked by. */
type Keyed = Tag & { key: number };

const COLUMNS = 't.id, t.category_id as "categoryId", t.name, t.weight';

const ofCategories = statement<Keyed>(
  `select asked.id as key, t.* from unnest(?::int[]) as asked(id) cross join lateral (
     select ${COLUMNS} from tags t where t.category_id = asked.id order by t.weight desc, t.id limit ${CATEGORY_TAGS_MAX}
   ) as t order by t.weight desc, t.id`,
);

const ofUsers = statement<Keyed>(
  `select ut.user_id as key, ${COLUMNS} from user_tags ut join tags t on t.id = ut.tag_id
   where ut.user_id = any (?::int[]) order by t.weight desc, t.id`,
);

function byKey(rows: readonly Keyed[]): Map<number, Tag[]> {
  const found = new Map<number, Tag[]>();
  for (const { key, ...tag } of rows) found.set(key, [...(found.get(key) ?? []), tag]);
  return found;
}

export const findTagsOfCategories = async (
  em: EntityManager,
  categoryIds: readonly number[],
): Promise<Map<number, Tag[]>> => byKey(await ofCategories(em, [arrayOf([...new Set(categoryIds)])]));

export const findTagsOfUsers = async (
  em: EntityManager,
  userIds: readonly number[],
): Promise<Map<number, Tag[]>> => byKey(await ofUsers(em, [arrayOf(userIds)]));

/** False when the user has it already. */
export async function insertUserTag(em: EntityManager, userId: number, tagId: number): Promise<boolean> {
  const rows = await em.execute<unknown[]>(
    'insert into user_tags (user_id, tag_id) values (?, ?) on conflict do nothing returning tag_id',
    [userId, tagId],
  );
  return rows.length === 1;
}

/** False when the user does not have it. */
export const deleteUserTag = async (em: EntityManager, userId: number, tagId: number): Promise<boolean> =>
  (await em.nativeDelete(UserTag, { userId, tagId })) === 1;

export const countUserTags = (em: EntityManager, userId: number): Promise<number> =>
  em.count(UserTag, { userId });

const sharing = statement<{ id: number }>(
  `select u.id from (
     select theirs.user_id, count(*) as shared from user_tags mine cross join lateral (
       select user_id from user_tags where tag_id = mine.tag_id and user_id <> mine.user_id
       order by user_id desc limit ${SHARING_AMONG}
     ) as theirs where mine.user_id = ? group by theirs.user_id
   ) as s join users u on u.id = s.user_id and u.status = ${UserStatus.ACTIVE}
   order by s.shared desc, u.id desc limit ? offset ?`,
);

/** The ids of active users who have a tag of this one, most shared first; of each tag the newest accounts. */
export async function findUsersSharingTags(
  em: EntityManager,
  userId: number,
  { size, offset }: Slice,
): Promise<number[]> {
  return (await sharing(em, [userId, size + 1, offset])).map(({ id }) => id);
}

export const erasedUserTags = rowsGo(UserTag, 'userId');
