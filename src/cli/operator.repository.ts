import type { EntityManager } from '@mikro-orm/postgresql';
import { queryOne, READ_ONLY } from '../infra/database/query.js';
import { Hobby } from '../modules/hobby/hobby.entity.js';

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
