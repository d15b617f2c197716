import type fc from 'fast-check';
import type { AppError } from '../../src/errors/app-error.js';
import type { Message, MessageSender } from '../../src/infra/message/port.js';
import type { CodeChannel } from '../../src/modules/code/code.address.js';
import type { CodePurpose, CodeService, CodeUse } from '../../src/modules/code/code.service.js';
import type { TestClock } from '../support/redis.js';

export const PURPOSES = ['REGISTER', 'LOGIN', 'BIND', 'RETRIEVE', 'UNBIND'] as const;

/** Small, so that short sequences reach every limit. */
export const LIMITS = { CODE_TRIES: '3', CODE_DAILY_LIMIT: '3', CODE_IP_DAILY_LIMIT: '5' };
const [TRIES, DAILY, IP_DAILY] = [3, 3, 5] as const;
const [LIFE, GAP, DAY] = [300_000, 60_000, 86_400_000] as const;

/** A provider that remembers what it delivered, and can be told to fail. */
export class FakeSender implements MessageSender {
  readonly sent: Message[] = [];
  failing = false;

  async send(message: Message): Promise<void> {
    await new Promise(setImmediate);
    if (this.failing) throw new Error('provider down');
    this.sent.push(message);
  }
}

interface LiveCode {
  code: string;
  purposes: readonly CodePurpose[];
  wrong: number;
  expires: number;
}

/** The rules of codes, over plain maps. */
interface Model {
  clock: TestClock;
  codes: Map<string, LiveCode>;
  sent: { at: number; to: string; source: string }[];
}

export const newModel = (clock: TestClock): Model => ({ clock, codes: new Map(), sent: [] });

interface Real {
  codes: CodeService;
  clock: TestClock;
  senders: Record<CodeChannel, FakeSender>;
}

export interface Target {
  channel: CodeChannel;
  address: string;
}

const keyOf = ({ channel, address }: Target): string => `${channel} ${address}`;

function liveCode(model: Model, target: Target): LiveCode | undefined {
  const code = model.codes.get(keyOf(target));
  return code && code.expires > model.clock.now ? code : undefined;
}

/** What the model says of one guess; a wrong one counts. */
function guess(model: Model, target: Target, code: string, wanted: readonly CodePurpose[]): boolean {
  const live = liveCode(model, target);
  if (!live) return false;
  const meant = wanted.length === 0 || wanted.some((purpose) => live.purposes.includes(purpose));
  if (live.code === code && meant) return true;
  live.wrong++;
  if (live.wrong >= TRIES) model.codes.delete(keyOf(target));
  return false;
}

type Command = fc.AsyncCommand<Model, Real>;

export class Send implements Command {
  constructor(
    private readonly target: Target,
    private readonly purposes: readonly CodePurpose[],
    /** Never two that count as one source. */
    private readonly ip: string,
    private readonly how: 'once' | 'twice' | 'failing',
  ) {}

  check = () => true;

  async run(model: Model, { codes, senders }: Real): Promise<void> {
    const sender = senders[this.target.channel];
    sender.failing = this.how === 'failing';
    const before = sender.sent.length;
    const refusal = this.refusal(model);
    const send = () => codes.send({ ...this.target, purposes: this.purposes, ip: this.ip, locale: 'zh' });
    const results = await Promise.all(
      (this.how === 'twice' ? [send, send] : [send]).map((run) => run().catch((error: AppError) => error)),
    );
    if (refusal) {
      expect(results[0]).toMatchObject(refusal);
      // Of two at once, one may meet the place of its source that the other is about to give back.
      for (const { code } of results as AppError[]) {
        expect([refusal.code, 'RATE_LIMITED']).toContain(code);
      }
      return;
    }
    if (this.how === 'failing') {
      expect(results[0]).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
      model.codes.delete(keyOf(this.target));
      return;
    }
    this.delivered(model, sender.sent.slice(before), results);
  }

  private delivered(model: Model, messages: Message[], results: unknown[]): void {
    expect(messages).toEqual([
      {
        to: this.target.address,
        purposes: this.purposes,
        code: expect.stringMatching(/^\d{6}$/),
        locale: 'zh',
        renew: expect.any(Function),
        lifeSeconds: LIFE / 1000,
      },
    ]);
    const expires = model.clock.now + LIFE;
    const passed = results.filter((result) => !(result instanceof Error));
    expect(passed).toEqual([{ resendAfter: 60, expiresAt: new Date(expires) }]);
    const code = (messages[0] as Message).code;
    model.codes.set(keyOf(this.target), { code, purposes: this.purposes, wrong: 0, expires });
    model.sent.push({ at: model.clock.now, to: keyOf(this.target), source: this.ip });
  }

