import { randomBytes } from 'node:crypto';
import { parseMysqlUrl } from '../../src/infra/mysql.js';
import { PlusSource } from '../../src/modules/import/plus.source.js';
import { type ImportRecord, RECORD } from '../../src/modules/import/record.js';
import { SourceError } from '../../src/modules/import/source.js';
import { findMysql, makeOldPlus, type OldPlus } from '../support/old-systems.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const server = await findMysql();
const withMysql = server ? describe : describe.skip;

const USERS = 1240;

function sourceAt(url: string): PlusSource {
  const address = parseMysqlUrl(url);
  if (!address) throw new Error('no URL of MySQL');
  return new PlusSource(address);
}

/** Everything that a source gives, each of it checked as an import checks it. */
async function readAll(source: PlusSource): Promise<ImportRecord[]> {
  const records: ImportRecord[] = [];
  for await (const item of source.read()) {
    expect(item.line).toBe(records.length + 1);
    if (!('raw' in item)) throw new Error('unreadable');
    records.push(RECORD.parse(item.raw));
  }
  return records;
}

/** What is wrong with a source, in one line. */
async function problemAt(url: string): Promise<string> {
  const source = sourceAt(url);
  const error = await readAll(source).then(
    () => null,
    (failure: unknown) => failure,
  );
  await source.close();
  expect(error).toBeInstanceOf(SourceError);
  return error instanceof Error ? error.message : '';
}

describe('the address of a MySQL', () => {
  test.each([
    [
      'mysql://u:p%40ss@db.example:3307/old',
      { host: 'db.example', port: 3307, user: 'u', password: 'p@ss', tls: false },
    ],
    ['mysql://u@[::1]/old?tls=on', { host: '::1', port: 3306, password: '', tls: true, timezone: '+00:00' }],
    ['mysql://u@h/old?timezone=+08:00', { timezone: '+08:00' }],
    ['mysql://u@h/old?timezone=%2B08:00', { timezone: '+08:00' }],
  ])('the address %s is read', (url, parts) => {
    expect(parseMysqlUrl(url)).toMatchObject({ database: 'old', ...parts });
  });

  test.each([
    'postgres://u@h/old',
    'mysql://u@h',
    'mysql://h/old',
    'mysql://u:%zz@h/old',
    'mysql://u@h/old?tls=maybe',
    'mysql://u@h/old?timezone=CST',
    'mysql://u@h/old?multipleStatements=true',
    'mysql:old',
  ])('the address %s is refused', (url) => {
    expect(parseMysqlUrl(url)).toBeNull();
  });
});

