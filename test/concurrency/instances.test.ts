import { createWorld, REAL_HASHES, type TestApp, type TestWorld } from '../support/app.js';
import { atOnce, tally } from '../support/at-once.js';
import { type Account, freshPhone, PASSWORD } from '../support/client.js';
import { anlifeDoor, graphqlDoor, type Outcome, PASSWORD_DOORS } from '../support/doors.js';
import { ENDINGS, setAbilityAt } from '../support/endings.js';
import { until } from '../support/until.js';

/** Two gateways of one deployment are one: what happens at A holds at B at once. */

let world: TestWorld;
let a: TestApp;
let b: TestApp;

beforeAll(async () => {
  world = await createWorld();
  const settings = { ...REAL_HASHES, GUARD_IP_HOURLY: '1000', CAPTCHA_ANSWER: 'abcd' };
  a = await world.start(settings);
  b = await world.start(settings);
});
afterAll(() => world.close());

const LOGIN = 'mutation ($input: LoginInput!) { login(input: $input) { token } }';
const REGISTER = 'mutation ($input: RegisterInput!) { register(input: $input) { token user { id } } }';

const login = async (app: TestApp, { phone }: Account, password = PASSWORD): Promise<string> =>
  (await app.client.data(LOGIN, { input: { account: phone, password } })).login.token;

/** Whether a gateway knows the holder of the token. */
const isIn = async (app: TestApp, token: string): Promise<boolean> =>
  (await app.client.data('{ me { id } }', {}, token)).me !== null;

describe('the guard', () => {
  test('two instances together evaluate as many wrong passwords as one budget allows, and both lock', async () => {
    const { phone } = await a.client.register();
    const evaluations = () => a.services.hasher.evaluations + b.services.hasher.evaluations;
    const before = evaluations();
    const outcomes: Outcome[] = await atOnce(30, (index) =>
      anlifeDoor((index % 2 ? a : b).client, { account: phone, password: `wrong-${index}` }),
    );
    expect(tally(outcomes)).toEqual({ wrong: 10, locked: 20 });
    expect(evaluations() - before).toBe(10);
    for (const app of [a, b]) {
      for (const [, door] of PASSWORD_DOORS) {
        expect(await door(app.client, { account: phone, password: PASSWORD })).toBe('locked');
      }
    }
  });

  test('two instances let right passwords sent at once all pass', async () => {
    const { phone } = await a.client.register();
    const outcomes = await atOnce(30, (index) =>
      (index % 3 ? anlifeDoor : graphqlDoor)((index % 2 ? a : b).client, {
        account: phone,
        password: PASSWORD,
      }),
    );
    expect(tally(outcomes)).toEqual({ ok: 30 });
  });

  test('two instances show the same state of the guard', async () => {
    const { phone } = await a.client.register();
    await atOnce(6, (index) =>
      graphqlDoor((index % 2 ? a : b).client, { account: phone, password: 'wrong' }),
    );
    const status =
      'query ($account: String!) { loginStatus(account: $account) { failures captchaRequired } }';
    for (const app of [a, b]) {
      const { loginStatus } = await app.client.data(status, { account: phone });
      expect(loginStatus).toEqual({ failures: 6, captchaRequired: true });
    }
  });
});

describe('codes', () => {
  test('a code sent by one instance is used at another, once over both', async () => {
    const phone = freshPhone();
    const code = await a.client.sendCode(phone, ['REGISTER']);
    const outcomes = await atOnce(6, async (index) => {
      const input = { phone, password: PASSWORD, code };
      return (await (index % 2 ? a : b).client.code(REGISTER, { input })) ?? 'ok';
    });
    expect(tally(outcomes).ok).toBe(1);
  });

  test('two codes for one address wait for each other, whichever instance they come from', async () => {
    const slow = await world.start({ CODE_RESEND_SECONDS: '60' });
    const phone = freshPhone();
    await a.client.sendCode(phone, ['REGISTER']);
    const send = 'mutation ($input: SendCodeInput!) { sendCode(input: $input) { resendAfter } }';
    const { errors } = await slow.client.graphql(send, { input: { phone, purposes: ['REGISTER'] } });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'CODE_TOO_SOON', retryAfter: expect.any(Number) });

    // A gateway that stops takes nothing away from the others.
    await slow.close();
    const account = await a.client.register();
    expect(await isIn(b, account.token)).toBe(true);
  });

  test('a captcha drawn by one instance is answered at another', async () => {
    const { createCaptcha } = await a.client.data('mutation { createCaptcha { id } }');
    const captcha = { id: createCaptcha.id, answer: 'ABCD' };
    const verify = 'mutation ($input: VerifyInput!) { verify(input: $input) }';
    expect((await b.client.data(verify, { input: { captcha } })).verify).toBe(true);
  });
});

