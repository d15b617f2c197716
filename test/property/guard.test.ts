import fc from 'fast-check';
import { AppError } from '../../src/errors/app-error.js';
import { createRedis } from '../../src/infra/redis.js';
import { UnavailableError } from '../../src/infra/unavailable.js';
import {
  type GuardClaimant,
  type GuardOptions,
  GuardService,
} from '../../src/modules/guard/guard.service.js';
import { settledAtOnce, tally as tallyOf } from '../support/at-once.js';
import { openTestRedis, type TestRedis } from '../support/redis.js';
import { Crowd, claimantOf, LIMITS, Look, newModel, Try } from './guard.model.js';
import { Pass } from './pass.js';

let redis: TestRedis;
beforeAll(() => {
  redis = openTestRedis();
});
afterAll(() => redis.close());

let accounts = 0;
/** An account and a source that no other test has touched. */
function stranger(overrides: Partial<GuardClaimant> = {}): GuardClaimant {
  accounts++;
  const ip = `10.${(accounts >> 16) & 255}.${(accounts >> 8) & 255}.${accounts & 255}`;
  return {
    ...claimantOf({ door: 'plain', account: `user:${accounts}`, ip, known: false, overAll: 'account' }),
    ...overrides,
  };
}

/** How long a busy machine may take is not what is tested. */
const PATIENT = 600_000;

type Settings = Partial<TestRedis['config']>;

const guard = (settings: Settings = {}, options: GuardOptions = {}) =>
  new GuardService(redis.client, { ...redis.config, ...settings }, { clock: redis.clock.read, ...options });

/** Takes as long as a real check would in turns of the event loop, not in time. */
async function someTurns(count = 3): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
}

/** Checks that count how often they were run. */
function checks() {
  const seen = { wrong: 0, right: 0 };
  return {
    seen,
    wrong: async () => {
      seen.wrong++;
      await someTurns(seen.wrong % 7);
      return null;
    },
    right: async () => {
      seen.right++;
      await someTurns(seen.right % 7);
      return 'right';
    },
  };
}

const codeOf = (outcome: PromiseSettledResult<unknown>): unknown =>
  outcome.status === 'fulfilled' ? outcome.value : (outcome.reason as AppError).code;

const tally = (outcomes: PromiseSettledResult<unknown>[]) =>
  tallyOf(outcomes.map((outcome) => String(codeOf(outcome))));

/** Enough to spend every budget below at once; each try costs the stand-in of Redis an interpreted script. */
const CROWD = process.env.REDIS_URL ? 40 : 16;

/** One script for all budgets, or one for those of each node; a real cluster knows only the latter. */
const LAYOUTS = [
  ...(process.env.REDIS_URL?.includes(',') ? [] : [{ layout: 'one node', sharded: false }]),
  { layout: 'a cluster', sharded: true },
];

describe.each(LAYOUTS)('any sequence of tries on $layout', ({ sharded }) => {
  const actor = fc.record({
    door: fc.constantFrom('plain' as const, 'captcha' as const, 'solved' as const),
    account: fc.constantFrom('a', 'a', 'a', 'b'),
    // Three sources.
    ip: fc.constantFrom('192.0.2.1', '::ffff:192.0.2.1', '2001:db8::1', '2001:db8::2:3', '192.0.2.9'),
    known: fc.boolean(),
    overAll: fc.constantFrom('account' as const, 'account' as const, 'nothing' as const, { session: 1 }),
  });
  const pause = fc.constantFrom(1, 1000, 60_000, 300_000, 599_999, 899_999, 900_000, 2_699_999, 3_600_000);
  const commands = [
    fc
      .tuple(actor, fc.constantFrom('wrong' as const, 'wrong' as const, 'right' as const, 'throws' as const))
      .map(([who, outcome]) => new Try(who, outcome)),
    fc.tuple(actor, fc.nat(5), fc.nat(4)).map(([who, wrong, right]) => new Crowd(who, wrong, right)),
    actor.map((who) => new Look(who)),
    pause.map((ms) => new Pass(ms)),
  ];

  test('any sequence of tries is counted as the rules say, one by one and in crowds', () =>
    fc.assert(
      fc.asyncProperty(fc.commands(commands, { maxCommands: 40, size: 'max' }), async (sequence) => {
        const own = openTestRedis(LIMITS);
        try {
          const options = { clock: own.clock.read, maxWaitMs: PATIENT, sharded };
          const service = new GuardService(own.client, own.config, options);
          const real = { guard: service, clock: own.clock };
          await fc.asyncModelRun(() => ({ model: newModel(own.clock), real }), sequence);
        } finally {
          await own.close();
        }
      }),
      { numRuns: process.env.REDIS_URL ? 150 : 7 },
    ));
});

