import type { EntityManager } from '@mikro-orm/postgresql';
import type { Terminal } from '../../src/cli/output.js';
import { runCli } from '../../src/cli/program.js';
import { loadConfig } from '../../src/config.js';
import { MAX_CLIENTS } from '../../src/modules/call/call.counter.js';
import { CallService } from '../../src/modules/call/call.service.js';
import { type LoneApp, startTestApp } from '../support/app.js';
import { atOnce } from '../support/at-once.js';
import { type Account, md5, PASSWORD } from '../support/client.js';

let app: LoneApp;
let account: Account;

beforeAll(async () => {
  app = await startTestApp({
    SUNSET_PLUS: '2027-06-30',
    SUNSET_ANLIFE: '2026-11-30,2026-02-01',
    SUNSET_MEMBER: '2030-01-01,2029-12-31',
    SUNSET_LINK: 'https://developers.example.com/end of life?of=<all>',
    CORS_ORIGINS: 'https://app.example.com',
    CAPTCHA_ANSWER: 'abcd',
  });
  account = await app.client.register();
});
afterAll(() => app.close());

interface Calls {
  client: string;
  outcome: string;
  calls: number;
}

/** What is counted of a row, in the database. */
async function countsOf(endpoint: string): Promise<Calls[]> {
  expect(await app.services.calls.flush()).toBe(true);
  return app.sql<Calls>(
    `select client, outcome, calls::int as calls from row_calls where endpoint = ? order by client, outcome`,
    [endpoint],
  );
}

async function report(...options: string[]) {
  const written = { stdout: '', stderr: '' };
  const terminal: Terminal = {
    env: {
      DATABASE_URL: app.world.database.url,
      DATA_DIR: app.world.dataDir,
      REDIS_URL: process.env.REDIS_URL,
      REDIS_PREFIX: app.config.REDIS_PREFIX,
    },
    stdout: (text) => {
      written.stdout += text;
    },
    stderr: (text) => {
      written.stderr += text;
    },
    interactive: false,
  };
  const { pglite } = app.world.database;
  const code = await runCli(['sunset', 'report', ...options], terminal, pglite && { pglite });
  expect({ code, stderr: written.stderr }).toEqual({ code: 0, stderr: '' });
  return written.stdout;
}

interface Reported {
  rows: Record<string, unknown>[];
}

async function reported(url: string, ...options: string[]) {
  await app.services.calls.flush();
  const { rows } = JSON.parse(await report(...options, '--json')) as Reported;
  return rows.filter((row) => row.url === url);
}

const get = (path: string, headers: Record<string, string> = {}) =>
  app.client.legacy('GET', path, {}, headers);

