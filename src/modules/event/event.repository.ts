import type { EntityManager } from '@mikro-orm/postgresql';
import { KEPT, rowsStay } from '../../infra/database/personal.js';
import { queryOne } from '../../infra/database/query.js';
import { AccountEvent } from './account-event.entity.js';

/**
 * Deletes at most `limit` events older than so many days that no webhook waits for, the oldest first, and with them what
 * was given up of them; returns how many.
 */
export async function deleteOldAccountEvents(
  em: EntityManager,
  days: number,
  limit: number,
): Promise<number> {
  const row = await queryOne<{ deleted: number }>(
    em,
    `with deleted as (
       delete from account_events where id = any (array(
         select e.id from account_events e
         where e.created_at < now() - make_interval(days => ?)
           and (e.dispatched or not exists (select 1 from webhooks))
           and not exists (select 1 from webhook_deliveries d where d.event_id = e.id and d.parked_at is null)
         order by e.created_at limit ? for update skip locked
       )) returning id
     ) select count(*)::int as deleted from deleted`,
    [days, limit],
  );
  return row?.deleted ?? 0;
}

/** What happened stays, without the values that belonged to the owner alone. */
export const emptiedAccountEvents = rowsStay(AccountEvent, 'userId', {
  id: KEPT,
  userId: KEPT,
  type: KEPT,
  data: KEPT,
  private: null,
  transaction: KEPT,
  dispatched: KEPT,
  createdAt: KEPT,
});
