import { randomUUID } from 'node:crypto';
import type { Config } from '../../config.js';
import type { Door } from '../../door.js';
import { AppError, unavailable } from '../../errors/app-error.js';
import { sourceOf } from '../../infra/ip.js';
import { createKeyedHash, type KeyedHash } from '../../infra/keyed-hash.js';
import { type Clock, isCluster, type Redis, redisTime } from '../../infra/redis.js';
import { type Budget, type BudgetClaim, Budgets, type Spent, type Verdict } from './guard.budgets.js';
import { Waiters } from './guard.waiters.js';

/**
 * A password at log-in counts against its account. One asked of a live session counts against that session instead: its
 * holder is no stranger, and strangers must not keep them out. A code counts against neither: it is burnt after a few
 * wrong tries itself, and whoever was sent one must get in while strangers guess.
 */
export type OverAll = 'account' | 'nothing' | { session: number };

/** The claimant, as the guard counts it. */
export interface GuardClaimant {
  /** Canonical key of the account, known or not: `user:12`, `phone:138…`. Only its hash is stored. */
  accountKey: string;
  /** Counted as its source: an IPv4 address, or the /64 of an IPv6 one. */
  ip: string;
  door: Door;
  canShowCaptcha: boolean;
  /** A captcha was solved for this very try, and used up. */
  captchaSolved: boolean;
  /** Failures count against this too, over all sources. */
  overAll: OverAll;
  /** True when the account has logged in from here lately; asked only when its budget over all sources is spent. */
  isKnownSource(): Promise<boolean>;
}

export interface GuardStatus {
  /** Failures of the account from this source that count now. */
  failures: number;
  /** True when a door that can show a captcha would ask for one. */
  captchaRequired: boolean;
  /** The time from which this source may try again; null when it may now. */
  lockedUntil: Date | null;
}

type GuardConfig = Pick<
  Config,
  | 'GUARD_WINDOW_SECONDS'
  | 'GUARD_CAPTCHA_AFTER'
  | 'GUARD_LOCK_AFTER'
  | 'GUARD_ACCOUNT_HOURLY'
  | 'GUARD_SESSION_HOURLY'
  | 'GUARD_IP_HOURLY'
  | 'PASSWORD_PEPPER'
>;

/** The budgets that a failure counts against. */
interface Scopes {
  ip: Budget;
  pair: Budget;
  /** Over all sources: of the account or of the session, if there is one. */
  over: Budget | null;
}

const HOUR_MS = 3_600_000;
export interface GuardOptions {
  clock?: Clock;
  /** A try waits this long, in ms, for those under way; then it is SERVICE_UNAVAILABLE. */
  maxWaitMs?: number;
  /** True when source and account may live on different nodes, and cannot be reserved in one step. */
  sharded?: boolean;
  /** Hears of each try that is not looked at, by its code. */
  onRefusal?: (door: Door, code: string) => void;
}

/**
 * The one guard of passwords and codes, called by the domain, never by a route.
 *
 * A try in every budget is reserved before a secret is looked at and refunded when it was right, so however many
 * tries arrive at once, through whatever doors and processes, exactly as many wrong ones are evaluated as the budgets
 * allow. A try that would be one too many only if those under way fail waits for them: right ones all pass.
 *
 * - Account and source: over `GUARD_CAPTCHA_AFTER` failures a captcha where one can be shown; `GUARD_LOCK_AFTER`
 *   failures lock for a window at every door, then the count starts from zero.
 * - Account over all sources (log-in): when spent, a captcha where one can be shown, and elsewhere known sources only.
 * - Session over all sources (passwords it is asked for): when spent, locked until its oldest failure is an hour old.
 * - Source: when spent, locked until its oldest failure is an hour old.
 */
export class GuardService {
  private readonly budgets: Budgets;
  private readonly hash: KeyedHash;
  private readonly waiters = new Waiters();
  private readonly maxWaitMs: number;
  private readonly sharded: boolean;
  private readonly onRefusal: NonNullable<GuardOptions['onRefusal']>;

