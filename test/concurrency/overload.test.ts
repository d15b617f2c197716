import { type LoneApp, startTestApp } from '../support/app.js';
import { atOnce } from '../support/at-once.js';
import { type Account, md5, PASSWORD } from '../support/client.js';

/** More log-ins than passwords can be hashed: the ones too many are told to come back, and nobody is blamed. */

/** So slow that requests sent together always meet in the queue, however busy the machine is. */
const SLOW_HASHES = { PASSWORD_HASH_MEMORY_KIB: '65536', PASSWORD_HASH_ITERATIONS: '8' };

let app: LoneApp;
let accounts: Account[];

beforeAll(async () => {
  app = await startTestApp({ ...SLOW_HASHES, PASSWORD_HASH_CONCURRENCY: '1', PASSWORD_HASH_QUEUE: '1' });
  accounts = [];
  for (let i = 0; i < 4; i++) accounts.push(await app.client.register());
});
afterAll(() => app.close());

const LOGIN = 'mutation ($input: LoginInput!) { login(input: $input) { token } }';

test('an overloaded gateway answers GraphQL with 503 and Retry-After', async () => {
  const answers = await atOnce(24, (index) =>
    app.client.graphql(LOGIN, { input: { account: accounts[index % 4]?.phone, password: PASSWORD } }),
  );
  const refused = answers.filter(({ errors }) => errors);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.length).toBeLessThan(24);
  for (const { status, errors, headers } of refused) {
    expect(errors?.[0]?.extensions).toEqual({ code: 'SERVICE_UNAVAILABLE', retryAfter: 1 });
    expect(status).toBe(503);
    expect(headers.get('retry-after')).toBe('1');
  }
});

test('an overloaded gateway answers anlife with 503, Retry-After and its own 1099', async () => {
  const answers = await atOnce(24, (index) =>
    app.client.legacy('POST', '/anlife/v1.0/user/loginAndGetUserInfo', {
      phone: accounts[index % 4]?.phone ?? '',
      password: md5(PASSWORD),
    }),
  );
  const refused = answers.filter(({ body }) => !body.datas);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.length).toBeLessThan(24);
  for (const { status, body, headers } of refused) {
    expect(body).toEqual({ error_code: 1099, error_msg: '系统错误' });
    expect(status).toBe(503);
    expect(headers.get('retry-after')).toBe('1');
  }
});

test('a log-in refused for overload does not count as a failure of anybody', async () => {
  for (const { phone } of accounts) {
    const query =
      'query ($account: String!) { loginStatus(account: $account) { failures captchaRequired lockedUntil } }';
    const { loginStatus } = await app.client.data(query, { account: phone });
    expect(loginStatus).toEqual({ failures: 0, captchaRequired: false, lockedUntil: null });
    await app.client.data(LOGIN, { input: { account: phone, password: PASSWORD } });
  }
});
