import type { EntityManager } from '@mikro-orm/postgresql';
import type { Storage } from '../../src/infra/storage/port.js';
import { ErasureService } from '../../src/modules/erasure/erasure.service.js';
import { personalData } from '../../src/modules/erasure/personal-data.js';
import { ImageStore } from '../../src/modules/image/image.store.js';
import { User } from '../../src/modules/user/user.entity.js';
import { type LoneApp, startTestApp } from '../support/app.js';
import { type Account, freshPhone, PASSWORD } from '../support/client.js';
import { cancelled, jobsOf, miscounted, runJob, tablesWith } from '../support/jobs.js';
import { logIn, mutate, setUser, uploadPicture } from '../support/operations.js';
import { until } from '../support/until.js';

const JOB = 'erase-cancelled-accounts';

let app: LoneApp;
let em: EntityManager;
beforeAll(async () => {
  app = await startTestApp({ CODE_IP_DAILY_LIMIT: '100000' });
  em = app.infrastructure.database.fork();
});
afterAll(() => app.close());

const erase = (storage?: Storage) => runJob(jobsOf(app, { storage }), JOB);
const erasedAt = async (id: number) => (await em.fork().findOneOrFail(User, { id })).erasedAt;
const statusOf = async (url: string) => (await fetch(url)).status;

const FOLLOW = 'mutation ($id: ID!) { follow(userId: $id) { id } }';
const follow = (from: Account, to: Account) => app.client.data(FOLLOW, { id: String(to.id) }, from.token);

/** A storage that does something of its own before it removes a file. */
const storageThat = (before: (key: string) => Promise<void> | void): Storage => {
  const { storage } = app.infrastructure;
  return {
    put: (...args) => storage.put(...args),
    read: (key) => storage.read(key),
    remove: async (key) => {
      await before(key);
      await storage.remove(key);
    },
  };
};

/** Everything that can be told about a person, with the marker in every text. */
async function fullAccount(marker: string): Promise<Account & { pictures: { id: string; url: string }[] }> {
  const account = await app.client.register({ name: `n_${marker}` });
  const { id } = account;
  const headers = { 'user-agent': `phone of ${marker}` };
  await mutate(app.client, 'login', { account: account.phone, password: PASSWORD }, undefined, headers);
  const pictures = [];
  for (let count = 0; count < 4; count++) pictures.push(await uploadPicture(app.client, account.token));
  const [avatar, background, front] = pictures.map((picture) => picture.id);
  await setUser(em, id, {
    nickname: marker,
    bio: `bio ${marker}`,
    location: `at ${marker}`,
    externalAvatarUrl: `https://example.com/${marker}`,
    avatarId: avatar,
    backgroundId: background,
    birthday: '1987-06-05',
    sex: 2,
    cityId: 510100,
    lastDeviceType: 2,
  });
  const insert = (sql: string, ...values: unknown[]) => em.execute(sql, [id, ...values]);
  await insert('insert into identities (user_id, provider, subject) values (?, ?, ?)', 'qq', marker);
  await insert(
    `insert into account_events (user_id, type, data, private) values (?, 'user.email_changed', '{}', jsonb_build_object('email', ?::text))`,
    marker,
  );
  await insert('insert into user_hobbies (user_id, hobby_id) values (?, 1)');
  await insert('insert into user_tags (user_id, tag_id) values (?, 1)');
  await insert('insert into shared_places (user_id, point) values (?, point(104, 31))');
  await insert("insert into vips (user_id, level, name, end_time) values (?, 'middle', ?, now())", marker);
  await insert('insert into wallets (user_id, balance) values (?, 100)');
  await insert('insert into currencies (user_id, sum) values (?, 7)');
  await insert('insert into daily_incomes (user_id, day, amount) values (?, current_date, 7)');
  await insert('insert into currency_orders (user_id, key, amount) values (?, ?, 7)', `order-${id}`);
  await insert(
    `insert into addresses (user_id, alias, name, phone, province, city, county, detail, postcode)
     values (?, ?, ?, '13900001111', ?, ?, ?, ?, '610000')`,
    ...Array(6).fill(marker),
  );
  await insert(
    `insert into verifications (user_id, type, key_id, encrypted_real_name, encrypted_id_number, phone_number,
       description, slogan, organisation_name, organisation_address, front_image_id)
     values (?, 'user', ?, ?, ?, '13900002222', ?, ?, ?, ?, ?)`,
    ...Array(7).fill(marker),
    front,
  );
  return { ...account, pictures };
}

