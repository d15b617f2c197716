import { setTimeout as wait } from 'node:timers/promises';
import { unavailable } from '../../errors/app-error.js';
import { Lease } from '../../infra/lease.js';
import type { Redis } from '../../infra/redis.js';
import type { RankRow, RankWindow } from './ranking.repository.js';

/** The ranking of a window at one moment. */
export interface RankSnapshot {
  /** Milliseconds since 1970. */
  computedAt: number;
  /** Best first. */
  rows: RankRow[];
}

/** A ranking is computed at most once in this time (`plus.md` 用户积分收入排名). */
const FRESH_MS = 180_000;
/** A caller waits this long for a newer snapshot, and then gets the old one. */
const PATIENCE_MS = 500;
/** No snapshot is served that is six minutes old: it is read a little before it arrives, and may be shared meanwhile. */
const LIFE_MS = 2 * FRESH_MS - 2 * PATIENCE_MS;
/** An instance may compute this long before another one tries. */
const LEASE_MS = 30_000;
const POLL_MS = 50;

export const snapshotKey = ({ days, cityId }: RankWindow): string => `rank:${days}:${cityId ?? 'all'}`;
const lockKey = (window: RankWindow): string => `${snapshotKey(window)}:lock`;

const ageOf = (snapshot: RankSnapshot): number => Date.now() - snapshot.computedAt;
const isFresh = (snapshot: RankSnapshot): boolean => ageOf(snapshot) < FRESH_MS;

/**
 * Rankings in Redis. One instance of the cluster computes, under a lock; everybody else waits a little for what it
 * makes, and is then served what is there. Only the first readers of a window wait until it is made, and those after
 * nobody has read it for a while. Without Redis every instance computes for itself, once for all who ask at the same
 * time.
 */
export class RankingSnapshots {
  private readonly loading = new Map<string, Promise<RankSnapshot>>();

  constructor(
    private readonly redis: Redis,
    private readonly compute: (window: RankWindow) => Promise<RankRow[]>,
  ) {}

  /** Throws SERVICE_UNAVAILABLE when the first ranking of a window takes too long. */
  get(window: RankWindow): Promise<RankSnapshot> {
    const key = snapshotKey(window);
    const running = this.loading.get(key);
    if (running) return running;
    const loading = this.load(window).finally(() => this.loading.delete(key));
    this.loading.set(key, loading);
    return loading;
  }

  private async load(window: RankWindow): Promise<RankSnapshot> {
    const stored = await this.read(window);
    if (!stored) return this.first(window);
    if (isFresh(stored)) return stored;
    // Goes on when nobody waits for it any more; one that fails is tried again by the next reader.
    const coming = this.newer(window, PATIENCE_MS).catch(() => null);
    const newer = await Promise.race([coming, wait(PATIENCE_MS, null, { ref: false })]);
    return newer ?? (ageOf(stored) < LIFE_MS ? stored : this.first(window));
  }

  private async first(window: RankWindow): Promise<RankSnapshot> {
    // A little longer than the lease: when the instance that computes dies, one that waits takes over.
    const snapshot = await this.newer(window, LEASE_MS * 1.2);
    if (!snapshot) throw unavailable();
    return snapshot;
  }

  /** A fresh one, made here or by another instance; null when there is none in that time. */
  private async newer(window: RankWindow, patienceMs: number): Promise<RankSnapshot | null> {
    const deadline = Date.now() + patienceMs;
    while (Date.now() < deadline) {
      const snapshot = (await this.refresh(window)) ?? (await this.read(window));
      if (snapshot && isFresh(snapshot)) return snapshot;
      await wait(POLL_MS);
    }
    return null;
  }

  /** A fresh snapshot, computed here unless another instance was quicker; null while another one computes. */
  private async refresh(window: RankWindow): Promise<RankSnapshot | null> {
    const lease = new Lease(this.redis, lockKey(window), LEASE_MS);
    // Without Redis there is nobody to agree with, so everybody may.
    if (!(await lease.take().catch(() => true))) return null;
    try {
      const stored = await this.read(window);
      if (stored && isFresh(stored)) return stored;
      const snapshot = { computedAt: Date.now(), rows: await this.compute(window) };
      await this.redis.set(snapshotKey(window), JSON.stringify(snapshot), 'PX', LIFE_MS).catch(() => null);
      return snapshot;
    } finally {
      await lease.release();
    }
  }

  private async read(window: RankWindow): Promise<RankSnapshot | null> {
    const stored = await this.redis.get(snapshotKey(window)).catch(() => null);
    const snapshot = stored ? (JSON.parse(stored) as RankSnapshot) : null;
    return snapshot && ageOf(snapshot) < LIFE_MS ? snapshot : null;
  }
}
