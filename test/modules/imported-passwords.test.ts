import type { EntityManager } from '@mikro-orm/postgresql';
import { SecurityEventKind } from '../../src/modules/security/security-event.entity.js';
import { createWorld, type TestApp, type TestWorld } from '../support/app.js';
import { atOnce, tally } from '../support/at-once.js';
import { md5, PASSWORD } from '../support/client.js';
import { anlifeDoor, graphqlDoor, PASSWORD_DOORS } from '../support/doors.js';
import {
  importAccount,
  importPassword,
  OLD_FORMATS,
  type OldAccount,
  oldPassword,
  storedPassword,
} from '../support/imported.js';
import { cancelled, jobsOf, runJob, tablesWith } from '../support/jobs.js';
import { logIn, mutate } from '../support/operations.js';
import { valuesUnder } from '../support/redis.js';
import { sqlOf } from '../support/statements.js';

/** Accounts that come with the password of another system, at the doors of a whole gateway. */

const JOB = 'wrap-imported-passwords';
const OLD_PASSWORD = 'old-horse-9';
const UNGUARDED = {
  GUARD_LOCK_AFTER: '10000',
  GUARD_CAPTCHA_AFTER: '10000',
  GUARD_ACCOUNT_HOURLY: '100000',
  GUARD_IP_HOURLY: '100000',
};

let world: TestWorld;
let app: TestApp;
let em: EntityManager;
beforeAll(async () => {
  world = await createWorld();
  app = await world.start(UNGUARDED);
  em = app.infrastructure.database.fork();
});
afterEach(() => jest.restoreAllMocks());
afterAll(() => world.close());

const wrapAll = () => runJob(jobsOf(app), JOB);
const tryAt = (door: typeof graphqlDoor, { phone }: OldAccount, password = OLD_PASSWORD) =>
  door(app.client, { account: phone, password });

async function eventsOf(userId: number): Promise<string[]> {
  await app.services.securityEvents.settle();
  const rows = await app.sql<{ kind: string }>(
    'select kind from security_events where user_id = ? order by id',
    [userId],
  );
  return rows.map(({ kind }) => kind);
}

/** Holds the background's next hash until it is let go. */
function holdNextWrap() {
  const { hasher } = app.services;
  const original = hasher.hashSpare.bind(hasher);
  let began = () => {};
  let release = () => {};
  const waiting = new Promise<void>((resolve) => {
    began = resolve;
  });
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  jest.spyOn(hasher, 'hashSpare').mockImplementationOnce(async (digest) => {
    const hash = await original(digest);
    began();
    await released;
    return hash;
  });
  const wrapping = app.services.passwordWrapper.wrapAll(new AbortController().signal);
  return { began: waiting, release: () => release(), wrapping };
}