withMysql('a ThinkSNS+ in MySQL', () => {
  let old: OldPlus;
  let records: ImportRecord[];
  beforeAll(async () => {
    old = await makeOldPlus(server ?? '', USERS);
    const source = sourceAt(old.url);
    records = await readAll(source);
    expect(source.progress()).toEqual({ done: USERS, total: USERS });
    await source.close();
  });
  afterAll(() => old.drop());

  /** The first account with an oddity, and others of it by their turn. */
  function odd(oddity: number, turn = 0) {
    const account = old.accounts.find(({ number }) => number === oddity + 40 * turn);
    const record = records.find(({ legacy_id }) => legacy_id === String(account?.id));
    if (!account || !record) throw new Error(`no account has the oddity ${oddity}`);
    return { account, record };
  }

  test('every account is read once, in the order of its number, over several pages', () => {
    expect(records.map(({ legacy_id }) => Number(legacy_id))).toEqual(old.accounts.map(({ id }) => id));
  });

  test('a password is the bcrypt as it stands, and there is none where there is none', () => {
    expect(odd(1).record.password).toEqual({
      format: 'bcrypt',
      value: expect.stringMatching(/^\$2y\$04\$.{53}$/),
    });
    expect(odd(15).record.password).toEqual({ format: 'none' });
  });

  test('only a phone that was proved comes along; an address comes with whether it was', () => {
    expect(odd(1).record.phone).toBe(odd(1).account.phone);
    expect([odd(5), odd(6), odd(9)].map(({ record }) => record.phone)).toEqual([null, null, null]);
    expect(odd(9).record).toMatchObject({ email: odd(9).account.email, email_verified: false });
    expect(odd(10).record).toMatchObject({ email: odd(10).account.email, email_verified: true });
  });

  test('dates of zeros and dates that are missing are none', () => {
    expect([odd(7), odd(8)].map(({ record }) => [record.created_at, record.last_active_at])).toEqual([
      [null, null],
      [null, null],
    ]);
    expect(odd(1).record.created_at).toMatch(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  });

  test('who was deleted there is disabled', () => {
    expect(odd(3).record.status).toBe('DISABLED');
    expect(odd(1).record.status).toBe('ACTIVE');
  });

  test('emoji come through whole', () => {
    expect(odd(11).record.name).toBe('小明 🎉11');
    expect(odd(25).record.bio).toBe('😀'.repeat(191));
  });

  test('pictures are told by the paths of their nodes, of old accounts by their numbers, else by their URLs', () => {
    expect(odd(18).record.avatar_file).toMatch(/^2017\/06\/07\/[0-9a-f]{32}\.png$/);
    expect(odd(19).record).toMatchObject({ avatar_url: 'https://pictures.example/19.png' });
    expect(odd(20).record.avatar_file).toBe('2018/01/01/missing20.png');
    expect(odd(22).record.avatar_file).toBe('../../../../etc/passwd');
    expect(odd(23).record.avatar_file).toBeNull();
  });

  test('points are the sum, with the incomes that succeeded and no other order', async () => {
    const incomes = await old.sql(
      'select owner_id, count(*) as n from currency_orders where type = 1 and state = 1 and currency = 1 group by owner_id',
    );
    const counted = records.filter(({ currency }) => currency?.orders?.length);
    expect(Array.isArray(incomes) && incomes.length).toBe(counted.length);
    const expected = Object.fromEntries(
      (incomes as { owner_id: number; n: number }[]).map(({ owner_id, n }) => [String(owner_id), n]),
    );
    expect(Object.fromEntries(counted.map((one) => [one.legacy_id, one.currency?.orders?.length]))).toEqual(
      expected,
    );
    expect(records.some(({ currency }) => currency && currency.sum > 0)).toBe(true);
  });

  test('abilities follow from roles, and only those are told that mean something here', () => {
    expect(odd(1).record.abilities).toEqual(['[user] Disabled User', '[user] Recommend User']);
    expect(odd(2).record.abilities).toEqual(['[user] Disabled User']);
    expect(odd(3).record.abilities).toEqual([]);
  });

  test('third parties, follows, wallets, counters and recommendations come along', async () => {
    expect(odd(15).record.identities).toContainEqual({ provider: 'QQ', unionid: expect.any(String) });
    expect(odd(2).record.recommended_at).toBe(odd(2).record.created_at);
    const rows = (await old.sql('select user_id, target from user_follow')) as {
      user_id: number;
      target: number;
    }[];
    const followed = records.flatMap(({ legacy_id, followings = [] }) =>
      followings.map((one) => `${legacy_id} ${one}`),
    );
    expect(followed.sort()).toEqual(rows.map(({ user_id, target }) => `${user_id} ${target}`).sort());
    const [sums] = (await old.sql('select sum(balance) as balance from wallet')) as { balance: string }[];
    expect(records.reduce((sum, { wallet }) => sum + (wallet?.balance ?? 0), 0)).toBe(Number(sums?.balance));
    expect(records.some(({ extra }) => extra?.likes_count)).toBe(true);
  });

  test('certifications come with their state, a person or an organisation', () => {
    const states = records.flatMap(({ verification }) => verification ?? []);
    expect(new Set(states.map(({ state }) => state))).toEqual(new Set(['PENDING', 'PASSED', 'REFUSED']));
    expect(states.find(({ type, id_number }) => type === 'org' && id_number)).toMatchObject({
      organisation_address: expect.any(String),
    });
    expect(states.find(({ type, id_number }) => type === 'user' && id_number)).toMatchObject({
      id_number: expect.stringMatching(/^\d{17}[\dX]$/),
      phone: expect.stringMatching(/^192/),
    });
  });

  test('it is read as it was at the first look, twice if need be, and nothing can be written through it', async () => {
    const user = `ug_reader_${randomBytes(4).toString('hex')}`;
    const { pathname } = new URL(old.url);
    await old.sql(`create user ${user}@'%' identified by 'read/only'`);
    await old.sql(`grant select on ${pathname.slice(1)}.* to ${user}@'%'`);
    const url = new URL(old.url);
    [url.username, url.password] = [user, 'read/only'];
    const source = sourceAt(url.href);
    const first = source.read()[Symbol.asyncIterator]();
    await first.next();
    await old.sql(`update users set bio = 'changed meanwhile'`);
    await old.sql('insert into users (id, name) values (99999, ?)', ['came meanwhile']);
    await first.return?.(undefined);
    expect(await readAll(source)).toEqual(records);
    expect(await readAll(source)).toEqual(records);
    await source.close();
    await old.sql(`drop user ${user}@'%'`);
  });

  test('timestamps are UTC whatever the zone of the server, unless the URL names another', async () => {
    const [before] = (await old.sql('select @@global.time_zone as zone')) as { zone: string }[];
    await old.sql(`set global time_zone = '+08:00'`);
    try {
      const [here, there] = [sourceAt(old.url), sourceAt(`${old.url}?timezone=%2B08:00`)];
      const [read, shifted] = [await readAll(here), await readAll(there)];
      expect(read[0]?.created_at).toBe(records[0]?.created_at);
      const hours =
        (Date.parse(shifted[0]?.created_at ?? '') - Date.parse(records[0]?.created_at ?? '')) / 3_600_000;
      expect(hours).toBe(8);
      await Promise.all([here.close(), there.close()]);
    } finally {
      await old.sql('set global time_zone = ?', [before?.zone]);
    }
  });

  test('what is wrong with the server is said in one line, without the password', async () => {
    const url = new URL(old.url);
    url.username = 'nobody_here';
    url.password = 'Str0ng-secret';
    const denied = await problemAt(url.href);
    expect(denied).toMatch(/refuses to log in/);
    expect(denied).not.toContain('Str0ng-secret');
    expect(await problemAt(old.url.replace(/ug_old_\w+/, 'ug_nowhere'))).toMatch(/lacks the database/);
    expect(await problemAt('mysql://root:Str0ng-secret@127.0.0.1:1/old')).toMatch(
      /^MySQL at 127.0.0.1:1 does not answer \(ECONNREFUSED\)\.$/,
    );
    await old.sql('alter table user_extras drop column feeds_count');
    expect(await problemAt(old.url)).toMatch(/other tables.*feeds_count/);
    await old.sql('drop table users_recommended');
    expect(await problemAt(old.url)).toMatch(/other tables/);
  });

  test('a server that goes away in the middle ends the reading, and says so', async () => {
    const other = await makeOldPlus(server ?? '', USERS);
    const proxy = await TcpProxy.before(other.url, 3306);
    const source = sourceAt(proxy.in(other.url));
    let read = 0;
    const reading = (async () => {
      for await (const { line } of source.read()) {
        read = line;
        if (line === 10) await proxy.cut();
      }
    })();
    await expect(reading).rejects.toThrow(/^MySQL at 127.0.0.1:\d+ does not answer/);
    expect(read).toBeLessThan(USERS);
    await source.close();
    await other.drop();
  });
});
