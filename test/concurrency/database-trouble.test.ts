import { spawnSync } from 'node:child_process';
import path from 'node:path';
import sharp from 'sharp';
import { reportFailure } from '../../src/errors/report.js';
import { type LoneApp, startTestApp } from '../support/app.js';
import { type Account, PASSWORD } from '../support/client.js';
import { PASSWORD_DOORS } from '../support/doors.js';
import { until } from '../support/until.js';

/** A database that answers, but not with what was asked for, and a disk that is full: both pass. */

let app: LoneApp;
let account: Account;

beforeAll(async () => {
  app = await startTestApp({ GUARD_IP_HOURLY: '10000' });
  account = await app.client.register();
});
afterAll(() => app.close());

const sql = <Row = unknown>(text: string): Promise<Row[]> => app.sql<Row>(text);

async function answerOf(url: string, init: RequestInit = {}) {
  const response = await fetch(app.url + url, init);
  const retryAfter = response.headers.get('retry-after');
  // biome-ignore lint/suspicious/noExplicitAny: what comes back is what the test is about.
  const body = (await response.json()) as any;
  return { status: response.status, retryAfter, body };
}

const form = (params: Record<string, string | number>): RequestInit => ({
  method: 'POST',
  body: new URLSearchParams(params as Record<string, string>),
});

const UPDATE = 'mutation { updateProfile(input: { bio: "written" }) { id } }';
const unavailable = (body: unknown) => ({ status: 503, retryAfter: '1', body });

describe('passing states of the database', () => {
  const STATES = [
    ['read-only', '25006'],
    ['idle in transaction', '25P03'],
    ['cancelled', '57014'],
    ['shut down by the operator', '57P01'],
    ['crashed elsewhere', '57P02'],
    ['starting', '57P03'],
    ['disk full', '53100'],
    ['out of memory', '53200'],
    ['too many connections', '53300'],
    ['a limit of the configuration', '53400'],
    ['input and output failed', '58030'],
    ['connection failed', '08006'],
    ['lock not available', '55P03'],
    ['a lost race', '40001'],
    ['a deadlock', '40P01'],
  ] as const;
  const TABLES = ['users', 'open_apps'];

  beforeAll(async () => {
    await sql(`create function in_trouble(state text) returns boolean volatile language plpgsql as
      $$ begin raise exception 'in trouble' using errcode = state; end $$`);
    await sql(`insert into open_apps (id, key_id, encrypted_secret) values (1, 'x', 'x')`);
  });

  /** Whoever reads an account or an app meets the state. */
  async function during(state: string, work: () => Promise<void>): Promise<void> {
    for (const table of TABLES) {
      await sql(`alter table ${table} rename to ${table}_away`);
      await sql(`create view ${table} as select * from ${table}_away where in_trouble('${state}')`);
    }
    await work().finally(async () => {
      for (const table of TABLES) {
        await sql(`drop view ${table}`);
        await sql(`alter table ${table}_away rename to ${table}`);
      }
    });
  }

  test.each(STATES)(
    'a passing state of the database (%s, %s) makes every API unavailable and is a warning',
    async (_what, state) => {
      const anyApp = `app_id=1&timestamp=${Math.floor(Date.now() / 1000)}&format=json&sign=${'0'.repeat(32)}`;
      await during(state, async () => {
        const graphql = await app.client.graphql('{ user(id: "1") { name } }');
        expect(graphql.errors?.[0]?.extensions).toEqual({ code: 'SERVICE_UNAVAILABLE', retryAfter: 1 });
        expect([graphql.status, graphql.headers.get('retry-after')]).toEqual([503, '1']);
        const answers = await Promise.all([
          answerOf(`/anlife/v1.0/user/getUserInfo?user_id=${account.id}`),
          answerOf('/user/login', form({ user_type: 1, account: account.phone, password: PASSWORD })),
          answerOf(`/api/login/checkphone?phone=${account.phone}`),
          answerOf(`/api/v2/users/${account.id}`),
          answerOf(`/v1/user/get-info?${anyApp}&account=1`),
        ]);
        expect(answers).toEqual([
          unavailable({ error_code: 1099, error_msg: '系统错误' }),
          unavailable({ code: 1099, msg: '系统错误', data: {} }),
          unavailable({ status: -1, msg: '服务繁忙，请稍后再试' }),
          unavailable({ message: expect.anything() }),
          unavailable({ code: 1010, msg: expect.any(String) }),
        ]);
      });
      const logged: string[] = [];
      const log = { warn: () => logged.push('warn'), error: () => logged.push('error') };
      await sql(`select in_trouble('${state}')`).catch((error: unknown) => reportFailure(log, error));
      expect(logged).toEqual(['warn']);
    },
  );

  test.each([
    ['a defect in a statement', '42703'],
    ['a value that does not fit', '22003'],
  ])('%s (%s) is not taken for a passing state of the database', async (_what, state) => {
    await during(state, async () => {
      expect((await app.client.graphql('{ user(id: "1") { name } }')).errors?.[0]?.extensions.code).toBe(
        'INTERNAL',
      );
    });
  });
});

