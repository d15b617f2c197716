import type { EntityManager } from '@mikro-orm/postgresql';
import type { LegacySystem } from '../../door.js';
import { rowsGo } from '../../infra/database/personal.js';
import { arrayOf, queryOne, READ_ONLY } from '../../infra/database/query.js';
import { firstOf, statement } from '../../infra/database/statement.js';
import { readTimestamp } from '../../infra/database/timestamps.js';
import { User, UserStatus } from '../user/user.entity.js';
import { Session } from './session.entity.js';

/** A session, with what its holder may do. */
export interface HeldSession {
  id: number;
  userId: number;
  /** Itself, unless it was renewed. */
  originId: number;
  abilities: string[];
}

/** A session that can be used, with what other servers are told of its holder. */
export interface LiveSession extends HeldSession {
  name: string;
  /** The ids of the account in other systems, each as `system:id`. */
  legacyIds: string[];
  createdAt: Date;
  expiresAt: Date;
  lastSeenAt: Date;
}

interface LiveSessionRow {
  id: number;
  user_id: number;
  origin_id: number;
  abilities: string[];
  name: string;
  legacy_ids: string[];
  created_at: string;
  expires_at: string;
  last_seen_at: string;
}

const liveSession = statement<LiveSessionRow>(
  `select s.id, s.user_id, coalesce(s.origin_id, s.id) as origin_id, u.abilities, u.name,
     array(select l.system || ':' || l.legacy_id from legacy_ids l where l.user_id = u.id) as legacy_ids,
     s.created_at, s.expires_at, s.last_seen_at
   from sessions s join users u on u.id = s.user_id
   where s.token_hash = ? and s.revoked_at is null and s.expires_at > now() and u.status = ${UserStatus.ACTIVE}`,
);

export async function findLiveSession(em: EntityManager, tokenHash: string): Promise<LiveSession | null> {
  const row = await firstOf(liveSession, em, [tokenHash]);
  return (
    row && {
      id: row.id,
      userId: row.user_id,
      originId: row.origin_id,
      abilities: row.abilities,
      name: row.name,
      legacyIds: row.legacy_ids,
      createdAt: readTimestamp(row.created_at),
      expiresAt: readTimestamp(row.expires_at),
      lastSeenAt: readTimestamp(row.last_seen_at),
    }
  );
}

export type NewSession = Pick<
  Session,
  'userId' | 'tokenHash' | 'deviceType' | 'ip' | 'source' | 'userAgent' | 'expiresAt' | 'originId'
>;

const opened = statement<{ id: number; origin_id: number | null; abilities: string[] }>(
  // The locks are taken in this order: the user's row, which every change of a password or a status holds until it is
  // done, and then the secret, which is read as it is once it is locked and not as it was when the statement began.
  `with holder as (
     update users set last_device_type = ?, last_active_at = now()
     where id = ? and status = ${UserStatus.ACTIVE} returning id, abilities
   )
   insert into sessions (user_id, token_hash, device_type, ip, source, user_agent, expires_at, origin_id)
   select holder.id, ?, ?::smallint, ?, ?, ?, ?::timestamptz, ?::int from holder where ?::text is null or exists (
     select 1 from credentials c where c.user_id = holder.id and c.password_hash = ? for share
   )
   returning id, origin_id, (select abilities from holder) as abilities`,
);

/**
 * Opens a session and remembers its device on the user. Null when the account is not active, or its secret is no longer
 * `passwordHash`: a change that comes first is seen, and one that comes later ends this session too. Who knew the secret
 * until a moment ago was active with this device all the same, and that is kept.
 */
export async function insertSession(
  em: EntityManager,
  session: NewSession,
  passwordHash: string | null,
): Promise<HeldSession | null> {
  const { userId, tokenHash, deviceType, ip, source, userAgent, expiresAt, originId } = session;
  const row = await firstOf(opened, em, [
    deviceType,
    userId,
    tokenHash,
    deviceType,
    ip,
    source,
    userAgent,
    expiresAt.toISOString(),
    originId,
    passwordHash,
    passwordHash,
  ]);
  if (!row) return null;
  return { id: row.id, userId, originId: row.origin_id ?? row.id, abilities: row.abilities };
}