describe('calls of legacy URLs', () => {
  test('each call of a row is counted by client version and outcome', async () => {
    const agent = { 'user-agent': 'ThinkSNS+/2.4 (iOS 12.1)' };
    await atOnce(3, () => get(`/api/v2/users/${account.id}`, agent));
    await get('/api/v2/users/2000000000', agent);
    await get(`/api/v2/users/${account.id}`, { 'user-agent': 'okhttp/3.12.1' });
    expect(await countsOf('GET /api/v2/users/:user')).toEqual([
      { client: 'ThinkSNS+/2.4', outcome: 'ok', calls: 3 },
      { client: 'ThinkSNS+/2.4', outcome: 'refused', calls: 1 },
      { client: 'okhttp/3.12.1', outcome: 'ok', calls: 1 },
    ]);
  });

  test('a refusal before the body is read is counted, and what reaches no row is not', async () => {
    const agent = { 'user-agent': 'okhttp/3', authorization: 'Bearer nobody' };
    await app.client.legacy('POST', '/api/v2/user/addresses', { name: 'a' }, agent);
    await fetch(`${app.url}/api/v2/user/addresses`, { method: 'HEAD', headers: agent });
    await get('/api/v2/nowhere', agent);
    expect(await countsOf('POST /api/v2/user/addresses')).toEqual([
      { client: 'okhttp/3', outcome: 'refused', calls: 1 },
    ]);
    expect(await countsOf('GET /api/v2/user/addresses')).toEqual([
      { client: 'okhttp/3', outcome: 'refused', calls: 1 },
    ]);
    expect(await app.sql(`select 1 from row_calls where endpoint like '%nowhere%'`)).toEqual([]);
  });

  test('a failure that is not the client’s is counted as failed', async () => {
    const list = jest
      .spyOn(app.services.images, 'defaultPhotos')
      .mockRejectedValue(new Error('out of order'));
    await get('/anlife/v1.0/user/getDefaultPhotoList', { 'user-agent': 'okhttp/3' });
    list.mockRestore();
    expect(await countsOf('GET /anlife/v1.0/user/getDefaultPhotoList')).toEqual([
      { client: 'okhttp/3', outcome: 'failed', calls: 1 },
    ]);
  });

  test('accounts are counted once a row, those who have just logged in too', async () => {
    const other = await app.client.register();
    const login = (phone: string) =>
      app.client.legacy('POST', '/anlife/v1.0/user/loginAndGetUserInfo', { phone, password: md5(PASSWORD) });
    for (const { phone } of [account, other, other]) expect((await login(phone)).body.datas).toBeDefined();
    const bearer = { authorization: `Bearer ${account.token}` };
    await atOnce(3, () => get('/api/v2/user', bearer));
    await get('/api/v2/user');
    expect(await reported('/anlife/v1.0/user/loginAndGetUserInfo')).toMatchObject([
      { calls: 3, accounts: 2 },
    ]);
    expect(await reported('/api/v2/user')).toContainEqual(
      expect.objectContaining({ methods: 'GET', calls: 4, accounts: 1, outcomes: { ok: 3, refused: 1 } }),
    );
  });

  test('hostile user agents are few on a day, whatever they are, and none is stored whole', async () => {
    const secret = 'password=hunter2';
    for (let round = 0; round < 3; round++) {
      await atOnce(40, (index) =>
        get('/api/v2/bootstrappers', { 'user-agent': `evil${round}x${index}/1.0 ${secret}` }),
      );
      await app.services.calls.flush();
    }
    const counts = await countsOf('GET /api/v2/bootstrappers');
    expect(counts).toHaveLength(MAX_CLIENTS + 1);
    expect(counts.find(({ client }) => client === 'other')?.calls).toBe(120 - MAX_CLIENTS);
    expect(JSON.stringify(counts)).not.toContain('hunter2');
  });
});

describe('a service that counts', () => {
  const KEY = { door: 'open', endpoint: 'GET /counted' } as const;
  const DAY = 86_400_000;

  const lost: number[] = [];
  const errors: unknown[] = [];
  const log = { failed: (error: unknown) => errors.push(error), lost: (calls: number) => lost.push(calls) };
  const fork = () => app.infrastructure.database.fork();

  /** An entity manager whose transactions go wrong. */
  const broken = (transactional: EntityManager['transactional']) => () =>
    Object.assign(fork(), { transactional });

  const total = async (): Promise<number> => {
    const [row] = await app.sql<{ calls: number }>(
      `select coalesce(sum(calls), 0)::int as calls from row_calls where endpoint = ?`,
      [KEY.endpoint],
    );
    return row?.calls ?? 0;
  };

  afterEach(async () => {
    lost.length = 0;
    errors.length = 0;
    await app.sql('delete from row_calls where endpoint = ?', [KEY.endpoint]);
  });

  test('counts whose confirmation was lost are not counted twice', async () => {
    let isLost = true;
    const losing = broken(async (work) => {
      const result = await fork().transactional(work);
      if (isLost) throw new Error('connection lost');
      return result;
    });
    const service = new CallService(losing, log);
    const tally = service.tallyOf(KEY);
    tally.count('ok', 'okhttp/3', 7);
    expect(await service.flush()).toBe(false);
    tally.count('ok', 'okhttp/3', 7);
    expect(await service.flush()).toBe(false);
    isLost = false;
    await service.settle();
    expect(await total()).toBe(2);
    expect(lost).toEqual([]);
  });

  test('what several instances count at once adds up', async () => {
    const services = Array.from({ length: 3 }, () => new CallService(fork, log));
    for (let round = 0; round < 4; round++) {
      for (const [index, service] of services.entries()) {
        for (let call = 0; call < 10; call++) service.tallyOf(KEY).count('ok', `app/${index}.${call}`, call);
      }
      await Promise.all(services.map((service) => service.flush()));
    }
    expect(await total()).toBe(120);
    expect(errors).toEqual([]);
  });

  test('counts wait while the database is gone, three days of them at most, and the loss of the rest is told', async () => {
    let isGone = true;
    let now = Date.parse('2026-06-01T12:00:00Z');
    const gone = broken((work) => (isGone ? Promise.reject(new Error('gone')) : fork().transactional(work)));
    const service = new CallService(gone, log, () => now);
    const tally = service.tallyOf(KEY);
    const count = () => {
      for (let call = 0; call < 10; call++) tally.count('ok', 'okhttp/3', call);
    };
    count();
    expect(await service.flush()).toBe(false);
    for (let day = 0; day < 5; day++) {
      count();
      now += DAY;
    }
    count();
    expect(lost).toEqual([10, 10, 10]);
    isGone = false;
    await service.settle();
    const days = await app.sql(
      `select day::text as day, calls::int as calls from row_calls where endpoint = ? order by day`,
      [KEY.endpoint],
    );
    expect(days).toEqual([
      { day: '2026-06-01', calls: 10 },
      { day: '2026-06-04', calls: 10 },
      { day: '2026-06-05', calls: 10 },
      { day: '2026-06-06', calls: 10 },
    ]);
  });

  test('what cannot be written at the end is told as lost', async () => {
    const service = new CallService(
      broken(() => Promise.reject(new Error('gone'))),
      log,
    );
    service.tallyOf(KEY).count('ok', undefined, undefined);
    await service.flush();
    service.tallyOf(KEY).count('ok', undefined, undefined);
    await service.settle();
    expect(lost).toEqual([2]);
  });
});

