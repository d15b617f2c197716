import type { EntityManager } from '@mikro-orm/postgresql';
import type { CallOutcome, LegacySystem, RowKey } from '../door.js';
import { type CallSum, countAccounts, type Period, sumCalls } from '../modules/call/call.repository.js';
import { endpointOf } from '../rest/calls.js';
import { DIALECTS } from '../rest/dialects/index.js';
import type { Output } from './output.js';

const DAY_MS = 86_400_000;

interface ClientCalls {
  client: string;
  calls: number;
  lastCall: string;
}

interface ReportedRow {
  door: LegacySystem;
  /** Null for a URL that was counted and is no row any more. */
  id: string | null;
  methods: string;
  url: string;
  calls: number;
  outcomes: Partial<Record<CallOutcome, number>>;
  accounts: number;
  lastCall: string | null;
  /** The change of calls from one half of the period to the next: 0.1 is a tenth more; null where the first had none. */
  trend: number | null;
  /** The client versions, those that call most first. */
  clients: ClientCalls[];
}

/** A row's name in the report beside the key under which it is counted. */
type NamedRow = Pick<ReportedRow, 'door' | 'id' | 'methods' | 'url'> & RowKey;

const dateOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
const keyOf = ({ door, endpoint }: RowKey): string => `${door} ${endpoint}`;

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}

/** So many days with today; their halves are whole days, so today, which is not over, is in none. */
export function periodOf(days: number, nowMs: number): Period {
  const half = Math.floor((days - 1) / 2);
  const daysAgo = (count: number) => dateOf(nowMs - count * DAY_MS);
  return { from: daysAgo(days - 1), earlier: daysAgo(2 * half), recent: daysAgo(half), end: daysAgo(0) };
}

const rows = (): NamedRow[] =>
  DIALECTS.flatMap(({ name, mounts }) =>
    mounts.flatMap(({ prefix, rows }) =>
      rows.map((row) => ({
        door: name,
        id: row.id,
        methods: row.methods.join(', '),
        url: prefix + row.path,
        endpoint: endpointOf(prefix, row),
      })),
    ),
  );

function unknownRow({ door, endpoint }: RowKey): NamedRow {
  const [methods = '', url = ''] = endpoint.split(' ');
  return { door, id: null, methods, url, endpoint };
}

const total = (sums: readonly CallSum[], part: 'calls' | 'recent' | 'earlier' = 'calls'): number =>
  sums.reduce((sum, row) => sum + row[part], 0);

const lastOf = (sums: readonly CallSum[]): string =>
  new Date(Math.max(...sums.map(({ lastMs }) => lastMs))).toISOString();

function clientsOf(sums: readonly CallSum[]): ClientCalls[] {
  return [...groupBy(sums, ({ client }) => client)]
    .map(([client, own]) => ({ client, calls: total(own), lastCall: lastOf(own) }))
    .sort((one, other) => other.calls - one.calls || (one.client < other.client ? -1 : 1));
}

function outcomesOf(sums: readonly CallSum[]): ReportedRow['outcomes'] {
  const outcomes: ReportedRow['outcomes'] = {};
  for (const { outcome, calls } of sums) outcomes[outcome] = (outcomes[outcome] ?? 0) + calls;
  return outcomes;
}

function reported(
  { endpoint: _key, ...row }: NamedRow,
  sums: readonly CallSum[],
  accounts: number,
): ReportedRow {
  const earlier = total(sums, 'earlier');
  return {
    ...row,
    calls: total(sums),
    outcomes: outcomesOf(sums),
    accounts,
    lastCall: sums.length > 0 ? lastOf(sums) : null,
    trend: earlier > 0 ? Math.round((total(sums, 'recent') / earlier - 1) * 1000) / 1000 : null,
    clients: clientsOf(sums),
  };
}

/** Every row with its calls of the period, those that are called most first. */
async function report(em: EntityManager, period: Period): Promise<ReportedRow[]> {
  const byRow = groupBy(await sumCalls(em, period), keyOf);
  const known = rows();
  const keys = new Set(known.map(keyOf));
  const gone = [...byRow].flatMap(([key, [sum]]) => (keys.has(key) || !sum ? [] : [unknownRow(sum)]));
  const told: ReportedRow[] = [];
  for (const row of [...known, ...gone]) {
    const sums = byRow.get(keyOf(row)) ?? [];
    told.push(reported(row, sums, sums.length > 0 ? await countAccounts(em, row, period.from) : 0));
  }
  return told.sort((one, other) => other.calls - one.calls);
}

const count = (number: number): string => number.toLocaleString('en');
const percent = (share: number): string => `${Math.round(share * 100)} %`;
const nameOf = ({ door, id, methods, url }: ReportedRow): string =>
  [door, id ?? '(no row any more)', methods, url].join('  ');

function trendOf({ trend, calls }: ReportedRow): string {
  if (trend === null) return calls > 0 ? 'new' : '';
  return `${trend > 0 ? '+' : ''}${percent(trend)}`;
}

const clientOf =
  (calls: number) =>
  (client: ClientCalls): string =>
    `${client.client} ${count(client.calls)} (${percent(client.calls / calls)})`;

/** The clients that are named in the table; `--json` has them all. */
const NAMED_CLIENTS = 5;

function clientLine({ calls, clients, outcomes }: ReportedRow): string {
  const named = clients.slice(0, NAMED_CLIENTS).map(clientOf(calls));
  const more = clients.length - named.length;
  const others = Object.entries(outcomes).filter(([outcome]) => outcome !== 'ok');
  const told = others.map(([outcome, number]) => `${outcome} ${count(number)}`);
  return (
    [...named, ...(more > 0 ? [`${more} more`] : [])].join(', ') + (told.length ? `; ${told.join(', ')}` : '')
  );
}

/** Aligned in front, where there are only figures; names of rows are of any width. */
function table(lines: readonly (readonly string[])[]): string[] {
  const widths = [0, 1, 2, 3].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines.map((line) => line.map((text, column) => text.padStart(widths[column] ?? 0)).join('  '));
}

function textOf(period: Period, told: readonly ReportedRow[]): string {
  const called = told.filter(({ calls }) => calls > 0);
  const idle = told.filter(({ calls }) => calls === 0);
  const [head = '', ...lines] = table([
    ['calls', 'accounts', 'trend', 'last call (UTC)', 'row'],
    ...called.map((row) => [
      count(row.calls),
      count(row.accounts),
      trendOf(row),
      (row.lastCall ?? '').slice(0, 16).replace('T', ' '),
      nameOf(row),
    ]),
  ]);
  const margin = ' '.repeat(head.indexOf('row') + 2);
  return [
    `Calls of legacy URLs from ${period.from} to ${period.end}, days of UTC`,
    '',
    ...(called.length > 0 ? [head] : ['(none)']),
    ...called.flatMap((row, index) => [lines[index] ?? '', margin + clientLine(row)]),
    ...(idle.length > 0
      ? ['', `Without a call (${idle.length}):`, ...idle.map((row) => `  ${nameOf(row)}`)]
      : []),
  ].join('\n');
}

/** Who calls what, over so many days up to now: and so, who would miss a row. */
export async function sunsetReport(em: EntityManager, days: number, nowMs = Date.now()): Promise<Output> {
  const period = periodOf(days, nowMs);
  const told = await report(em, period);
  return { json: { days, from: period.from, to: period.end, rows: told }, text: textOf(period, told) };
}
