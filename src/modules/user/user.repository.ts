import type { EntityManager } from '@mikro-orm/postgresql';
import { DeviceType } from '../../device-type.js';
import { AppError } from '../../errors/app-error.js';
import { KEPT, rowsStay } from '../../infra/database/personal.js';
import { arrayOf, indexBy, queryOne } from '../../infra/database/query.js';
import { readRows } from '../../infra/database/rows.js';
import { firstOf, type Statement, type StatementOptions } from '../../infra/database/statement.js';
import { readTimestamp } from '../../infra/database/timestamps.js';
import { Image } from './image.entity.js';
import { Sex, User, UserStatus } from './user.entity.js';

/** Accounts that are gone for everybody, whatever asks for them. */
export const LIVE = `u.status <> ${UserStatus.DELETED}`;

/** Users come with their avatars, which most who ask for users ask for as well. */
const WITH_AVATAR = 'from users u left join images a on a.id = u.avatar_id where';
const joined = { entity: Image, alias: 'a', as: 'avatar' };

export const readUsers = (conditions: string, options: StatementOptions = {}): Statement<User> =>
  readRows(User, 'u', `${WITH_AVATAR} ${conditions}`, { ...options, joined });

const readLive = (condition: string) => readUsers(`${condition} and ${LIVE}`);

const byIds = readLive('u.id = any (?::int[])');
const byName = readLive('name_key(u.name) collate "C" = name_key(?)');
const byPhone = readLive('u.phone = ?');
const activeByPhones = readUsers(`u.phone = any (?::text[]) and u.status = ${UserStatus.ACTIVE}`);
/** Only a verified address names an account. */
const byEmail = readLive('u.email = ? and u.email_verified');

export const findUsersByIds = async (em: EntityManager, ids: readonly number[]): Promise<Map<number, User>> =>
  indexBy(await byIds(em, [arrayOf(ids)]), (user) => user.id);

/** Active accounts by their phones. */
export const findActiveUsersByPhones = async (
  em: EntityManager,
  phones: readonly string[],
): Promise<Map<string | null, User>> =>
  indexBy(await activeByPhones(em, [arrayOf(phones)]), (user) => user.phone);

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

/** Moves an account from one status to another; false when it has not the first. */
export async function changeStatus(
  em: EntityManager,
  id: number,
  from: UserStatus,
  to: UserStatus,
): Promise<boolean> {
  return (await em.nativeUpdate(User, { id, status: from }, { status: to })) === 1;
}

/**
 * Remembers that all sessions of an account end now, and with them the tokens of another system that nobody has shown
 * yet. By the clock and not by the transaction, which may have begun before such a token was issued.
 */
export async function markSessionsEnded(em: EntityManager, id: number): Promise<void> {
  await em.execute('update users set sessions_ended_at = clock_timestamp() where id = ?', [id]);
}

/** Puts a user at the head of the recommended ones. */
export async function recommendUser(em: EntityManager, id: number): Promise<void> {
  await em.nativeUpdate(User, { id }, { recommendedAt: new Date() });
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

/** Cancelled accounts whose grace is over and that are not erased, in the order in which they were cancelled. */
export async function findErasable(
  em: EntityManager,
  { graceDays, except, limit }: { graceDays: number; except: readonly number[]; limit: number },
): Promise<number[]> {
  const rows = await em.execute<{ id: number }[]>(
    `select id from users
     where status = ? and erased_at is null and deleted_at < now() - make_interval(days => ?)
       and id <> all (?::int[])
     order by deleted_at limit ?`,
    [UserStatus.DELETED, graceDays, arrayOf(except), limit],
  );
  return rows.map((row) => row.id);
}

/**
 * Holds an account that is cancelled and not erased until the transaction ends. Returns when it was cancelled, or null
 * when it is none.
 */
export async function lockCancelled(em: EntityManager, userId: number): Promise<Date | null> {
  const row = await queryOne<{ deleted_at: string }>(
    em,
    'select deleted_at from users where id = ? and status = ? and erased_at is null for no key update',
    [userId, UserStatus.DELETED],
  );
  return row && readTimestamp(row.deleted_at);
}

/** Gives the name of a cancelled account to whoever wants it next. */
export const nameOfCancelled = (id: number): string => `deleted ${id}`;

/** Of an account its id is left, and when it came and went. The row stays, so that the id is never reused. */
export const emptiedUsers = rowsStay(User, 'id', {
  id: KEPT,
  name: ({ id }) => nameOfCancelled(id),
  nickname: null,
  phone: null,
  email: null,
  emailVerified: false,
  sex: Sex.UNSPECIFIED,
  birthday: null,
  bio: null,
  location: null,
  cityId: null,
  communityId: null,
  avatarId: null,
  externalAvatarUrl: null,
  backgroundId: null,
  inviteCode: null,
  status: KEPT,
  abilities: [],
  lastDeviceType: DeviceType.UNKNOWN,
  lastActiveAt: ({ deletedAt }) => deletedAt,
  sessionsEndedAt: null,
  recommendedAt: null,
  createdAt: KEPT,
  updatedAt: ({ deletedAt }) => deletedAt,
  deletedAt: KEPT,
  erasedAt: () => new Date(),
});
