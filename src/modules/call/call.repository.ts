import type { EntityManager } from '@mikro-orm/postgresql';
import type { CallOutcome, RowKey } from '../../door.js';
import { queryOne } from '../../infra/database/query.js';
import { HyperLogLog } from '../../infra/hyper-log-log.js';
import { type Counted, type CountedAccounts, type CountedCalls, MAX_CLIENTS } from './call.counter.js';
import { OTHER_CLIENT } from './client-version.js';

/** What one process has counted, numbered from 1 on. */
export interface Batch extends Counted {
  instance: string;
  sequence: number;
}

/** Any number would do that is the same in every process that counts. */
const COUNTING_LOCK = 8_414_003;

/** False when this batch, or a later one of the same process, is written already. */
async function claim(em: EntityManager, { instance, sequence }: Batch): Promise<boolean> {
  const row = await queryOne(
    em,
    `insert into call_batches (instance, sequence) values (?::uuid, ?)
     on conflict (instance) do update set sequence = excluded.sequence, written_at = now()
       where call_batches.sequence < excluded.sequence
     returning sequence`,
    [instance, sequence],
  );
  return row !== null;
}

/** Of the clients that a row has not seen on the day, those that call most are let in while there is room. */
async function addCalls(em: EntityManager, calls: readonly CountedCalls[]): Promise<void> {
  await em.execute(
    `with counted as (
       select * from jsonb_to_recordset(?::jsonb) as counted(
         door text, endpoint text, day date, client text, outcome text, calls bigint, "lastAt" timestamptz)
     ), known as (
       select distinct door, endpoint, day, client from row_calls
       where (door, endpoint, day) in (select door, endpoint, day from counted) and client <> ?
     ), newcomers as (
       select door, endpoint, day, client,
         row_number() over (partition by door, endpoint, day order by sum(calls) desc, client) as position
       from counted where client <> ? and (door, endpoint, day, client) not in (select * from known)
       group by door, endpoint, day, client
     ), others as (
       select door, endpoint, day, client from newcomers
       where position + (select count(*) from known
         where (known.door, known.endpoint, known.day) = (newcomers.door, newcomers.endpoint, newcomers.day)) > ?
     )
     insert into row_calls (door, endpoint, day, client, outcome, calls, last_at)
     select door, endpoint, day,
       case when (door, endpoint, day, client) in (select * from others) then ? else client end as named,
       outcome, sum(calls), max("lastAt")
     from counted group by door, endpoint, day, named, outcome
     on conflict (door, endpoint, day, client, outcome) do update
       set calls = row_calls.calls + excluded.calls, last_at = greatest(row_calls.last_at, excluded.last_at)`,
    [JSON.stringify(calls), OTHER_CLIENT, OTHER_CLIENT, MAX_CLIENTS, OTHER_CLIENT],
  );
}

interface Registers {
  registers: string;
}

const registersOf = ({ registers }: Registers): HyperLogLog =>
  HyperLogLog.of(Buffer.from(registers, 'base64'));

/** Writes only what the accounts change. */
async function addAccounts(
  em: EntityManager,
  { door, endpoint, day, accounts }: CountedAccounts,
): Promise<void> {
  const row = await queryOne<Registers>(
    em,
    `select encode(registers, 'base64') as registers from row_accounts
     where door = ? and endpoint = ? and day = ?::date`,
    [door, endpoint, day],
  );
  const merged = row ? registersOf(row) : new HyperLogLog();
  if (!merged.merge(accounts)) return;
  await em.execute(
    `insert into row_accounts (door, endpoint, day, registers) values (?, ?, ?::date, decode(?, 'base64'))
     on conflict (door, endpoint, day) do update set registers = excluded.registers`,
    [door, endpoint, day, Buffer.from(merged.bytes).toString('base64')],
  );
}

/** Adds a batch to what is counted, once: a second time it changes nothing. One process writes at a time. */
export async function writeBatch(em: EntityManager, batch: Batch): Promise<void> {
  await em.transactional(async () => {
    await em.execute('select pg_advisory_xact_lock(?)', [COUNTING_LOCK]);
    if (!(await claim(em, batch))) return;
    if (batch.calls.length > 0) await addCalls(em, batch.calls);
    for (const accounts of batch.accounts) await addAccounts(em, accounts);
  });
}

/** Calls of one row by client and outcome, over several days. */
export interface CallSum extends RowKey {
  client: string;
  outcome: CallOutcome;
  calls: number;
  /** Those of the later and the earlier half of the period. */
  recent: number;
  earlier: number;
  lastMs: number;
}

/** Days of UTC, as dates: all from `from` on, of which two halves, the second of them ending before `end`, are compared. */
export interface Period {
  from: string;
  earlier: string;
  recent: string;
  end: string;
}

export const sumCalls = (em: EntityManager, { from, earlier, recent, end }: Period): Promise<CallSum[]> =>
  em.execute<CallSum[]>(
    `select door, endpoint, client, outcome, sum(calls)::float8 as calls,
       coalesce(sum(calls) filter (where day >= ?::date and day < ?::date), 0)::float8 as recent,
       coalesce(sum(calls) filter (where day >= ?::date and day < ?::date), 0)::float8 as earlier,
       (extract(epoch from max(last_at)) * 1000)::float8 as "lastMs"
     from row_calls where day >= ?::date group by door, endpoint, client, outcome`,
    [recent, end, earlier, recent, from],
  );

/** How many accounts called a row on any day from this one on. */
export async function countAccounts(
  em: EntityManager,
  { door, endpoint }: RowKey,
  from: string,
): Promise<number> {
  const rows = await em.execute<Registers[]>(
    `select encode(registers, 'base64') as registers from row_accounts
     where door = ? and endpoint = ? and day >= ?::date`,
    [door, endpoint, from],
  );
  const all = new HyperLogLog();
  for (const row of rows) all.merge(registersOf(row));
  return all.count();
}

/** Deletes what was counted more than so many days ago, at most `limit` rows of it; returns how many. */
export async function deleteOldCalls(em: EntityManager, days: number, limit: number): Promise<number> {
  const row = await queryOne<{ deleted: number }>(
    em,
    `with calls as (
       delete from row_calls where (door, endpoint, day, client, outcome) in (
         select door, endpoint, day, client, outcome from row_calls
         where day < (now() at time zone 'utc')::date - ?::int order by day limit ?
       ) returning 1
     ), accounts as (
       delete from row_accounts where (door, endpoint, day) in (
         select door, endpoint, day from row_accounts
         where day < (now() at time zone 'utc')::date - ?::int order by day limit ?
       ) returning 1
     ), batches as (
       delete from call_batches where written_at < now() - make_interval(days => ?) returning 1
     ) select greatest((select count(*) from calls), (select count(*) from accounts))::int as deleted,
         (select count(*) from batches) as batches`,
    [days, limit, days, limit, days],
  );
  return row?.deleted ?? 0;
}