describe('at each door', () => {
  describe.each([
    ['sealed', false],
    ['hashed', true],
  ])('a %s password of another system', (_, hashed) => {
    test.each(OLD_FORMATS)(
      '%s is right wherever it can be known, wrong otherwise, and then ours',
      async (format) => {
        const accounts: OldAccount[] = [];
        for (const _door of PASSWORD_DOORS) {
          accounts.push(await importAccount(app, OLD_PASSWORD, oldPassword(format, OLD_PASSWORD)));
        }
        if (hashed) expect(await wrapAll()).toMatchObject({ outcome: 'done' });
        for (const [index, [name, door]] of PASSWORD_DOORS.entries()) {
          const account = accounts[index] as OldAccount;
          const before = await storedPassword(app, account.id);
          expect([before?.key_id === null, before?.imported]).toEqual([hashed, true]);
          expect([name, await tryAt(door, account, 'another-horse')]).toEqual([name, 'wrong']);
          expect(await storedPassword(app, account.id)).toEqual(before);

          const isKnown = format !== 'bcrypt' || name !== 'anlife';
          expect([name, await tryAt(door, account)]).toEqual([name, isKnown ? 'ok' : 'wrong']);
          const after = { scheme: 'md5', key_id: null, imported: true };
          expect(await storedPassword(app, account.id)).toMatchObject(isKnown ? after : (before ?? {}));
          for (const [again, other] of isKnown ? PASSWORD_DOORS : []) {
            expect([again, await tryAt(other, account)]).toEqual([again, 'ok']);
          }
        }
      },
    );
  });

  test('an argon2id that another gateway exported is right at every door, and renewed if it is weaker', async () => {
    const origin = await importAccount(app, OLD_PASSWORD, oldPassword('md5-salt', OLD_PASSWORD));
    const exported = await app.services.passwordWrapper.exported({ em }, [origin.id]);
    const password = exported.get(origin.id);
    expect(password).toMatchObject({ format: 'argon2id', salt: expect.stringMatching(/^md5-salt:/) });
    expect(await storedPassword(app, origin.id)).toMatchObject({
      key_id: null,
      password_hash: password?.value,
    });
    for (const [name, door] of PASSWORD_DOORS) {
      const account = await importAccount(app, OLD_PASSWORD, password);
      expect([name, await tryAt(door, account)]).toEqual([name, 'ok']);
      expect(await storedPassword(app, account.id)).toMatchObject({ scheme: 'md5', imported: true });
    }
    const ours = await app.client.register();
    const own = (await app.services.passwordWrapper.exported({ em }, [ours.id])).get(ours.id);
    expect(own).toEqual({ format: 'argon2id', value: (await storedPassword(app, ours.id))?.password_hash });
  });

  test('a bcrypt account at an MD5 door is refused like a wrong password, and its owner is told why', async () => {
    const account = await importAccount(app, OLD_PASSWORD, oldPassword('bcrypt', OLD_PASSWORD));
    const phone = account.phone;
    const send = (form: object) =>
      app.client.legacy('POST', '/anlife/v1.0/user/loginAndGetUserInfo', { phone, ...form });
    const { evaluations } = app.services.hasher;
    const refused = await send({ password: md5(OLD_PASSWORD) });
    const { headers: _, ...wrong } = await send({ password: md5('another-horse') });
    expect(refused).toMatchObject(wrong);
    expect(app.services.hasher.evaluations - evaluations).toBe(2);
    const graphql = await mutate(app.client, 'login', {
      account: phone,
      password: md5(OLD_PASSWORD),
      passwordFormat: 'MD5',
    });
    expect(graphql.code).toBe('CREDENTIALS_INVALID');
    const { MD5_UNVERIFIABLE, LOGIN_REFUSED } = SecurityEventKind;
    expect(tally(await eventsOf(account.id))).toEqual({ [MD5_UNVERIFIABLE]: 3, [LOGIN_REFUSED]: 3 });
    expect(
      await app.services.guard.status({ accountKey: `user:${account.id}`, ip: '127.0.0.1' }),
    ).toMatchObject({
      failures: 3,
    });

    const code = await app.client.sendCode(phone, ['RETRIEVE']);
    expect(
      (await mutate(app.client, 'retrievePassword', { phone, code, password: PASSWORD })).code,
    ).toBeUndefined();
    expect(await tryAt(anlifeDoor, account, PASSWORD)).toBe('ok');
    expect(await storedPassword(app, account.id)).toMatchObject({ scheme: 'md5', imported: false });
  });

  test('a password changed here is no longer the one of the import, which does not bring it back', async () => {
    const account = await importAccount(app, OLD_PASSWORD);
    expect(await importPassword(app, account.id, oldPassword('md5', 'newer-horse-1'))).toBe(true);
    expect(await tryAt(graphqlDoor, account)).toBe('wrong');
    const token = await logIn(app.client, account.phone, 'newer-horse-1');
    const change = { oldPassword: 'newer-horse-1', password: 'password123' };
    expect((await mutate(app.client, 'changePassword', change, token)).code).toBe('PASSWORD_WEAK');
    const strong = { ...change, password: PASSWORD };
    expect((await mutate(app.client, 'changePassword', strong, token)).value).toBe(true);
    expect(await storedPassword(app, account.id)).toMatchObject({
      scheme: 'md5',
      key_id: null,
      imported: false,
    });
    expect(await importPassword(app, account.id, oldPassword('md5', OLD_PASSWORD))).toBe(false);
    expect(await tryAt(graphqlDoor, account, PASSWORD)).toBe('ok');
  });
});

