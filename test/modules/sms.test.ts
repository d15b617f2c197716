import { Webhook } from 'standardwebhooks';
import { signedHeaders as signAliyun } from '../../src/infra/message/aliyun.js';
import { parseBudgets } from '../../src/infra/message/budget.js';
import { parseTemplates } from '../../src/infra/message/templates.js';
import { signedHeaders as signTencent } from '../../src/infra/message/tencent.js';
import { createWorld, type TestApp, type TestWorld } from '../support/app.js';
import { freshPhone } from '../support/client.js';
import { ALIYUN_KEY, Aliyun, TENCENT_KEY, Tencent } from '../support/sms-vendors.js';
import { until } from '../support/until.js';

/** SMS by vendors: their signatures, one vendor after the other, and budgets. */

let world: TestWorld;
let aliyun: Aliyun;
let tencent: Tencent;

beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  [aliyun, tencent] = await Promise.all([new Aliyun().open(), new Tencent().open()]);
});
afterEach(async () => {
  await Promise.all([aliyun.close(), tencent.close()]);
});

const start = (settings: Record<string, string> = {}): Promise<TestApp> =>
  world.start({
    SMS_PROVIDER: 'aliyun,tencent',
    SMS_TIMEOUT_MS: '300',
    ALIYUN_SMS_URL: aliyun.url,
    ALIYUN_SMS_ACCESS_KEY_ID: ALIYUN_KEY.id,
    ALIYUN_SMS_ACCESS_KEY_SECRET: ALIYUN_KEY.secret,
    ALIYUN_SMS_SIGN: "用户网关(测试)'*",
    ALIYUN_SMS_TEMPLATES: 'LOGIN:SMS_1,LOGIN.en:SMS_2,*:SMS_3',
    TENCENT_SMS_URL: tencent.url,
    TENCENT_SMS_SECRET_ID: TENCENT_KEY.id,
    TENCENT_SMS_SECRET_KEY: TENCENT_KEY.secret,
    TENCENT_SMS_APP_ID: '1400006666',
    TENCENT_SMS_SIGN: '用户网关',
    TENCENT_SMS_TEMPLATES: 'LOGIN:1110,*:1111',
    ...settings,
  });

const SEND = 'mutation ($input: SendCodeInput!) { sendCode(input: $input) { resendAfter } }';
const send = (app: TestApp, phone: string, purposes = ['LOGIN', 'REGISTER'], headers = {}) =>
  app.client.graphql(SEND, { input: { phone, purposes } }, { headers });

/** True where the code is good. */
const isGood = async (app: TestApp, phone: string, code: string): Promise<boolean> => {
  const query = 'mutation ($input: VerifyInput!) { verify(input: $input) }';
  return (await app.client.data(query, { input: { phone, code } })).verify;
};

describe('the signatures', () => {
  test('that of Aliyun is the one in its documents', () => {
    const { authorization } = signAliyun(
      { accessKeyId: 'YourAccessKeyId', accessKeySecret: 'YourAccessKeySecret' },
      {
        host: 'ecs.cn-shanghai.aliyuncs.com',
        action: 'RunInstances',
        version: '2014-05-26',
        query: 'ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai',
        date: new Date('2023-10-26T10:22:32Z'),
        nonce: '3156853299f313e23d1673dc12e1703d',
      },
    );
    expect(authorization).toMatch(
      /Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0$/,
    );
  });

  test('that of Tencent is the one in its documents', () => {
    const { authorization } = signTencent(
      { secretId: 'AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE', secretKey: 'Gu5t9xGARNpq86cd98joQYCN3EXAMPLE' },
      {
        host: 'cvm.tencentcloudapi.com',
        service: 'cvm',
        body: String.raw`{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}`,
        date: new Date(1_551_113_065_000),
      },
    );
    expect(authorization).toMatch(
      /Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168$/,
    );
  });
});