  constructor(
    redis: Redis,
    private readonly config: GuardConfig,
    {
      clock = redisTime,
      maxWaitMs = 15_000,
      sharded = isCluster(redis),
      onRefusal = () => {},
    }: GuardOptions = {},
  ) {
    this.budgets = new Budgets(redis, clock);
    this.hash = createKeyedHash(config.PASSWORD_PEPPER, 'guard');
    this.maxWaitMs = maxWaitMs;
    this.sharded = sharded;
    this.onRefusal = onRefusal;
  }

  /**
   * Runs `check` if the budgets allow. Null is a failure; a value, or an error, is none and passes through. `check`
   * should only look, and be done in well under 30 s: if it is not, nobody learns its result.
   * Throws ACCOUNT_LOCKED with retryAfter, CAPTCHA_REQUIRED, or SERVICE_UNAVAILABLE without Redis.
   */
  async attempt<T>(claimant: GuardClaimant, check: () => Promise<T | null>): Promise<T | null> {
    const id = randomUUID();
    const scopes = this.scopesOf(claimant);
    await this.reserve(id, scopes, claimant);
    let result: T | null;
    try {
      result = await check();
    } catch (error) {
      await this.settle(id, this.inSteps(scopes), false).catch(() => undefined);
      throw error;
    }
    // The result is told only once it is counted; a try that was lost meanwhile may have been used by another.
    const counted = await this.settle(id, this.inSteps(scopes), result === null);
    if (!counted) throw unavailable();
    return result;
  }

  /** The state that a log-in from here would meet. Throws SERVICE_UNAVAILABLE without Redis. */
  async status(claimant: Pick<GuardClaimant, 'accountKey' | 'ip'>): Promise<GuardStatus> {
    const scopes = this.scopesOf({ ...claimant, overAll: 'account' });
    const [ip, pair, account] = await Promise.all([
      this.budgets.look(scopes.ip),
      this.budgets.look(scopes.pair),
      scopes.over && this.budgets.look(scopes.over),
    ]);
    const lockedUntil = Math.max(
      ip.failures >= scopes.ip.limit ? ip.oldestLeavesAt : 0,
      pair.failures >= scopes.pair.limit ? pair.oldestLeavesAt : 0,
    );
    const accountSpent = account !== null && account.failures >= this.config.GUARD_ACCOUNT_HOURLY;
    return {
      failures: pair.failures,
      captchaRequired: pair.failures > this.config.GUARD_CAPTCHA_AFTER || accountSpent,
      lockedUntil: lockedUntil > 0 ? new Date(lockedUntil) : null,
    };
  }

  private async reserve(id: string, scopes: Scopes, claimant: GuardClaimant): Promise<void> {
    const giveUpAt = performance.now() + this.maxWaitMs;
    let vouchedFor = claimant.canShowCaptcha && claimant.captchaSolved;
    while (true) {
      const verdict = await this.reserveAll(id, this.inSteps(this.claimsOf(scopes, claimant, vouchedFor)));
      if (verdict.state === 'granted') return;
      const { budget } = verdict.claim;
      if (verdict.state === 'spent') {
        // Whoever waits for the same room can be told the same.
        this.waiters.wake(budget.key);
        const knownMayPass = isOfAccount(budget, scopes, claimant) && !claimant.canShowCaptcha;
        if (!knownMayPass || !(await claimant.isKnownSource())) {
          const refused = refusal(verdict, scopes, claimant);
          this.onRefusal(claimant.door, refused.code);
          throw refused;
        }
        vouchedFor = true;
        continue;
      }
      const left = giveUpAt - performance.now();
      if (left <= 0) throw unavailable();
      await this.waiters.wait(budget.key, left);
    }
  }

  /**
   * Takes a try from every budget, or in none: nothing is held while waiting. Giving back is not waited for: whoever
   * has to wait must be in the queue before the next try becomes free, and what this try sends next follows on the
   * same connection.
   */
  private async reserveAll(id: string, steps: readonly BudgetClaim[][]): Promise<Verdict> {
    const taken: Budget[][] = [];
    const giveBack = () => void this.settle(id, taken, false).catch(() => undefined);
    try {
      for (const claims of steps) {
        const verdict = await this.budgets.reserve(id, claims);
        if (verdict.state !== 'granted') {
          giveBack();
          return verdict;
        }
        taken.push(claims.map(({ budget }) => budget));
      }
      return { state: 'granted' };
    } catch (error) {
      giveBack();
      throw error;
    }
  }

