import type { DatabaseContext, RequestContext } from '../../context.js';
import { BoundedQueue } from '../../infra/bounded-queue.js';
import type { Database } from '../../infra/database/database.js';
import { HotCache } from '../../infra/hot-cache.js';
import type { Redis } from '../../infra/redis.js';
import { pageSize } from '../../paging.js';
import { type User, UserStatus } from '../user/user.entity.js';
import { userLoader } from '../user/user.loader.js';
import { findUsersByIds } from '../user/user.repository.js';
import { type RankRow, type RankWindow, rankIncomes, sumIncome } from './ranking.repository.js';
import { RankingSnapshots, type RankSnapshot, snapshotKey } from './ranking.snapshots.js';

/** All that the ranking needs of places. */
export interface CityFinder {
  /** The id of a city by its name, such as 成都 or 成都市; null when there is none. */
  cityByName(ctx: DatabaseContext, name: string): Promise<number | null>;
}

export interface RankQuery {
  days?: number | null;
  city?: string | null;
  first?: number | null;
}

/** One entry of a ranking, from 1. */
interface IncomeRankEntry {
  position: number;
  user: User;
  amount: number;
}

/** The caller's own; without a rank outside the first {@link RANK_MAX}. */
interface IncomeRankMine extends Omit<IncomeRankEntry, 'position'> {
  position: number | null;
}

export interface IncomeRank {
  entries: IncomeRankEntry[];
  mine: IncomeRankMine | null;
  computedAt: Date;
}

export const RANK_DEFAULT = 100;
/** Entries a ranking has. */
export const RANK_MAX = 1000;
/** Longer times are cut to this: each number of days is a ranking of its own to compute and keep. */
const DAYS_MAX = 3650;
/** Windows that wait for their first computation in one process; the next one gets SERVICE_UNAVAILABLE. */
const COMPUTATIONS_WAITING = 20;

/** Rankings, each of a window and a length, that may be hot at the same time in one process. */
const TOPS_MAX = 20;

/** A ranking with the users in it, who are asked for again with every one that is not hot. */
interface RankTop extends RankSnapshot {
  entries: IncomeRankEntry[];
}

/** The income ranking (`plus.md` 用户积分收入排名). */
export class RankingService {
  private readonly snapshots: RankingSnapshots;
  private readonly tops = new HotCache<RankTop>(TOPS_MAX);

  constructor(
    private readonly database: Pick<Database, 'fork'>,
    redis: Redis,
    private readonly places: CityFinder,
  ) {
    // One at a time: whoever asks for ever new windows must not take every connection to the database.
    const computations = new BoundedQueue(1, COMPUTATIONS_WAITING);
    // A ranking may outlive the request that started it, so it has an entity manager of its own.
    this.snapshots = new RankingSnapshots(redis, (window) =>
      computations.run(() => rankIncomes(database.fork(), window, RANK_MAX)),
    );
  }

  /**
   * The first 1 to 1000 of a window; more are cut, below 1 throws INVALID_INPUT. `days` absent or not positive is
   * all time; an unknown city has an empty ranking.
   */
  async rank(ctx: RequestContext, query: RankQuery): Promise<IncomeRank> {
    const size = pageSize(query.first, RANK_DEFAULT, RANK_MAX);
    const window = await this.findWindow(ctx, query);
    if (!window) return { entries: [], mine: null, computedAt: new Date() };
    const { rows, computedAt, entries } = await this.tops.get(`${snapshotKey(window)}:${size}`, () =>
      this.top(window, size),
    );
    return { entries, mine: await mineOf(ctx, window, rows), computedAt: new Date(computedAt) };
  }

  /** The part that is the same for every caller. */
  private async top(window: RankWindow, size: number): Promise<RankTop> {
    const snapshot = await this.snapshots.get(window);
    const rows = snapshot.rows.slice(0, size);
    const users = await findUsersByIds(
      this.database.fork(),
      rows.map(([userId]) => userId),
    );
    // Users disabled or deleted since the snapshot leave a gap until the next one.
    const entries = rows.flatMap(([userId, amount], index) => {
      const user = users.get(userId);
      return user?.status === UserStatus.ACTIVE ? [{ position: index + 1, user, amount }] : [];
    });
    return { ...snapshot, entries };
  }

  /** Null when the city is unknown. */
  private async findWindow(ctx: RequestContext, query: RankQuery): Promise<RankWindow | null> {
    const days = Math.min(Math.max(query.days ?? 0, 0), DAYS_MAX);
    const name = query.city?.trim();
    if (!name) return { days, cityId: null };
    const cityId = await this.places.cityByName(ctx, name);
    return cityId === null ? null : { days, cityId };
  }
}

async function mineOf(
  ctx: RequestContext,
  { days, cityId }: RankWindow,
  rows: readonly RankRow[],
): Promise<IncomeRankMine | null> {
  if (!ctx.viewer) return null;
  const user = await userLoader(ctx).load(ctx.viewer.userId);
  if (!user || (cityId !== null && user.cityId !== cityId)) return null;
  const index = rows.findIndex(([userId]) => userId === user.id);
  const row = rows[index];
  if (row) return { position: index + 1, user, amount: row[1] };
  return { position: null, user, amount: await sumIncome(ctx.em, user.id, days) };
}