describe('a database that takes no writes', () => {
  /** As after a failover: new connections find it so, and the old ones are gone. The embedded one has only one. */
  async function setReadOnly(on: boolean): Promise<void> {
    if (app.infrastructure.database.embedded) {
      await sql(`set default_transaction_read_only = ${on}`);
      return;
    }
    await sql(`set transaction_read_only = off; do $$ begin
      execute format('alter database %I set default_transaction_read_only = ${on}', current_database());
    end $$`).catch(() => undefined);
    await sql(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    ).catch(() => undefined);
    await sql('select pg_terminate_backend(pg_backend_pid())').catch(() => undefined);
  }

  const state = () =>
    sql<{ read_only: string }>(`select current_setting('transaction_read_only') as read_only`);

  test('a database that takes no writes answers reads, makes writes unavailable, and shows in /readyz until it takes them again', async () => {
    // Uses are recorded: a reader whose last one was long ago writes.
    await sql(`update sessions set last_seen_at = now() - interval '1 hour'`);
    await app.services.sessions.refresh(app.infrastructure.database, account.id);
    await setReadOnly(true);
    try {
      await until('it is read-only', async () => (await state().catch(() => []))[0]?.read_only === 'on');
      expect((await app.client.data('{ me { id } hobbies { id } }', {}, account.token)).me.id).toBe(
        String(account.id),
      );
      const { status, errors } = await app.client.graphql(UPDATE, {}, { token: account.token });
      expect([status, errors?.[0]?.extensions.code]).toEqual([503, 'SERVICE_UNAVAILABLE']);
      for (const [, door] of PASSWORD_DOORS) {
        expect(await door(app.client, { account: account.phone, password: PASSWORD })).toBe('unavailable');
      }
      const authorization = `Bearer ${account.token}`;
      const renamed = { ...form({ bio: 'x' }), method: 'PATCH', headers: { authorization } };
      expect(await answerOf('/api/v2/user', renamed)).toEqual(unavailable({ message: expect.anything() }));
      expect(await answerOf('/readyz')).toMatchObject({
        status: 503,
        body: { database: 'down', redis: 'ok' },
      });
    } finally {
      await setReadOnly(false);
    }
    await until('it takes writes', async () => (await fetch(`${app.url}/readyz`)).status === 200);
    expect((await app.client.data(UPDATE, {}, account.token)).updateProfile.id).toBe(String(account.id));
  });
});

/** Something smaller than any picture, in the place of a directory. */
const mountSmall = (directory: string): boolean =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', directory]).status === 0;
const mayMount = process.platform === 'linux' && process.getuid?.() === 0;

(mayMount ? test : test.skip)(
  mayMount
    ? 'a full disk makes uploads unavailable'
    : 'a full disk makes uploads unavailable (skipped: only root can mount one)',
  async () => {
    const noise = Buffer.from(Array.from({ length: 200 * 200 * 3 }, () => Math.floor(Math.random() * 256)));
    const png = await sharp(noise, { raw: { width: 200, height: 200, channels: 3 } })
      .png()
      .toBuffer();
    const upload = async (url: string) => {
      const body = new FormData();
      body.append('file', new Blob([new Uint8Array(png)]), 'photo.png');
      const headers = { authorization: `Bearer ${account.token}`, auth_token: account.token };
      return answerOf(url, { method: 'POST', headers, body });
    };
    const directory = path.join(app.world.dataDir, 'storage', 'tmp');
    expect(mountSmall(directory)).toBe(true);
    try {
      expect(await upload('/upload')).toEqual(unavailable({ error_code: 1099, error_msg: '系统错误' }));
      expect(await upload('/user/update_avator')).toEqual(
        unavailable({ code: '1099', msg: '系统错误', data: {} }),
      );
    } finally {
      spawnSync('umount', [directory]);
    }
    expect(await upload('/upload')).toMatchObject({ status: 200, body: { status: 'ok' } });
  },
);

