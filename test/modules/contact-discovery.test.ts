import type { Message, MessageSender } from '../../src/infra/message/port.js';
import { CodeService } from '../../src/modules/code/code.service.js';
import { ContactDiscoveryService } from '../../src/modules/contact/contact-discovery.service.js';
import { freshPhone } from '../support/client.js';
import { contextOf, createUser, openTestDatabase, type TestDatabase } from '../support/context.js';
import { openTestRedis, type TestRedis } from '../support/redis.js';

/** How long what bounds the search by numbers lasts; the rest is in test/rest/plus.lists.test.ts. */

const MINUTE = 60_000;
let database: TestDatabase;
let redis: TestRedis;
let codes: CodeService;
let discovery: ContactDiscoveryService;
let sender: MessageSender & { failing: boolean };

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

beforeEach(() => {
  redis = openTestRedis({ CODE_RESEND_SECONDS: '0', CODE_DAILY_LIMIT: '100' });
  sender = {
    failing: false,
    send: async (_message: Message) => {
      if (sender.failing) throw new Error('provider down');
    },
  };
  codes = new CodeService(redis.client, redis.config, { sms: sender, mail: sender }, redis.clock.read);
  discovery = new ContactDiscoveryService(redis.client, codes, redis.clock.read);
});
afterEach(() => redis.close());

/** A request without a session from an address. */
const strangerAt = (ip: string) => {
  const ctx = contextOf(database);
  return { ...ctx, client: { ...ctx.client, ip } };
};
const sendCode = (address: string, ip: string) =>
  codes.send({ channel: 'sms', address, purposes: ['LOGIN'], ip, locale: 'zh' });

test('a number that a code was sent to is found without a session for ten minutes, from the same source', async () => {
  const phone = freshPhone();
  await createUser(database, { phone });
  const found = async (ip: string) => (await discovery.find(strangerAt(ip), [phone])).length;
  await sendCode(phone, '2001:db8:1:2::1');
  redis.clock.advance(10 * MINUTE - 1);
  expect(await found('2001:db8:1:2::ffff')).toBe(1);
  expect(await found('2001:db8:1:3::1')).toBe(0);
  redis.clock.advance(1);
  expect(await found('2001:db8:1:2::1')).toBe(0);
  await sendCode(phone, '2001:db8:1:2::1');
  expect(await found('2001:db8:1:2::1')).toBe(1);
});

test('a number whose code did not leave is not found without a session', async () => {
  const phone = freshPhone();
  await createUser(database, { phone });
  sender.failing = true;
  await expect(sendCode(phone, '192.0.2.1')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  expect(await discovery.find(strangerAt('192.0.2.1'), [phone])).toEqual([]);
});

test('the addresses that codes were sent to are kept as hashes, and not for long', async () => {
  const phone = freshPhone();
  await sendCode(phone, '192.0.2.1');
  const key = (await redis.keys()).find((name) => name.endsWith(':recipients')) ?? '';
  const bare = key.slice(redis.config.REDIS_PREFIX.length);
  expect(await redis.client.zrange(bare, 0, -1)).toEqual([expect.not.stringContaining(phone)]);
  expect(await redis.client.pttl(bare)).toBeLessThanOrEqual(10 * MINUTE);
});

test('the numbers of an account are counted over a sliding hour, and a refusal says when there is room', async () => {
  const userId = await createUser(database);
  const ask = (count: number) => discovery.find(contextOf(database, userId), Array(count).fill('1'));
  const refused = (retryAfter: number) => ({ code: 'RATE_LIMITED', details: { retryAfter, limit: 1000 } });
  await ask(60);
  redis.clock.advance(20 * MINUTE);
  for (let time = 0; time < 9; time++) await ask(100);
  await ask(40);
  await expect(ask(1)).rejects.toMatchObject(refused(2400));
  await expect(ask(61)).rejects.toMatchObject(refused(3600));
  redis.clock.advance(40 * MINUTE);
  await ask(60);
  await expect(ask(1)).rejects.toMatchObject(refused(1200));
  redis.clock.advance(20 * MINUTE);
  for (let time = 0; time < 9; time++) await ask(100);
  await ask(40);
  await expect(ask(1)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
});
