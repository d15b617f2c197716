import { type LoneApp, REAL_HASHES, startTestApp } from '../support/app.js';
import { atOnce, tally } from '../support/at-once.js';
import { type Account, freshPhone, md5, PASSWORD } from '../support/client.js';
import {
  anlifeDoor,
  graphqlAliases,
  graphqlDoor,
  headersFrom,
  type Outcome,
  PASSWORD_DOORS,
} from '../support/doors.js';

/** The one guard, from outside: however many tries come at once, through whatever door. */

let app: LoneApp;

beforeAll(async () => {
  app = await startTestApp({ ...REAL_HASHES, TRUSTED_PROXIES: '127.0.0.1' });
});
afterAll(() => app.close());

let lastSource = 0;
/** Each test has an address of its own, so that it spends nobody else's budget. */
const freshSource = (): string => `203.0.113.${++lastSource}`;

/** How many passwords were looked at while `work` ran. */
async function evaluationsDuring(work: () => Promise<unknown>): Promise<number> {
  const before = app.services.hasher.evaluations;
  await work();
  return app.services.hasher.evaluations - before;
}

const CHANGE_PASSWORD = 'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) }';

describe('wrong passwords at once', () => {
  let account: Account;
  const source = freshSource();
  const wrong = (index: number) => ({ account: account.phone, password: `wrong-${index}`, source });
  const right = () => ({ account: account.phone, password: PASSWORD, source });

  test('wrong passwords at once through every API and over aliases are evaluated exactly as often as the budget allows', async () => {
    account = await app.client.register();
    let outcomes: Outcome[] = [];
    const evaluated = await evaluationsDuring(async () => {
      const tries = await Promise.all([
        atOnce(6, (index) => graphqlDoor(app.client, wrong(index))),
        graphqlAliases(app.client, [wrong(10), wrong(11), wrong(12), wrong(13)], source),
        graphqlAliases(app.client, [wrong(20), wrong(21), wrong(22), wrong(23)], source),
        atOnce(16, (index) => anlifeDoor(app.client, wrong(30 + index))),
      ]);
      outcomes = tries.flat();
    });
    expect(evaluated).toBe(10);
    const { wrong: told = 0, captcha = 0, locked = 0, skipped = 0, ...others } = tally(outcomes);
    expect(others).toEqual({});
    expect(told).toBe(10);
    expect(skipped).toBe(6);
    expect(captcha + locked).toBe(14);
  });

  test.each(PASSWORD_DOORS)(
    'with the budget spent, %s does not evaluate the right password',
    async (_name, door) => {
      const evaluated = await evaluationsDuring(async () => {
        expect(await door(app.client, right())).toBe('locked');
      });
      expect(evaluated).toBe(0);
    },
  );

  test('with the budget spent, the right password is refused wherever else one is asked for', async () => {
    const options = { token: account.token, headers: headersFrom(source) };
    const phone = freshPhone();
    const code = await app.client.sendCode(phone, ['BIND']);
    const evaluated = await evaluationsDuring(async () => {
      const change = { oldPassword: PASSWORD, password: 'another-horse-8' };
      const { errors } = await app.client.graphql(CHANGE_PASSWORD, { input: change }, options);
      expect(errors?.[0]?.extensions).toEqual({
        code: 'ACCOUNT_LOCKED',
        limit: 10,
        retryAfter: expect.any(Number),
      });
      expect(errors?.[0]?.extensions.retryAfter).toBeLessThanOrEqual(900);

      const bind = {
        user_id: account.id,
        auth_token: account.token,
        phone,
        sms_code: code,
        password: md5(PASSWORD),
      };
      const bound = await app.client.legacy('POST', '/anlife/v1.0/user/bindPhone', bind, headersFrom(source));
      expect(bound.body).toEqual({ error_code: 1009, error_msg: '账号已锁定' });
    });
    expect(evaluated).toBe(0);
  });

  test('once the budget of an attacker is spent, the owner still logs in from another address through every API', async () => {
    for (const [, door] of PASSWORD_DOORS) {
      expect(await door(app.client, { ...right(), source: freshSource() })).toBe('ok');
    }
  });
});

test('where a captcha can be shown, six wrong passwords at once are evaluated and the rest need one', async () => {
  const { phone } = await app.client.register();
  const source = freshSource();
  let outcomes: Outcome[] = [];
  const evaluated = await evaluationsDuring(async () => {
    outcomes = await atOnce(30, (index) =>
      graphqlDoor(app.client, { account: phone, password: `wrong-${index}`, source }),
    );
  });
  expect(evaluated).toBe(6);
  expect(tally(outcomes)).toEqual({ wrong: 6, captcha: 24 });
});

