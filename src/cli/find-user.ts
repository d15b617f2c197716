import type { EntityManager } from '@mikro-orm/postgresql';
import { LEGACY_SYSTEMS } from '../door.js';
import { AppError } from '../errors/app-error.js';
import { matchAccount } from '../modules/user/account.finder.js';
import { findUserByLegacyId, type LegacyKey } from '../modules/user/legacy-id.repository.js';
import type { User } from '../modules/user/user.entity.js';
import { findUserById } from '../modules/user/user.repository.js';
import { parseIdOrNull } from '../schema/ids.js';

/** How commands have a user named. */
export const USER = 'number, name, phone, verified e-mail, or SYSTEM:ID for the id in a system before';

/** The old id that a text names; neither names nor addresses hold a colon. */
function legacyKeyIn(text: string): LegacyKey | null {
  const [name, ...rest] = text.split(':');
  const system = LEGACY_SYSTEMS.find((one) => one === name);
  return system && rest.length > 0 ? { system, id: rest.join(':') } : null;
}

/** The user that a text names; names and phones are never mistaken for ids. Throws USER_NOT_FOUND. */
export async function findUser(em: EntityManager, text: string): Promise<User> {
  const legacyKey = legacyKeyIn(text);
  const id = parseIdOrNull(text);
  const user = legacyKey
    ? await findUserByLegacyId(em, legacyKey)
    : id === null
      ? (await matchAccount({ em }, text)).user
      : await findUserById(em, id);
  if (!user) throw new AppError('USER_NOT_FOUND');
  return user;
}
