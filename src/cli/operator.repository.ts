import type { EntityManager } from '@mikro-orm/postgresql';
import { queryOne, READ_ONLY } from '../infra/database/query.js';
import { Hobby } from '../modules/hobby/hobby.entity.js';
import { Tag } from '../modules/tag/tag.entity.js';
import { TagCategory } from '../modules/tag/tag-category.entity.js';

/** Queries of the operator alone, which no service of the domain makes. */

/** The hobby of this name, added when it is new. */
export async function ensureHobby(em: EntityManager, name: string): Promise<Hobby> {
  await em.execute('insert into hobbies (name) values (?) on conflict do nothing', [name]);
  return em.findOneOrFail(Hobby, { name }, READ_ONLY);
}

/** Removes a hobby from the list and from everybody who chose it. False when there is none. */
export async function deleteHobby(em: EntityManager, id: number): Promise<boolean> {
  return (await em.nativeDelete(Hobby, { id })) === 1;
}

/** The category of this name, added when it is new, with its weight if one is given. */
export async function ensureTagCategory(
  em: EntityManager,
  name: string,
  weight: number | undefined,
): Promise<TagCategory> {
  await em.execute(
    `insert into tag_categories as c (name, weight) values (?, coalesce(?::int, 0))
     on conflict (name) do update set weight = coalesce(?::int, c.weight)`,
    [name, weight ?? null, weight ?? null],
  );
  return em.findOneOrFail(TagCategory, { name }, READ_ONLY);
}

/** Removes a category with its tags, also from everybody who has them. False when there is none. */
export async function deleteTagCategory(em: EntityManager, id: number): Promise<boolean> {
  return (await em.nativeDelete(TagCategory, { id })) === 1;
}

/** All categories, also those that are beyond what clients are shown. */
export const findEveryTagCategory = (em: EntityManager): Promise<TagCategory[]> =>
  em.find(TagCategory, {}, { ...READ_ONLY, orderBy: { weight: 'desc', id: 'asc' } });

/** The tag of this name in a category, added when it is new, with its weight if one is given. Null without the category. */
export async function ensureTag(
  em: EntityManager,
  { categoryId, name, weight }: { categoryId: number; name: string; weight: number | undefined },
): Promise<Tag | null> {
  await em.execute(
    `insert into tags as t (category_id, name, weight)
     select id, ?, coalesce(?::int, 0) from tag_categories where id = ?
     on conflict (category_id, name) do update set weight = coalesce(?::int, t.weight)`,
    [name, weight ?? null, categoryId, weight ?? null],
  );
  return em.findOne(Tag, { categoryId, name }, READ_ONLY);
}

/** Removes a tag, also from everybody who has it. False when there is none. */
export async function deleteTag(em: EntityManager, id: number): Promise<boolean> {
  return (await em.nativeDelete(Tag, { id })) === 1;
}

/** The tags of a category, or all of them. */
export const findEveryTag = (em: EntityManager, categoryId: number | undefined): Promise<Tag[]> =>
  em.find(Tag, categoryId === undefined ? {} : { categoryId }, {
    ...READ_ONLY,
    orderBy: { categoryId: 'asc', weight: 'desc', id: 'asc' },
  });

/** Gives or takes an ability in one statement and returns all that the user then has. */
export async function setAbility(
  em: EntityManager,
  userId: number,
  ability: string,
  granted: boolean,
): Promise<string[]> {
  const row = await queryOne<{ abilities: string[] }>(
    em,
    `update users set abilities = array_remove(abilities, ?) || case when ? then array[?::text] else '{}' end
     where id = ? returning abilities`,
    [ability, granted, ability, userId],
  );
  return row?.abilities ?? [];
}