describe('an account whose grace is over', () => {
  test('erasing an account leaves nothing personal anywhere, and its number in the books', async () => {
    const marker = `mk${Date.now().toString(36)}zq`;
    const account = await fullAccount(marker);
    await cancelled(app, account);
    // The owner's identities went when they cancelled; the rest waits for its grace.
    const before = await tablesWith(app, marker);
    expect(before).toEqual(
      expect.arrayContaining(['addresses', 'sessions', 'users', 'verifications', 'vips']),
    );
    await em.execute("insert into identities (user_id, provider, subject) values (?, 'qq', ?)", [
      account.id,
      marker,
    ]);
    for (const { url } of account.pictures) expect(await statusOf(url)).toBe(200);

    const jobs = jobsOf(app);
    expect(await runJob(jobs, JOB)).toEqual({
      job: JOB,
      outcome: 'done',
      counts: { erased: 1, failed: 0 },
    });
    expect(jobs.logged.errors).toEqual([]);
    expect(await tablesWith(app, marker)).toEqual([]);
    for (const secret of [account.phone, '13900001111', '13900002222', '1987-06-05']) {
      expect(await tablesWith(app, secret)).toEqual([]);
    }
    for (const { id, url } of account.pictures) {
      expect(await statusOf(url)).toBe(404);
      expect(await tablesWith(app, id)).toEqual([]);
    }
    const { createdAt, deletedAt, ...husk } = await em.fork().findOneOrFail(User, { id: account.id });
    expect(husk).toMatchObject({
      name: `deleted ${account.id}`,
      cityId: null,
      sex: 0,
      lastDeviceType: 0,
      lastActiveAt: deletedAt,
      erasedAt: expect.any(Date),
    });
    expect(await rowsOf(account.id)).toEqual([
      'account_events',
      'currencies',
      'currency_orders',
      'daily_incomes',
      'wallets',
    ]);
  });

  test('an account is erased once', async () => {
    const account = await app.client.register();
    await cancelled(app, account);
    expect((await erase()).counts).toEqual({ erased: 1, failed: 0 });
    const first = await erasedAt(account.id);
    expect((await erase()).counts).toEqual({ erased: 0, failed: 0 });
    expect(await erasedAt(account.id)).toEqual(first);
  });

  test('erasure passes over accounts whose grace is not over, that are disabled, or in use', async () => {
    const [recent, disabled, used] = await Promise.all([1, 2, 3].map(() => app.client.register()));
    if (!recent || !disabled || !used) throw new Error('nobody registered');
    await cancelled(app, recent, 29);
    await setUser(em, disabled.id, { status: 2, deletedAt: new Date(0) });
    await setUser(em, used.id, { deletedAt: new Date(0) });
    expect((await erase()).counts).toEqual({ erased: 0, failed: 0 });
    expect((await runJob(jobsOf(app, { settings: { ERASURE_GRACE_DAYS: 28 } }), JOB)).counts.erased).toBe(1);
    expect(await erasedAt(recent.id)).not.toBeNull();
    expect([await erasedAt(disabled.id), await erasedAt(used.id)]).toEqual([null, null]);
    expect(await logIn(app.client, used.phone)).toEqual(expect.any(String));
  });

  test('erasure leaves a phone to its next owner, before and after', async () => {
    const phone = freshPhone();
    const first = await app.client.register({ phone });
    await cancelled(app, first);
    const second = await app.client.register({ phone, password: 'another-horse-8' });
    expect(second.id).not.toBe(first.id);
    expect((await erase()).counts.erased).toBe(1);
    expect(await logIn(app.client, phone, 'another-horse-8')).toEqual(expect.any(String));

    await cancelled(app, second);
    await erase();
    expect((await mutate(app.client, 'login', { account: phone, password: 'another-horse-8' })).code).toBe(
      'CREDENTIALS_INVALID',
    );
    const third = await app.client.register({ phone });
    expect(third.id).toBeGreaterThan(second.id);
    expect(await logIn(app.client, phone)).toEqual(expect.any(String));
  });

  test('erasure takes no default picture with the account, whoever uploaded it', async () => {
    const account = await app.client.register();
    const { id, url } = await uploadPicture(app.client, account.token);
    await em.execute('insert into default_photos (image_id, position) values (?, 99)', [id]);
    const other = await app.client.register();
    await setUser(em, other.id, { avatarId: id });
    await setUser(em, account.id, { avatarId: id });
    await cancelled(app, account);
    expect((await erase()).counts).toEqual({ erased: 1, failed: 0 });
    expect(await statusOf(url)).toBe(200);
    const { avatarId } = await em.fork().findOneOrFail(User, { id: other.id });
    expect(avatarId).toBe(id);
    expect(await rowsOf(account.id)).toEqual([]);
  });
});

