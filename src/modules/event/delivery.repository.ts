import type { EntityManager } from '@mikro-orm/postgresql';
import { arrayOf, queryOne } from '../../infra/database/query.js';
import { statement } from '../../infra/database/statement.js';
import { readTimestamp } from '../../infra/database/timestamps.js';
import type { EventType } from './event.types.js';

/*
 * Of one account and webhook one delivery at most has a `next_try_at`: the head of the line. What decides on it while it
 * looks at the others (dispatching, replaying) holds a lock alone; settling, which lets the next one go, shares it. The
 * lock is a statement of its own: the next one then sees what was committed before.
 */

const HELD_ALONE = 'select hold_lines(true)';

/** Whether events wait to be dispatched, and for which webhooks something is due. */
export interface Work {
  fresh: boolean;
  due: ReadonlySet<number>;
}

const waiting = statement<{ id: number; due: boolean; fresh: boolean }>(
  `select w.id,
     exists (select 1 from webhook_deliveries d where d.webhook_id = w.id and d.next_try_at <= now()) as due,
     exists (select 1 from account_events where not dispatched) as fresh
   from webhooks w`,
);

export async function findWork(em: EntityManager): Promise<Work> {
  const rows = await waiting(em);
  return {
    fresh: rows.some(({ fresh }) => fresh),
    due: new Set(rows.filter(({ due }) => due).map(({ id }) => id)),
  };
}

/** A condition in SQL: the event `e` is one that the webhook `w` gets. */
const WANTED = 'event_wanted(e.type, w.types) and e.created_at >= w.created_at';

/** From an event on, or from when it was asked for once more, it is tried for so long. */
const TRIED_FOR = `interval '3 days'`;

/** Hands at most `limit` events to the webhooks that want them, in the order of their numbers; returns how many. */
export function dispatch(em: EntityManager, limit: number): Promise<number> {
  return em.transactional(async () => {
    await em.execute(HELD_ALONE);
    const row = await queryOne<{ count: number }>(
      em,
      `with fresh as (
         select id, user_id, type, created_at from account_events where not dispatched order by id limit ?
       ), marked as (
         update account_events e set dispatched = true from fresh where e.id = fresh.id
       ), wanted as (
         select w.id as webhook_id, e.id as event_id, e.user_id, e.created_at,
           row_number() over (partition by w.id, e.user_id order by e.id) as place
         from fresh e join webhooks w on ${WANTED}
       ), made as (
         insert into webhook_deliveries (event_id, webhook_id, user_id, give_up_at, next_try_at)
         select event_id, webhook_id, user_id, created_at + ${TRIED_FOR},
           case when place = 1 and not exists (
             select 1 from webhook_deliveries d
             where d.webhook_id = n.webhook_id and d.user_id = n.user_id and d.parked_at is null
           ) then now() end
         from wanted n
       ) select count(*)::int as count from fresh`,
      [limit],
    );
    return row?.count ?? 0;
  });
}

/** A delivery that this process is at. */
export interface ClaimedDelivery {
  eventId: number;
  /** The number of this try. */
  attempt: number;
  userId: number;
  type: EventType;
  data: Record<string, unknown>;
  private: Record<string, unknown> | null;
  createdAt: Date;
}

interface ClaimedRow {
  event_id: string;
  attempts: number;
  user_id: number;
  type: EventType;
  data: string;
  private: string | null;
  created_at: string;
}

// Materialized: the limit is counted once, whatever the plan.
const claimed = statement<ClaimedRow>(
  `with due as materialized (
     select event_id from webhook_deliveries
     where webhook_id = ? and next_try_at <= now() order by next_try_at limit ? for update skip locked
   ), claimed as (
     update webhook_deliveries d set attempts = attempts + 1, next_try_at = now() + ?::float8 * interval '1 millisecond'
     from due where d.webhook_id = ? and d.event_id = due.event_id
     returning d.event_id, d.attempts
   )
   select e.id::text as event_id, c.attempts, e.user_id, e.type, e.data::text as data, e.private::text as private,
     e.created_at::text as created_at
   from claimed c join account_events e on e.id = c.event_id order by e.id`,
);

const parsed = (json: string): Record<string, unknown> => JSON.parse(json);

/** Takes at most `limit` deliveries of a webhook that are due, for so long: nobody else gets them before. */
export async function claimDeliveries(
  em: EntityManager,
  webhookId: number,
  limit: number,
  leaseMs: number,
): Promise<ClaimedDelivery[]> {
  const rows = await claimed(em, [webhookId, limit, leaseMs, webhookId]);
  return rows.map((row) => ({
    eventId: Number(row.event_id),
    attempt: row.attempts,
    userId: row.user_id,
    type: row.type,
    data: parsed(row.data),
    private: row.private === null ? null : parsed(row.private),
    createdAt: readTimestamp(row.created_at),
  }));
}

/** Gives back deliveries whose try has not begun: they are due again. */
export async function releaseDeliveries(
  em: EntityManager,
  webhookId: number,
  claims: readonly Pick<ClaimedDelivery, 'eventId' | 'attempt'>[],
): Promise<void> {
  await em.execute(
    `update webhook_deliveries d set attempts = d.attempts - 1, next_try_at = now()
     from json_to_recordset(?::json) as claim ("eventId" bigint, "attempt" int)
     where d.webhook_id = ? and d.event_id = claim."eventId" and d.attempts = claim."attempt"
       and d.next_try_at is not null`,
    [JSON.stringify(claims.map(({ eventId, attempt }) => ({ eventId, attempt }))), webhookId],
  );
}

/** How a try has ended. */
export interface Outcome {
  eventId: number;
  attempt: number;
  /** Null when it was delivered. */
  error: string | null;
  /** The wait before the next try, if there is one. */
  waitMs: number;
}

