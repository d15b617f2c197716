import type { EntityManager } from '@mikro-orm/postgresql';
import { LocalStorage } from '../../src/infra/storage/local.js';
import { createSchedules } from '../../src/jobs/jobs.js';
import { JobRunner } from '../../src/jobs/runner.js';
import { JobSchedule } from '../../src/jobs/schedule.js';
import { createWorld, type TestApp, type TestWorld } from '../support/app.js';
import { cancelled, jobsOf, runJob } from '../support/jobs.js';
import { uploadPicture } from '../support/operations.js';
import { until } from '../support/until.js';

let world: TestWorld;
let app: TestApp;
let em: EntityManager;
let userId: number;
beforeAll(async () => {
  world = await createWorld();
  app = await world.start();
  em = app.infrastructure.database.fork();
  userId = (await app.client.register()).id;
});
afterEach(() => jest.restoreAllMocks());
afterAll(() => world.close());

const idsIn = async (table: string): Promise<number[]> =>
  (await em.execute<{ id: number | string }[]>(`select id from ${table} order by id`)).map(({ id }) =>
    Number(id),
  );

describe('purge-sessions', () => {
  /** A session by the days since it was opened, since it expired, and since it was ended, if it was. */
  async function session(created: number, expired: number, ended: number | null): Promise<number> {
    const [row] = await em.execute<{ id: number }[]>(
      `insert into sessions (user_id, token_hash, ip, source, created_at, expires_at, revoked_at)
       values (?, md5(random()::text), '203.0.113.9', '203.0.113.9', now() - make_interval(days => ?),
         now() - make_interval(days => ?), now() - make_interval(days => ?)) returning id`,
      [userId, created, expired, ended],
    );
    return row?.id ?? 0;
  }

  test('purge-sessions deletes what ended more than 30 days ago, by whichever end came first', async () => {
    const before = await idsIn('sessions');
    const kept = [
      await session(400, -1, null),
      await session(60, 29, null),
      await session(31, -10, 29),
      await session(29, 1, 29),
      await session(60, 29, 28),
    ];
    const gone = [
      await session(61, 31, null),
      await session(60, -300, 31),
      await session(61, 31, 1),
      await session(61, 31, 40),
    ];
    expect(await idsIn('sessions')).toEqual([...before, ...kept, ...gone]);
    expect(await runJob(jobsOf(app), 'purge-sessions')).toEqual({
      job: 'purge-sessions',
      outcome: 'done',
      counts: { deleted: gone.length },
    });
    expect(await idsIn('sessions')).toEqual([...before, ...kept]);
    // Where the account has been in the last 30 days is known as before.
    expect(await app.services.sessions.isKnownSource({ em }, userId, '203.0.113.9')).toBe(true);
  });

  test('purge-sessions deletes any number, found by their index', async () => {
    await em.execute(
      `insert into sessions (user_id, token_hash, ip, source, expires_at)
       select ?, md5('old' || n), '', '', now() - interval '31 days' from generate_series(1, 2500) n`,
      [userId],
    );
    const kept = await app.client.register();
    expect((await runJob(jobsOf(app), 'purge-sessions')).counts).toEqual({ deleted: 2500 });
    expect((await runJob(jobsOf(app), 'purge-sessions')).counts).toEqual({ deleted: 0 });
    const { me } = await app.client.data('{ me { id } }', {}, kept.token);
    expect(Number(me.id)).toBe(kept.id);
  });

  test('purge-sessions stops between two batches when it has to', async () => {
    await em.execute(
      `insert into sessions (user_id, token_hash, ip, source, expires_at)
       select ?, md5('older' || n), '', '', now() - interval '31 days' from generate_series(1, 10) n`,
      [userId],
    );
    expect(await jobsOf(app).run(AbortSignal.abort())).toEqual([]);
    expect((await runJob(jobsOf(app), 'purge-sessions')).counts).toEqual({ deleted: 10 });
  });
});

test('purge-security-events deletes what is older than SECURITY_EVENT_DAYS', async () => {
  const before = await idsIn('security_events');
  await em.execute(
    `insert into security_events (user_id, kind, door, ip, created_at)
     select ?, 'LOGGED_IN', 'graphql', '', now() - make_interval(days => n) from generate_series(170, 190) n`,
    [userId],
  );
  const purge = (settings = {}) => runJob(jobsOf(app, { settings }), 'purge-security-events');
  expect((await purge()).counts).toEqual({ deleted: 11 });
  expect((await purge({ SECURITY_EVENT_DAYS: 175 })).counts).toEqual({ deleted: 5 });
  expect((await purge({ SECURITY_EVENT_DAYS: 169 })).counts).toEqual({ deleted: 5 });
  expect(await idsIn('security_events')).toEqual(before);
});

test('purge-events deletes events older than EVENT_DAYS that no webhook waits for, with what was given up of them', async () => {
  const [webhook] = await em.execute<{ id: number }[]>(
    `insert into webhooks (url, types, key_id, encrypted_secret) values ('https://example.com', '{none}', '', '') returning id`,
  );
  await em.execute(
    `insert into account_events (user_id, type, data, dispatched, created_at)
     select ?, 'user.updated', '{}', true, now() - make_interval(days => n) from generate_series(0, 12) n`,
    [userId],
  );
  const ids = (await idsIn('account_events')).slice(-13);
  const deliver = (index: number, parkedAt: string | null) =>
    em.execute(
      `insert into webhook_deliveries (event_id, webhook_id, user_id, give_up_at, parked_at) values (?, ?, ?, now(), ?)`,
      [ids[index], webhook?.id, userId, parkedAt],
    );
  await deliver(12, null);
  await deliver(11, '2026-01-01');
  await em.execute('update account_events set dispatched = false where id = ?', [ids[10]]);
  const purge = (settings = {}) => runJob(jobsOf(app, { settings }), 'purge-events');
  expect((await purge()).counts).toEqual({ deleted: 4 });
  expect((await purge({ EVENT_DAYS: 5 })).counts).toEqual({ deleted: 2 });
  expect((await idsIn('account_events')).slice(-7)).toEqual([...ids.slice(0, 5), ids[10], ids[12]]);
  await em.execute('delete from webhooks');
  expect((await purge()).counts).toEqual({ deleted: 2 });
});