/** The tables that refer to users, and by which column. */
const REFERRING = `select tc.table_name as table, kcu.column_name as column
  from information_schema.table_constraints tc
  join information_schema.key_column_usage kcu using (constraint_schema, constraint_name)
  join information_schema.constraint_column_usage ccu using (constraint_schema, constraint_name)
  where tc.constraint_type = 'FOREIGN KEY' and ccu.table_name = 'users' order by 1, 2`;

/** The tables in which an account has rows; a new table of personal data that nobody erases shows up here. */
async function rowsOf(userId: number): Promise<string[]> {
  const found: string[] = [];
  for (const { table, column } of await em.execute<{ table: string; column: string }[]>(REFERRING)) {
    const rows = await em.execute(`select 1 from "${table}" where "${column}" = ? limit 1`, [userId]);
    if (rows.length > 0) found.push(table);
  }
  return found;
}

test('every table that refers to users is filled by the tests of erasure, or is known to be empty', async () => {
  const account = await fullAccount(`mk${Date.now().toString(36)}fk`);
  const other = await app.client.register();
  await follow(account, other);
  await follow(other, account);
  await em.execute('insert into blocks (blocker_id, blocked_id) values (?, ?), (?, ?)', [
    account.id,
    other.id,
    other.id,
    account.id,
  ]);
  await em.execute(
    `insert into reports (reporter_id, user_id, reason) values (?, ?, 'rude'), (?, ?, 'rude')`,
    [account.id, other.id, other.id, account.id],
  );
  await em.execute("insert into identities (user_id, provider, subject) values (?, 'weibo', ?)", [
    account.id,
    `subject ${account.id}`,
  ]);
  const openApp = await app.services.openApps.create({ em }, {});
  await em.execute('insert into open_app_calls (app_id, signature, user_id) values (?, ?, ?)', [
    openApp.app.id,
    '0'.repeat(32),
    account.id,
  ]);
  await em.execute(
    "insert into legacy_ids (system, legacy_id, number, user_id) values ('anlife', ?::text, ?, ?)",
    [account.id, account.id, account.id],
  );
  await em.execute(
    "insert into imported_records (system, legacy_id, user_id, run, digest, fields) values ('anlife', ?::text, ?, 1, '', '{}')",
    [account.id, account.id],
  );
  await em.execute(
    "insert into imported_follows (follower_id, system, legacy_id) values (?, 'anlife', '1')",
    [account.id],
  );
  await em.execute("insert into imported_pictures (user_id, kind, source) values (?, 'avatar', 'a.png')", [
    account.id,
  ]);
  await em.execute("insert into account_events (user_id, type, data) values (?, 'user.registered', '{}')", [
    account.id,
  ]);
  const referring = await em.execute<{ table: string }[]>(REFERRING);
  expect(new Set(await rowsOf(account.id))).toEqual(new Set(referring.map(({ table }) => table)));
  await cancelled(app, account);
  await erase();
  expect(await rowsOf(account.id)).toEqual([
    'account_events',
    'currencies',
    'currency_orders',
    'daily_incomes',
    'legacy_ids',
    'wallets',
  ]);
});