describe('a session', () => {
  test('a session opened at one instance is good at another, through each of its APIs', async () => {
    const account = await a.client.register();
    expect(await isIn(b, account.token)).toBe(true);
    const { body } = await b.client.legacy('GET', '/anlife/v1.0/user/getUserInfo', {
      user_id: account.id,
      auth_token: account.token,
    });
    expect(body.datas.phone).toBe(account.phone);
  });

  /**
   * Readers at B never pause. Whoever asks after A has answered must be told no; whoever asked before may be told
   * either.
   */
  test.each(ENDINGS)(
    '%s at one instance ends the session at another for busy clients too',
    async (_what, prepare) => {
      const account = await a.client.register();
      const token = await login(a, account);
      expect(await isIn(b, token)).toBe(true);

      const reads: { afterTheEnd: boolean; in: boolean }[] = [];
      let ended = false;
      const later = () => reads.filter(({ afterTheEnd }) => afterTheEnd);
      const readers = atOnce(6, async () => {
        while (later().length < 24) {
          const afterTheEnd = ended;
          reads.push({ afterTheEnd, in: await isIn(b, token) });
        }
      });
      const end = await prepare(a, account, token);
      await until('the readers are under way', () => reads.length > 0);
      await end();
      ended = true;
      await readers;

      expect(reads[0]?.in).toBe(true);
      expect(later().filter((read) => read.in)).toEqual([]);
      expect(await isIn(a, token)).toBe(false);
    },
  );

  test('the session that changes the password stays good at both instances', async () => {
    const account = await a.client.register();
    const other = await login(b, account);
    const change = 'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) }';
    const input = { oldPassword: PASSWORD, password: 'changed-horse-8' };
    await a.client.data(change, { input }, account.token);
    expect(await Promise.all([a, b].map((app) => isIn(app, account.token)))).toEqual([true, true]);
    expect(await Promise.all([a, b].map((app) => isIn(app, other)))).toEqual([false, false]);
  });

  test('a session opened with the old password while it is changed does not outlive the change', async () => {
    const account = await a.client.register();
    const change = 'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) }';
    const input = { oldPassword: PASSWORD, password: 'changed-horse-8' };
    const [logins] = await Promise.all([
      atOnce(10, () => b.client.graphql(LOGIN, { input: { account: account.phone, password: PASSWORD } })),
      a.client.data(change, { input }, account.token),
    ]);
    const tokens = logins.flatMap(({ data }) => data?.login?.token ?? []);
    expect(await Promise.all(tokens.map((token) => isIn(b, token)))).toEqual(tokens.map(() => false));
  });

  test('a disabled account opens no session at either instance until it is enabled', async () => {
    const account = await a.client.register();
    const administrator = await b.client.register();
    await setAbilityAt(a, administrator, '[user] Disabled User', true);
    const set = (mutation: string) =>
      b.client.data(
        `mutation ($id: ID!) { ${mutation}(id: $id) { id } }`,
        { id: account.id },
        administrator.token,
      );
    await set('disableUser');
    for (const app of [a, b]) {
      const attempt = { account: account.phone, password: PASSWORD };
      expect(await graphqlDoor(app.client, attempt)).toBe('ACCOUNT_DISABLED');
      expect(await anlifeDoor(app.client, attempt)).toBe('locked');
    }
    await set('enableUser');
    expect(await isIn(a, account.token)).toBe(false);
    expect(await isIn(a, await login(b, account))).toBe(true);
  });
});

test('abilities granted and revoked hold at both instances at once, in open sessions', async () => {
  const [holder, target] = await atOnce(2, () => a.client.register());
  if (!holder || !target) throw new Error('nobody registered');
  const disable = (app: TestApp) =>
    app.client.code('mutation ($id: ID!) { disableUser(id: $id) { id } }', { id: target.id }, holder.token);
  for (let round = 0; round < 3; round++) {
    expect(await Promise.all([disable(a), disable(b)])).toEqual(['FORBIDDEN', 'FORBIDDEN']);
    await setAbilityAt(a, holder, '[user] Disabled User', true);
    expect(await Promise.all([disable(a), disable(b)])).toEqual([undefined, undefined]);
    await setAbilityAt(a, holder, '[user] Disabled User', false);
  }
  expect(await disable(b)).toBe('FORBIDDEN');
});

test('a revoked ability is gone in the oldest of very many sessions', async () => {
  const [holder, target] = await atOnce(2, () => a.client.register());
  if (!holder || !target) throw new Error('nobody registered');
  const disable = () =>
    b.client.code('mutation ($id: ID!) { disableUser(id: $id) { id } }', { id: target.id }, holder.token);
  await a.infrastructure.database.fork().execute(
    `insert into sessions (user_id, token_hash, device_type, ip, source, expires_at)
     select user_id, lpad(n::text, 64, '0'), device_type, ip, source, expires_at
     from sessions, generate_series(1, 150) n where user_id = ?`,
    [holder.id],
  );
  await setAbilityAt(a, holder, '[user] Disabled User', true);
  expect(await disable()).toBeUndefined();
  await setAbilityAt(a, holder, '[user] Disabled User', false);
  expect(await disable()).toBe('FORBIDDEN');
});

test('a change at one instance is seen at another at once, and soon in a ranking that is cached there', async () => {
  const [earner, teller] = await atOnce(2, () => a.client.register());
  if (!earner || !teller) throw new Error('nobody registered');
  await setAbilityAt(a, teller, '[currency] Record Income', true);
  const record = 'mutation ($input: RecordIncomeInput!) { recordIncome(input: $input) { id } }';
  await a.client.data(record, { input: { userId: earner.id, amount: 5, key: 'hot' } }, teller.token);
  const ranked = async () => {
    const { rank } = await b.client.data('{ rank(first: 1) { entries { user { nickname } } } }');
    return rank.entries[0]?.user.nickname;
  };
  // Far more than make it hot.
  await atOnce(40, ranked);
  const rename = 'mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { nickname } }';
  await a.client.data(rename, { input: { nickname: '改名' } }, earner.token);
  const { user } = await b.client.data('query ($id: ID!) { user(id: $id) { nickname } }', { id: earner.id });
  expect(user.nickname).toBe('改名');
  await until('the ranking has the new name', async () => (await ranked()) === '改名');
});