const settled = statement<{ event_id: string }>(
  'select event_id::text as event_id from settle_deliveries(?, ?::json) as event_id',
);

/**
 * Writes down how tries of a webhook have ended, and lets the next delivery of each account go whose head is gone. A try
 * that somebody else has taken over meanwhile changes nothing. Returns the events that were given up.
 */
export async function settleDeliveries(
  em: EntityManager,
  webhookId: number,
  outcomes: readonly Outcome[],
): Promise<number[]> {
  const rows = await settled(em, [webhookId, JSON.stringify(outcomes)]);
  return rows.map((row) => Number(row.event_id));
}

/** Where a replay has come to, and how many it has taken up so far. */
export interface ReplayStep {
  replayed: number;
  /** Where the next step begins; null at the end. */
  next: { createdAt: string; id: string } | null;
}

/** Lets the lines of these accounts begin that have no head. */
async function startLines(em: EntityManager, webhookId: number, userIds: readonly number[]): Promise<void> {
  await em.execute(
    `update webhook_deliveries d set next_try_at = now()
     from (select distinct user_id from unnest(?::int[]) as line(user_id)) as line
     cross join lateral (
       select event_id from webhook_deliveries held
       where held.webhook_id = ? and held.user_id = line.user_id and held.parked_at is null
       order by event_id limit 1
     ) as next
     where d.webhook_id = ? and d.event_id = next.event_id and not exists (
       select 1 from webhook_deliveries head
       where head.webhook_id = ? and head.user_id = line.user_id and head.parked_at is null
         and head.next_try_at is not null
     )`,
    [arrayOf(userIds), webhookId, webhookId, webhookId],
  );
}

/** Takes up at most `limit` deliveries that were given up; returns how many. */
export function replayParked(em: EntityManager, webhookId: number, limit: number): Promise<number> {
  return em.transactional(async () => {
    await em.execute(HELD_ALONE);
    const rows = await em.execute<{ user_id: number }[]>(
      `update webhook_deliveries set parked_at = null, attempts = 0, last_error = null, give_up_at = now() + ${TRIED_FOR}
       where webhook_id = ? and event_id in (
         select event_id from webhook_deliveries where webhook_id = ? and parked_at is not null order by event_id limit ?
       ) returning user_id`,
      [webhookId, webhookId, limit],
    );
    const userIds = rows.map(({ user_id }) => user_id);
    await startLines(em, webhookId, userIds);
    return userIds.length;
  });
}

/** Looks at `limit` events from a moment on, and takes up those of a webhook's types that do not wait for it already. */
export function replayEvents(
  em: EntityManager,
  webhookId: number,
  from: { createdAt: string; id: string },
  limit: number,
): Promise<ReplayStep> {
  return em.transactional(async () => {
    await em.execute(HELD_ALONE);
    const seen = await em.execute<{ id: string; created_at: string }[]>(
      `select id::text as id, created_at::text as created_at from account_events
       where created_at >= ?::timestamptz and (created_at, id) > (?::timestamptz, ?::bigint)
       order by created_at, id limit ?`,
      [from.createdAt, from.createdAt, from.id, limit],
    );
    const last = seen.at(-1);
    if (!last) return { replayed: 0, next: null };
    const made = await em.execute<{ user_id: number }[]>(
      `insert into webhook_deliveries (event_id, webhook_id, user_id, give_up_at)
       select e.id, w.id, e.user_id, now() + ${TRIED_FOR}
       from account_events e join webhooks w on w.id = ? and event_wanted(e.type, w.types)
       where e.id = any (?::bigint[]) and e.dispatched
       on conflict (event_id, webhook_id) do nothing returning user_id`,
      [webhookId, arrayOf(seen.map(({ id }) => Number(id)))],
    );
    await startLines(
      em,
      webhookId,
      made.map(({ user_id }) => user_id),
    );
    const next = seen.length < limit ? null : { createdAt: last.created_at, id: last.id };
    return { replayed: made.length, next };
  });
}

/** Deletes at most `limit` deliveries of a webhook; returns how many. */
export async function deleteDeliveries(em: EntityManager, webhookId: number, limit: number): Promise<number> {
  const rows = await em.execute<unknown[]>(
    `delete from webhook_deliveries where webhook_id = ? and event_id in (
       select event_id from webhook_deliveries where webhook_id = ? limit ?
     ) returning 1`,
    [webhookId, webhookId, limit],
  );
  return rows.length;
}

/** What a webhook has not got. */
export interface Backlog {
  pending: number;
  /** When the oldest of them happened. */
  waitingSince: Date | null;
  parked: number;
  lastError: string | null;
}

/** By webhook; those without any are absent. */
export async function findBacklogs(em: EntityManager): Promise<Map<number, Backlog>> {
  const rows = await em.execute<
    {
      webhook_id: number;
      pending: number;
      parked: number;
      waiting_since: string | null;
      last_error: string | null;
    }[]
  >(
    `select d.webhook_id, count(*) filter (where parked_at is null)::int as pending,
       count(parked_at)::int as parked,
       min(e.created_at) filter (where parked_at is null)::text as waiting_since,
       (array_agg(last_error order by d.event_id desc) filter (where last_error is not null))[1] as last_error
     from webhook_deliveries d join account_events e on e.id = d.event_id group by d.webhook_id`,
  );
  return new Map(
    rows.map((row) => [
      row.webhook_id,
      {
        pending: row.pending,
        waitingSince: row.waiting_since === null ? null : readTimestamp(row.waiting_since),
        parked: row.parked,
        lastError: row.last_error,
      },
    ]),
  );
}