describe('follows', () => {
  test('erasure ends follows both ways, and only the counters of those concerned move', async () => {
    const [gone, ann, bob, cat] = await Promise.all([1, 2, 3, 4].map(() => app.client.register()));
    if (!gone || !ann || !bob || !cat) throw new Error('nobody registered');
    for (const [from, to] of [
      [gone, ann],
      [ann, gone],
      [gone, bob],
      [cat, gone],
      [ann, bob],
      [bob, ann],
    ] as const) {
      await follow(from, to);
    }
    await cancelled(app, gone);
    await erase();
    const counters = await em.execute(
      `select followers_count as followers, followings_count as followings from user_extras
       where user_id in (?, ?, ?) order by user_id`,
      [ann.id, bob.id, cat.id].sort((a, b) => a - b),
    );
    expect(counters.toSorted((a, b) => b.followers - a.followers)).toEqual([
      { followers: 1, followings: 1 },
      { followers: 1, followings: 1 },
      { followers: 0, followings: 0 },
    ]);
    expect(await miscounted(app)).toEqual([]);
    expect(await rowsOf(gone.id)).toEqual([]);
  });

  test('erasure ends thousands of follows, while others follow one another', async () => {
    const gone = await app.client.register();
    const [crowd] = await em.execute<{ ids: number[] }[]>(
      `with crowd as (
         insert into users (name) select 'crowd_' || n from generate_series(1, 1200) n returning id
       ), extras as (
         insert into user_extras (user_id, followers_count, followings_count) select id, 1, 1 from crowd
       ), followers as (
         insert into follows (follower_id, followee_id) select id, ? from crowd
       ), followees as (
         insert into follows (follower_id, followee_id) select ?, id from crowd
       ) select array_agg(id order by id) as ids from crowd`,
      [gone.id, gone.id],
    );
    const ids = crowd?.ids ?? [];
    await em.execute(
      'insert into user_extras (user_id, followers_count, followings_count) values (?, 1200, 1200)',
      [gone.id],
    );
    const fans = await Promise.all([1, 2, 3].map(() => app.client.register()));
    await cancelled(app, gone);
    const [report] = await Promise.all([
      erase(),
      ...fans.map(async (fan) => {
        for (const id of ids.slice(0, 40).reverse()) {
          await app.client.data(FOLLOW, { id: String(id) }, fan.token);
        }
      }),
    ]);
    expect(report).toMatchObject({ outcome: 'done', counts: { erased: 1, failed: 0 } });
    expect(await miscounted(app)).toEqual([]);
    expect(await rowsOf(gone.id)).toEqual([]);
  });
});

