import { send } from '../rest/plus.support.js';
import { createWorld, type TestApp, type TestWorld } from '../support/app.js';
import { atOnce } from '../support/at-once.js';
import { type Account, freshPhone, md5, PASSWORD } from '../support/client.js';
import { comer } from '../support/comers.js';
import { PASSWORD_DOORS } from '../support/doors.js';
import { claimsOf, PLUS_SECRET, signJwt } from '../support/jwt.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';

/** While Redis is gone nothing is checked that could not be counted; everything else goes on. */

interface Outage {
  settings: Record<string, string>;
  begin(app: TestApp): Promise<void>;
  end(app: TestApp): Promise<void>;
  close(): Promise<void>;
}

/** In front of the real Redis stands a proxy that can be cut. */
async function realOutage(url: string): Promise<Outage> {
  const proxy = await TcpProxy.before(url, 6379);
  return {
    settings: { REDIS_URL: proxy.in(url) },
    begin: () => proxy.cut(),
    end: () => proxy.restore(),
    close: () => proxy.cut(),
  };
}

/** The in-process stand-in has no connection to cut, but fails as one would when it is told to disconnect. */
const embeddedOutage: Outage = {
  settings: {},
  begin: async (app) => standIn(app).disconnect(),
  end: async (app) => standIn(app).connect(),
  close: async () => undefined,
};

const standIn = (app: TestApp) =>
  app.infrastructure.redis.client as unknown as { connect(): Promise<void>; disconnect(): void };

const { REDIS_URL } = process.env;
// Of a cluster, the nodes would tell the client their own addresses: a proxy in front of one sees little of it.
const CLUSTER = REDIS_URL?.includes(',') ?? false;

let world: TestWorld;
let app: TestApp;
let account: Account;
let outage: Outage;

beforeAll(async () => {
  outage = REDIS_URL && !CLUSTER ? await realOutage(REDIS_URL) : embeddedOutage;
  world = await createWorld();
  app = await world.start({ ...outage.settings, PLUS_JWT_SECRET: PLUS_SECRET });
  account = await app.client.register();
});
afterAll(async () => {
  await world.close();
  await outage.close();
});

const MUTATIONS = {
  login: 'mutation ($input: LoginInput!) { login(input: $input) { token } }',
  register: 'mutation ($input: RegisterInput!) { register(input: $input) { token } }',
  retrievePassword: 'mutation ($input: RetrievePasswordInput!) { retrievePassword(input: $input) }',
  verify: 'mutation ($input: VerifyInput!) { verify(input: $input) }',
  sendCode: 'mutation ($input: SendCodeInput!) { sendCode(input: $input) { resendAfter } }',
  changePassword: 'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) }',
  bindPhone: 'mutation ($input: BindPhoneInput!) { bindPhone(input: $input) { id } }',
};

const ready = async () => (await fetch(`${app.url}/readyz?strict`)).status;