describe('sunset report', () => {
  const URL = '/api/v2/user/recommends';
  const insert = (daysAgo: number, client: string, calls: number) =>
    app.sql(
      `insert into row_calls (door, endpoint, day, client, outcome, calls, last_at)
       select 'plus', ?, day, ?, 'ok', ?, day + interval '1 hour'
       from (select (now() at time zone 'utc')::date - ?::int as day) as days`,
      [`GET ${URL}`, client, calls, daysAgo],
    );

  test('the report tells calls, clients, last call and trend of a row over the days asked for', async () => {
    await insert(20, 'ThinkSNS+/2.4', 300);
    await insert(3, 'ThinkSNS+/2.4', 100);
    await insert(2, 'okhttp/3.12.1', 50);
    await insert(45, 'ancient/1.0', 1000);
    const [row] = await reported(URL);
    expect(row).toMatchObject({
      door: 'plus',
      id: '推荐用户',
      methods: 'GET',
      calls: 450,
      outcomes: { ok: 450 },
      accounts: 0,
      trend: -0.5,
      lastCall: expect.stringMatching(/T01:00:00.000Z$/),
      clients: [
        { client: 'ThinkSNS+/2.4', calls: 400 },
        { client: 'okhttp/3.12.1', calls: 50 },
      ],
    });
    expect((await reported(URL, '--days', '50'))[0]).toMatchObject({ calls: 1450 });
    expect((await reported(URL, '--days', '10'))[0]).toMatchObject({ calls: 150 });
    expect((await reported(URL, '--days', '1'))[0]).toMatchObject({ calls: 0, trend: null, lastCall: null });
  });

  test('the report lists rows without a call, and two rows that share an id apart', async () => {
    expect(await reported('/api/v2/user/password')).toEqual([
      {
        door: 'plus',
        id: '更新认证用户密码',
        methods: 'PUT',
        url: '/api/v2/user/password',
        calls: 0,
        outcomes: {},
        accounts: 0,
        lastCall: null,
        trend: null,
        clients: [],
      },
    ]);
    expect(await reported('/api/v2/user/followings/:id')).toMatchObject([
      { methods: 'PUT' },
      { methods: 'DELETE' },
    ]);
  });

  test('the report for people has a line for each row that is called, its clients below, and the others at the end', async () => {
    const text = await report();
    expect(text).toMatch(
      / 450 +0 +-50 % +\S+ 01:00 +plus {2}推荐用户 {2}GET {2}\/api\/v2\/user\/recommends\n/,
    );
    expect(text).toMatch(/\n +ThinkSNS\+\/2\.4 400 \(89 %\), okhttp\/3\.12\.1 50 \(11 %\)\n/);
    expect(text).toMatch(/\nWithout a call \(\d+\):\n(.*\n)+ {2}plus {2}更新认证用户密码 {2}PUT/);
  });

  test('counts are purged once they are older than CALL_DAYS', async () => {
    await insert(401, 'ancient/1.0', 1);
    await app.sql(
      `insert into row_accounts (door, endpoint, day, registers)
       select 'plus', 'GET /old', (now() at time zone 'utc')::date - 401, decode('00', 'hex')`,
    );
    const { createJobRunner } = await import('../../src/jobs/jobs.js');
    const jobs = createJobRunner(app.config, app.infrastructure, app.services, app.http.log);
    expect(await jobs.run(undefined, ['purge-calls'])).toEqual([
      { job: 'purge-calls', outcome: 'done', counts: { deleted: 1 } },
    ]);
    expect(await app.sql(`select 1 from row_accounts where endpoint = 'GET /old'`)).toEqual([]);
    expect((await reported(URL, '--days', '399'))[0]).toMatchObject({ calls: 1450 });
  });
});

