import { freshPhone } from '../support/client.js';
import { type AnlifeApp, failed, startAnlife, succeeded } from './anlife.support.js';

/** Error 1010: what may be asked for only so often. */

let app: AnlifeApp;

beforeAll(async () => {
  app = await startAnlife({
    CODE_RESEND_SECONDS: '60',
    RATE_LIMIT: 'on',
    RATE_LIMIT_PER_MINUTE: '40',
  });
});
afterAll(() => app.close());

const DOORS = ['getRegisterSms', 'getBindPhoneSms'] as const;

test('a second code to one phone within a minute is 1010 at every door, and nothing is sent', async () => {
  const phone = freshPhone();
  expect(await app.get('/user/getRegisterSms', { phone })).toEqual(succeeded(1));
  const first = app.inbox.code(phone);
  for (const door of DOORS) expect(await app.get(`/user/${door}`, { phone })).toEqual(failed(1010));
  expect(app.inbox.letters.filter(({ to }) => to === phone)).toHaveLength(1);
  // The one that was sent stays good.
  expect(await app.get('/user/verifyPhoneCode', { phone, sms_code: first })).toEqual(succeeded(true));
});

test('the answer says when the next code can be had', async () => {
  const phone = freshPhone();
  await app.get('/user/getRegisterSms', { phone });
  const { headers } = await app.client.legacy('GET', '/anlife/v1.0/user/getRegisterSms', { phone });
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(55);
  expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(60);
});

test('the codes of a day are counted by phone and by source', async () => {
  const { client } = await app.world.start({ CODE_DAILY_LIMIT: '2', CODE_IP_DAILY_LIMIT: '5' });
  const ask = async (phone: string) => {
    const { status, body } = await client.legacy('GET', '/anlife/v1.0/user/getRegisterSms', { phone });
    return { status, body };
  };
  const phone = freshPhone();
  expect([await ask(phone), await ask(phone)]).toEqual([succeeded(1), succeeded(1)]);
  expect(await ask(phone)).toEqual(failed(1010));
  const others = [];
  for (let other = 0; other < 4; other++) others.push(await ask(freshPhone()));
  expect(others.at(-1)).toEqual(failed(1010, 429));
});

test('too many requests from one address are 1010 with status 429, in the envelope', async () => {
  const answers = [];
  for (let request = 0; request < 45; request++) answers.push(await app.get('/user/getDefaultPhotoList'));
  expect(answers.at(-1)).toEqual(failed(1010, 429));
});
