import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { insertImportedCredentials } from '../../src/modules/credential/credential.repository.js';
import { readImportedPassword } from '../../src/modules/credential/imported-password.js';
import { type ImportRecord, RECORD } from '../../src/modules/import/record.js';
import { createWorld, type TestApp, type TestWorld } from '../support/app.js';
import { type Account, md5, PASSWORD } from '../support/client.js';
import { commandIn } from '../support/command-line.js';
import { freshEmail, giveEmail, mutate, registerByCode, uploadPicture } from '../support/operations.js';
import { applicant, ID_NUMBER, personOf, submit } from '../support/verification.js';

let world: TestWorld;
let app: TestApp;
let directory: string;

beforeAll(async () => {
  world = await createWorld();
  app = await world.start({ PUBLIC_URL: 'https://pictures.example' });
  directory = await mkdtemp(path.join(tmpdir(), 'ug-export-'));
});
afterAll(async () => {
  await rm(directory, { recursive: true });
  await world.close();
});

const PUBLIC = { PUBLIC_URL: 'https://pictures.example', PASSWORD_HASH_MEMORY_KIB: '19456' };

/** What an export gives, each record checked as an import checks it. */
async function exported(...argv: string[]): Promise<ImportRecord[]> {
  const { code, stdout, stderr } = await commandIn(world, ['export', 'users', ...argv], PUBLIC);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const lines = stdout.split('\n');
  expect(lines.pop()).toBe('');
  return lines.map((line) => RECORD.parse(JSON.parse(line)));
}
const recordOf = async ({ id }: { id: number }): Promise<ImportRecord | undefined> =>
  (await exported()).find((record) => record.legacy_id === String(id));

/** An account with something in every field of a record. */
async function wholeAccount(): Promise<Account & { email: string; friend: Account; pictureId: string }> {
  const [account, friend] = [await applicant(app.client), await app.client.register()];
  const email = await giveEmail(app.client, account.token);
  const picture = await uploadPicture(app.client, account.token);
  await submit(app.client, account.token, personOf(account));
  await app.client.data(
    'mutation ($id: ID!) { follow(userId: $id) { id } }',
    { id: friend.id },
    account.token,
  );
  await app.sql(
    `update users set nickname = '王小明', sex = 2, birthday = '1990-02-03', bio = '👨‍👩‍👧 三口 "之家"', location = '四川省 成都市',
       city_id = 510100, avatar_id = ?, background_id = ?, abilities = '{"[user] Disabled User"}',
       recommended_at = '2021-01-02T03:04:05.678Z' where id = ?`,
    [picture.id, picture.id, account.id],
  );
  for (const sql of [
    `insert into identities (user_id, provider, subject) values (?, 'WECHAT', 'unionid:u1'), (?, 'WEIBO', 'uid:77'),
       (?, 'QQ', 'openid:other-app:o1')`,
    `insert into user_extras (user_id, likes_count, feeds_count) values (?, 7, 8)
       on conflict (user_id) do update set likes_count = 7, feeds_count = 8`,
    'insert into wallets (user_id, balance, total_income, total_expenses) values (?, 90071992547, 5, 6)',
    'insert into currencies (user_id, sum, total_income) values (?, 30, 40)',
    `insert into currency_orders (user_id, key, amount, title, created_at) values (?, 'k', 40, '签到', '2020-01-02T03:04:05Z')`,
    `insert into vips (user_id, level, name, end_time) values (?, 'middle', '钻石会员', '2099-01-01T00:00:00Z')`,
    `insert into addresses (user_id, name, phone, detail, is_default) values (?, '七夜', '15694005009', '天府大道1号', true)`,
  ]) {
    await app.sql(sql, Array(sql.split('?').length - 1).fill(account.id));
  }
  return { ...account, email, friend, pictureId: picture.id };
}

