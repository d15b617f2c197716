import type { Database } from '../src/infra/database/database.js';
import type { Redis } from '../src/infra/redis.js';
import { type RankWindow, rankIncomes } from '../src/modules/ranking/ranking.repository.js';
import { snapshotKey } from '../src/modules/ranking/ranking.snapshots.js';
import { sqlOf } from '../test/support/statements.js';
import type { Gateway } from './gateway.js';
import { GREEDY, STAR } from './ranking.data.js';

/** In milliseconds. `first`: nothing was warm but the caches of PostgreSQL. */
export interface Latency {
  what: string;
  first: number;
  p50: number;
  p99: number;
}

export interface Computation {
  what: string;
  /** Milliseconds from the request to the answer, without a snapshot, in the order they were measured. */
  ms: number[];
  /** What the statement reads, by its plan. */
  tables: string[];
}

const CITY = { id: 510100, name: '成都' };
const WINDOWS: readonly { what: string; days?: number; city?: string }[] = [
  { what: 'all time' },
  { what: '30 days', days: 30 },
  { what: '7 days', days: 7 },
  { what: 'one city, all time', city: CITY.name },
  { what: 'one city, 30 days', days: 30, city: CITY.name },
];
const RANK = `query ($days: Int, $city: String) {
  rank(days: $days, city: $city, first: 100) { computedAt entries { position amount user { id name nickname } } }
}`;
const USERS =
  'query ($filter: UserFilter) { users(filter: $filter, first: 20) { nodes { id name nickname } } }';
const LISTS: readonly [string, Record<string, unknown>][] = [
  ['name search `wang` (many)', { nameContains: 'wang' }],
  ['name search `fang777` (few)', { nameContains: 'fang777' }],
  ['name search `qzx` (nobody)', { nameContains: 'qzx' }],
  ['name search `qz` (nobody)', { nameContains: 'qz' }],
  ['name search `芳` (nobody)', { nameContains: '芳' }],
  ['name search `a` (most)', { nameContains: 'a' }],
  ['name search `qz`, by activity', { nameContains: 'qz', active: true }],
  ['a large city', { cityId: String(CITY.id) }],
  ['a small city', { cityId: '659012' }],
  ['a small city, by activity', { cityId: '659012', active: true }],
];

const page = (first: number, offset: number) =>
  `(first: ${first}, offset: ${offset}) { nodes { id name nickname } }`;
const FOLLOWS: readonly [string, string][] = [
  ['followers of a star', `{ user(id: ${STAR}) { followers${page(20, 0)} } }`],
  ['the same, from position 9,980', `{ user(id: ${STAR}) { followers${page(20, 9980)} } }`],
  ['followings', `{ user(id: 4711) { followings${page(20, 0)} } }`],
  [
    'mutual followings of a star',
    `{ user(id: ${STAR}) { mutualFollowings(first: 20) { totalCount nodes { id name nickname } } } }`,
  ],
  [
    'mutual followings of who follows 20,000',
    `{ user(id: ${GREEDY}) { mutualFollowings(first: 20) { totalCount nodes { id name nickname } } } }`,
  ],
  [
    'three followers of each of 20 users',
    '{ users(first: 20) { nodes { followers(first: 3) { totalCount nodes { id } } } } }',
  ],
  [
    'userRanking(by: FOLLOWERS)',
    '{ userRanking(by: FOLLOWERS, first: 20) { entries { position count user { id name nickname } } } }',
  ],
  [
    'the same, from rank 981',
    '{ userRanking(by: FOLLOWERS, first: 20, offset: 980) { entries { position count user { id name nickname } } } }',
  ],
  [
    'userRanking(by: POINTS)',
    '{ userRanking(by: POINTS, first: 20) { entries { position count user { id name nickname } } } }',
  ],
];

const round = (ms: number): number => Math.round(ms * 10) / 10;

const windowOf = ({ days = 0, city }: (typeof WINDOWS)[number]): RankWindow => ({
  days,
  cityId: city ? CITY.id : null,
});

interface PlanNode {
  'Relation Name'?: string;
  Plans?: PlanNode[];
}

const relationsOf = (node: PlanNode): string[] => [
  ...(node['Relation Name'] ? [node['Relation Name']] : []),
  ...(node.Plans ?? []).flatMap(relationsOf),
];

async function tablesRead(database: Database, window: RankWindow): Promise<string[]> {
  const sent = await sqlOf(database, () => rankIncomes(database.fork(), window, 1000));
  const sql = sent.find((one) => one.startsWith('select'));
  const [row] = await database
    .fork()
    .execute<{ 'QUERY PLAN': [{ Plan: PlanNode }] }[]>(`explain (format json) ${sql}`);
  return row ? [...new Set(relationsOf(row['QUERY PLAN'][0].Plan))].toSorted() : [];
}

/** Each ranking without a snapshot, `times` times. */
export async function measureComputations(
  gateway: Gateway,
  database: Database,
  redis: Redis,
  times: number,
): Promise<Computation[]> {
  const measured: Computation[] = [];
  for (const window of WINDOWS) {
    const ms: number[] = [];
    for (let time = 0; time < times; time++) {
      await redis.del(snapshotKey(windowOf(window)));
      ms.push(round((await gateway.ask(RANK, window)).ms));
    }
    measured.push({ what: window.what, ms, tables: await tablesRead(database, windowOf(window)) });
  }
  return measured;
}

async function latencyOf(what: string, ask: () => Promise<{ ms: number }>, times: number): Promise<Latency> {
  const first = (await ask()).ms;
  const again: number[] = [];
  for (let time = 0; time < times; time++) again.push((await ask()).ms);
  again.sort((a, b) => a - b);
  const quantile = (share: number) => round(again[Math.min(times - 1, Math.floor(times * share))] ?? 0);
  return { what, first: round(first), p50: quantile(0.5), p99: quantile(0.99) };
}

/** Rankings that are computed, and lists of users, asked for one after the other over HTTP. */
export async function measureReads(gateway: Gateway, times: number): Promise<Latency[]> {
  const measured = [await latencyOf('rank(first: 100), a snapshot', () => gateway.ask(RANK), times)];
  for (const [what, filter] of LISTS) {
    measured.push(await latencyOf(what, () => gateway.ask(USERS, { filter }), times));
  }
  for (const [what, query] of FOLLOWS) {
    measured.push(await latencyOf(what, () => gateway.ask(query), times));
  }
  return measured;
}