  private refusal({ clock, sent }: Model): Pick<AppError, 'code' | 'details'> | null {
    const today = sent.filter(({ at }) => at > clock.now - DAY);
    const after = (at: number) => ({ retryAfter: Math.ceil((at - clock.now) / 1000) });
    const ofSource = today.filter(({ source }) => source === this.ip).map(({ at }) => at);
    if (ofSource.length >= IP_DAILY) {
      return { code: 'RATE_LIMITED', details: after((ofSource[0] as number) + DAY) };
    }
    const ofAddress = today.filter(({ to }) => to === keyOf(this.target)).map(({ at }) => at);
    if (ofAddress.length >= DAILY) {
      return { code: 'CODE_LIMIT', details: after((ofAddress[0] as number) + DAY) };
    }
    const last = ofAddress.at(-1);
    if (last === undefined || last + GAP <= clock.now) return null;
    return { code: 'CODE_TOO_SOON', details: after(last + GAP) };
  }

  toString = () => `send ${this.how} ${keyOf(this.target)} ${this.purposes} from ${this.ip}`;
}

export interface Guess {
  target: Target;
  right: boolean;
  wanted: CodePurpose[];
}

/** The code that is live, or one that is surely not. */
function codeFor(model: Model, { target, right }: Guess): string {
  const live = model.codes.get(keyOf(target))?.code ?? '000000';
  return right ? live : ((Number(live) + 1) % 1_000_000).toString().padStart(6, '0');
}

export class Check implements Command {
  constructor(private readonly guess: Guess) {}

  check = () => true;

  async run(model: Model, { codes }: Real): Promise<void> {
    const { target, wanted } = this.guess;
    const code = codeFor(model, this.guess);
    const [purpose] = wanted;
    const expected = guess(model, target, code, purpose ? [purpose] : []);
    expect(await codes.check({ ...target, code, ...(purpose && { purpose }) })).toBe(expected);
  }

  toString = () => `check ${JSON.stringify(this.guess)}`;
}

/** As the domain uses codes: one that was taken is put back when the work it was for fails. */
export async function useCode<T>(
  codes: CodeService,
  attempt: CodeUse,
  work: () => Promise<T>,
): Promise<T | null> {
  const taken = await codes.take(attempt);
  if (!taken) return null;
  try {
    return await work();
  } catch (error) {
    await taken.putBack();
    throw error;
  }
}

/** Any number of uses at once, of which the first that gets the code succeeds or is refused for another reason. */
export class Use implements Command {
  constructor(
    private readonly guess: Guess,
    private readonly count: number,
    private readonly refused: boolean,
  ) {}

  check = () => this.guess.wanted.length > 0;

  async run(model: Model, { codes }: Real): Promise<void> {
    const { target, wanted } = this.guess;
    const [purpose] = wanted;
    if (!purpose) return;
    const code = codeFor(model, this.guess);
    let worked = 0;
    const use = () =>
      useCode(codes, { ...target, code, purpose }, async () => {
        worked++;
        await new Promise(setImmediate);
        if (this.refused) throw new Error('other reason');
        return 'done';
      }).catch((error: Error) => error.message);
    const results = await Promise.all(Array.from({ length: this.count }, use));
    // Taken by the first right one, or burnt by wrong ones: in either case the rest do not count.
    let expected = guess(model, target, code, [purpose]);
    for (let i = 1; i < this.count && !expected; i++) expected = guess(model, target, code, [purpose]);
    if (!expected) expect(worked).toBe(0);
    else if (this.refused) expect(worked).toBeGreaterThan(0);
    else expect(worked).toBe(1);
    expect(results.filter((result) => result !== null)).toEqual(
      Array(worked).fill(this.refused ? 'other reason' : 'done'),
    );
    if (expected && !this.refused) model.codes.delete(keyOf(target));
  }

  toString = () => `${this.count} uses ${this.refused ? 'refused ' : ''}${JSON.stringify(this.guess)}`;
}
