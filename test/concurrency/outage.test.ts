import { createWorld, type TestApp, type TestWorld } from '../support/app.js';
import { type Account, type GraphqlAnswer, PASSWORD } from '../support/client.js';
import { PASSWORD_DOORS } from '../support/doors.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';

/** PostgreSQL and Redis that are cut off, or keep the connection and never answer. Both have to be real. */

const { DATABASE_URL, REDIS_URL } = process.env;

const ready = async (app: TestApp) => (await fetch(`${app.url}/readyz?strict`)).status;

(DATABASE_URL ? describe : describe.skip)(
  DATABASE_URL ? 'without PostgreSQL' : 'without PostgreSQL (skipped: DATABASE_URL is not set)',
  () => {
    let world: TestWorld;
    let proxy: TcpProxy;
    let app: TestApp;
    let direct: TestApp;
    let account: Account;

    beforeAll(async () => {
      world = await createWorld();
      direct = await world.start();
      proxy = await TcpProxy.before(direct.config.DATABASE_URL ?? '', 5432);
      app = await world.start({
        DATABASE_URL: proxy.in(direct.config.DATABASE_URL ?? ''),
        DATABASE_TIMEOUT_SECONDS: '1',
      });
      account = await app.client.register();
    });
    afterAll(async () => {
      await proxy.restore();
      await world.close();
      await proxy.cut();
    });

    /** Reads that are in the middle of a query when `work` happens: the table they want is locked. */
    async function whileReading(work: () => Promise<void> | void): Promise<GraphqlAnswer[]> {
      const em = direct.infrastructure.database.fork();
      return em.transactional(async () => {
        await em.execute('lock table hobbies in access exclusive mode');
        const reads = Promise.all(Array.from({ length: 5 }, () => app.client.graphql('{ hobbies { id } }')));
        const waiting = `select 1 from pg_locks where not granted and relation = 'hobbies'::regclass`;
        await until('five queries under way', async () => (await em.execute(waiting)).length === 5);
        await work();
        return reads;
      });
    }

    const OUTAGES: [string, () => Promise<void> | void][] = [
      ['cut off', () => proxy.cut()],
      ['that does not answer', () => proxy.freeze()],
    ];

    test.each(OUTAGES)(
      'with the database %s, every API answers 503 and recovers by itself',
      async (_how, begin) => {
        expect(await ready(app)).toBe(200);
        for (const { status, errors } of await whileReading(begin)) {
          expect([status, errors?.[0]?.extensions.code]).toEqual([503, 'SERVICE_UNAVAILABLE']);
        }

        const [graphql, anlife, readiness] = await Promise.all([
          app.client.graphql('{ hobbies { id } }'),
          app.client.legacy('GET', '/anlife/v1.0/user/getUserInfo', { user_id: account.id }),
          fetch(`${app.url}/readyz`),
        ]);
        expect(graphql.errors?.[0]?.extensions).toEqual({ code: 'SERVICE_UNAVAILABLE', retryAfter: 1 });
        expect(anlife.body).toEqual({ error_code: 1099, error_msg: '系统错误' });
        for (const { status, headers } of [graphql, anlife]) {
          expect(status).toBe(503);
          expect(headers.get('retry-after')).toBe('1');
        }
        expect(await readiness.json()).toEqual({ status: 'down', database: 'down', redis: 'ok' });
        expect(readiness.status).toBe(503);
        expect((await fetch(`${app.url}/livez`)).status).toBe(200);

        await proxy.restore();
        await until('ready again', async () => (await ready(app)) === 200);
        expect((await app.client.data('{ me { id } }', {}, account.token)).me.id).toBe(String(account.id));
        for (const [, door] of PASSWORD_DOORS) {
          expect(await door(app.client, { account: account.phone, password: PASSWORD })).toBe('ok');
        }
      },
    );

    test('with the database gone, a session that is not cached is answered with 503 and not as anonymous', async () => {
      const { login } = await app.client.data(
        'mutation ($input: LoginInput!) { login(input: $input) { token } }',
        { input: { account: account.phone, password: PASSWORD } },
      );
      await app.services.sessions.refresh(app.infrastructure.database, account.id);
      await proxy.cut();
      const { status, errors } = await app.client.graphql('{ me { id } }', {}, { token: login.token });
      expect([status, errors?.[0]?.extensions.code]).toEqual([503, 'SERVICE_UNAVAILABLE']);
      const anlife = await app.client.legacy('GET', '/anlife/v1.0/user/getUserInfo', {
        user_id: account.id,
        auth_token: login.token,
      });
      expect([anlife.status, anlife.body.error_code]).toEqual([503, 1099]);
      await proxy.restore();
      await until('ready again', async () => (await ready(app)) === 200);
    });

    test('a column that changes its type under a prepared statement makes its reads unavailable for a moment', async () => {
      const read = () => direct.client.graphql('{ users(first: 1) { nodes { hobbies { name } } } }');
      expect((await read()).errors).toBeUndefined();
      const em = direct.infrastructure.database.fork();
      await em.execute('alter table hobbies alter column name type varchar(300)');
      const codes = new Set<string | undefined>();
      await until('the connections have prepared it anew', async () => {
        const { errors } = await read();
        if (errors) codes.add(errors[0]?.extensions.code);
        return !errors;
      });
      expect([...codes]).toEqual(['SERVICE_UNAVAILABLE']);
    });
  },
);

const ONE_REDIS = REDIS_URL !== undefined && !REDIS_URL.includes(',');

(ONE_REDIS ? describe : describe.skip)(
  ONE_REDIS
    ? 'with a Redis that does not answer'
    : 'with a Redis that does not answer (skipped: REDIS_URL names no single Redis)',
  () => {
    let world: TestWorld;
    let proxy: TcpProxy;
    let app: TestApp;

    beforeAll(async () => {
      world = await createWorld();
      proxy = await TcpProxy.before(REDIS_URL ?? '', 6379);
      app = await world.start({ REDIS_URL: proxy.in(REDIS_URL ?? '') });
    });
    afterAll(async () => {
      await proxy.restore();
      await world.close();
      await proxy.cut();
    });

    test('while Redis does not answer, passwords are refused and reads go on', async () => {
      const account = await app.client.register();
      proxy.freeze();
      const [read, readiness, ...outcomes] = await Promise.all([
        app.client.data('{ me { id } }', {}, account.token),
        ready(app),
        ...PASSWORD_DOORS.map(([, door]) => door(app.client, { account: account.phone, password: PASSWORD })),
      ]);
      expect(read.me.id).toBe(String(account.id));
      expect(readiness).toBe(503);
      expect(outcomes).toEqual(PASSWORD_DOORS.map(() => 'unavailable'));

      await proxy.restore();
      await until('ready again', async () => (await ready(app)) === 200);
      for (const [, door] of PASSWORD_DOORS) {
        expect(await door(app.client, { account: account.phone, password: PASSWORD })).toBe('ok');
      }
    });
  },
);
