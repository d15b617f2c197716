import type { EntityManager } from '@mikro-orm/postgresql';
import { rowsGo } from '../../infra/database/personal.js';
import { queryOne } from '../../infra/database/query.js';
import { OpenAppCall } from './open-app-call.entity.js';
import type { SignedRequest } from './signed-request.js';

type Call = Pick<SignedRequest, 'appId' | 'signature'>;

/** The id of the account that a signed request has created; null when the request has not been seen. */
export async function findCall(em: EntityManager, { appId, signature }: Call): Promise<number | null> {
  const row = await queryOne<{ user_id: number | null }>(
    em,
    'select user_id from open_app_calls where app_id = ? and signature = ?',
    [appId, signature],
  );
  return row?.user_id ?? null;
}

/** Takes a signed request for this transaction; false when another one has done what it asks for. */
export async function claimCall(em: EntityManager, { appId, signature }: Call): Promise<boolean> {
  const row = await queryOne(
    em,
    'insert into open_app_calls (app_id, signature) values (?, ?) on conflict do nothing returning app_id',
    [appId, signature],
  );
  return row !== null;
}

export async function nameCreated(
  em: EntityManager,
  { appId, signature }: Call,
  userId: number,
): Promise<void> {
  await em.execute('update open_app_calls set user_id = ? where app_id = ? and signature = ?', [
    userId,
    appId,
    signature,
  ]);
}

/** A request is timely for twenty minutes at most (ten each way); an hour covers clocks that disagree. */
export async function forgetOldCalls(em: EntityManager): Promise<void> {
  await em.execute(`delete from open_app_calls where created_at < now() - interval '1 hour'`);
}

export const erasedOpenAppCalls = rowsGo(OpenAppCall, 'userId');
