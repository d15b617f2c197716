import { rm } from 'node:fs/promises';
import { freshPhone } from '../support/client.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { Inbox } from '../support/inbox.js';
import { copyDataDir } from '../support/template.js';
import { until } from '../support/until.js';

/** When something outside fails, clients are told to come back later, and the log says why. */

const TOKEN = 'tHiSiSaToKeNoFsOmEbOdYeLsE0123456789abcdefg';
const EMAIL = 'private.person@example.com';
const PHONE = freshPhone();

let directory: string;
let provider: Inbox;
let gateway: GatewayProcess;

beforeAll(async () => {
  directory = await copyDataDir({ database: true });
  provider = await Inbox.open();
  provider.failing = true;
  gateway = await GatewayProcess.start({
    DATA_DIR: directory,
    SMS_PROVIDER: 'webhook',
    SMS_WEBHOOK_URL: provider.url,
    MAIL_PROVIDER: 'smtp',
    SMTP_URL: 'smtp://127.0.0.1:1',
    MAIL_FROM: 'gateway@example.com',
    WEIBO_APP_KEY: 'key',
    WEIBO_APP_SECRET: 'secret',
    WEIBO_API_URL: provider.url,
  });
});
afterAll(async () => {
  await gateway.stop();
  await provider.close();
  await rm(directory, { recursive: true, force: true });
});

const graphql = (query: string) => ({
  path: '/graphql',
  init: { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query }) },
});
const form = (path: string, params: Record<string, string>) => ({
  path,
  init: { body: new URLSearchParams(params) },
});

test.each([
  [
    'SMS, asked for at GraphQL',
    graphql(`mutation { sendCode(input: { phone: "${PHONE}", purposes: [LOGIN] }) { resendAfter } }`),
    { failure: 'SERVICE_UNAVAILABLE', path: 'sendCode' },
    'message webhook: status 500',
  ],
  [
    'SMS, asked for at a legacy door',
    form('/anlife/v1.0/user/getRegisterSms', { phone: PHONE }),
    { failure: 'SERVICE_UNAVAILABLE', path: 'sendCode' },
    'message webhook: status 500',
  ],
  [
    'mail',
    graphql(`mutation { sendCode(input: { email: "${EMAIL}", purposes: [LOGIN] }) { resendAfter } }`),
    { failure: 'SERVICE_UNAVAILABLE', path: 'sendCode' },
    'mail: ESOCKET',
  ],
  [
    'a third party',
    form('/anlife/v1.0/user/sinaLoginAndGetUserInfo', { token: TOKEN, uid: '1' }),
    { failure: 'THIRD_PARTY_UNAVAILABLE', path: 'login' },
    'Weibo /oauth2/get_token_info: status 500',
  ],
])(
  'the failure of %s is logged with its reason and no secrets',
  async (_name, { path, init }, entry, reason) => {
    const id = crypto.randomUUID();
    const headers = { ...('headers' in init && init.headers), 'x-request-id': id };
    await (await fetch(gateway.url + path, { method: 'POST', ...init, headers })).text();
    const ofRequest = () => gateway.lines.filter((line) => line.includes(id));
    await until('the request is logged', () => ofRequest().some((line) => line.includes('"msg":"request"')));
    const warnings = ofRequest().map((line) => JSON.parse(line));
    expect(warnings.filter(({ level }) => level > 30)).toEqual([
      expect.objectContaining({ level: 40, msg: 'failed outside', ...entry }),
    ]);
    expect(warnings.find(({ level }) => level === 40).err.message).toBe(reason);
    for (const secret of [PHONE, EMAIL, TOKEN]) expect(gateway.stdout).not.toContain(secret);
  },
);
