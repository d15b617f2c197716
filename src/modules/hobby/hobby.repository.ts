import type { EntityManager } from '@mikro-orm/postgresql';
import { rowsGo } from '../../infra/database/personal.js';
import { arrayOf, READ_ONLY } from '../../infra/database/query.js';
import { statement } from '../../infra/database/statement.js';
import { Hobby } from './hobby.entity.js';
import { UserHobby } from './user-hobby.entity.js';

/** Longer lists are cut: everybody who may ask for the list may ask for all of it. */
export const HOBBIES_MAX = 200;
/** Hobbies one user may have. */
export const USER_HOBBIES_MAX = 30;

export const findHobbies = (em: EntityManager): Promise<Hobby[]> =>
  em.find(Hobby, {}, { ...READ_ONLY, orderBy: { id: 'asc' }, limit: HOBBIES_MAX });

export const countHobbies = (em: EntityManager, ids: readonly number[]): Promise<number> =>
  em.count(Hobby, { id: { $in: [...ids] } });

const ofUsers = statement<Hobby & { userId: number }>(
  `select uh.user_id as "userId", h.id, h.name from user_hobbies uh join hobbies h on h.id = uh.hobby_id
   where uh.user_id = any (?::int[]) order by h.id`,
);

/** The hobbies of each user, in the order of the list of hobbies. */
export async function findHobbiesOfUsers(
  em: EntityManager,
  userIds: readonly number[],
): Promise<Map<number, Hobby[]>> {
  const found = new Map<number, Hobby[]>();
  for (const hobby of await ofUsers(em, [arrayOf(userIds)])) {
    const hobbies = found.get(hobby.userId);
    if (hobbies) hobbies.push(hobby);
    else found.set(hobby.userId, [hobby]);
  }
  return found;
}

/** Replaces the hobbies of a user. */
export async function replaceHobbies(
  em: EntityManager,
  userId: number,
  hobbyIds: readonly number[],
): Promise<void> {
  await em.nativeDelete(UserHobby, { userId });
  if (hobbyIds.length > 0)
    await em.insertMany(
      UserHobby,
      hobbyIds.map((hobbyId) => ({ userId, hobbyId })),
    );
}

export const erasedUserHobbies = rowsGo(UserHobby, 'userId');
