import type { EntityManager } from '@mikro-orm/postgresql';
import { rowsGo } from '../../infra/database/personal.js';
import { arrayOf, queryOne, READ_ONLY } from '../../infra/database/query.js';
import { statement } from '../../infra/database/statement.js';
import { rowsById, type Window } from '../../paging.js';
import { SecurityEvent } from './security-event.entity.js';

const inserted = statement('insert into security_events (user_id, kind, door, ip) values (?, ?, ?, ?)');

export async function insertEvent(
  em: EntityManager,
  { userId, kind, door, ip }: Pick<SecurityEvent, 'userId' | 'kind' | 'door' | 'ip'>,
): Promise<void> {
  await inserted(em, [userId, kind, door, ip]);
}

/** Events of many accounts in one statement. */
export async function insertEvents(
  em: EntityManager,
  events: readonly Pick<SecurityEvent, 'userId' | 'kind'>[],
  { door, ip }: Pick<SecurityEvent, 'door' | 'ip'>,
): Promise<void> {
  if (events.length === 0) return;
  await em.execute(
    `insert into security_events (user_id, kind, door, ip)
     select user_id, kind, ?, ? from unnest(?::int[], ?::text[]) as event (user_id, kind)`,
    [door, ip, arrayOf(events.map(({ userId }) => userId)), arrayOf(events.map(({ kind }) => kind))],
  );
}

/** The rows of a page of the events of an account, newest first, and one more. */
export function listEvents(em: EntityManager, userId: number, window: Window): Promise<SecurityEvent[]> {
  const { where, options } = rowsById(window, 'desc');
  return em.find(SecurityEvent, { userId, ...where }, { ...READ_ONLY, ...options });
}

/** The events of a span, of all accounts or of one; `until` is not in it. */
export interface EventSpan {
  since: Date;
  until: Date | null;
  userId: number | null;
}

/** An event as it is told outside of GraphQL. */
export interface AuditedEvent {
  id: string;
  at: string;
  userId: number;
  kind: string;
  door: string;
  ip: string;
}

/** The next `limit` events of a span behind one, the oldest first. */
export function listSpan(
  em: EntityManager,
  { since, until, userId }: EventSpan,
  after: Pick<AuditedEvent, 'id' | 'at'> | null,
  limit: number,
): Promise<AuditedEvent[]> {
  const conditions: [sql: string, ...values: unknown[]][] = [
    ['created_at >= ?::timestamptz', since.toISOString()],
  ];
  if (until) conditions.push(['created_at < ?::timestamptz', until.toISOString()]);
  if (userId !== null) conditions.push(['user_id = ?', userId]);
  if (after) conditions.push(['(created_at, id) > (?::timestamptz, ?::bigint)', after.at, after.id]);
  return em.execute<AuditedEvent[]>(
    `select id::text as id, to_json(created_at at time zone 'UTC')#>>'{}' || 'Z' as at, user_id as "userId", kind, door, ip
     from security_events where ${conditions.map(([sql]) => sql).join(' and ')}
     order by security_events.created_at, security_events.id limit ?`,
    [...conditions.flatMap(([, ...values]) => values), limit],
  );
}

/** Deletes at most `limit` events that are older than so many days, the oldest first; returns how many. */
export async function deleteOldEvents(em: EntityManager, days: number, limit: number): Promise<number> {
  const row = await queryOne<{ deleted: number }>(
    em,
    `with deleted as (
       delete from security_events where id = any (array(
         select id from security_events where created_at < now() - make_interval(days => ?)
         order by created_at limit ? for update skip locked
       )) returning id
     ) select count(*)::int as deleted from deleted`,
    [days, limit],
  );
  return row?.deleted ?? 0;
}

export const erasedSecurityEvents = rowsGo(SecurityEvent, 'userId');
