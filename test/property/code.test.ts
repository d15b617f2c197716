import fc from 'fast-check';
import type { Message } from '../../src/infra/message/port.js';
import { createRedis } from '../../src/infra/redis.js';
import { UnavailableError } from '../../src/infra/unavailable.js';
import { CodeService } from '../../src/modules/code/code.service.js';
import { openTestRedis, type TestRedis } from '../support/redis.js';
import {
  Check,
  FakeSender,
  type Guess,
  LIMITS,
  newModel,
  PURPOSES,
  Send,
  Use,
  useCode,
} from './code.model.js';
import { Pass } from './pass.js';

interface Bench {
  redis: TestRedis;
  sms: FakeSender;
  codes: CodeService;
}

function open(settings: Record<string, string> = {}) {
  const redis = openTestRedis(settings);
  const senders = { sms: new FakeSender(), mail: new FakeSender() };
  return { redis, senders, codes: new CodeService(redis.client, redis.config, senders, redis.clock.read) };
}

describe('sequences of sends and tries', () => {
  const purposes = fc.uniqueArray(fc.constantFrom(...PURPOSES), { minLength: 1, maxLength: 2 });
  const target = fc.constantFrom(
    { channel: 'sms' as const, address: '13800138000' },
    { channel: 'mail' as const, address: 'a@example.com' },
  );
  const guess: fc.Arbitrary<Guess> = fc.record({
    target,
    right: fc.boolean(),
    wanted: fc.uniqueArray(fc.constantFrom(...PURPOSES)),
  });
  const ip = fc.constantFrom('192.0.2.1', '2001:db8::1');
  const how = fc.constantFrom('once' as const, 'once' as const, 'twice' as const, 'failing' as const);
  const count = fc.constantFrom(1, 1, 1, 20);
  const pause = fc.constantFrom(1000, 59_999, 60_000, 240_000, 299_999, 300_000, 43_200_000, 86_400_000);
  const commands = [
    fc.tuple(target, purposes, ip, how).map((send) => new Send(...send)),
    guess.map((g) => new Check(g)),
    fc.tuple(guess, count, fc.boolean()).map((use) => new Use(...use)),
    pause.map((ms) => new Pass(ms)),
  ];

  test('any sequence of sends and tries of a code goes as the rules say', () =>
    fc.assert(
      fc.asyncProperty(fc.commands(commands, { maxCommands: 40, size: 'max' }), async (sequence) => {
        const { redis, senders, codes } = open(LIMITS);
        try {
          const real = { codes, senders, clock: redis.clock };
          await fc.asyncModelRun(() => ({ model: newModel(redis.clock), real }), sequence);
        } finally {
          await redis.close();
        }
      }),
      { numRuns: process.env.REDIS_URL ? 200 : 12 },
    ));
});

