import type { EntityManager } from '@mikro-orm/postgresql';
import { AppError } from '../../errors/app-error.js';
import { indexBy, queryOne } from '../../infra/database/query.js';
import {
  arrayOf,
  firstOf,
  readRows,
  type Statement,
  type StatementOptions,
} from '../../infra/database/statement.js';
import { Image } from './image.entity.js';
import { User, UserStatus } from './user.entity.js';

/** Accounts that are gone for everybody, whatever asks for them. */
const LIVE = `u.status <> ${UserStatus.DELETED}`;

/** Users come with their avatars, which most who ask for users ask for as well. */
const WITH_AVATAR = 'from users u left join images a on a.id = u.avatar_id where';
const joined = { entity: Image, alias: 'a', as: 'avatar' };

export const readUsers = (conditions: string, options: StatementOptions = {}): Statement<User> =>
  readRows(User, 'u', `${WITH_AVATAR} ${conditions}`, { ...options, joined });

const readLive = (condition: string) => readUsers(`${condition} and ${LIVE}`);

const byIds = readLive('u.id = any (?::int[])');
const byName = readLive('name_key(u.name) collate "C" = name_key(?)');
const byPhone = readLive('u.phone = ?');
/** Only a verified address names an account. */
const byEmail = readLive('u.email = ? and u.email_verified');

export const findUsersByIds = async (em: EntityManager, ids: readonly number[]): Promise<Map<number, User>> =>
  indexBy(await byIds(em, [arrayOf(ids)]), (user) => user.id);

export const findUserById = (em: EntityManager, id: number) => firstOf(byIds, em, [arrayOf([id])]);
export const findUserByName = (em: EntityManager, name: string) => firstOf(byName, em, [name]);
export const findUserByPhone = (em: EntityManager, phone: string) => firstOf(byPhone, em, [phone]);
export const findUserByEmail = (em: EntityManager, email: string) => firstOf(byEmail, em, [email]);

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
