import type { CallOutcome, RowKey } from '../../door.js';
import { HyperLogLog } from '../../infra/hyper-log-log.js';
import { clientVersion, OTHER_CLIENT } from './client-version.js';

const DAY_MS = 86_400_000;

/** The most client versions of one row that are told apart on one day; the rest is one. */
export const MAX_CLIENTS = 40;

/** The most days that are counted here while the database takes nothing; calls of older ones are lost. */
const MAX_DAYS = 3;

/** Calls of one row, day, client and outcome since the last batch. */
export interface CountedCalls extends RowKey {
  day: string;
  client: string;
  outcome: CallOutcome;
  calls: number;
  lastAt: Date;
}

/** The accounts of one row and day, all that this process has seen. */
export interface CountedAccounts extends RowKey {
  day: string;
  accounts: HyperLogLog;
}

/** What was counted between two batches. */
export interface Counted {
  calls: readonly CountedCalls[];
  accounts: readonly CountedAccounts[];
}

interface Tally {
  calls: number;
  lastMs: number;
}

/** One day of one row. */
class DayTally {
  readonly clients = new Map<string, Map<CallOutcome, Tally>>();
  readonly accounts = new HyperLogLog();
  /** Accounts came that no batch has told. */
  isFresh = false;

  count(outcome: CallOutcome, client: string, userId: number | undefined, nowMs: number): void {
    const outcomes = this.outcomesOf(client);
    const tally = outcomes.get(outcome);
    if (tally) {
      tally.calls++;
      tally.lastMs = nowMs;
    } else outcomes.set(outcome, { calls: 1, lastMs: nowMs });
    if (userId !== undefined && this.accounts.add(userId)) this.isFresh = true;
  }

  get calls(): number {
    return [...this.clients.values()]
      .flatMap((outcomes) => [...outcomes.values()])
      .reduce((sum, { calls }) => sum + calls, 0);
  }

  /** What is counted of a client, which is one of the others where there is no more room for its name. */
  private outcomesOf(client: string): Map<CallOutcome, Tally> {
    const before = this.clients.get(client);
    if (before) return before;
    if (this.clients.size >= MAX_CLIENTS && client !== OTHER_CLIENT) return this.outcomesOf(OTHER_CLIENT);
    const outcomes = new Map<CallOutcome, Tally>();
    this.clients.set(client, outcomes);
    return outcomes;
  }
}

/** Counts the calls of one row. */
export class RowTally {
  private readonly days = new Map<number, DayTally>();
  private day = -1;
  private today = new DayTally();

  constructor(
    private readonly key: RowKey,
    private readonly now: () => number,
    private readonly onCall: () => void,
    private readonly onLoss: (calls: number) => void,
  ) {}

  /** Counts one call: a few look-ups in memory, nothing else. `userId`: of the session, if there was one. */
  count(outcome: CallOutcome, userAgent: string | undefined, userId: number | undefined): void {
    const nowMs = this.now();
    const day = Math.floor(nowMs / DAY_MS);
    if (day !== this.day) this.turn(day);
    this.today.count(outcome, clientVersion(userAgent), userId, nowMs);
    this.onCall();
  }

  /** What was counted since the last time. */
  take(): Counted {
    const calls: CountedCalls[] = [];
    const accounts: CountedAccounts[] = [];
    for (const [number, today] of this.days) {
      const day = new Date(number * DAY_MS).toISOString().slice(0, 10);
      for (const [client, outcomes] of today.clients) {
        for (const [outcome, tally] of outcomes) {
          calls.push({
            ...this.key,
            day,
            client,
            outcome,
            calls: tally.calls,
            lastAt: new Date(tally.lastMs),
          });
        }
      }
      if (today.isFresh) accounts.push({ ...this.key, day, accounts: HyperLogLog.of(today.accounts.bytes) });
      today.clients.clear();
      today.isFresh = false;
      if (number !== this.day) this.days.delete(number);
    }
    return { calls, accounts };
  }

  private turn(day: number): void {
    this.day = day;
    this.today = this.days.get(day) ?? new DayTally();
    this.days.set(day, this.today);
    if (this.days.size <= MAX_DAYS) return;
    const oldest = Math.min(...[...this.days.keys()].filter((number) => number !== day));
    this.onLoss(this.days.get(oldest)?.calls ?? 0);
    this.days.delete(oldest);
  }
}
