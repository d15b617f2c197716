import type fc from 'fast-check';
import type { AppError } from '../../src/errors/app-error.js';
import { sourceOf } from '../../src/infra/ip.js';
import type { GuardClaimant, GuardService, OverAll } from '../../src/modules/guard/guard.service.js';
import type { TestClock } from '../support/redis.js';

/** Small, so that short sequences reach every budget. */
export const LIMITS = {
  GUARD_CAPTCHA_AFTER: '2',
  GUARD_LOCK_AFTER: '4',
  GUARD_ACCOUNT_HOURLY: '6',
  GUARD_IP_HOURLY: '8',
  GUARD_SESSION_HOURLY: '5',
};
const [BEFORE_CAPTCHA, LOCK, ACCOUNT, SOURCE, SESSION] = [3, 4, 6, 8, 5] as const;
const [WINDOW, HOUR] = [900_000, 3_600_000] as const;

export interface Actor {
  door: 'plain' | 'captcha' | 'solved';
  account: string;
  ip: string;
  known: boolean;
  overAll: OverAll;
}

export const claimantOf = ({ door, account, ip, known, overAll }: Actor): GuardClaimant => ({
  accountKey: account,
  ip,
  door: 'graphql',
  canShowCaptcha: door !== 'plain',
  captchaSolved: door === 'solved',
  overAll,
  isKnownSource: async () => known,
});

interface Failure {
  at: number;
  account: string;
  source: string;
  overAll: OverAll;
}

/** The rules of the guard, over a plain list of failures. */
interface Model {
  clock: TestClock;
  failures: Failure[];
  /** By account and source: when the last lock ends; failures before do not count any more. */
  locks: Map<string, number>;
}

export const newModel = (clock: TestClock): Model => ({ clock, failures: [], locks: new Map() });

interface Real {
  guard: GuardService;
  clock: TestClock;
}

type Refusal = { code: 'ACCOUNT_LOCKED'; retryAfter: number } | { code: 'CAPTCHA_REQUIRED' };

const pairOf = ({ account, ip }: Actor): string => `${account} ${sourceOf(ip)}`;

const timesOf = (model: Model, windowMs: number, counts: (failure: Failure) => boolean): number[] =>
  model.failures.filter((f) => counts(f) && f.at > model.clock.now - windowMs).map((f) => f.at);

const locked = (model: Model, until: number): Refusal => ({
  code: 'ACCOUNT_LOCKED',
  retryAfter: Math.ceil((until - model.clock.now) / 1000),
});

const isOfSession = (failure: Failure, { overAll }: Actor): boolean =>
  typeof overAll === 'object' &&
  typeof failure.overAll === 'object' &&
  failure.overAll.session === overAll.session;

function countsOf(model: Model, actor: Actor) {
  const source = sourceOf(actor.ip);
  const unlockedAt = model.locks.get(pairOf(actor)) ?? 0;
  return {
    unlockedAt,
    pair: timesOf(
      model,
      WINDOW,
      (f) => f.account === actor.account && f.source === source && f.at >= unlockedAt,
    ).length,
    account: timesOf(model, HOUR, (f) => f.account === actor.account && f.overAll === 'account'),
    session: timesOf(model, HOUR, (f) => f.account === actor.account && isOfSession(f, actor)),
    source: timesOf(model, HOUR, (f) => f.source === source),
  };
}

/** What a try meets now; null when it is evaluated. */
function refusalOf(model: Model, actor: Actor): Refusal | null {
  const { unlockedAt, pair, account, session, source } = countsOf(model, actor);
  const roomAt = (times: number[], limit: number) => (times.at(-limit) as number) + HOUR;
  if (source.length >= SOURCE) return locked(model, roomAt(source, SOURCE));
  if (unlockedAt > model.clock.now) return locked(model, unlockedAt);
  if (actor.door === 'captcha' && pair >= BEFORE_CAPTCHA) return { code: 'CAPTCHA_REQUIRED' };
  if (session.length >= SESSION) return locked(model, roomAt(session, SESSION));
  if (actor.overAll !== 'account' || account.length < ACCOUNT || actor.door === 'solved') return null;
  if (actor.door === 'captcha') return { code: 'CAPTCHA_REQUIRED' };
  return actor.known ? null : locked(model, roomAt(account, ACCOUNT));
}

