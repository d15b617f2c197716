import { CaptchaService } from '../../src/modules/captcha/captcha.service.js';
import { openTestRedis, type TestRedis } from '../support/redis.js';

let redis: TestRedis;
let captchas: CaptchaService;
const drawn: string[] = [];

const draw = async (answer: string): Promise<Buffer> => {
  drawn.push(answer);
  return Buffer.from('png');
};

beforeAll(() => {
  redis = openTestRedis();
  captchas = new CaptchaService(redis.client, redis.config, draw, () => 'WX3k', redis.clock.read);
});
afterAll(() => redis.close());

const atOnce = (run: () => Promise<boolean>): Promise<boolean[]> =>
  Promise.all(Array.from({ length: 20 }, run));
const successes = (results: boolean[]): number => results.filter(Boolean).length;

test('a captcha has an unguessable id, the drawn answer and an end', async () => {
  const first = await captchas.create();
  const second = await captchas.create();
  expect(first).toEqual({
    id: expect.stringMatching(/^[\w-]{22}$/),
    image: Buffer.from('png'),
    expiresAt: new Date(redis.clock.now + 300_000),
  });
  expect(second.id).not.toBe(first.id);
  expect(drawn).toEqual(['WX3k', 'WX3k']);
});

test('the setting CAPTCHA_ANSWER fixes the answer of captchas', async () => {
  const fixed = { ...redis.config, CAPTCHA_ANSWER: 'abcd' };
  const service = new CaptchaService(redis.client, fixed, draw, () => 'WX3k', redis.clock.read);
  const { id } = await service.create();
  expect(drawn.at(-1)).toBe('abcd');
  expect(await service.redeem({ id, answer: 'ABCD' })).toBe(true);
});

test.each(['WX3k', 'wx3K', ' w x3k ', 'ＷＸ３ｋ'])('the answer %j redeems a captcha once', async (answer) => {
  const { id } = await captchas.create();
  expect(await captchas.redeem({ id, answer })).toBe(true);
  expect(await captchas.redeem({ id, answer })).toBe(false);
});

test('a right answer of a captcha can be checked again and again, and is then redeemed once without it', async () => {
  const { id } = await captchas.create();
  expect(await captchas.check(id, 'wx3k')).toBe(true);
  expect(await captchas.check(id, 'WX3K')).toBe(true);
  expect(await captchas.redeem({ id })).toBe(true);
  expect(await captchas.redeem({ id })).toBe(false);
  expect(await captchas.check(id, 'wx3k')).toBe(false);
});

test.each(['check', 'redeem'] as const)('a wrong answer to %s burns the captcha', async (how) => {
  const { id } = await captchas.create();
  const wrong = how === 'check' ? captchas.check(id, 'wxyz') : captchas.redeem({ id, answer: 'wxyz' });
  expect(await wrong).toBe(false);
  expect(await captchas.check(id, 'wx3k')).toBe(false);
  expect(await captchas.redeem({ id, answer: 'wx3k' })).toBe(false);
});

test('a wrong answer burns a captcha that was already solved', async () => {
  const { id } = await captchas.create();
  await captchas.check(id, 'wx3k');
  expect(await captchas.check(id, 'wxyz')).toBe(false);
  expect(await captchas.redeem({ id })).toBe(false);
});

test('a captcha takes what people read in it, and nothing else', async () => {
  const fixed = { ...redis.config, CAPTCHA_ANSWER: 'O1Z5B9' };
  const service = new CaptchaService(redis.client, fixed, draw, () => '', redis.clock.read);
  const { id } = await service.create();
  for (const answer of ['0lzs8g', 'oI2SbQ']) expect(await service.check(id, answer)).toBe(true);
  expect(await service.check(id, 'C1Z5B9')).toBe(false);
});

test.each([undefined, null, '', ' ', '\u3000'])(
  'a missing answer (%j) leaves a captcha as it was',
  async (answer) => {
    const { id } = await captchas.create();
    expect(await captchas.check(id, answer ?? '')).toBe(false);
    expect(await captchas.redeem({ id, answer })).toBe(false);
    expect(await captchas.redeem({ id, answer: 'wx3k' })).toBe(true);
  },
);

test('twenty submits at once redeem a captcha once', async () => {
  const answered = await captchas.create();
  expect(successes(await atOnce(() => captchas.redeem({ id: answered.id, answer: 'wx3k' })))).toBe(1);
  const solved = await captchas.create();
  await captchas.check(solved.id, 'wx3k');
  expect(successes(await atOnce(() => captchas.redeem({ id: solved.id })))).toBe(1);
});

test('a captcha ends after its time, solved or not', async () => {
  const [solved, open] = [await captchas.create(), await captchas.create()];
  await captchas.check(solved.id, 'wx3k');
  redis.clock.advance(299_999);
  expect(await captchas.check(open.id, 'wx3k')).toBe(true);
  redis.clock.advance(1);
  expect(await captchas.check(open.id, 'wx3k')).toBe(false);
  expect(await captchas.redeem({ id: solved.id })).toBe(false);
});

test.each(['', 'x', '../x', 'a'.repeat(22), 'é'.repeat(22), 'a'.repeat(10_000)])(
  'the captcha id %j, never given, is never solved',
  async (id) => {
    expect(await captchas.check(id, 'wx3k')).toBe(false);
    expect(await captchas.redeem({ id, answer: 'wx3k' })).toBe(false);
  },
);

test('captcha answers are stored as hashes', async () => {
  const { id } = await captchas.create();
  const stored = await redis.client.hgetall(`captcha:${id}`);
  expect(stored.digest).toMatch(/^[\w-]{43}$/);
  expect(Object.keys(stored).sort()).toEqual(['digest', 'expires']);
});