describe('one vendor after the other', () => {
  let app: TestApp;
  beforeEach(async () => {
    app = await start({ SMS_TEMPLATE_VALUES: 'code,minutes' });
  });
  afterEach(() => app.close());

  test('the first one sends, by the template of the purpose and the language', async () => {
    const phone = freshPhone();
    expect((await send(app, phone)).errors).toBeUndefined();
    expect((await send(app, phone, ['REGISTER'])).errors).toBeUndefined();
    expect((await send(app, phone, undefined, { 'accept-language': 'en' })).errors).toBeUndefined();
    const values = { code: expect.stringMatching(/^\d{6}$/), minutes: '5' };
    expect(aliyun.sent).toMatchObject([
      { phone, template: 'SMS_1', sign: "用户网关(测试)'*", values },
      { phone, template: 'SMS_3', values },
      { phone, template: 'SMS_2', values },
    ]);
    expect(tencent.asked).toBe(0);
    expect(await isGood(app, phone, aliyun.sent[2]?.code ?? '')).toBe(true);
  });

  test.each<[string, () => unknown]>([
    ['refuses', () => Object.assign(aliyun, { behaviour: { refuses: 'isv.AMOUNT_NOT_ENOUGH' } })],
    [
      'refuses the number',
      () => Object.assign(aliyun, { behaviour: { refuses: 'isv.BUSINESS_LIMIT_CONTROL' } }),
    ],
    ['is no vendor any more', () => Object.assign(aliyun, { behaviour: { status: 404, body: '<html>' } })],
    ['does not listen', () => aliyun.close()],
  ])('where the first one %s, the next one sends the same code', async (_what, arrange) => {
    await arrange();
    const phone = freshPhone();
    expect((await send(app, phone)).errors).toBeUndefined();
    expect(aliyun.sent).toEqual([]);
    expect(tencent.sent).toMatchObject([{ phone: `+86${phone}`, template: '1110', sign: '用户网关' }]);
    expect(await isGood(app, phone, tencent.sent[0]?.code ?? '')).toBe(true);
  });

  test.each<[string, Aliyun['behaviour']]>([
    ['never answers', 'hangs'],
    ['cuts off', 'cuts off'],
    ['fails', { status: 500, body: 'oops' }],
  ])(
    'where the first one %s, the next one sends another code, and only that is good',
    async (_what, behaviour) => {
      aliyun.behaviour = behaviour;
      const phone = freshPhone();
      expect((await send(app, phone)).errors).toBeUndefined();
      expect(tencent.sent).toHaveLength(1);
      const good = tencent.sent[0]?.code ?? '';
      for (const { code } of aliyun.sent) {
        expect(code).not.toBe(good);
        expect(await isGood(app, phone, code)).toBe(false);
      }
      expect(await isGood(app, phone, good)).toBe(true);
    },
  );

  test('a vendor that answers twice sends once', async () => {
    aliyun.behaviour = 'answers twice';
    for (const phone of [freshPhone(), freshPhone(), freshPhone()]) {
      expect((await send(app, phone)).errors).toBeUndefined();
    }
    expect([aliyun.sent.length, tencent.sent.length]).toEqual([3, 0]);
  });

  test('a vendor that fails five times in a row is left alone, one that refuses numbers is not', async () => {
    aliyun.behaviour = { refuses: 'isv.MOBILE_NUMBER_ILLEGAL' };
    for (let i = 0; i < 6; i++) await send(app, freshPhone());
    expect(aliyun.asked).toBe(6);
    aliyun.behaviour = { refuses: 'isp.SYSTEM_ERROR' };
    for (let i = 0; i < 7; i++) await send(app, freshPhone());
    expect(aliyun.asked).toBe(11);
    expect(tencent.sent).toHaveLength(13);
  });

  test('where all fail the client is told so, and neither its code nor its budgets are spent', async () => {
    const strict = await start({ CODE_RESEND_SECONDS: '60', CODE_DAILY_LIMIT: '1', SMS_DAILY_BUDGET: '1' });
    aliyun.behaviour = { refuses: 'isv.AMOUNT_NOT_ENOUGH' };
    tencent.behaviour = { refuses: 'FailedOperation.InsufficientBalanceInSmsPackage' };
    const phone = freshPhone();
    const refused = await send(strict, phone);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect(refused.errors?.[0]?.extensions.code).toBe('SERVICE_UNAVAILABLE');
    tencent.behaviour = 'sends';
    expect((await send(strict, phone)).errors).toBeUndefined();
    expect(await isGood(strict, phone, tencent.sent[0]?.code ?? '')).toBe(true);
    await strict.close();
  });
});

test('a wrong key is no vendor that sends', async () => {
  const app = await start({ ALIYUN_SMS_ACCESS_KEY_SECRET: 'wrong', TENCENT_SMS_SECRET_KEY: 'wrong' });
  expect((await send(app, freshPhone())).status).toBe(503);
  expect([aliyun.asked, tencent.asked, aliyun.sent.length + tencent.sent.length]).toEqual([1, 1, 0]);
  await app.close();
});

describe('budgets of the day', () => {
  test('a vendor whose budget is spent is not asked, and nobody is beyond the budget of all', async () => {
    const app = await start({ SMS_DAILY_BUDGET: '5,aliyun:2' });
    const other = await start({ SMS_DAILY_BUDGET: '5,aliyun:2' });
    await clearBudget(app);
    const phones = Array.from({ length: 8 }, freshPhone);
    const answers = await Promise.all(phones.map((phone, i) => send(i % 2 ? app : other, phone)));
    expect(answers.filter(({ errors }) => !errors)).toHaveLength(5);
    expect([aliyun.sent.length, tencent.sent.length]).toEqual([2, 3]);
    await Promise.all([app.close(), other.close()]);
  });

  test('an SMS that may have left stays counted', async () => {
    const app = await start({ SMS_PROVIDER: 'aliyun', SMS_DAILY_BUDGET: '1' });
    await clearBudget(app);
    aliyun.behaviour = 'cuts off';
    expect((await send(app, freshPhone())).status).toBe(503);
    aliyun.behaviour = 'sends';
    expect((await send(app, freshPhone())).status).toBe(503);
    expect(aliyun.sent).toHaveLength(1);
    await app.close();
  });

  /** The gateways of this file share their Redis. */
  async function clearBudget({ infrastructure: { redis } }: TestApp): Promise<void> {
    const day = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' }).format();
    await redis.client.del(...['all', 'aliyun', 'tencent'].map((name) => `sms:{budget}:${day}:${name}`));
  }
});

test('what is posted to a webhook is signed', async () => {
  const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
  const app = await world.start({ SMS_WEBHOOK_SECRET: secret });
  const seen = world.inbox.requests.length;
  await app.client.sendCode(freshPhone(), ['LOGIN']);
  await until('it was posted', () => world.inbox.requests.length > seen);
  const { headers, body } = world.inbox.requests[seen] ?? { headers: {}, body: '' };
  expect(new Webhook(secret).verify(body, headers)).toMatchObject({ purposes: ['LOGIN'] });
  await app.close();
});

describe('the settings', () => {
  test.each(['', 'LOGIN', 'LOGIN:', 'login:1', 'LOGIN.fr:1', 'LOGIN:1,LOGIN:2', 'LOGIN:1 2'])(
    'the templates %j are refused',
    (text) => expect(parseTemplates(text)).toBeNull(),
  );
  test.each(['', '-1', '10,aliyun', '10,aliyun:', '10,20', '1e3'])('the budget %j is refused', (text) =>
    expect(parseBudgets(text)).toBeNull(),
  );
});