describe.each(LAYOUTS)('many tries at once on $layout', ({ sharded }) => {
  const guardHere = (settings?: Settings) => guard(settings, { sharded });

  test('of many wrong tries at once 10 are evaluated, and then even the right password is locked', async () => {
    const service = guardHere();
    const claimant = stranger();
    const { seen, wrong, right } = checks();
    expect(tally(await settledAtOnce(CROWD, () => service.attempt(claimant, wrong)))).toEqual({
      null: 10,
      ACCOUNT_LOCKED: CROWD - 10,
    });
    expect(seen.wrong).toBe(10);
    for (const canShowCaptcha of [true, false]) {
      await expect(
        service.attempt({ ...claimant, canShowCaptcha, captchaSolved: canShowCaptcha }, right),
      ).rejects.toMatchObject({ code: 'ACCOUNT_LOCKED', details: { retryAfter: 900 } });
    }
    expect(seen.right).toBe(0);
  });

  test('of many wrong tries at once where a captcha can be shown 6 are evaluated', async () => {
    const service = guardHere();
    const claimant = stranger({ canShowCaptcha: true });
    const { seen, wrong } = checks();
    const outcomes = await settledAtOnce(CROWD, () => service.attempt(claimant, wrong));
    expect(tally(outcomes)).toEqual({ null: 6, CAPTCHA_REQUIRED: CROWD - 6 });
    expect(seen.wrong).toBe(6);
  });

  test('of many wrong tries at once from mixed APIs and two processes 10 are evaluated', async () => {
    const processes = [guardHere(), guardHere()];
    const claimant = stranger();
    const doors = [
      { canShowCaptcha: false, captchaSolved: false },
      { canShowCaptcha: true, captchaSolved: false },
      { canShowCaptcha: true, captchaSolved: true },
    ];
    const { seen, wrong } = checks();
    await settledAtOnce(
      CROWD,
      (i) => processes[i % 2]?.attempt({ ...claimant, ...doors[i % 3] }, wrong) as Promise<null>,
    );
    expect(seen.wrong).toBe(10);
    expect(await processes[0]?.status(claimant)).toMatchObject({ failures: 10, captchaRequired: true });
  });

  test.each([
    ['a fresh account', 0, false],
    ['one failure before the lock', 9, false],
    ['one failure before the captcha', 5, true],
  ])('right tries at once all pass: %s', async (_, failures, canShowCaptcha) => {
    const processes = [guardHere(), guardHere()];
    const claimant = stranger({ canShowCaptcha });
    const { seen, wrong, right } = checks();
    for (let i = 0; i < failures; i++) await processes[0]?.attempt(claimant, wrong);
    const outcomes = await settledAtOnce(
      CROWD,
      (i) => processes[i % 2]?.attempt(claimant, right) as Promise<string>,
    );
    expect(tally(outcomes)).toEqual({ right: CROWD });
    expect(seen.right).toBe(CROWD);
    expect(await guardHere().status(claimant)).toMatchObject({ failures });
  });

  test('right tries pass beside wrong ones that do not spend the budget', async () => {
    const service = guardHere();
    const claimant = stranger();
    const { wrong, right } = checks();
    const outcomes = await settledAtOnce(CROWD, (i) =>
      service.attempt(claimant, i < 16 && i % 2 === 0 ? wrong : right),
    );
    expect(tally(outcomes)).toEqual({ null: 8, right: CROWD - 8 });
  });

  test("over all sources exactly the account's budget of strangers' tries is evaluated", async () => {
    const service = guardHere({ GUARD_ACCOUNT_HOURLY: 12 });
    const claimant = stranger();
    const { seen, wrong, right } = checks();
    const outcomes = await settledAtOnce(CROWD, (i) =>
      service.attempt({ ...claimant, ip: `172.16.0.${i}` }, wrong),
    );
    expect(seen.wrong).toBe(12);
    expect(tally(outcomes)).toEqual({ null: 12, ACCOUNT_LOCKED: CROWD - 12 });
    const owner = { ...claimant, ip: '172.16.1.1', isKnownSource: async () => true };
    expect(await service.attempt(owner, right)).toBe('right');
    await expect(service.attempt({ ...owner, canShowCaptcha: true }, right)).rejects.toMatchObject({
      code: 'CAPTCHA_REQUIRED',
    });
    const solved = { ...claimant, ip: '172.16.1.2', canShowCaptcha: true, captchaSolved: true };
    expect(await service.attempt(solved, right)).toBe('right');
  });

  test('from one source exactly its budget of tries is evaluated, whatever the accounts', async () => {
    const service = guardHere({ GUARD_IP_HOURLY: 12 });
    const { seen, wrong } = checks();
    const { ip } = stranger();
    const outcomes = await settledAtOnce(CROWD, () => service.attempt(stranger({ ip }), wrong));
    expect(tally(outcomes)).toEqual({ null: 12, ACCOUNT_LOCKED: CROWD - 12 });
    expect(seen.wrong).toBe(12);
    expect((await service.status(stranger({ ip }))).lockedUntil).toEqual(
      new Date(redis.clock.now + 3_600_000),
    );
  });

  test('a refused try gives back what it had reserved elsewhere', async () => {
    const service = guardHere({ GUARD_IP_HOURLY: 11 });
    const { ip, ...claimant } = stranger();
    const { wrong, right } = checks();
    await settledAtOnce(CROWD, () => service.attempt({ ...claimant, ip }, wrong));
    expect(await service.attempt(stranger({ ip }), right)).toBe('right');
    expect(await service.attempt(stranger({ ip }), wrong)).toBeNull();
    await expect(service.attempt(stranger({ ip }), right)).rejects.toMatchObject({ code: 'ACCOUNT_LOCKED' });
  });
});

