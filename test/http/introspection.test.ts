import type { Redis } from '../../src/infra/redis.js';
import { type LoneApp, startTestApp, type TestApp } from '../support/app.js';
import { atOnce } from '../support/at-once.js';
import type { Account } from '../support/client.js';
import { comer, giveLegacyId } from '../support/comers.js';
import { claimsOf, PLUS_SECRET, signJwt } from '../support/jwt.js';
import { grant, logIn } from '../support/operations.js';
import { keysOf } from '../support/redis.js';
import { statementsOf } from '../support/statements.js';
import { until } from '../support/until.js';

/** What other servers ask about tokens (RFC 7662). */

interface OpenApp {
  id: number;
  secret: string;
}

interface Answer {
  status: number;
  body: unknown;
  headers: Headers;
}

const INACTIVE = { status: 200, body: { active: false } };
const MISSES = 20;

let app: LoneApp;
/** Another instance, behind a proxy, where internal servers may ask. */
let other: TestApp;
let credentials: OpenApp;

const basic = ({ id, secret }: { id: number | string; secret: string }): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
});

async function post(
  body: URLSearchParams | string | undefined,
  headers: Record<string, string> = basic(credentials),
  { url }: Pick<TestApp, 'url'> = app,
): Promise<Answer> {
  const response = await fetch(`${url}/oauth/introspect`, { method: 'POST', headers, body });
  return { status: response.status, body: await response.json(), headers: response.headers };
}

const ask = (token: string, headers?: Record<string, string>, at?: Pick<TestApp, 'url'>): Promise<Answer> =>
  post(new URLSearchParams({ token }), headers, at);

const told = ({ status, body }: Answer) => ({ status, body });

const freshToken = (): string => `guess-${Math.random().toString(36)}-${Math.random().toString(36)}`;

const context = () => ({ em: app.infrastructure.database.fork() });

async function createApp(allowedIps: string[] = []): Promise<OpenApp> {
  const created = await app.services.openApps.create(context(), { allowedIps });
  return { id: created.app.id, secret: created.secret };
}

/** An app that gateways know by now: one that is asked often looks at the apps twice a second. */
async function knownApp(allowedIps?: string[]): Promise<OpenApp> {
  const created = await createApp(allowedIps);
  await until('the new app is known', async () => (await ask('x', basic(created))).status === 200);
  return created;
}

/** The commands that a gateway sends to Redis meanwhile, by name. */
async function commandsOf({ infrastructure }: TestApp, work: () => Promise<unknown>): Promise<string[]> {
  const client = infrastructure.redis.client as Redis & Record<string, unknown>;
  const sent: string[] = [];
  const originals = ['get', 'mget', 'set', 'del', 'evalsha', 'eval', 'zrem', 'exists', 'pttl'].map(
    (name) => [name, client[name] as (...given: unknown[]) => unknown] as const,
  );
  for (const [name, original] of originals) {
    client[name] = (...given: unknown[]) => {
      sent.push(name);
      return original.apply(client, given);
    };
  }
  try {
    await work();
  } finally {
    for (const [name, original] of originals) client[name] = original;
  }
  return sent;
}

beforeAll(async () => {
  app = await startTestApp({
    PLUS_JWT_SECRET: PLUS_SECRET,
    INTROSPECTION_MISSES_PER_MINUTE: String(MISSES),
  });
  other = await app.world.start({
    TRUSTED_PROXIES: '127.0.0.1',
    INTROSPECTION_INTERNAL: 'on',
    INTROSPECTION_MISSES_PER_MINUTE: '3',
  });
});
afterAll(() => app.close());

/** An app with a budget that nothing was spent of yet. */
beforeEach(async () => {
  credentials = await knownApp();
});