describe('a code', () => {
  const address = '13800138000';
  const phone = { channel: 'sms' as const, address };
  const ip = '192.0.2.1';
  let bench: Bench;

  beforeEach(() => {
    const { redis, senders, codes } = open();
    bench = { redis, sms: senders.sms, codes };
  });
  afterEach(() => bench.redis.close());

  async function send(purposes: ('LOGIN' | 'REGISTER')[] = ['LOGIN']): Promise<string> {
    await bench.codes.send({ ...phone, purposes, ip, locale: 'zh' });
    return bench.sms.sent.at(-1)?.code ?? '';
  }

  test('a code is used by one of 20 at once', async () => {
    const code = await send(['LOGIN', 'REGISTER']);
    let worked = 0;
    const use = () => useCode(bench.codes, { ...phone, code, purpose: 'REGISTER' }, async () => ++worked);
    const results = await Promise.all(Array.from({ length: 20 }, use));
    expect(results.filter((result) => result !== null)).toEqual([1]);
    expect(worked).toBe(1);
    expect(await bench.codes.check({ ...phone, code })).toBe(false);
  });

  test('a code is out of reach while it is being used, and good again when the work is refused', async () => {
    const code = await send();
    const attempt = { ...phone, code, purpose: 'LOGIN' as const };
    const refused = useCode(bench.codes, attempt, async () => {
      expect(await bench.codes.check(attempt)).toBe(false);
      expect(await useCode(bench.codes, attempt, async () => 'second')).toBeNull();
      throw new Error('name taken');
    });
    await expect(refused).rejects.toThrow('name taken');
    expect(await useCode(bench.codes, attempt, async () => 'done')).toBe('done');
  });

  test('a code that was put back keeps its wrong tries and its end', async () => {
    const code = await send();
    const attempt = { ...phone, code, purpose: 'LOGIN' as const };
    for (let i = 0; i < 4; i++) expect(await bench.codes.check({ ...attempt, code: 'x' })).toBe(false);
    await expect(useCode(bench.codes, attempt, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    bench.redis.clock.advance(299_999);
    expect(await bench.codes.check(attempt)).toBe(true);
    expect(await bench.codes.check({ ...attempt, code: 'x' })).toBe(false);
    expect(await bench.codes.check(attempt)).toBe(false);
  });

  test('a code that was put back does not come back over a newer one, even when that is used up', async () => {
    const code = await send();
    const attempt = { ...phone, code, purpose: 'LOGIN' as const };
    const newer = { ...attempt };
    const refused = useCode(bench.codes, attempt, async () => {
      bench.redis.clock.advance(60_000);
      newer.code = await send();
      expect(await useCode(bench.codes, newer, async () => 'done')).toBe('done');
      throw new Error('refused');
    });
    await expect(refused).rejects.toThrow('refused');
    expect(await bench.codes.check(attempt)).toBe(false);
    expect(await bench.codes.check(newer)).toBe(false);
  });

  test('a code that the provider failed to deliver is void, and the next may be sent at once', async () => {
    const attempted: string[] = [];
    const failing = {
      send: async ({ code }: Message) => {
        attempted.push(code);
        expect(await bench.codes.check({ ...phone, code })).toBe(true);
        throw new Error('provider down');
      },
    };
    const senders = { sms: failing, mail: failing };
    const codes = new CodeService(bench.redis.client, bench.redis.config, senders, bench.redis.clock.read);
    await expect(codes.send({ ...phone, purposes: ['LOGIN'], ip, locale: 'zh' })).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      cause: { message: 'provider down' },
    });
    expect(attempted).toHaveLength(1);
    expect(await bench.codes.check({ ...phone, code: attempted[0] as string })).toBe(false);
    expect(await bench.codes.check({ ...phone, code: await send() })).toBe(true);
  });

  test('a code is not good at another address or by another channel', async () => {
    const code = await send();
    expect(await bench.codes.check({ channel: 'mail', address, code })).toBe(false);
    expect(await bench.codes.check({ channel: 'sms', address: '13800138001', code })).toBe(false);
    expect(await bench.codes.check({ ...phone, code })).toBe(true);
  });

  test('the codes sent to a whole /64 count as of one source', async () => {
    for (let i = 0; i < 100; i++) {
      const to = { channel: 'sms' as const, address: `1380013${1000 + i}` };
      await bench.codes.send({ ...to, purposes: ['LOGIN'], ip: `2001:db8::${i + 1}`, locale: 'zh' });
    }
    const another = bench.codes.send({ ...phone, purposes: ['LOGIN'], ip: '2001:db8::ffff', locale: 'zh' });
    await expect(another).rejects.toMatchObject({ code: 'RATE_LIMITED', details: { retryAfter: 86_400 } });
    await send();
  });

  test('a code leaves neither address nor digits in Redis', async () => {
    const code = await send();
    const keys = await bench.redis.keys();
    const name = bench.redis.config.REDIS_PREFIX;
    for (const key of keys) expect(key).not.toContain(address);
    const hashes = keys.filter((key) => !/:(?:sent|recipients)$/.test(key));
    expect(hashes).toHaveLength(1);
    const stored = await bench.redis.client.hgetall((hashes[0] as string).slice(name.length));
    expect(JSON.stringify(Object.values(stored).slice(0, 3))).not.toContain(code);
    expect(stored.digest).toMatch(/^[\w-]{43}$/);
  });
});

test('without Redis nothing is sent and no code is right', async () => {
  const gone = createRedis({ REDIS_URL: 'redis://127.0.0.1:1', REDIS_PREFIX: 'x:' });
  const sms = new FakeSender();
  const redis = openTestRedis();
  const codes = new CodeService(gone.client, redis.config, { sms, mail: sms });
  const target = { channel: 'sms' as const, address: '13800138000' };
  const send = codes.send({ ...target, purposes: ['LOGIN'], ip: '192.0.2.1', locale: 'zh' });
  await expect(send).rejects.toThrow(UnavailableError);
  await expect(codes.check({ ...target, code: '123456' })).rejects.toThrow(UnavailableError);
  expect(sms.sent).toEqual([]);
  await Promise.all([gone.close(), redis.close()]);
});