describe('one try', () => {
  test('a try asks whether the source is known only when the account is spent', async () => {
    const service = guard({ GUARD_ACCOUNT_HOURLY: 1 });
    let asked = 0;
    const claimant = stranger({
      isKnownSource: async () => {
        asked++;
        return true;
      },
    });
    const { wrong, right } = checks();
    await service.attempt(claimant, wrong);
    expect(asked).toBe(0);
    expect(await service.attempt(claimant, right)).toBe('right');
    expect(asked).toBe(1);
  });

  test('a try that was never finished gives its place back when its lease ends', async () => {
    const service = guard({ GUARD_LOCK_AFTER: 1 });
    const claimant = stranger();
    const { right } = checks();
    let finish = (_: string | null): void => undefined;
    const abandoned = new Promise<string | null>((resolve) => {
      finish = resolve;
    });
    const slow = service.attempt(claimant, () => abandoned);
    await expect(
      guard({ GUARD_LOCK_AFTER: 1 }, { maxWaitMs: 50 }).attempt(claimant, right),
    ).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      details: { retryAfter: 1 },
    });
    redis.clock.advance(30_000);
    expect(await service.attempt(claimant, right)).toBe('right');
    // Its place is gone: nobody learns whether it was right.
    finish('right');
    await expect(slow).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(await service.status(claimant)).toMatchObject({ failures: 0 });
  });

  test('a try does not lock by failures that left the window while it was checked', async () => {
    const service = guard({ GUARD_LOCK_AFTER: 2 });
    const claimant = stranger();
    await service.attempt(claimant, async () => null);
    redis.clock.advance(890_000);
    await service.attempt(claimant, async () => {
      redis.clock.advance(10_000);
      return null;
    });
    expect(await service.status(claimant)).toEqual({
      failures: 1,
      captchaRequired: false,
      lockedUntil: null,
    });
  });

  test('a try leaves neither account nor address in Redis', async () => {
    const { wrong } = checks();
    await guard().attempt(stranger({ accountKey: 'phone:13800138000', ip: '203.0.113.77' }), wrong);
    const keys = await redis.keys();
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.filter((key) => /13800138000|203\.0\.113/.test(key))).toEqual([]);
  });

  test('a try is refused unseen when Redis is gone', async () => {
    const gone = createRedis({ REDIS_URL: 'redis://127.0.0.1:1', REDIS_PREFIX: 'x:' });
    const service = new GuardService(gone.client, redis.config);
    const { seen, right } = checks();
    for (const refused of [() => service.attempt(stranger(), right), () => service.status(stranger())]) {
      await expect(refused()).rejects.toThrow(UnavailableError);
    }
    expect(seen.right).toBe(0);
    expect(await gone.ping()).toBe(false);
    await gone.close();
  });

  test('a try follows the clock of Redis when it is given none', async () => {
    const service = new GuardService(redis.client, { ...redis.config, GUARD_LOCK_AFTER: 1 });
    const claimant = stranger();
    const { wrong } = checks();
    const clock = async () => Number((await redis.client.time())[0]);
    const before = await clock();
    await service.attempt(claimant, wrong);
    const after = await clock();
    const { lockedUntil } = await service.status(claimant);
    const lockedAt = (lockedUntil?.getTime() ?? 0) / 1000 - 900;
    // The stand-in rounds its seconds, up as well as down.
    expect(lockedAt).toBeGreaterThan(before - 1);
    expect(lockedAt).toBeLessThan(after + 2);
  });
});