describe('a good token', () => {
  test('is told with its account, times, abilities and old ids, and nothing else', async () => {
    const account = await app.client.register({ name: 'alice_asked' });
    const plus = await giveLegacyId(app, account.id, 'plus');
    const anlife = await giveLegacyId(app, account.id, 'anlife');
    await grant(app, account.id, ['[user] Read Private']);
    const { status, body, headers } = await ask(account.token);
    const [session] = await app.sql<{ iat: number; exp: number }>(
      `select floor(extract(epoch from created_at))::int as iat, floor(extract(epoch from expires_at))::int as exp
       from sessions where user_id = ?`,
      [account.id],
    );
    expect(status).toBe(200);
    expect(body).toEqual({
      active: true,
      sub: String(account.id),
      username: 'alice_asked',
      ...session,
      abilities: ['[user] Read Private'],
      legacy_ids: { plus, anlife },
    });
    expect(headers.get('content-type')).toMatch(/^application\/json\b/);
    expect(headers.get('cache-control')).toBe('no-store');
  });

  test('has no abilities and no old ids where its account has none', async () => {
    const { token } = await app.client.register();
    expect((await ask(token)).body).toMatchObject({ active: true, abilities: [], legacy_ids: {} });
  });

  test('is told with what its account may do by now', async () => {
    const { token, id } = await app.client.register();
    await ask(token);
    await grant(app, id, ['[user] Disabled User']);
    expect((await ask(token)).body).toMatchObject({ abilities: ['[user] Disabled User'] });
  });

  test('takes one look into Redis, and none at accounts or sessions, once it is cached', async () => {
    const { token } = await app.client.register();
    await ask(token);
    let statements: string[] = [];
    const commands = await commandsOf(app, async () => {
      statements = await statementsOf(app, async () =>
        expect((await ask(token)).body).toMatchObject({ active: true }),
      );
    });
    expect(commands).toHaveLength(1);
    // The apps are asked for once in a while.
    expect(statements.filter((statement) => !/\bopen_apps\b/.test(statement))).toEqual([]);
  });
});

describe('a token that is no good', () => {
  const opened = () => app.client.register();
  const used = async () => {
    const account = await opened();
    expect((await ask(account.token)).body).toMatchObject({ active: true });
    return account;
  };

  const CASES: Record<string, () => Promise<{ token: string }>> = {
    unknown: async () => ({ token: freshToken() }),
    expired: async () => {
      const account = await opened();
      await app.sql(`update sessions set expires_at = now() - interval '1 second' where user_id = ?`, [
        account.id,
      ]);
      return account;
    },
    'logged out': async () => {
      const account = await used();
      await app.client.data('mutation { logout }', {}, account.token);
      return account;
    },
    revoked: async () => {
      const account = await used();
      const other = await logIn(app.client, account.phone);
      const { sessions } = await app.client.data('{ sessions { id } }', {}, account.token);
      const mine = sessions.at(-1).id;
      await app.client.data('mutation ($id: ID!) { revokeSession(id: $id) }', { id: mine }, other);
      return account;
    },
    'of a disabled account': async () => {
      const account = await used();
      const disable = 'mutation ($id: ID!) { disableUser(id: $id) { status } }';
      await app.client.data(disable, { id: String(account.id) }, administrator.token);
      return account;
    },
    'of a cancelled account': async () => {
      const account = await used();
      await app.client.data('mutation { deleteAccount }', {}, account.token);
      return account;
    },
  };

  let administrator: Account;
  beforeAll(async () => {
    administrator = await app.client.register();
    await grant(app, administrator.id, ['[user] Disabled User']);
  });

  const costOf = async (token: string) => {
    let statements: string[] = [];
    const commands = await commandsOf(app, async () => {
      statements = await statementsOf(app, async () => expect(told(await ask(token))).toEqual(INACTIVE));
    });
    return { commands, statements: statements.filter((statement) => !/\bopen_apps\b/.test(statement)) };
  };

  test.each(Object.entries(CASES))(
    '%s is inactive at once, and costs what any other does',
    async (_, make) => {
      const { token } = await make();
      const cost = await costOf(token);
      expect(cost.statements).toHaveLength(1);
      expect(await costOf(freshToken())).toEqual(cost);
    },
  );

  test.each([
    ['too short', 'x'.repeat(15)],
    ['too long', 'x'.repeat(3000)],
    ['a text with spaces', 'with spaces in it, and long enough'],
    ['no ASCII', '令牌令牌令牌令牌令牌令牌令牌令牌'],
  ])('a token that is %s is inactive and asks nobody', async (_what, token) => {
    const commands = await commandsOf(app, async () => expect(told(await ask(token))).toEqual(INACTIVE));
    expect(commands).toEqual([]);
  });

  test('a signed token of ThinkSNS+ is inactive until it was used at its own door', async () => {
    const { id, legacyId } = await comer(app);
    const token = signJwt(claimsOf(Number(legacyId)));
    expect(told(await ask(token))).toEqual(INACTIVE);
    const headers = { authorization: `Bearer ${token}` };
    expect((await fetch(`${app.url}/api/v2/user`, { headers })).status).toBe(200);
    expect((await ask(token)).body).toMatchObject({ active: true, sub: String(id) });
  });

  test('what another instance has ended is inactive at once', async () => {
    const account = await used();
    await other.client.data('mutation { logout }', {}, account.token);
    expect(told(await ask(account.token))).toEqual(INACTIVE);
  });
});

