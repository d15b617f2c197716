import { type EntityManager, type FilterQuery, LockMode } from '@mikro-orm/postgresql';
import { rowsGo } from '../../infra/database/personal.js';
import { arrayOf, indexBy, READ_ONLY } from '../../infra/database/query.js';
import { readRows } from '../../infra/database/rows.js';
import { directionOf, type Window } from '../../paging.js';
import { UserStatus } from '../user/user.entity.js';
import { Verification, type VerificationState } from './verification.entity.js';
import type { SealedColumns } from './verification.secrets.js';

const ofUsers = readRows(Verification, 'v', 'from verifications v where v.user_id = any (?::int[])');

export async function findVerifications(
  em: EntityManager,
  userIds: readonly number[],
): Promise<Map<number, Verification>> {
  return indexBy(await ofUsers(em, [arrayOf(userIds)]), (verification) => verification.userId);
}

export const findVerification = (em: EntityManager, userId: number): Promise<Verification | null> =>
  em.findOne(Verification, { userId }, READ_ONLY);

export async function insertVerification(
  em: EntityManager,
  verification: Omit<Verification, 'createdAt' | 'updatedAt' | 'slogan' | 'state'>,
): Promise<void> {
  const now = new Date();
  await em.insert(Verification, { ...verification, createdAt: now, updatedAt: now } as Verification);
}

/** Changes what its owner or a reviewer decides; `updatedAt` moves with it. */
export async function updateVerification(
  em: EntityManager,
  userId: number,
  changes: Partial<Verification>,
): Promise<void> {
  await em.nativeUpdate(Verification, { userId }, { ...changes, updatedAt: new Date() });
}

/** Changes how it is stored, which nobody sees. */
export async function storeResealed(
  em: EntityManager,
  userId: number,
  columns: SealedColumns,
): Promise<void> {
  await em.nativeUpdate(Verification, { userId }, columns);
}

/** False when there is none. */
export const deleteVerification = async (em: EntityManager, userId: number): Promise<boolean> =>
  (await em.nativeDelete(Verification, { userId })) > 0;

/** Where a row stands in the list. */
export interface VerificationPosition {
  updatedAt: Date;
  userId: number;
}

/** What stands beyond a row, in the direction of the operator. */
const beyond = (operator: '$gt' | '$lt', { updatedAt, userId }: VerificationPosition) => [
  { updatedAt: { [`${operator}e`]: updatedAt } },
  { $or: [{ updatedAt: { [operator]: updatedAt } }, { userId: { [operator]: userId } }] },
];

/** The rows of a page of verifications of accounts that are not cancelled, the longest waiting first, and one more. */
export function listVerifications(
  em: EntityManager,
  state: VerificationState | null,
  window: Window<VerificationPosition>,
): Promise<Verification[]> {
  const direction = directionOf(window, 'asc');
  const conditions: FilterQuery<Verification>[] = [
    { userId: { status: { $ne: UserStatus.DELETED } } } as never,
  ];
  if (state !== null) conditions.push({ state });
  if (window.after) conditions.push(...beyond('$gt', window.after));
  if (window.before) conditions.push(...beyond('$lt', window.before));
  return em.find(Verification, { $and: conditions } as FilterQuery<Verification>, {
    ...READ_ONLY,
    orderBy: { updatedAt: direction, userId: direction },
    limit: window.size + 1,
  });
}

/** Locks the next verifications, by account id, that another key than this one encrypts. */
export const lockVerificationsUnderOtherKeys = (
  em: EntityManager,
  keyId: string,
  afterUserId: number,
  limit: number,
): Promise<Verification[]> =>
  em.find(
    Verification,
    { keyId: { $ne: keyId }, userId: { $gt: afterUserId } },
    { ...READ_ONLY, lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { userId: 'asc' }, limit },
  );

export const erasedVerifications = rowsGo(Verification, 'userId');