describe('the work of a check', () => {
  async function workOf(
    door: typeof graphqlDoor,
    account: string,
  ): Promise<[argon2: number, bcrypt: number]> {
    const { hasher } = app.services;
    const [argon2, bcrypt] = [hasher.evaluations, hasher.bcryptEvaluations];
    expect(await door(app.client, { account, password: 'another-horse' })).toBe('wrong');
    return [hasher.evaluations - argon2, hasher.bcryptEvaluations - bcrypt];
  }

  test('a wrong password costs the same whoever it is of: one argon2id, and one bcrypt while anybody needs that', async () => {
    await em.execute(`delete from credentials where scheme like 'bcrypt:%'`);
    const phones = ['13900000000', (await app.client.register()).phone];
    for (const hashed of [false, true]) {
      for (const format of ['md5', 'md5-md5', 'md5-salt'] as const) {
        phones.push((await importAccount(app, OLD_PASSWORD, oldPassword(format, OLD_PASSWORD))).phone);
      }
      if (!hashed) await wrapAll();
    }
    for (const phone of phones) {
      for (const door of [graphqlDoor, anlifeDoor]) expect(await workOf(door, phone)).toEqual([1, 0]);
    }
    phones.push((await importAccount(app, OLD_PASSWORD, oldPassword('bcrypt', OLD_PASSWORD))).phone);
    await wrapAll();
    phones.push((await importAccount(app, OLD_PASSWORD, oldPassword('bcrypt', OLD_PASSWORD, 5))).phone);
    const verify = jest.spyOn(app.services.hasher, 'verify');
    for (const phone of phones) {
      expect(await workOf(graphqlDoor, phone)).toEqual([1, 1]);
      expect(verify.mock.lastCall?.[2]).toBe(5);
      expect(await workOf(anlifeDoor, phone)).toEqual([1, 0]);
    }
  });

  test('a password that cannot be read is a wrong one at every door, at the same cost, and the operator is told', async () => {
    await em.execute(`delete from credentials where scheme like 'bcrypt:%'`);
    const [lost, altered, unknown] = [
      await importAccount(app, OLD_PASSWORD),
      await importAccount(app, OLD_PASSWORD),
      await importAccount(app, OLD_PASSWORD),
    ];
    const set = (column: string, value: string, { id }: OldAccount) =>
      em.execute(`update credentials set ${column} = ? where user_id = ?`, [value, id]);
    await set('key_id', 'lost', lost);
    await set('password_hash', 'AAAA', altered);
    await set('scheme', 'rot13', unknown);
    const told = jest.spyOn(app.http.log, 'error');
    for (const { id, phone } of [lost, altered, unknown]) {
      for (const door of [graphqlDoor, anlifeDoor]) {
        expect(await workOf(door, phone)).toEqual([1, 0]);
        expect(told.mock.lastCall?.[0]).toMatchObject({ lost: 'password', userId: id });
      }
      expect(await tryAt(graphqlDoor, { id, phone, password: '' })).toBe('wrong');
    }
    expect(told).toHaveBeenCalledTimes(9);
    await em.execute('delete from credentials where user_id in (?, ?, ?)', [lost.id, altered.id, unknown.id]);
  });

  test('the highest cost of bcrypt in use is read from the end of an index', async () => {
    const [statement] = await sqlOf(app.infrastructure.database, () =>
      tryAt(graphqlDoor, { id: 0, phone: '13900000001', password: '' }).then(() => undefined),
    ).then((all) => all.filter((sql) => sql.includes('bcrypt_cost')));
    const plan = await em.transactional(async () => {
      await em.execute('set local enable_seqscan = off');
      return JSON.stringify(await em.execute(`explain ${statement}`));
    });
    expect(plan).toMatch(/Index (Only )?Scan Backward using credentials_bcrypt_index/);
  });
});