describe('an app that may not ask', () => {
  const REFUSAL = {
    status: 401,
    body: { error: 'invalid_client', error_description: expect.any(String) },
  };

  test('is refused the same, whatever is wrong with it, and learns nothing of the token', async () => {
    const { token } = await app.client.register();
    const elsewhere = await createApp(['10.0.0.0/8']);
    const disabled = await createApp();
    await app.services.openApps.disable(context(), disabled.id);
    const wrong: Record<string, string>[] = [
      {},
      basic({ ...credentials, secret: '0'.repeat(40) }),
      basic({ ...credentials, secret: '' }),
      basic({ ...credentials, id: 2_000_000_000 }),
      basic({ ...credentials, id: '9999999999' }),
      basic({ ...credentials, id: 'app' }),
      basic(elsewhere),
      basic(disabled),
      { authorization: `Bearer ${token}` },
      { authorization: 'Basic' },
      { authorization: 'Basic ?' },
      { authorization: `Basic ${Buffer.from(String(credentials.id)).toString('base64')}` },
    ];
    const bodies = new Set<string>();
    for (const headers of wrong) {
      for (const one of [token, freshToken()]) {
        const answer = await ask(one, headers);
        expect([headers, told(answer)]).toEqual([headers, REFUSAL]);
        expect(answer.headers.get('www-authenticate')).toMatch(/^Basic realm=/);
        bodies.add(JSON.stringify(answer.body));
      }
    }
    expect(bodies.size).toBe(1);
  });

  test('is refused at every instance soon after it was disabled or its secret was replaced', async () => {
    const { token } = await app.client.register();
    const isRefused = async (one: OpenApp, at?: TestApp) => (await ask(token, basic(one), at)).status === 401;
    const rotated = await app.services.openApps.rotate(context(), credentials.id);
    await until('the old secret is refused', () => isRefused(credentials));
    await until('the old secret is refused elsewhere', () => isRefused(credentials, other));
    const renewed = { id: credentials.id, secret: rotated.secret };
    expect((await ask(token, basic(renewed))).body).toMatchObject({ active: true });
    await app.services.openApps.disable(context(), credentials.id);
    await until('the app is refused', () => isRefused(renewed));
    await until('the app is refused elsewhere', () => isRefused(renewed, other));
  });

  test('and asks too often is told to wait, while one that may asks on at the same address', async () => {
    const limited = await app.world.start({ RATE_LIMIT: 'on', RATE_LIMIT_PER_MINUTE: '5' });
    const { token } = await app.client.register();
    const wrong = basic({ ...credentials, secret: 'wrong' });
    for (let time = 0; time < 5; time++) expect((await ask(token, wrong, limited)).status).toBe(401);
    const refused = await ask(token, wrong, limited);
    expect([refused.status, refused.body]).toEqual([
      429,
      { error: 'temporarily_unavailable', error_description: expect.any(String) },
    ]);
    const wait = Number(refused.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(60);
    for (let time = 0; time < 10; time++)
      expect((await ask(token, basic(credentials), limited)).body).toMatchObject({ active: true });
  });
});

describe('the budget of tokens asked about in vain', () => {
  test('lets exactly so many through, however many are asked about at once', async () => {
    const answers = await atOnce(MISSES * 3, () => ask(freshToken()));
    const inactive = answers.filter(({ status }) => status === 200);
    expect(inactive.map(told)).toEqual(Array.from({ length: MISSES }, () => INACTIVE));
    const refused = answers.filter(({ status }) => status !== 200);
    for (const { status, body, headers } of refused) {
      expect([status, body]).toEqual([
        429,
        { error: 'temporarily_unavailable', error_description: expect.any(String) },
      ]);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(60);
    }
  });

  test('is one app’s own, and holds up neither what is cached nor other apps', async () => {
    const account = await app.client.register();
    const spender = credentials;
    const another = await knownApp();
    await ask(account.token, basic(another));
    for (let time = 0; time < MISSES; time++) await ask(freshToken(), basic(spender));
    expect((await ask(freshToken(), basic(spender))).status).toBe(429);
    expect((await ask(account.token, basic(spender))).body).toMatchObject({ active: true });
    expect(told(await ask(freshToken(), basic(another)))).toEqual(INACTIVE);
  });

  test('is not spent by good tokens, cached or not', async () => {
    const { token, id } = await app.client.register();
    for (let time = 0; time < MISSES + 5; time++) {
      await app.services.sessions.refresh(context(), id);
      expect((await ask(token)).body).toMatchObject({ active: true });
    }
  });

  test('is all that is left in Redis of any number of guesses, and stays as small as itself', async () => {
    const before = new Set(await keysOf(app.world.prefix));
    for (let round = 0; round < 10; round++) await atOnce(30, () => ask(freshToken()));
    const left = (await keysOf(app.world.prefix)).filter((key) => !before.has(key));
    expect(left).toEqual([`${app.world.prefix}introspection:app:${credentials.id}`]);
    const { client } = app.infrastructure.redis;
    expect(await client.zcard(`introspection:app:${credentials.id}`)).toBe(MISSES);
  });
});

describe('servers inside the internal networks', () => {
  test('are not those behind a proxy from outside', async () => {
    const { token } = await app.client.register();
    expect((await ask(token, { 'x-forwarded-for': '203.0.113.7' }, other)).status).toBe(401);
    expect((await ask(token, { 'x-forwarded-for': '127.0.0.1' }, other)).status).toBe(200);
  });

  test('need no app where the setting says so, and have a budget of their own', async () => {
    const { token, id } = await app.client.register();
    expect((await ask(token, {}, other)).body).toMatchObject({ active: true, sub: String(id) });
    expect((await ask(token, basic({ ...credentials, secret: 'wrong' }), other)).status).toBe(401);
    for (let time = 0; time < 3; time++) expect(told(await ask(freshToken(), {}, other))).toEqual(INACTIVE);
    expect((await ask(freshToken(), {}, other)).status).toBe(429);
  });
});

describe('the request', () => {
  test.each([
    ['without a body', undefined, 400],
    ['without a token', new URLSearchParams({ token_type_hint: 'access_token' }), 400],
    ['with an empty token', new URLSearchParams({ token: '' }), 400],
    ['with two tokens', new URLSearchParams('token=one&token=two'), 400],
    ['that is too large', new URLSearchParams({ token: 'x'.repeat(10_000) }), 413],
  ])('%s is refused in the words of OAuth', async (_what, body, status) => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await post(body, { ...basic(credentials), ...(body !== undefined && form) });
    expect(told(answer)).toEqual({
      status,
      body: { error: 'invalid_request', error_description: expect.any(String) },
    });
  });

  test('in JSON is refused by its type', async () => {
    const json = { ...basic(credentials), 'content-type': 'application/json' };
    expect((await post(JSON.stringify({ token: freshToken() }), json)).status).toBe(415);
  });

  test('may have a hint and parameters that are not known, and may name any type of answer', async () => {
    const { token } = await app.client.register();
    const body = new URLSearchParams({ token, token_type_hint: 'refresh_token', resource: 'x' });
    const answer = await post(body, { ...basic(credentials), accept: 'application/jwt' });
    expect(answer.body).toMatchObject({ active: true });
    expect(answer.headers.get('content-type')).toMatch(/^application\/json\b/);
  });

  test('by another method is 405, and a token in the URL is not looked at', async () => {
    const { token } = await app.client.register();
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const url = `${app.url}/oauth/introspect?token=${token}`;
      const response = await fetch(url, { method, headers: basic(credentials) });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    }
    const response = await fetch(`${app.url}/oauth/introspect?token=${token}`, {
      method: 'POST',
      headers: basic(credentials),
    });
    expect(response.status).toBe(400);
  });
});
