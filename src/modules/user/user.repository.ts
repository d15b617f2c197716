import type { EntityManager, FilterQuery } from '@mikro-orm/postgresql';
import { AppError } from '../../errors/app-error.js';
import { indexBy, queryOne, READ_ONLY } from '../../infra/database/query.js';
import { User, UserStatus } from './user.entity.js';

/** Accounts that are gone for everybody, whatever asks for them. */
const LIVE: FilterQuery<User> = { status: { $ne: UserStatus.DELETED } };

const findLive = (em: EntityManager, where: FilterQuery<User>): Promise<User | null> =>
  em.findOne(User, { $and: [LIVE, where] } as FilterQuery<User>, READ_ONLY);

export async function findUsersByIds(em: EntityManager, ids: readonly number[]): Promise<Map<number, User>> {
  const users = await em.find(
    User,
    { $and: [LIVE, { id: { $in: [...ids] } }] } as FilterQuery<User>,
    READ_ONLY,
  );
  return indexBy(users, (user) => user.id);
}

export const findUserById = (em: EntityManager, id: number) => findLive(em, { id });
export const findUserByName = (em: EntityManager, name: string) => findLive(em, { name });
export const findUserByPhone = (em: EntityManager, phone: string) => findLive(em, { phone });
/** Only a verified address names an account (DECISIONS §1, "e-mail"). */
export const findUserByEmail = (em: EntityManager, email: string) =>
  findLive(em, { email, emailVerified: true });

export type NewUser = Partial<User> & Pick<User, 'name'>;

/** Returns the new id. Taken phones, e-mails and names come back as unique-constraint errors. */
export const insertUser = (em: EntityManager, user: NewUser): Promise<number> =>
  em.insert(User, user as never);

/** Changes columns of one user; `updatedAt` moves with them unless the change is not one of the profile. */
export async function updateUser(em: EntityManager, id: number, changes: Partial<User>): Promise<void> {
  await em.nativeUpdate(User, { id }, { updatedAt: new Date(), ...changes });
}

/**
 * Holds an active account until the transaction ends: changes to it run one after the other, and none comes after it
 * was disabled or cancelled. Throws UNAUTHENTICATED when it was. Rows that refer to the user can still be inserted.
 * Transactions that take other locks take this one first.
 */
export async function lockActiveUser(em: EntityManager, userId: number): Promise<void> {
  const sql = 'select id from users where id = ? and status = ? for no key update';
  if (!(await queryOne(em, sql, [userId, UserStatus.ACTIVE]))) throw new AppError('UNAUTHENTICATED');
}

/** Likewise for an account that somebody else acts upon, a disabled one too. False when there is none. */
export async function lockLiveUser(em: EntityManager, userId: number): Promise<boolean> {
  const sql = 'select id from users where id = ? and status <> ? for no key update';
  return (await queryOne(em, sql, [userId, UserStatus.DELETED])) !== null;
}