/** A token that another system signed: whose it is there, and its times. */
export interface ForeignToken {
  tokenHash: string;
  legacyId: string;
  issuedAt: Date;
  expiresAt: Date;
}

const adopted = statement<{ user_id: number }>(
  // The lock on the user comes first, as above. What ends all sessions holds it too and marks the user, which is seen
  // once the lock is had; a password that changed ends them so.
  `with holder as (
     update users u set last_device_type = ?, last_active_at = now()
     from legacy_ids l
     where l.system = ? and l.legacy_id = ? and not l.given and u.id = l.user_id and u.status = ${UserStatus.ACTIVE}
       and (u.sessions_ended_at is null or u.sessions_ended_at < ?::timestamptz)
       and not exists (
         select 1 from credentials c where c.user_id = u.id and not c.imported and c.updated_at > ?::timestamptz
       )
       and not exists (select 1 from sessions s where s.token_hash = ?)
     returning u.id
   )
   insert into sessions (user_id, token_hash, device_type, ip, user_agent, expires_at, token_expires_at, imported)
   select holder.id, ?, ?::smallint, ?, ?, ?::timestamptz, ?::timestamptz, true from holder
   on conflict (token_hash) do nothing
   returning user_id`,
);

/**
 * Makes a session of a token of another system, which lasts as long as the token; returns whose it is. Null when the account is unknown or
 * not active, when all its sessions were ended or its password was set here after the token was issued, and when the
 * token is a session already, ended or not.
 */
export async function adoptSession(
  em: EntityManager,
  system: LegacySystem,
  { tokenHash, legacyId, issuedAt, expiresAt }: ForeignToken,
  { deviceType, ip, userAgent }: Pick<Session, 'deviceType' | 'ip' | 'userAgent'>,
): Promise<number | null> {
  const issued = issuedAt.toISOString();
  const expires = expiresAt.toISOString();
  const row = await firstOf(adopted, em, [
    deviceType,
    system,
    legacyId,
    issued,
    issued,
    tokenHash,
    tokenHash,
    deviceType,
    ip,
    userAgent,
    expires,
    expires,
  ]);
  return row?.user_id ?? null;
}

/** The account behind an old id, as far as sessions of its system may come along. */
export interface Holder {
  userId: number;
  status: UserStatus;
  /** True where all its sessions were ended here after it had come: those of its system were meant too. */
  ended: boolean;
}

/**
 * The accounts behind old ids of a system, held until the transaction ends: nobody disables one or ends its sessions
 * meanwhile. Those that nobody has are left out.
 */
export async function lockHolders(
  em: EntityManager,
  system: LegacySystem,
  legacyIds: readonly string[],
): Promise<Map<string, Holder>> {
  const rows = await em.execute<{ legacy_id: string; user_id: number; status: UserStatus; ended: boolean }[]>(
    `select l.legacy_id, u.id as user_id, u.status, coalesce(u.sessions_ended_at >= l.created_at, false) as ended
     from legacy_ids l join users u on u.id = l.user_id
     where l.system = ? and l.legacy_id = any (?::text[]) and not l.given
     order by u.id for share of u`,
    [system, arrayOf(legacyIds)],
  );
  return new Map(
    rows.map(({ legacy_id, user_id: userId, status, ended }) => [legacy_id, { userId, status, ended }]),
  );
}

/** A session that another system has opened. */
export type ForeignSession = Pick<Session, 'userId' | 'tokenHash' | 'deviceType'> & { tokenExpiresAt: Date };

/** Longest life here of a session of another system, in days, however long its token would be good there. */
export const FOREIGN_SESSION_DAYS = 365;