(CLUSTER ? describe.skip : describe)(
  CLUSTER ? 'without Redis (skipped: REDIS_URL is a cluster)' : 'without Redis',
  () => {
    let codes: { phone: string; code: string; retrieve: string };
    let other: string;

    beforeAll(async () => {
      const phone = freshPhone();
      const code = await app.client.sendCode(phone, ['REGISTER']);
      codes = { phone, code, retrieve: await app.client.sendCode(account.phone, ['RETRIEVE']) };
      const { login } = await app.client.data(MUTATIONS.login, {
        input: { account: account.phone, password: PASSWORD },
      });
      other = login.token;
      expect((await app.client.data('{ me { id } }', {}, other)).me).not.toBeNull();
      expect(await ready()).toBe(200);
      await outage.begin(app);
    });

    test.each(PASSWORD_DOORS)('without Redis no password is checked at %s', async (_name, door) => {
      const before = app.services.hasher.evaluations;
      for (const password of [PASSWORD, 'wrong']) {
        expect(await door(app.client, { account: account.phone, password })).toBe('unavailable');
      }
      expect(app.services.hasher.evaluations).toBe(before);
    });

    test('without Redis log-ins are answered with 503 and Retry-After', async () => {
      const input = { oldPassword: PASSWORD, password: 'another-horse-8' };
      const graphql = await app.client.graphql(MUTATIONS.changePassword, { input }, { token: account.token });
      expect(graphql.errors?.[0]?.extensions).toEqual({ code: 'SERVICE_UNAVAILABLE', retryAfter: 1 });
      const anlife = await app.client.legacy('POST', '/anlife/v1.0/user/loginAndGetUserInfo', {
        phone: account.phone,
        password: md5(PASSWORD),
      });
      expect(anlife.body).toEqual({ error_code: 1099, error_msg: '系统错误' });
      for (const { status, headers } of [graphql, anlife]) {
        expect(status).toBe(503);
        expect(headers.get('retry-after')).toBe('1');
      }
    });

    test('without Redis other servers still learn whose a token is', async () => {
      const { app: asking, secret } = await app.services.openApps.create(
        { em: app.infrastructure.database.fork() },
        {},
      );
      const ask = async (token: string) => {
        const response = await fetch(`${app.url}/oauth/introspect`, {
          method: 'POST',
          headers: { authorization: `Basic ${btoa(`${asking.id}:${secret}`)}` },
          body: new URLSearchParams({ token }),
        });
        return [response.status, await response.json()];
      };
      expect(await ask(account.token)).toEqual([200, expect.objectContaining({ sub: String(account.id) })]);
      expect(await ask('no-session-has-this-token')).toEqual([200, { active: false }]);
    });

    test('without Redis no code is checked, used or sent', async () => {
      const { phone, code, retrieve } = codes;
      const token = account.token;
      const tries: [keyof typeof MUTATIONS, Record<string, unknown>][] = [
        ['register', { phone, code, password: PASSWORD }],
        ['retrievePassword', { phone: account.phone, code: retrieve, password: 'another-horse-8' }],
        ['verify', { phone, code }],
        ['bindPhone', { phone, code }],
        ['sendCode', { phone: freshPhone(), purposes: ['REGISTER'] }],
      ];
      const sent = world.inbox.letters.length;
      for (const [name, input] of tries) {
        expect([name, await app.client.code(MUTATIONS[name], { input }, token)]).toEqual([
          name,
          'SERVICE_UNAVAILABLE',
        ]);
      }
      expect(world.inbox.letters).toHaveLength(sent);
      const { body, status } = await app.client.legacy('GET', '/anlife/v1.0/user/verifyPhoneCode', {
        phone,
        sms_code: code,
      });
      expect([status, body.error_code]).toEqual([503, 1099]);
    });

    test('without Redis nobody is logged out, and reading and writing go on', async () => {
      const { me } = await app.client.data('{ me { phone } }', {}, account.token);
      expect(me.phone).toBe(account.phone);
      const { body } = await app.client.legacy('POST', '/anlife/v1.0/user/modifyInfo', {
        user_id: account.id,
        auth_token: account.token,
        signature: 'written without Redis',
      });
      expect(body.datas).toMatchObject({ phone: account.phone, signature: 'written without Redis' });
      expect((await app.client.data('{ hobbies { id } }')).hobbies.length).toBeGreaterThan(0);
    });

    test('without Redis a JWT of ThinkSNS+ becomes one session, and is ended like every other', async () => {
      const user = await comer(app);
      const token = signJwt(claimsOf(user.legacyId));
      const entering = async () => (await send(app.url, 'GET', '/user', { token })).status;
      expect(await atOnce(5, entering)).toEqual([200, 200, 200, 200, 200]);
      const { sessions } = await app.client.data('{ sessions { id } }', {}, token);
      expect(sessions).toHaveLength(1);
      await app.client.data('mutation { logout }', {}, token);
      expect([await entering(), await entering()]).toEqual([401, 401]);
    });

    test('without Redis the gateway is degraded, and down for whom that is too little', async () => {
      const states = { database: 'ok', redis: 'down' };
      const answer = async (url: string) => {
        const response = await fetch(app.url + url);
        return [response.status, await response.json()];
      };
      expect(await answer('/readyz')).toEqual([200, { status: 'degraded', ...states }]);
      expect(await answer('/readyz?strict')).toEqual([503, { status: 'down', ...states }]);
      expect(await answer('/readyz?strict=1')).toEqual([503, { status: 'down', ...states }]);
      expect((await fetch(`${app.url}/livez`)).status).toBe(200);
    });

    test('without Redis logging out works at once', async () => {
      await app.client.data('mutation { logout }', {}, other);
      expect((await app.client.data('{ me { id } }', {}, other)).me).toBeNull();
    });

    // Redis comes back with what it knew before: a session that was logged in then.
    test('when Redis is back, nobody who logged out meanwhile is logged in again', async () => {
      await outage.end(app);
      for (let reads = 0; reads < 20; reads++) {
        expect((await app.client.data('{ me { id } }', {}, other)).me).toBeNull();
      }
      await until('ready again', async () => (await ready()) === 200);
      for (let reads = 0; reads < 20; reads++) {
        expect((await app.client.data('{ me { id } }', {}, other)).me).toBeNull();
      }
    });

    test('when Redis is back, everything works again, and no try of the meantime counts', async () => {
      expect((await app.client.data('{ me { id } }', {}, account.token)).me.id).toBe(String(account.id));
      for (const [, door] of PASSWORD_DOORS) {
        expect(await door(app.client, { account: account.phone, password: PASSWORD })).toBe('ok');
      }
      const status = 'query ($account: String!) { loginStatus(account: $account) { failures lockedUntil } }';
      expect((await app.client.data(status, { account: account.phone })).loginStatus).toEqual({
        failures: 0,
        lockedUntil: null,
      });
      const { phone, code } = codes;
      await app.client.data(MUTATIONS.register, { input: { phone, code, password: PASSWORD } });
    });
  },
);