describe('the end of a system', () => {
  const sunset = ({ headers }: { headers: Headers }) =>
    ['deprecation', 'sunset', 'link'].map((name) => headers.get(name));

  const LINK = 'https://developers.example.com/end%20of%20life?of=%3Call%3E';
  const links = `<${LINK}>; rel="deprecation"; type="text/html", <${LINK}>; rel="sunset"; type="text/html"`;

  test('every answer of a row says when its system ends, and from when it is deprecated', async () => {
    const plus = [`@${Date.UTC(2027, 0, 1) / 1000}`, 'Wed, 30 Jun 2027 00:00:00 GMT', links];
    expect(sunset(await get(`/api/v2/users/${account.id}`))).toEqual(plus);
    const anlife = [`@${Date.UTC(2026, 1, 1) / 1000}`, 'Mon, 30 Nov 2026 00:00:00 GMT', links];
    expect(sunset(await get('/anlife/v1.0/user/getDefaultPhotoList'))).toEqual(anlife);
    const member = [`@${Date.UTC(2029, 11, 31) / 1000}`, 'Tue, 01 Jan 2030 00:00:00 GMT', links];
    expect(sunset(await fetch(`${app.url}/captcha`))).toEqual(member);
  });

  test('refusals, failures and streamed lists of rows say when their system ends too', async () => {
    const headers = { authorization: 'Bearer nobody' };
    const upload = { method: 'POST', headers: { 'content-type': 'text/html' }, body: 'x' };
    const answers = [
      await get('/api/v2/users/2000000000'),
      await get('/api/v2/user'),
      await app.client.legacy('POST', '/api/v2/user/addresses', { name: 'a' }, headers),
      await fetch(`${app.url}/api/v2/user/verification`, upload),
      await get('/anlife/v1.0/user/getUseridsByCityId?city_id=1'),
    ];
    for (const answer of answers)
      expect(sunset(answer)).toEqual([expect.any(String), expect.any(String), links]);
  });

  test('systems without an end, GraphQL and URLs that are no row say nothing of one', async () => {
    const answers = [
      await app.client.legacy('POST', '/user/login'),
      await app.client.graphql('{ me { id } }'),
      await get('/api/v2/nowhere'),
      await fetch(`${app.url}/livez`),
    ];
    for (const answer of answers) expect(sunset(answer)).toEqual([null, null, null]);
  });

  test('pages of other origins may read when a system ends', async () => {
    const { headers } = await get('/api/v2/users/1', { origin: 'https://app.example.com' });
    const exposed = headers.get('access-control-expose-headers')?.split(/, ?/);
    expect(exposed).toEqual(expect.arrayContaining(['deprecation', 'sunset', 'link']));
  });

  test('after its end a system answers as before', async () => {
    const { status, body } = await get('/anlife/v1.0/user/getDefaultPhotoList');
    expect([status, body.datas.photos.length > 0]).toEqual([200, true]);
  });

  test.each([
    '2027-02-29',
    '2027-6-30',
    '2027-06-30T00:00:00Z',
    '2027-06-30,2027-07-01',
    '2027-06-30,',
    '2027-06-30,2026-01-01,2025-01-01',
    'soon',
    '0027-06-30',
  ])('the end %s is refused at start', (text) => {
    expect(() => loadConfig({ SUNSET_OPEN: text })).toThrow('SUNSET_OPEN: must be the date of the end');
  });

  test('a system may end on the day from which it is deprecated', () => {
    const day = new Date('2028-02-29T00:00:00Z');
    expect(loadConfig({ SUNSET_OPEN: '2028-02-29, 2028-02-29' }).SUNSET_OPEN).toEqual({
      end: day,
      deprecation: day,
    });
  });
});