test('an account that does not exist is guarded the same, under every spelling of its phone', async () => {
  const phone = freshPhone();
  const source = freshSource();
  const spellings = [phone, `+86${phone}`, `0086 ${phone}`, `86-${phone}`];
  let outcomes: Outcome[] = [];
  const evaluated = await evaluationsDuring(async () => {
    outcomes = await atOnce(20, (index) =>
      anlifeDoor(app.client, { account: spellings[index % 4] ?? '', password: `wrong-${index}`, source }),
    );
  });
  expect(evaluated).toBe(10);
  expect(tally(outcomes)).toEqual({ wrong: 10, locked: 10 });
});

test('right passwords sent at once all pass, through GraphQL and anlife', async () => {
  const { phone } = await app.client.register();
  const attempt = { account: phone, password: PASSWORD, source: freshSource() };
  const outcomes = await atOnce(30, (index) => (index % 2 ? graphqlDoor : anlifeDoor)(app.client, attempt));
  expect(tally(outcomes)).toEqual({ ok: 30 });
});

test('wrong passwords within the budget do not keep right ones out', async () => {
  const { phone } = await app.client.register();
  const source = freshSource();
  const outcomes = await atOnce(25, (index) => {
    const password = index % 5 === 0 ? `wrong-${index}` : PASSWORD;
    return (index % 2 ? graphqlDoor : anlifeDoor)(app.client, { account: phone, password, source });
  });
  expect(tally(outcomes)).toEqual({ ok: 20, wrong: 5 });
});

test('wrong passwords beyond the budget are evaluated to its last try, whatever right ones come between', async () => {
  const { phone } = await app.client.register();
  const source = freshSource();
  let outcomes: Outcome[] = [];
  const evaluated = await evaluationsDuring(async () => {
    outcomes = await atOnce(36, (index) => {
      const password = index % 2 ? `wrong-${index}` : PASSWORD;
      return anlifeDoor(app.client, { account: phone, password, source });
    });
  });
  const { wrong = 0, ok = 0, locked = 0, ...others } = tally(outcomes);
  expect(others).toEqual({});
  expect(wrong).toBe(10);
  expect(ok + locked).toBe(26);
  expect(evaluated).toBe(10 + ok);
});

test('wrong codes at once count against the same budget as wrong passwords', async () => {
  const { phone } = await app.client.register();
  const source = freshSource();
  await atOnce(4, (index) => anlifeDoor(app.client, { account: phone, password: `wrong-${index}`, source }));
  await app.client.sendCode(phone, ['RETRIEVE']);
  const answers = await atOnce(20, (index) =>
    app.client.legacy(
      'POST',
      '/anlife/v1.0/user/findPwd',
      { phone, sms_code: 'abcdef', password1: md5(`new-${index}`), password2: md5(`new-${index}`) },
      headersFrom(source),
    ),
  );
  expect(tally(answers.map(({ body }) => String(body.error_code)))).toEqual({ 1007: 6, 1009: 14 });
  expect(await anlifeDoor(app.client, { account: phone, password: PASSWORD, source })).toBe('locked');
});

test('aliases of one request count as tries one by one', async () => {
  const { phone } = await app.client.register();
  const source = freshSource();
  const attempt = (password: string) => ({ account: phone, password });
  const tries = [attempt(PASSWORD), attempt(PASSWORD), attempt('wrong-1'), attempt(PASSWORD)];
  const evaluated = await evaluationsDuring(async () => {
    expect(await graphqlAliases(app.client, tries, source)).toEqual(['ok', 'ok', 'wrong', 'skipped']);
  });
  expect(evaluated).toBe(3);
  const status = 'query ($account: String!) { loginStatus(account: $account) { failures } }';
  const { data } = await app.client.graphql(status, { account: phone }, { headers: headersFrom(source) });
  expect(data.loginStatus.failures).toBe(1);
});

test('one source has a budget of its own over all accounts', async () => {
  const { client } = await app.world.start({
    ...REAL_HASHES,
    TRUSTED_PROXIES: '127.0.0.1',
    GUARD_IP_HOURLY: '20',
  });
  const accounts = await atOnce(4, () => app.client.register());
  const outcomes = await atOnce(30, (index) =>
    anlifeDoor(client, {
      account: accounts[index % 4]?.phone ?? '',
      password: `wrong-${index}`,
      // Other addresses of the same /64 are the same source.
      source: `2001:db8:1:1::${(index + 1).toString(16)}`,
    }),
  );
  expect(tally(outcomes)).toEqual({ wrong: 20, locked: 10 });
  const { phone } = await app.client.register();
  const attempt = { account: phone, password: PASSWORD };
  for (const [, door] of PASSWORD_DOORS) {
    expect(await door(client, { ...attempt, source: '2001:db8:1:1::ffff' })).toBe('locked');
    expect(await door(client, { ...attempt, source: '2001:db8:1:2::1' })).toBe('ok');
  }
});