test('a record holds everything that an account has, and an import understands it', async () => {
  const account = await wholeAccount();
  const record = await recordOf(account);
  expect(record).toEqual({
    legacy_id: String(account.id),
    name: expect.any(String),
    nickname: '王小明',
    phone: account.phone,
    email: account.email,
    email_verified: true,
    sex: 'FEMALE',
    birthday: '1990-02-03',
    bio: '👨‍👩‍👧 三口 "之家"',
    location: '四川省 成都市',
    city_id: 510100,
    avatar_url: expect.stringMatching(
      new RegExp(`^https://pictures.example/storage/.*${account.pictureId}.png$`),
    ),
    background_url: expect.stringContaining(account.pictureId),
    status: 'ACTIVE',
    created_at: expect.stringMatching(/Z$/),
    last_active_at: expect.stringMatching(/Z$/),
    recommended_at: '2021-01-02T03:04:05.678Z',
    invite_code: expect.stringMatching(/^[0-9A-Z]+$/),
    abilities: ['[user] Disabled User'],
    // An openid of an app that is not ours names nobody.
    identities: [
      { provider: 'WECHAT', unionid: 'u1' },
      { provider: 'WEIBO', openid: '77' },
    ],
    password: { format: 'argon2id', value: expect.stringMatching(/^\$argon2id\$/) },
    extra: expect.objectContaining({ likes_count: 7, feeds_count: 8, followings_count: 1 }),
    wallet: { balance: 90_071_992_547, total_income: 5, total_expenses: 6 },
    currency: {
      sum: 30,
      orders: [{ key: 'k', amount: 40, title: '签到', created_at: '2020-01-02T03:04:05.000Z' }],
    },
    vip: { level: 'middle', name: '钻石会员', end_time: '2099-01-01T00:00:00.000Z' },
    addresses: [{ name: '七夜', phone: '15694005009', detail: '天府大道1号', is_default: true }],
    verification: expect.objectContaining({
      type: 'user',
      state: 'PENDING',
      real_name: '七夜',
      id_number: ID_NUMBER,
      phone: '15694005009',
    }),
    followings: [String(account.friend.id)],
  });
});

test('disabled accounts are exported, cancelled ones are not, nor that anybody follows them', async () => {
  const [disabled, cancelled, follower] = [
    await app.client.register(),
    await app.client.register(),
    await app.client.register(),
  ];
  const follow = 'mutation ($id: ID!) { follow(userId: $id) { id } }';
  await app.client.data(follow, { id: cancelled.id }, follower.token);
  await app.sql('update users set status = 2 where id = ?', [disabled.id]);
  await app.sql('update users set status = 3, deleted_at = now() where id = ?', [cancelled.id]);
  expect((await recordOf(disabled))?.status).toBe('DISABLED');
  expect(await recordOf(cancelled)).toBeUndefined();
  expect((await recordOf(follower))?.followings).toEqual([]);
});

test('an account without a password says so, and an unverified address too', async () => {
  const account = await registerByCode(app.client);
  const email = freshEmail();
  await app.sql('update users set email = ? where id = ?', [email, account.id]);
  expect(await recordOf(account)).toMatchObject({
    password: { format: 'none' },
    email,
    email_verified: false,
  });
});

test('a password that an import has only sealed is exported as argon2id, with the scheme that it is over', async () => {
  const [salted, bcrypt] = [await registerByCode(app.client), await registerByCode(app.client)];
  const { importedPasswords } = app.services;
  const value = md5(`${md5(PASSWORD)}abc123`);
  const sealed = [
    { userId: salted.id, password: { format: 'md5-salt', value, salt: 'abc123' } },
    {
      userId: bcrypt.id,
      password: { format: 'bcrypt', value: '$2y$04$abcdefghijklmnopqrstuuO1EVbeXZdCHLh6AE8OXkLkz8MrJ1Y7m' },
    },
  ] as const;
  await insertImportedCredentials(
    app.infrastructure.database.fork(),
    sealed.flatMap(({ userId, password }) => {
      const read = readImportedPassword(password);
      return read ? [{ userId, ...importedPasswords.seal(userId, read) }] : [];
    }),
  );
  const [first, second] = [await recordOf(salted), await recordOf(bcrypt)];
  const argon2id = expect.stringMatching(/^\$argon2id\$/);
  expect(first?.password).toEqual({ format: 'argon2id', value: argon2id, salt: 'md5-salt:abc123' });
  expect(second?.password).toEqual({
    format: 'argon2id',
    value: argon2id,
    salt: 'bcrypt:$2y$04$abcdefghijklmnopqrstuu',
  });
});