function fail(model: Model, actor: Actor): void {
  model.failures.push({
    at: model.clock.now,
    account: actor.account,
    source: sourceOf(actor.ip),
    overAll: actor.overAll,
  });
  if (countsOf(model, actor).pair >= LOCK) model.locks.set(pairOf(actor), model.clock.now + WINDOW);
}

type Command = fc.AsyncCommand<Model, Real>;

export class Try implements Command {
  constructor(
    private readonly actor: Actor,
    private readonly outcome: 'wrong' | 'right' | 'throws',
  ) {}

  check = () => true;

  async run(model: Model, { guard }: Real): Promise<void> {
    const refusal = refusalOf(model, this.actor);
    let evaluated = 0;
    const result = await guard
      .attempt(claimantOf(this.actor), async () => {
        evaluated++;
        if (this.outcome === 'throws') throw new Error('other reason');
        return this.outcome === 'right' ? 'right' : null;
      })
      .catch((error: AppError) => error);
    expect(evaluated).toBe(refusal ? 0 : 1);
    if (refusal) {
      const { code, ...details } = refusal;
      expect(result).toMatchObject({ code, details });
    } else if (this.outcome === 'throws') {
      expect(result).toMatchObject({ message: 'other reason' });
    } else {
      expect(result).toBe(this.outcome === 'right' ? 'right' : null);
      if (this.outcome === 'wrong') fail(model, this.actor);
    }
  }

  toString = () => `${this.outcome} ${JSON.stringify(this.actor)}`;
}

/** Wrong and right tries at once: as many wrong ones are evaluated as would be one after the other. */
export class Crowd implements Command {
  constructor(
    private readonly actor: Actor,
    private readonly wrong: number,
    private readonly right: number,
  ) {}

  check = () => true;

  async run(model: Model, { guard }: Real): Promise<void> {
    const evaluated = { wrong: 0, right: 0 };
    const attempt = (kind: 'wrong' | 'right', index: number) =>
      guard
        .attempt(claimantOf(this.actor), async () => {
          evaluated[kind]++;
          for (let turn = 0; turn < index % 4; turn++) await new Promise(setImmediate);
          return kind === 'right' ? 'right' : null;
        })
        .catch((error: AppError) => error.code);
    const kinds = [...Array(this.wrong).fill('wrong'), ...Array(this.right).fill('right')] as const;
    const before = refusalOf(model, this.actor);
    const results = await Promise.all(kinds.map(attempt));

    let expected = 0;
    while (expected < this.wrong && !refusalOf(model, this.actor)) {
      fail(model, this.actor);
      expected++;
    }
    expect(evaluated.wrong).toBe(expected);
    expect(results.filter((result) => result === null)).toHaveLength(expected);
    expect(results.filter((result) => result === 'right')).toHaveLength(evaluated.right);
    if (!refusalOf(model, this.actor)) expect(evaluated.right).toBe(this.right);
    if (before) expect(evaluated.right).toBe(0);
    for (const result of results)
      expect([null, 'right', 'ACCOUNT_LOCKED', 'CAPTCHA_REQUIRED']).toContain(result);
  }

  toString = () => `${this.wrong} wrong and ${this.right} right at once ${JSON.stringify(this.actor)}`;
}

export class Look implements Command {
  constructor(private readonly actor: Actor) {}

  check = () => true;

  async run(model: Model, { guard }: Real): Promise<void> {
    const { pair, account, source, unlockedAt } = countsOf(model, this.actor);
    const isLocked = unlockedAt > model.clock.now;
    const until = Math.max(
      source.length >= SOURCE ? (source[0] as number) + HOUR : 0,
      isLocked ? unlockedAt : 0,
    );
    expect(await guard.status(claimantOf(this.actor))).toEqual({
      failures: isLocked ? LOCK : pair,
      captchaRequired: isLocked || pair >= BEFORE_CAPTCHA || account.length >= ACCOUNT,
      lockedUntil: until ? new Date(until) : null,
    });
  }

  toString = () => `status ${JSON.stringify(this.actor)}`;
}