describe(JOB, () => {
  const OTHER_KEY = `lost:${Buffer.alloc(32, 9).toString('base64')}`;

  test('the job hashes every password that was sealed, once, and counts those it cannot read', async () => {
    await wrapAll();
    const accounts = await Promise.all(
      OLD_FORMATS.map((format) => importAccount(app, OLD_PASSWORD, oldPassword(format, OLD_PASSWORD))),
    );
    const [lost, altered] = [await importAccount(app, OLD_PASSWORD), await importAccount(app, OLD_PASSWORD)];
    const late = await importAccount(app, OLD_PASSWORD);
    await em.execute(`update credentials set key_id = 'lost' where user_id = ?`, [lost.id]);
    await em.execute(`update credentials set password_hash = 'AAAA' where user_id = ?`, [altered.id]);
    const hashes = app.services.hasher.evaluations;
    const jobs = jobsOf(app);
    expect(await runJob(jobs, JOB)).toEqual({
      job: JOB,
      outcome: 'failed',
      counts: { wrapped: 5, failed: 2 },
    });
    expect(await runJob(jobs, JOB)).toMatchObject({ counts: { wrapped: 0, failed: 2 } });
    expect(app.services.hasher.evaluations).toBe(hashes);
    for (const { id } of [...accounts, late]) {
      expect(await storedPassword(app, id)).toMatchObject({
        key_id: null,
        imported: true,
        password_hash: expect.stringMatching(/^\$argon2id\$/),
      });
    }
    await em.execute('delete from credentials where user_id in (?, ?)', [lost.id, altered.id]);
    expect(await tryAt(anlifeDoor, late)).toBe('ok');
  });

  test('the job stops between two passwords when it has to, and the next run goes on', async () => {
    await wrapAll();
    for (let count = 0; count < 5; count++) await importAccount(app, OLD_PASSWORD);
    const stop = new AbortController();
    const { hasher } = app.services;
    const original = hasher.hashSpare.bind(hasher);
    let hashes = 0;
    jest.spyOn(hasher, 'hashSpare').mockImplementation((digest) => {
      if (++hashes === 2) stop.abort();
      return original(digest);
    });
    expect(await app.services.passwordWrapper.wrapAll(stop.signal)).toEqual({ wrapped: 2, failed: 0 });
    expect((await wrapAll()).counts).toEqual({ wrapped: 3, failed: 0 });
  });

  test('a password is right under whichever of the data keys it was sealed, and is re-encrypted as the others are', async () => {
    const rotated = await world.start({ ...UNGUARDED, DATA_KEYS: `${OTHER_KEY},${keysOf(app)}` });
    const account = await importAccount(app, OLD_PASSWORD, oldPassword('bcrypt', OLD_PASSWORD));
    const { importedPasswords: passwords } = rotated.services;
    const before = await storedPassword(app, account.id);
    const row = {
      userId: account.id,
      passwordHash: before?.password_hash ?? '',
      scheme: '',
      keyId: before?.key_id ?? '',
    };
    const resealed = passwords.reseal(row);
    expect([resealed.keyId, resealed.passwordHash === row.passwordHash]).toEqual(['lost', false]);
    await em.execute('update credentials set password_hash = ?, key_id = ? where user_id = ?', [
      resealed.passwordHash,
      resealed.keyId,
      account.id,
    ]);
    expect(await graphqlDoor(rotated.client, { account: account.phone, password: OLD_PASSWORD })).toBe('ok');
    await rotated.close();
  });
});

/** The data keys of a gateway, as its setting has them. */
const keysOf = ({ config }: TestApp): string =>
  config.DATA_KEYS.map(({ id, key }) => `${id}:${key.toString('base64')}`).join(',');

describe('at once', () => {
  test.each(OLD_FORMATS)('right log-ins with a %s password through many doors all get in', async (format) => {
    const account = await importAccount(app, OLD_PASSWORD, oldPassword(format, OLD_PASSWORD));
    const doors = PASSWORD_DOORS.filter(([name]) => format !== 'bcrypt' || name !== 'anlife');
    const outcomes = await atOnce(12, (index) =>
      tryAt(doors[index % doors.length]?.[1] ?? graphqlDoor, account),
    );
    expect(tally(outcomes)).toEqual({ ok: 12 });
    expect(await storedPassword(app, account.id)).toMatchObject({ scheme: 'md5', key_id: null });
  });

  test('a log-in while the job hashes the same password gets in, and its own hash stays', async () => {
    await wrapAll();
    const account = await importAccount(app, OLD_PASSWORD, oldPassword('md5-md5', OLD_PASSWORD));
    const job = holdNextWrap();
    await job.began;
    expect(await tryAt(graphqlDoor, account)).toBe('ok');
    const own = await storedPassword(app, account.id);
    job.release();
    expect(await job.wrapping).toEqual({ wrapped: 0, failed: 0 });
    expect(await storedPassword(app, account.id)).toEqual(own);
    expect(own?.scheme).toBe('md5');
  });

  test('a log-in whose password the job hashes in the middle of it gets in', async () => {
    await wrapAll();
    const account = await importAccount(app, OLD_PASSWORD, oldPassword('md5-md5', OLD_PASSWORD));
    const { hasher } = app.services;
    const original = hasher.verify.bind(hasher);
    jest.spyOn(hasher, 'verify').mockImplementationOnce(async (...args) => {
      const verdict = await original(...args);
      expect((await wrapAll()).counts).toEqual({ wrapped: 1, failed: 0 });
      return verdict;
    });
    expect(await tryAt(graphqlDoor, account)).toBe('ok');
    expect(await tryAt(anlifeDoor, account)).toBe('ok');
  });

  test('a password that is changed while the job hashes the old one stays changed', async () => {
    await wrapAll();
    const account = await importAccount(app, OLD_PASSWORD);
    const job = holdNextWrap();
    await job.began;
    const code = await app.client.sendCode(account.phone, ['RETRIEVE']);
    const retrieval = { phone: account.phone, code, password: PASSWORD };
    expect((await mutate(app.client, 'retrievePassword', retrieval)).value).toBe(true);
    job.release();
    expect(await job.wrapping).toEqual({ wrapped: 0, failed: 0 });
    expect([await tryAt(graphqlDoor, account), await tryAt(graphqlDoor, account, PASSWORD)]).toEqual([
      'wrong',
      'ok',
    ]);
    expect(await storedPassword(app, account.id)).toMatchObject({ imported: false });
  });

  test('an account that is erased while the job hashes its password stays erased', async () => {
    await wrapAll();
    const own = await app.client.register();
    await em.execute('delete from credentials where user_id = ?', [own.id]);
    await importPassword(app, own.id, oldPassword('md5', OLD_PASSWORD));
    const job = holdNextWrap();
    await job.began;
    await cancelled(app, own);
    await runJob(jobsOf(app), 'erase-cancelled-accounts');
    job.release();
    expect(await job.wrapping).toEqual({ wrapped: 0, failed: 0 });
    expect(await storedPassword(app, own.id)).toBeUndefined();
  });
});

