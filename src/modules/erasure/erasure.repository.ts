import type { EntityClass, EntityManager } from '@mikro-orm/postgresql';
import { readMoment } from '../../infra/database/moments.js';
import { queryOne } from '../../infra/database/query.js';
import { Address } from '../address/address.entity.js';
import { Credential } from '../credential/credential.entity.js';
import { Identity } from '../credential/identity.entity.js';
import { UserHobby } from '../hobby/user-hobby.entity.js';
import { OpenAppCall } from '../openapp/open-app-call.entity.js';
import { SecurityEvent } from '../security/security-event.entity.js';
import { Session } from '../session/session.entity.js';
import { Sex, User, UserStatus } from '../user/user.entity.js';
import { UserExtra } from '../user/user-extra.entity.js';
import { Verification } from '../verification/verification.entity.js';
import { Vip } from '../wallet/vip.entity.js';

/**
 * What goes with the person, besides pictures and follows. Orders, daily incomes, points and money are the books:
 * they stay, under a number that is nobody's any more.
 */
const PERSONAL: readonly EntityClass<{ userId: number | null }>[] = [
  Address,
  Credential,
  Identity,
  OpenAppCall,
  SecurityEvent,
  Session,
  UserExtra,
  UserHobby,
  Verification,
  Vip,
];

/** Cancelled accounts whose grace is over and that are not erased, those cancelled first first. */
export async function findErasable(
  em: EntityManager,
  { graceDays, except, limit }: { graceDays: number; except: readonly number[]; limit: number },
): Promise<number[]> {
  const rows = await em.execute<{ id: number }[]>(
    `select id from users
     where status = ? and erased_at is null and deleted_at < now() - make_interval(days => ?)
       and id <> all (?::int[])
     order by deleted_at limit ?`,
    [UserStatus.DELETED, graceDays, `{${except.join(',')}}`, limit],
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
  return row && readMoment(row.deleted_at);
}

export async function deletePersonalRows(em: EntityManager, userId: number): Promise<void> {
  for (const entity of PERSONAL) await em.nativeDelete(entity, { userId });
}

/** Leaves of an account its number, and when it came and went. The row stays, so that the number is never reused. */
export async function emptyUser(em: EntityManager, userId: number, deletedAt: Date): Promise<void> {
  await em.nativeUpdate(
    User,
    { id: userId },
    {
      name: `deleted ${userId}`,
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
      abilities: [],
      lastDeviceType: 0,
      lastActiveAt: deletedAt,
      recommendedAt: null,
      updatedAt: deletedAt,
      erasedAt: new Date(),
    },
  );
}
