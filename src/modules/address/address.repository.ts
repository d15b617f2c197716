import type { EntityManager } from '@mikro-orm/postgresql';
import { rowsGo } from '../../infra/database/personal.js';
import { arrayOf, READ_ONLY } from '../../infra/database/query.js';
import { readRows } from '../../infra/database/rows.js';
import { Address } from './address.entity.js';

const ofUser = readRows(Address, 'a', 'from addresses a where a.user_id = ? order by a.id desc');

const ofUsers = readRows(
  Address,
  'a',
  'from addresses a where a.user_id = any (?::int[]) order by a.id desc',
);

/** The addresses of each user, newest first. */
export async function findAddressesOf(
  em: EntityManager,
  userIds: readonly number[],
): Promise<Map<number, Address[]>> {
  return Map.groupBy(await ofUsers(em, [arrayOf(userIds)]), ({ userId }) => userId);
}

/** Newest first. */
export const findAddresses = (em: EntityManager, userId: number): Promise<Address[]> => ofUser(em, [userId]);

export const findAddress = (em: EntityManager, userId: number, id: number): Promise<Address | null> =>
  em.findOne(Address, { id, userId }, READ_ONLY);

export const countAddresses = (em: EntityManager, userId: number): Promise<number> =>
  em.count(Address, { userId });

/** Leaves the user without a default address. */
export async function clearDefault(em: EntityManager, userId: number): Promise<void> {
  await em.nativeUpdate(Address, { userId, isDefault: true }, { isDefault: false, updatedAt: new Date() });
}

export const insertAddress = (em: EntityManager, address: Partial<Address>): Promise<number> =>
  em.insert(Address, address as never);

export async function updateAddress(em: EntityManager, id: number, changes: Partial<Address>): Promise<void> {
  await em.nativeUpdate(Address, { id }, { ...changes, updatedAt: new Date() });
}

/** False when the user has no such address. */
export const deleteAddress = async (em: EntityManager, userId: number, id: number): Promise<boolean> =>
  (await em.nativeDelete(Address, { id, userId })) > 0;

export const erasedAddresses = rowsGo(Address, 'userId');