test('passwords under a key that is gone stop the export before anything is written', async () => {
  const { id } = await registerByCode(app.client);
  await app.sql(
    `insert into credentials (user_id, password_hash, scheme, key_id, imported) values (?, 'AAAA', 'md5', 'lost', true)`,
    [id],
  );
  const target = path.join(directory, 'never.ndjson');
  const toFile = await commandIn(world, ['export', 'users', target], PUBLIC);
  const { code, stdout, stderr } = await commandIn(world, ['export', 'users'], PUBLIC);
  await app.sql('delete from credentials where user_id = ?', [id]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain('DATA_KEYS');
  expect(toFile.code).toBe(1);
  expect(await readdir(directory)).not.toContain('never.ndjson');
});

test('with --json it is still a line for each account, and a file is for its owner alone', async () => {
  const target = path.join(directory, 'users.ndjson');
  const lines = (await exported('--json')).length;
  const { stdout } = await commandIn(world, ['export', 'users', target, '--json'], PUBLIC);
  expect(JSON.parse(stdout)).toEqual({ file: target, users: lines });
  expect((await readFile(target, 'utf8')).split('\n')).toHaveLength(lines + 1);
  expect((await stat(target)).mode & 0o777).toBe(0o600);
});

test('accounts beyond the first page are exported too, in the order of their numbers, each once', async () => {
  await app.sql(`insert into users (name) select 'paged_' || n from generate_series(1, 1100) as n`);
  const ids = (await exported()).map((record) => Number(record.legacy_id));
  const rows = await app.sql<{ id: number }>('select id from users where status <> 3 order by id');
  expect(ids).toEqual(rows.map(({ id }) => id));
});

/** What does not depend on where the account lives: numbers, and the times to the second. */
const apartFromIds = (records: readonly ImportRecord[]) =>
  records
    .map(({ legacy_id: _id, followings = [], currency, extra, ...record }) => ({
      ...record,
      followings: followings.length,
      likes: extra?.likes_count ?? 0,
      sum: currency?.sum ?? 0,
      orders: currency?.orders?.map(({ amount, title, created_at }) => ({ amount, title, created_at })) ?? [],
      addresses: record.addresses ?? [],
    }))
    .sort((a, b) => ((a.name ?? '') < (b.name ?? '') ? -1 : 1));

test('what was exported is imported by another gateway with the same keys, which exports the same again', async () => {
  const account = await app.client.register();
  const records = await exported();
  const target = path.join(directory, 'leaving.ndjson');
  await commandIn(world, ['export', 'users', target], PUBLIC);
  const there = await createWorld();
  try {
    const gateway = await there.start({ PUBLIC_URL: 'https://pictures.example' });
    // Numbers are others there.
    await gateway.sql(`select setval('users_id_seq', 5000000)`);
    const result = await commandIn(there, ['import', 'users', target, '--system', 'open', '--json']);
    expect(JSON.parse(result.stdout)).toMatchObject({ created: records.length, rejected: 0, renamed: 0 });
    for (const passwordFormat of ['PLAIN', 'MD5']) {
      const password = passwordFormat === 'MD5' ? md5(PASSWORD) : PASSWORD;
      const { value } = await mutate(gateway.client, 'login', {
        account: account.phone,
        password,
        passwordFormat,
      });
      expect(value?.user.phone).toBe(account.phone);
    }
    const { stdout } = await commandIn(there, ['export', 'users'], PUBLIC);
    const again = stdout
      .trim()
      .split('\n')
      .map((line) => RECORD.parse(JSON.parse(line)));
    const stable = (all: readonly ImportRecord[]) =>
      apartFromIds(all).map(({ last_active_at: _seen, password, verification, ...rest }) => ({
        ...rest,
        // A right log-in hashes anew where parameters have changed.
        password: { ...password, value: rest.phone === account.phone ? '' : password?.value },
        verification: verification && { ...verification, created_at: '' },
      }));
    expect(stable(again)).toEqual(stable(records));
  } finally {
    await there.close();
  }
});