test('a job that fails is logged and keeps no other from running', async () => {
  await em.execute('alter table sessions rename to hidden_sessions');
  const jobs = jobsOf(app);
  const reports = await jobs.run();
  await em.execute('alter table hidden_sessions rename to sessions');
  expect(reports.map(({ job, outcome }) => [job, outcome])).toEqual([
    ['erase-cancelled-accounts', 'done'],
    ['purge-sessions', 'failed'],
    ['purge-security-events', 'done'],
    ['purge-unclaimed-pictures', 'done'],
    ['purge-events', 'done'],
    ['purge-calls', 'done'],
    ['purge-shared-places', 'done'],
    ['wrap-imported-passwords', 'done'],
    ['fetch-imported-pictures', 'done'],
  ]);
  expect(jobs.logged.errors).toEqual([expect.stringContaining('job failed')]);
  expect((await jobs.run()).map(({ outcome }) => outcome)).toEqual(Array(9).fill('done'));
});

test('a job that lasts keeps no other from its turn, and none is scheduled without an interval', async () => {
  const runs: string[] = [];
  let finish = () => {};
  const lasting = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const job = (name: string, work: () => Promise<void>) => ({
    name,
    run: async () => {
      runs.push(name);
      await work();
      return {};
    },
  });
  const jobs = new JobRunner(
    [job('purge-sessions', async () => undefined), job('wrap-imported-passwords', () => lasting)],
    app.infrastructure.redis.client,
    { info: () => undefined, error: () => undefined },
  );
  const off = createSchedules({ JOB_INTERVAL_MINUTES: 0 }, jobs);
  const schedules = createSchedules({ JOB_INTERVAL_MINUTES: 1 / 60_000 }, jobs);
  for (const schedule of [...off, ...schedules]) schedule.start();
  await until('several turns', () => runs.filter((name) => name === 'purge-sessions').length >= 3);
  await until('the lasting job', () => runs.includes('wrap-imported-passwords'));
  finish();
  await Promise.all(schedules.map((schedule) => schedule.stop()));
});

describe('the schedule', () => {
  test('the schedule runs jobs soon, then again and again, one run at a time, until it is stopped', async () => {
    let running = 0;
    let most = 0;
    let runs = 0;
    const schedule = new JobSchedule(async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      runs += 1;
      running -= 1;
    }, 2);
    schedule.start();
    await until('several runs', () => runs >= 5);
    await schedule.stop();
    const stoppedAt = runs;
    expect([running, most]).toEqual([0, 1]);
    let turns = 0;
    await until('time to pass', () => ++turns > 5);
    expect(runs).toBe(stoppedAt);
  });

  test('the schedule waits for the run under way when it is stopped, and tells it', async () => {
    let finish = () => {};
    let told = false;
    let began = false;
    const schedule = new JobSchedule((signal) => {
      began = true;
      signal.addEventListener('abort', () => {
        told = true;
      });
      return new Promise<void>((resolve) => {
        finish = resolve;
      });
    }, 1);
    schedule.start();
    await until('a run', () => began);
    let stopped = false;
    const stopping = schedule.stop().then(() => {
      stopped = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect([told, stopped]).toEqual([true, false]);
    finish();
    await stopping;
  });

  test('the schedule never runs with an interval of 0, nor after it was stopped', async () => {
    const run = jest.fn(async () => undefined);
    new JobSchedule(run, 0).start();
    const stopped = new JobSchedule(run, 1);
    await stopped.stop();
    stopped.start();
    let turns = 0;
    await until('time to pass', () => ++turns > 5);
    expect(run).not.toHaveBeenCalled();
  });
});

test('a gateway that listens runs the jobs, and closing it waits for the one under way', async () => {
  const account = await app.client.register();
  const { url } = await uploadPicture(app.client, account.token);
  await cancelled(app, account);
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const remove = jest.spyOn(LocalStorage.prototype, 'remove');
  const original = LocalStorage.prototype.remove;
  remove.mockImplementationOnce(async function (this: LocalStorage, key) {
    await held;
    await original.call(this, key);
  });
  // The first run comes after a random time: now.
  jest.spyOn(Math, 'random').mockReturnValue(0);
  const worker = await world.start({ JOB_INTERVAL_MINUTES: '60' });
  await until('the job is at the pictures', () => remove.mock.calls.length > 0);

  let closed = false;
  const closing = worker.close().then(() => {
    closed = true;
  });
  await until('it takes no requests', () =>
    fetch(`${worker.url}/livez`).then(
      () => false,
      () => true,
    ),
  );
  expect(closed).toBe(false);
  release();
  await closing;
  expect((await fetch(url)).status).toBe(404);
  // What it could not finish is finished by the next one.
  expect(await runJob(jobsOf(app), 'erase-cancelled-accounts')).toMatchObject({
    outcome: 'done',
    counts: { erased: 1 },
  });
});