  private async settle(id: string, steps: readonly Budget[][], failed: boolean): Promise<boolean> {
    const held = await Promise.all(steps.map((budgets) => this.budgets.settle(id, budgets, failed)));
    for (const { key } of steps.flat()) this.waiters.wake(key);
    return held.every(Boolean);
  }

  /**
   * Budgets that one script can do at once: all, or in a cluster the source and then the account. The source goes
   * first: one that is locked must not take tries from an account's budgets, which others need.
   */
  private inSteps<T>({ ip, pair, over }: { ip: T; pair: T; over: T | null }): T[][] {
    const ofAccount = over ? [pair, over] : [pair];
    return this.sharded ? [[ip], ofAccount] : [[ip, ...ofAccount]];
  }

  private scopesOf({
    accountKey,
    ip,
    overAll,
  }: Pick<GuardClaimant, 'accountKey' | 'ip' | 'overAll'>): Scopes {
    const { GUARD_WINDOW_SECONDS, GUARD_LOCK_AFTER, GUARD_IP_HOURLY } = this.config;
    const accountTag = `guard:{${this.hash('account', accountKey)}}`;
    const source = this.hash('source', sourceOf(ip));
    return {
      ip: { key: `guard:{${source}}`, windowMs: HOUR_MS, limit: GUARD_IP_HOURLY, locks: false },
      pair: {
        key: `${accountTag}:${source}`,
        windowMs: GUARD_WINDOW_SECONDS * 1000,
        limit: GUARD_LOCK_AFTER,
        locks: true,
      },
      over: this.budgetOverAll(accountTag, overAll),
    };
  }

  private budgetOverAll(accountTag: string, overAll: OverAll): Budget | null {
    const { GUARD_ACCOUNT_HOURLY, GUARD_SESSION_HOURLY } = this.config;
    if (overAll === 'nothing') return null;
    const hourly = { windowMs: HOUR_MS, locks: false };
    if (overAll === 'account') return { ...hourly, key: accountTag, limit: GUARD_ACCOUNT_HOURLY };
    return { ...hourly, key: `${accountTag}:session:${overAll.session}`, limit: GUARD_SESSION_HOURLY };
  }

  /** `vouchedFor`: by a captcha, or by being a known source where none can be shown. */
  private claimsOf(scopes: Scopes, claimant: GuardClaimant, vouchedFor: boolean) {
    const { ip, pair, over } = scopes;
    const captchaMissing = claimant.canShowCaptcha && !claimant.captchaSolved;
    const beforeCaptcha = Math.min(this.config.GUARD_CAPTCHA_AFTER + 1, pair.limit);
    const unbound = vouchedFor && isOfAccount(over, scopes, claimant);
    const claim = (budget: Budget, limit: number | null = budget.limit): BudgetClaim => ({ budget, limit });
    return {
      ip: claim(ip),
      pair: claim(pair, captchaMissing ? beforeCaptcha : pair.limit),
      over: over && claim(over, unbound ? null : over.limit),
    };
  }
}

/** The only one that a captcha or a known source gets past. */
const isOfAccount = (budget: Budget | null, scopes: Scopes, { overAll }: GuardClaimant): boolean =>
  overAll === 'account' && budget === scopes.over;

function refusal(verdict: Spent, scopes: Scopes, claimant: GuardClaimant): AppError {
  const { claim, failures, remainingMs } = verdict;
  const locked = !isOfAccount(claim.budget, scopes, claimant) && failures >= claim.budget.limit;
  if (claimant.canShowCaptcha && !locked) return new AppError('CAPTCHA_REQUIRED');
  return new AppError('ACCOUNT_LOCKED', {
    retryAfter: Math.ceil(remainingMs / 1000),
    limit: claim.budget.limit,
  });
}