/** Stores sessions of another system. Returns the hashes of those that are new; a token that is known stays as it is. */
export async function insertForeignSessions(
  em: EntityManager,
  sessions: readonly ForeignSession[],
): Promise<Set<string>> {
  const rows = await em.execute<{ token_hash: string }[]>(
    `insert into sessions (user_id, token_hash, device_type, expires_at, token_expires_at, imported)
     select user_id, token_hash, device_type,
       least(token_expires_at, now() + make_interval(days => ${FOREIGN_SESSION_DAYS})), token_expires_at, true
     from unnest(?::int[], ?::text[], ?::smallint[], ?::timestamptz[])
       as session(user_id, token_hash, device_type, token_expires_at)
     on conflict (token_hash) do nothing returning token_hash`,
    [
      arrayOf(sessions.map(({ userId }) => userId)),
      arrayOf(sessions.map(({ tokenHash }) => tokenHash)),
      arrayOf(sessions.map(({ deviceType }) => deviceType)),
      arrayOf(sessions.map(({ tokenExpiresAt }) => tokenExpiresAt.toISOString())),
    ],
  );
  return new Set(rows.map((row) => row.token_hash));
}

/** Whose session a token is. */
export interface Owner {
  userId: number;
  /** False once it has expired or was ended. */
  live: boolean;
}

/** Whose sessions tokens are, and if they are still good, by the hashes of the tokens; unknown ones are left out. */
export async function findOwners(
  em: EntityManager,
  tokenHashes: readonly string[],
): Promise<Map<string, Owner>> {
  const rows = await em.execute<{ token_hash: string; user_id: number; live: boolean }[]>(
    `select token_hash, user_id, revoked_at is null and expires_at > now() as live
     from sessions where token_hash = any (?::text[])`,
    [arrayOf(tokenHashes)],
  );
  return new Map(rows.map(({ token_hash, user_id: userId, live }) => [token_hash, { userId, live }]));
}

/** Bounds the list only, which is newest first; log-ins are not bounded. */
export const SESSIONS_LISTED = 100;

export const findSessionsOfUser = (em: EntityManager, userId: number): Promise<Session[]> =>
  em.find(
    Session,
    { userId, revokedAt: null, expiresAt: { $gt: new Date() } },
    { ...READ_ONLY, orderBy: { id: 'desc' }, limit: SESSIONS_LISTED },
  );

export const findOwnSession = (em: EntityManager, userId: number, id: number): Promise<Session | null> =>
  em.findOne(Session, { id, userId }, READ_ONLY);

/** The hashes of the tokens of every session of a user, however many there are. */
export async function findTokenHashes(em: EntityManager, userId: number): Promise<string[]> {
  const rows = await em.execute<{ token_hash: string }[]>(
    'select token_hash from sessions where user_id = ? and revoked_at is null and expires_at > now()',
    [userId],
  );
  return rows.map((row) => row.token_hash);
}

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

/** The expression of `sessions_ended_index`. */
const ENDED_AT = 'coalesce(token_expires_at, least(expires_at, revoked_at))';

/** True when the account has logged in from this source in the last 30 days; a session of another system has none. */
export async function isKnownSource(em: EntityManager, userId: number, source: string): Promise<boolean> {
  const row = await queryOne(
    em,
    `select 1 from sessions where user_id = ? and source = ? and created_at > now() - interval '30 days' limit 1`,
    [userId, source],
  );
  return row !== null;
}

/**
 * Deletes at most `limit` sessions that ended more than so many days ago, by whichever came first, and those of another
 * system whose token expired by itself that long ago; returns how many.
 */
export async function deleteEndedSessions(em: EntityManager, days: number, limit: number): Promise<number> {
  const row = await queryOne<{ deleted: number }>(
    em,
    `with deleted as (
       delete from sessions where id = any (array(
         select id from sessions where ${ENDED_AT} < now() - make_interval(days => ?)
         order by ${ENDED_AT} limit ? for update skip locked
       )) returning id
     ) select count(*)::int as deleted from deleted`,
    [days, limit],
  );
  return row?.deleted ?? 0;
}

export const erasedSessions = rowsGo(Session, 'userId');