describe('interrupted erasures', () => {
  async function victim(): Promise<{ account: Account; urls: string[]; friend: Account }> {
    const [account, friend] = [await app.client.register(), await app.client.register()];
    const urls = [];
    for (let count = 0; count < 3; count++) urls.push((await uploadPicture(app.client, account.token)).url);
    await follow(account, friend);
    await follow(friend, account);
    await cancelled(app, account);
    return { account, urls, friend };
  }

  async function expectErased({ account, urls }: { account: Account; urls: string[] }): Promise<void> {
    for (const url of urls) expect(await statusOf(url)).toBe(404);
    expect(await rowsOf(account.id)).toEqual([]);
    expect(await erasedAt(account.id)).not.toBeNull();
    expect(await miscounted(app)).toEqual([]);
  }

  test('an erasure cut off by the storage waits for the next run, other accounts do not, and no file is forgotten', async () => {
    const failing = await victim();
    const other = await app.client.register();
    await cancelled(app, other, 30.5);
    let removed = 0;
    const jobs = jobsOf(app, {
      storage: storageThat(() => {
        removed += 1;
        if (removed === 2) throw new Error('disk gone');
      }),
    });
    expect(await runJob(jobs, JOB)).toEqual({
      job: JOB,
      outcome: 'failed',
      counts: { erased: 1, failed: 1 },
    });
    expect(jobs.logged.errors).toHaveLength(1);
    expect(jobs.logged.errors[0]).toContain(`"userId":${failing.account.id}`);
    expect(await erasedAt(other.id)).not.toBeNull();
    expect(await erasedAt(failing.account.id)).toBeNull();
    expect(await rowsOf(failing.account.id)).toContain('images');

    expect((await erase()).counts).toEqual({ erased: 1, failed: 0 });
    await expectErased(failing);
  });

  test('an erasure cut off by the database at its last step moves no counter twice', async () => {
    const failing = await victim();
    await em.execute(
      `create function refuse() returns trigger language plpgsql as $$ begin raise exception 'cut off'; end $$`,
    );
    await em.execute('create trigger refuse before delete on credentials execute function refuse()');
    expect((await erase()).counts).toEqual({ erased: 0, failed: 1 });
    await em.execute('drop function refuse() cascade');
    expect(await rowsOf(failing.account.id)).toContain('credentials');
    expect(await rowsOf(failing.account.id)).not.toContain('follows');

    expect((await erase()).counts).toEqual({ erased: 1, failed: 0 });
    await expectErased(failing);
  });

  test('an erasure cut off by a shutdown stops at the next step', async () => {
    const stopped = await victim();
    const other = await app.client.register();
    await cancelled(app, other, 30.5);
    const stopping = new AbortController();
    const storage = storageThat(() => stopping.abort());
    const report = await runJob(jobsOf(app, { storage }), JOB, stopping.signal);
    expect(report).toMatchObject({ outcome: 'done', counts: { erased: 0, failed: 0 } });
    expect([await erasedAt(stopped.account.id), await erasedAt(other.id)]).toEqual([null, null]);
    expect((await erase()).counts).toEqual({ erased: 2, failed: 0 });
    await expectErased(stopped);
  });
});

describe('erasures at once', () => {
  test('of two erasures at once one does the work, and the other leaves it to it', async () => {
    const account = await app.client.register();
    await uploadPicture(app.client, account.token);
    await cancelled(app, account);
    let go = () => {};
    const held = new Promise<void>((resolve) => {
      go = resolve;
    });
    let begun = false;
    const storage = storageThat(() => {
      begun = true;
      return held;
    });
    const first = erase(storage);
    await until('the first one is at it', () => begun);
    expect(await erase()).toEqual({ job: JOB, outcome: 'busy', counts: {} });
    go();
    expect((await first).counts).toEqual({ erased: 1, failed: 0 });
    // And the next one is not kept out.
    expect((await erase()).outcome).toBe('done');
  });

  test('two erasures without a lease still erase each account once, and counters are exact', async () => {
    const crowd = await Promise.all(Array.from({ length: 6 }, () => app.client.register()));
    const stays = await app.client.register();
    for (const one of crowd) {
      await uploadPicture(app.client, one.token);
      await follow(one, stays);
      await follow(stays, one);
      for (const other of crowd) if (other !== one) await follow(one, other);
    }
    for (const one of crowd) await cancelled(app, one);
    const failures: unknown[] = [];
    const { database, storage } = app.infrastructure;
    const runs = await Promise.all(
      [1, 2, 3].map(() =>
        new ErasureService(
          database.fork,
          personalData(new ImageStore(app.config, storage)),
          app.config,
          (error) => failures.push(error),
        ).eraseCancelled(new AbortController().signal),
      ),
    );
    expect(failures).toEqual([]);
    expect(runs.reduce((sum, { erased }) => sum + erased, 0)).toBe(6);
    expect(await miscounted(app)).toEqual([]);
    for (const { id } of crowd) expect(await rowsOf(id)).toEqual([]);
  });
});
