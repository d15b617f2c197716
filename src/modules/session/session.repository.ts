import type { EntityManager } from '@mikro-orm/postgresql';
import { queryOne, READ_ONLY } from '../../infra/database/query.js';
import { read, readFirst } from '../../infra/database/read.js';
import { User, UserStatus } from '../user/user.entity.js';
import { Session } from './session.entity.js';

/** A session that can be used, with what the caller may do. */
export interface LiveSession {
  id: number;
  userId: number;
  abilities: string[];
  expiresAt: Date;
  lastSeenAt: Date;
}

interface LiveSessionRow {
  id: number;
  user_id: number;
  abilities: string[];
  expires_at: Date;
  last_seen_at: Date;
}

const liveSession = read<LiveSessionRow>(
  `select s.id, s.user_id, u.abilities, s.expires_at, s.last_seen_at
   from sessions s join users u on u.id = s.user_id
   where s.token_hash = ? and s.revoked_at is null and s.expires_at > now() and u.status = ${UserStatus.ACTIVE}`,
);

export async function findLiveSession(em: EntityManager, tokenHash: string): Promise<LiveSession | null> {
  const row = await readFirst(liveSession, em, [tokenHash]);
  return (
    row && {
      id: row.id,
      userId: row.user_id,
      abilities: row.abilities,
      expiresAt: new Date(row.expires_at),
      lastSeenAt: new Date(row.last_seen_at),
    }
  );
}

export type NewSession = Pick<
  Session,
  'userId' | 'tokenHash' | 'deviceType' | 'ip' | 'source' | 'userAgent' | 'expiresAt'
>;

/**
 * Opens a session and remembers its device on the user. Returns its id, or null when the account is not active or
 * `stillGood` says no: both are looked at under the lock of the user's row, so a change of the password or the
 * status that comes first is seen, and one that comes later ends this session too.
 */
export async function insertSession(
  em: EntityManager,
  session: NewSession,
  stillGood: () => Promise<boolean>,
): Promise<number | null> {
  return em.transactional(async () => {
    const changed = await em.nativeUpdate(
      User,
      { id: session.userId, status: UserStatus.ACTIVE },
      { lastDeviceType: session.deviceType, lastActiveAt: new Date() },
    );
    return changed === 1 && (await stillGood()) ? em.insert(Session, session as Session) : null;
  });
}

export const findSessionsOfUser = (em: EntityManager, userId: number): Promise<Session[]> =>
  em.find(
    Session,
    { userId, revokedAt: null, expiresAt: { $gt: new Date() } },
    { ...READ_ONLY, orderBy: { id: 'desc' } },
  );

/** Ends the sessions of a user: one, all, or all but one. Returns the hashes of their tokens. */
export async function revokeSessions(
  em: EntityManager,
  userId: number,
  which: { id?: number; except?: number } = {},
): Promise<string[]> {
  const rows = await em.execute<{ token_hash: string }[]>(
    `update sessions set revoked_at = now()
     where user_id = ? and revoked_at is null and (?::int is null or id = ?) and (?::int is null or id <> ?)
     returning token_hash`,
    [userId, which.id ?? null, which.id ?? null, which.except ?? null, which.except ?? null],
  );
  return rows.map((row) => row.token_hash);
}

/**
 * Records a use of the session, and with it the activity of its user, unless one was recorded within `seconds`. Two
 * statements that hold one lock each: those who end sessions lock the user first.
 */
export async function touchSession(em: EntityManager, session: LiveSession, seconds: number): Promise<void> {
  const touched = await em.execute<unknown[]>(
    `update sessions set last_seen_at = now()
     where id = ? and last_seen_at <= now() - make_interval(secs => ?) returning id`,
    [session.id, seconds],
  );
  if (touched.length > 0) await em.nativeUpdate(User, { id: session.userId }, { lastActiveAt: new Date() });
}

/** Whether the account has logged in from this source in the last 30 days (DECISIONS §1, "brute force"). */
export async function isKnownSource(em: EntityManager, userId: number, source: string): Promise<boolean> {
  const row = await queryOne(
    em,
    `select 1 from sessions where user_id = ? and source = ? and created_at > now() - interval '30 days' limit 1`,
    [userId, source],
  );
  return row !== null;
}

/** Deletes at most `limit` sessions that ended more than so many days ago, by whichever came first; returns how many. */
export async function deleteEndedSessions(em: EntityManager, days: number, limit: number): Promise<number> {
  const row = await queryOne<{ deleted: number }>(
    em,
    `with deleted as (
       delete from sessions where id = any (array(
         select id from sessions where least(expires_at, revoked_at) < now() - make_interval(days => ?)
         order by least(expires_at, revoked_at) limit ? for update skip locked
       )) returning id
     ) select count(*)::int as deleted from deleted`,
    [days, limit],
  );
  return row?.deleted ?? 0;
}