describe('timestamps beyond what clients read', () => {
  const READ =
    'query ($id: ID!) { user(id: $id) { createdAt birthday age vip { endTime } extra { updatedAt } } }';
  const OWN = `{
    sessions { createdAt lastSeenAt } securityEvents { edges { node { createdAt } } } addresses { createdAt updatedAt }
    users(filter: { active: true }) { nodes { createdAt } }
  }`;
  const ADD = 'mutation ($input: AddressInput!) { createAddress(input: $input) { id } }';
  const MOMENTS = [
    ['-infinity', '-infinity'],
    ['0044-03-15 12:00:00+00 BC', '0044-03-15 BC'],
    ['10000-01-01 00:00:00+00', '10000-01-01'],
    ['294276-12-31 00:00:00+00', '294276-12-31'],
    ['infinity', 'infinity'],
  ] as const;

  /** Writes it wherever the user has a moment, but for the end of what would end with it. */
  async function write(id: number, moment: string, date: string): Promise<void> {
    const columns = await sql<{ table: string; sets: string }>(
      `select table_name as table, string_agg(format('%I = %L', column_name, '${moment}'), ', ') as sets
       from information_schema.columns where data_type = 'timestamp with time zone' and table_schema = 'public'
         and table_name in ('users', 'user_extras', 'vips', 'addresses', 'sessions', 'security_events')
         and column_name not in ('expires_at', 'revoked_at', 'deleted_at', 'erased_at') group by table_name`,
    );
    expect(columns).toHaveLength(6);
    await sql(`insert into vips (user_id, level, name, end_time) values (${id}, 'middle', 'vip', now())`);
    for (const { table, sets } of columns) {
      await sql(`update ${table} set ${sets} where ${table === 'users' ? 'id' : 'user_id'} = ${id}`);
    }
    await sql(`update users set birthday = '${date}' where id = ${id}`);
    await app.services.sessions.refresh(app.infrastructure.database, id);
  }

  test.each(MOMENTS)(
    'a timestamp of %s is read as the first or last that clients can read',
    async (moment, date) => {
      const isPast = /^-|BC$/.test(moment);
      const read = isPast ? '0001-01-01T00:00:00.000Z' : '9999-12-31T23:59:59.999Z';
      const { id, phone, token } = await app.client.register();
      await app.client.data(ADD, { input: { name: '张三', phone, detail: '某处', isDefault: true } }, token);
      await write(id, moment, date);
      const { user } = await app.client.data(READ, { id });
      expect(user).toMatchObject({ createdAt: read, birthday: null, age: null, extra: { updatedAt: read } });
      const own = await app.client.data(OWN, {}, token);
      expect(own.sessions[0].createdAt).toBe(read);
      expect(own.securityEvents.edges[0].node.createdAt).toBe(read);
      expect(own.addresses[0]).toEqual({ createdAt: read, updatedAt: read });
      const authorization = `Bearer ${token}`;
      const answers = await Promise.all([
        answerOf(`/anlife/v1.0/user/getUserInfo?user_id=${id}`),
        answerOf('/user/login', form({ user_type: 1, account: phone, password: PASSWORD })),
        answerOf(`/api/v2/users/${id}`),
        answerOf('/api/v2/users?active=1'),
        answerOf('/api/v2/user', { headers: { authorization } }),
        answerOf('/api/v2/user/addresses', { headers: { authorization } }),
        answerOf('/api/login/submit', {
          ...form({ username: phone, password: PASSWORD }),
          headers: { accept: 'application/json' },
        }),
      ]);
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      expect(answers[0]?.body.datas.user_id).toBe(id);
      expect(answers[2]?.body.created_at).toBe(`${read.slice(0, 19)}Z`);
    },
  );

  test('a session whose end is infinity is good', async () => {
    const { id, token } = await app.client.register();
    await sql(`update sessions set expires_at = 'infinity' where user_id = ${id}`);
    await app.services.sessions.refresh(app.infrastructure.database, id);
    const { sessions } = await app.client.data('{ sessions { expiresAt } }', {}, token);
    expect(sessions).toEqual([{ expiresAt: '9999-12-31T23:59:59.999Z' }]);
  });
});