describe('at rest', () => {
  const secretsOf = (value: string, password: string): string[] => {
    const texts = [password, value];
    if (/^[0-9a-f]{32}$/.test(value))
      texts.push(Buffer.from(value, 'hex').toString('base64').replace(/=+$/, ''));
    else texts.push(value.slice(29));
    texts.push(...[...texts].map((text) => Buffer.from(text).toString('base64').replace(/=+$/, '')));
    return texts;
  };

  test('no table, statement or log of the database ever holds a digest or a password as it came', async () => {
    const needles: string[] = [];
    const accounts: OldAccount[] = [];
    const start = await walPosition();
    const statements = await sqlOf(app.infrastructure.database, async () => {
      for (const format of OLD_FORMATS) {
        const password = `secret-${format}-horse`;
        const old = oldPassword(format, password);
        needles.push(...secretsOf(String(old.value), password), md5(password));
        accounts.push(await importAccount(app, password, old));
      }
    });
    const [sealed] = accounts;
    const stored = (await storedPassword(app, sealed?.id ?? 0))?.password_hash ?? '';
    const found = async (needle: string) =>
      statements.some((sql) => sql.toLowerCase().includes(needle.toLowerCase())) ||
      (await tablesWith(app, needle)).length > 0;
    expect(await found(stored)).toBe(true);
    for (const needle of needles) expect([needle, await found(needle)]).toEqual([needle, false]);
    await wrapAll();
    for (const account of accounts) expect(await tryAt(graphqlDoor, account, account.password)).toBe('ok');
    for (const needle of needles) expect([needle, await tablesWith(app, needle)]).toEqual([needle, []]);
    for (const [key, value] of await valuesUnder(app.config.REDIS_PREFIX)) {
      expect([key, needles.filter((needle) => value.includes(needle))]).toEqual([key, []]);
    }
    if (start === null) return;
    const held = await walHolds(start, [stored, ...needles]);
    expect(held).toEqual([true, ...needles.map(() => false)]);
  });

  /** Where the log of the database stands; null where it cannot be read. */
  async function walPosition(): Promise<string | null> {
    if (app.config.embeddedDatabase) return null;
    const [role] = await app.sql<{ rolsuper: boolean }>(
      'select rolsuper from pg_roles where rolname = current_user',
    );
    if (!role?.rolsuper) return null;
    const [row] = await app.sql<{ lsn: string }>('select pg_current_wal_insert_lsn()::text as lsn');
    return row?.lsn ?? null;
  }

  /** Which of the texts the log holds that was written since. */
  async function walHolds(start: string, texts: readonly string[]): Promise<boolean[]> {
    const rows = await app.sql<{ held: boolean }>(
      `with files as materialized (
         select pg_read_binary_file('pg_wal/' || name) as bytes from pg_ls_waldir()
         where name ~ '^[0-9A-F]{24}$' and name >= pg_walfile_name(?::pg_lsn) and name <= pg_walfile_name(pg_current_wal_lsn())
       )
       select exists (select 1 from files where position(convert_to(text, 'UTF8') in bytes) > 0) as held
       from unnest(?::text[]) with ordinality as asked(text, n) order by n`,
      [start, `{${texts.map((text) => JSON.stringify(text)).join(',')}}`],
    );
    return rows.map(({ held }) => held);
  }
});
