import { readFile, stat, symlink } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { type LoneApp, startTestApp } from '../support/app.js';
import { freshPhone, md5 } from '../support/client.js';
import { ImportCli } from '../support/imports.js';

let app: LoneApp;
let cli: ImportCli;

beforeAll(async () => {
  app = await startTestApp();
  cli = new ImportCli(app);
});

afterAll(() => app.close());

const password = (text: string) => ({ format: 'md5', value: md5(text) });

interface UserRow {
  id: number;
  name: string;
  nickname: string | null;
  phone: string | null;
  email: string | null;
  email_verified: boolean;
  status: number;
  bio: string | null;
}

/** The account behind an old id. */
async function account(system: string, legacyId: string): Promise<UserRow> {
  const [row] = await app.sql<UserRow>(
    'select u.* from legacy_ids l join users u on u.id = l.user_id where l.system = ? and l.legacy_id = ?',
    [system, legacyId],
  );
  if (!row) throw new Error(`no account ${system}:${legacyId}`);
  return row;
}

const count = async (sql: string, params: unknown[] = []): Promise<number> =>
  Number((await app.sql<{ n: string }>(`select count(*) as n from ${sql}`, params))[0]?.n);

const logIn = (phone: string, text: string) =>
  app.client.code('mutation ($input: LoginInput!) { login(input: $input) { token } }', {
    input: { account: phone, password: text },
  });

const IDENTITY_NUMBER = '11010519491231002X';

describe('what a record holds', () => {
  const phone = freshPhone();

  test('an imported account has every field of its record, and logs in with its old password', async () => {
    const record = {
      legacy_id: 71,
      name: '老用户',
      nickname: ' 昵称 ',
      phone: `+86 ${phone}`,
      email: 'Old@Example.com',
      email_verified: true,
      sex: 'FEMALE',
      birthday: '1990-05-17',
      bio: 'bio',
      location: '四川省 成都市',
      avatar_url: 'https://old.example/a.jpg',
      background_file: 'public:2020/01/02/b.png',
      created_at: '2020-01-06T07:35:01+08:00',
      last_active_at: '2024-03-01T00:00:00Z',
      invite_code: 'OLD71',
      abilities: ['[user] Recommend User'],
      identities: [{ provider: 'WECHAT', openid: 'o1', unionid: 'u1' }],
      password: password('an old password'),
      extra: { likes_count: 5, checkin_count: 3 },
      wallet: { balance: 10, total_income: 30, total_expenses: 20 },
      currency: {
        sum: 7,
        orders: [{ key: '1', amount: 9, title: '签到', created_at: '2024-05-01T20:00:00Z' }],
      },
      vip: { level: 'middle', name: '钻石会员', end_time: '2099-01-01T00:00:00Z' },
      addresses: [{ name: '张三', phone: '13800138000', detail: '1 号', is_default: true }],
      verification: {
        type: 'user',
        state: 'PASSED',
        real_name: '张三',
        id_number: IDENTITY_NUMBER,
        phone: '13800138000',
      },
      followings: [],
    };
    const report = await cli.users('anlife', [record], '--files', '/srv/old');
    expect(report).toMatchObject({ exitCode: 0, read: 1, created: 1, rejected: 0, renamed: 0, missing: 0 });
    const user = await account('anlife', '71');
    expect(user).toMatchObject({
      name: '老用户',
      nickname: '昵称',
      phone,
      email: 'old@example.com',
      email_verified: true,
      sex: 2,
      birthday: '1990-05-17',
      city_id: 510100,
      external_avatar_url: 'https://old.example/a.jpg',
      invite_code: 'OLD71',
      abilities: ['[user] Recommend User'],
    });
    expect(await logIn(phone, 'an old password')).toBeUndefined();
    expect(await logIn(phone, 'another password')).toBe('CREDENTIALS_INVALID');
    const owned = { user_id: user.id };
    const rows = async (table: string) =>
      app.sql(`select * from ${table} where user_id = ? order by 1`, [user.id]);
    expect((await rows('identities')).map(({ subject }) => subject).sort()).toEqual([
      'openid:wx-app:o1',
      'unionid:u1',
    ]);
    expect(await rows('user_extras')).toMatchObject([{ ...owned, likes_count: 5, checkin_count: 3 }]);
    expect(await rows('wallets')).toMatchObject([owned]);
    expect(await rows('vips')).toMatchObject([{ level: 'middle' }]);
    expect(await rows('addresses')).toMatchObject([{ name: '张三', is_default: true }]);
    const [verification] = await rows('verifications');
    expect(verification).toMatchObject({ state: 1 });
    expect(JSON.stringify(verification)).not.toContain(IDENTITY_NUMBER);
    expect(await rows('imported_pictures')).toMatchObject([
      { kind: 'avatar', source: 'https://old.example/a.jpg', directory: null },
      { kind: 'background', source: '2020/01/02/b.png', directory: '/srv/old' },
    ]);
    expect(await count('security_events where user_id = ? and kind = ?', [user.id, 'IMPORTED'])).toBe(1);
  });

  test('imported orders are booked once, on the day on which they were', async () => {
    const { id } = await account('anlife', '71');
    const sums = () =>
      app.sql(
        `select d.day::text, d.amount::int, c.sum::int, c.total_income::int
         from daily_incomes d join currencies c using (user_id) where user_id = ?`,
        [id],
      );
    expect(await sums()).toEqual([{ day: '2024-05-02', amount: 9, sum: 7, total_income: 9 }]);
    const orders = [
      { key: '1', amount: 9, title: '签到', created_at: '2024-05-01T20:00:00Z' },
      { key: '2', amount: 4, title: '', created_at: '2024-05-02T01:00:00Z' },
    ];
    const report = await cli.users('anlife', [{ legacy_id: '71', currency: { sum: 8, orders } }]);
    expect(report).toMatchObject({ updated: 1 });
    expect(await sums()).toEqual([{ day: '2024-05-02', amount: 13, sum: 8, total_income: 13 }]);
  });
});

describe('sources', () => {
  test('records come from CSV with a byte order mark, quotes, line breaks and lists in JSON', async () => {
    const phone = freshPhone();
    const lines = [
      '\uFEFFlegacy_id,name,phone,bio,sex,email_verified,password.format,password.value,abilities,extra.likes_count',
      `c1,csv_one,${phone},"a ""quoted""\r\nbio",1,,md5,${md5('a csv password')},"[""x""]",4`,
      '',
      'c2,csv_two,,,,,,,,',
      'c3,csv_three,,,9,,,,,',
      'c4,too,few',
    ];
    const report = await cli.source('member', await cli.write('a.csv', lines.join('\r\n')));
    expect(report).toMatchObject({ read: 4, created: 2, rejected: 2 });
    expect(report.rejects).toMatchObject([
      { line: 6, legacy_id: 'c3', code: 'INVALID_INPUT', field: 'sex' },
      { line: 7, legacy_id: null, code: 'RECORD_MALFORMED' },
    ]);
    expect(await account('member', 'c1')).toMatchObject({ bio: 'a "quoted"\nbio', sex: 1, abilities: ['x'] });
    expect(await logIn(phone, 'a csv password')).toBeUndefined();
  });

  test('a record in another encoding is rejected, and a file in UTF-16 refused', async () => {
    const gbk = Buffer.from([0xd5, 0xc5, 0xc8, 0xfd]);
    const csv = Buffer.concat([Buffer.from('legacy_id,nickname\ne1,'), gbk, Buffer.from('\ne2,好\n')]);
    const report = await cli.source('member', await cli.write('b.csv', csv));
    expect(report.rejects).toMatchObject([{ line: 2, code: 'ENCODING_INVALID' }]);
    expect(report).toMatchObject({ created: 1, rejected: 1 });
    const line = Buffer.concat([Buffer.from('{"legacy_id":"e3","nickname":"'), gbk, Buffer.from('"}\n')]);
    const ndjson = await cli.source('member', await cli.write('b.ndjson', line));
    expect(ndjson.rejects).toMatchObject([{ line: 1, code: 'ENCODING_INVALID' }]);
    const wide = Buffer.from('\uFEFFlegacy_id\nw1\n', 'utf16le');
    for (const name of ['w.csv', 'w.ndjson']) {
      const argv = ['import', 'users', await cli.write(name, wide), '--system', 'member'];
      expect(await cli.run(argv)).toMatchObject({ code: 1, stderr: expect.stringContaining('is not UTF-8') });
    }
  });

  test('a CSV file with a column that no record has, or without old ids, is refused by its name', async () => {
    const run = async (header: string) =>
      (await cli.run(['import', 'users', await cli.write('h.csv', `${header}\nx,y\n`), '--system', 'member']))
        .stderr;
    expect(await run('legacy_id,pasword.value')).toContain('"pasword.value"');
    expect(await run('name,nickname')).toContain('"legacy_id"');
  });

  test('a file that ends in the middle has its last record rejected, and the others imported', async () => {
    const json = await cli.stdin('member', '{"legacy_id":"t1"}\n\n{"legacy_id":"t2","na');
    expect(JSON.parse(json.stdout)).toMatchObject({ read: 2, created: 1, rejected: 1 });
    const csv = await cli.source('member', await cli.write('t.csv', 'legacy_id,bio\nt3,x\nt4,"never'));
    expect(csv).toMatchObject({ created: 1, rejected: 1 });
    expect(csv.rejects).toMatchObject([{ code: 'RECORD_MALFORMED' }]);
  });

  test('a line beyond eight megabytes is passed over', async () => {
    const long = `{"legacy_id":"l1","name":"${'x'.repeat(8_400_000)}"}\n{"legacy_id":"l2"}\n`;
    const report = JSON.parse((await cli.stdin('member', long)).stdout);
    expect(report).toMatchObject({ read: 2, created: 1, reasons: { RECORD_TOO_LONG: 1 } });
  });

  test('a source that is away, or none, is said to be so in one line', async () => {
    const run = (source: string) => cli.run(['import', 'users', source, '--system', 'plus']);
    expect(await run('/nowhere/a.ndjson')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('ENOENT'),
    });
    expect(await run('users.xlsx')).toMatchObject({ code: 1, stderr: expect.stringContaining('no source') });
    expect(await cli.run(['import', 'users', 'a.csv', '--system', 'other'])).toMatchObject({ code: 2 });
  });

  test('the schema of a record is printed as JSON Schema', async () => {
    const { stdout } = await cli.run(['import', 'schema']);
    expect(JSON.parse(stdout)).toMatchObject({
      type: 'object',
      required: ['legacy_id'],
      additionalProperties: false,
    });
  });
});

describe('records that are wrong', () => {
  const good = (id: string) => ({ legacy_id: id, name: `good_${id}` });

  test.each<[string, object, string, string]>([
    ['an unknown field', { nmae: 'x' }, 'INVALID_INPUT', 'nmae'],
    ['a number for a phone', { phone: 13800138000 }, 'INVALID_INPUT', 'phone'],
    ['a phone of elsewhere', { phone: '+1 202 555 0100' }, 'PHONE_INVALID', 'phone'],
    ['no e-mail address', { email: 'x@' }, 'EMAIL_INVALID', 'email'],
    ['a name with marks', { name: 'a-b' }, 'NAME_INVALID', 'name'],
    ['a name that is too long', { name: '长'.repeat(13) }, 'NAME_LENGTH', 'name'],
    ['a banned word', { name: 'xxForbiddenxx' }, 'NAME_BANNED', 'name'],
    ['a banned word in a nickname', { nickname: 'ｆorbidden' }, 'NAME_BANNED', 'nickname'],
    ['a NUL', { legacy_id: 'a\0b' }, 'INVALID_INPUT', 'legacy_id'],
    [
      'half a character',
      { vip: { level: '\ud800', name: 'x', end_time: '2030-01-01T00:00:00Z' } },
      'INVALID_INPUT',
      'vip.level',
    ],
    ['a day that is none', { birthday: '2001-02-30' }, 'INVALID_INPUT', 'birthday'],
    ['a birthday to come', { birthday: '2999-01-01' }, 'INVALID_INPUT', 'birthday'],
    ['a time to come', { created_at: '2999-01-01T00:00:00Z' }, 'INVALID_INPUT', 'created_at'],
    ['a time of the year 0', { created_at: '0000-01-01T00:00:00Z' }, 'INVALID_INPUT', 'created_at'],
    [
      'an end beyond the year 9999',
      { vip: { level: 'a', name: 'x', end_time: '9999-12-31T23:59:59-01:00' } },
      'INVALID_INPUT',
      'vip.end_time',
    ],
    ['an unknown city', { city_id: 1 }, 'INVALID_INPUT', 'city_id'],
    ['a digest that is none', { password: { format: 'md5', value: 'x' } }, 'INVALID_INPUT', 'password.value'],
    [
      'two default addresses',
      { addresses: [1, 2].map(() => ({ name: 'x', phone: '13800138000', detail: 'y', is_default: true })) },
      'INVALID_INPUT',
      'addresses.is_default',
    ],
    [
      '21 addresses',
      { addresses: Array.from({ length: 21 }, () => ({ name: 'x', phone: '13800138000', detail: 'y' })) },
      'ADDRESS_LIMIT',
      'addresses',
    ],
    [
      'an ID number with a wrong digit',
      {
        verification: {
          type: 'user',
          state: 'PASSED',
          real_name: 'x',
          id_number: '110105194912310021',
          phone: '13800138000',
        },
      },
      'INVALID_INPUT',
      'verification.id_number',
    ],
    ['a path that leads out', { avatar_file: '../../etc/passwd' }, 'INVALID_INPUT', 'avatar_file'],
    ['a picture by another protocol', { avatar_url: 'file:///etc/passwd' }, 'INVALID_INPUT', 'avatar_url'],
    [
      'an openid without an app',
      { identities: [{ provider: 'QQ', openid: 'x' }] },
      'THIRD_PARTY_DISABLED',
      'identities.0.openid',
    ],
    ['a counter beyond 32 bits', { extra: { likes_count: 2 ** 31 } }, 'INVALID_INPUT', 'extra.likes_count'],
    [
      'orders beyond what can be counted',
      { currency: { orders: [{ key: 'x', amount: 2 ** 53 - 1, created_at: '2020-01-01T00:00:00Z' }] } },
      'INVALID_INPUT',
      'currency.orders.0.amount',
    ],
  ])(
    'a record with %s is rejected with its code and field, and harms no other',
    async (what, part, code, field) => {
      await cli.run(['banned-word', 'add', 'forbidden']);
      const id = md5(what).slice(0, 8);
      const records = [good(`x${id}`), { legacy_id: `y${id}`, ...part }, good(`z${id}`)];
      const report = await cli.users('open', records);
      expect(report.rejects).toMatchObject([{ line: 2, code, field }]);
      expect(report).toMatchObject({ exitCode: 0, read: 3, created: 2, rejected: 1 });
    },
  );

  test.each([
    '{"legacy_id":"p","__proto__":{"status":"DISABLED"}}',
    '[]',
    'null',
    '"x"',
    '{}',
    '{"legacy_id":-1}',
  ])('the line %s is rejected', async (line) => {
    const { code, stdout } = await cli.stdin('open', `${line}\n`);
    expect(JSON.parse(stdout)).toMatchObject({ read: 1, rejected: 1 });
    expect(code).toBe(1);
  });

  test('rejects tell what is missing from what is of the wrong kind', async () => {
    const { rejects } = await cli.users('open', [
      { name: 'nobody' },
      { legacy_id: 'k1', wallet: { balance: '5' } },
      { legacy_id: 'k2', password: {} },
    ]);
    expect(rejects.map(({ field, message }: Record<string, string>) => [field, message])).toEqual([
      ['legacy_id', 'It is missing.'],
      ['wallet.balance', expect.stringContaining('expected number')],
      ['password.format', 'It is missing.'],
    ]);
  });

  test('rejects are never written over the source', async () => {
    const source = await cli.write('own.ndjson', '{"legacy_id":"own1"}\n');
    const link = cli.file('link.ndjson');
    await symlink(source, link);
    for (const command of ['users', 'sessions']) {
      for (const rejects of [source, link]) {
        const { code, stderr } = await cli.run([
          ...['import', command, source, '--system', 'open', '--rejects', rejects],
        ]);
        expect(code).toBe(1);
        expect(stderr).toContain('is the source');
      }
    }
    expect(await readFile(source, 'utf8')).toBe('{"legacy_id":"own1"}\n');
  });

  test('rejects name places and no secret, in a file for its owner alone', async () => {
    const phone = freshPhone();
    const secret = md5('a secret');
    const record = { legacy_id: 's1', phone, password: { format: 'md5', value: `${secret}0` } };
    const report = await cli.users('open', [record, { legacy_id: 's2', phone: `${phone}0` }]);
    expect(report.rejects).toEqual([
      {
        line: 1,
        legacy_id: 's1',
        code: 'INVALID_INPUT',
        field: 'password.value',
        message: expect.any(String),
      },
      { line: 2, legacy_id: 's2', code: 'PHONE_INVALID', field: 'phone', message: expect.any(String) },
    ]);
    expect(JSON.stringify(report)).not.toMatch(new RegExp(`${secret}|${phone}`));
    const misplaced = await cli.users('open', [
      { legacy_id: 's3', [phone]: 'phone' },
      { legacy_id: 's4', password: { [secret]: 'md5' } },
    ]);
    expect(misplaced.rejects).toMatchObject([
      { legacy_id: 's3', field: '' },
      { legacy_id: 's4', field: 'password.format' },
    ]);
    expect(JSON.stringify(misplaced)).not.toMatch(new RegExp(`${secret}|${phone}`));
    await cli.run([
      'import',
      'users',
      await cli.write('e.ndjson', ''),
      '--system',
      'open',
      '--rejects',
      cli.file('r'),
    ]);
    expect((await stat(cli.file('r'))).mode & 0o777).toBe(0o600);
  });
});

describe('conflicts', () => {
  test('a phone or a proven e-mail address of somebody here is reported, skipped or merged, as is asked for', async () => {
    const { id, phone } = await app.client.register({ name: 'here_first' });
    const record = {
      legacy_id: 'k1',
      phone,
      name: 'old_name',
      bio: 'an old bio',
      password: password('x y z 1 2 3'),
    };
    const reported = await cli.users('plus', [record]);
    expect(reported.rejects).toMatchObject([{ code: 'PHONE_TAKEN', field: 'phone' }]);
    const skipped = await cli.users('plus', [record], '--on-conflict', 'skip');
    expect(skipped).toMatchObject({ skipped: 1, rejected: 0, skippedRecords: [{ code: 'PHONE_TAKEN' }] });
    expect(await count('legacy_ids where legacy_id = ?', ['k1'])).toBe(0);
    const merged = await cli.users('plus', [record], '--on-conflict', 'merge');
    expect(merged).toMatchObject({ merged: 1, created: 0 });
    expect(await account('plus', 'k1')).toMatchObject({ id, name: 'here_first', bio: 'an old bio' });
    expect(await logIn(phone, 'x y z 1 2 3')).toBe('CREDENTIALS_INVALID');
    expect(await logIn(phone, 'correct-horse-7')).toBeUndefined();
    const again = await cli.users('plus', [record], '--on-conflict', 'merge');
    expect(again).toMatchObject({ unchanged: 1, merged: 0 });
    const second = await cli.users('plus', [{ ...record, legacy_id: 'k2' }], '--on-conflict', 'merge');
    expect(second.rejects).toMatchObject([{ code: 'LEGACY_ID_SECOND' }]);
  });

  test('an unproven e-mail address, or a name, makes nobody the same person', async () => {
    const email = 'shown@example.com';
    await cli.users('plus', [{ legacy_id: 'n1', name: 'Same_Name', email, email_verified: true }]);
    const report = await cli.users(
      'plus',
      [{ legacy_id: 'n2', name: 'same_NAME', email, email_verified: false }],
      '--on-conflict',
      'merge',
    );
    expect(report).toMatchObject({ created: 1, renamed: 1, renamedRecords: [{ line: 1, legacyId: 'n2' }] });
    const [one, two] = [await account('plus', 'n1'), await account('plus', 'n2')];
    expect(two).toMatchObject({ name: report.renamedRecords[0].name, email: null });
    expect(two.name).toMatch(/^user_[0-9a-f]{10}$/);
    expect(one).toMatchObject({ email, email_verified: true });
  });

  test('a proven address is taken from whoever shows it unproven', async () => {
    await cli.users('plus', [{ legacy_id: 'v1', email: 'mine@example.com' }]);
    await cli.users('plus', [{ legacy_id: 'v2', email: 'mine@example.com', email_verified: true }]);
    expect(await account('plus', 'v1')).toMatchObject({ email: null });
    expect(await account('plus', 'v2')).toMatchObject({ email: 'mine@example.com', email_verified: true });
  });

  test('a record with the phone of one and the e-mail address of another is rejected', async () => {
    const phone = freshPhone();
    const email = 'two@example.com';
    await cli.users('plus', [
      { legacy_id: 'a1', phone },
      { legacy_id: 'a2', email, email_verified: true },
    ]);
    const both = { legacy_id: 'a3', phone, email, email_verified: true };
    const report = await cli.users('account', [both], '--on-conflict', 'merge');
    expect(report.rejects).toMatchObject([{ code: 'ACCOUNT_AMBIGUOUS' }]);
  });

  test("identities and invite codes of somebody else's are rejected", async () => {
    const identities = [{ provider: 'WEIBO', openid: '900' }];
    await cli.users('plus', [{ legacy_id: 'i1', identities, invite_code: 'INV1' }]);
    const report = await cli.users('plus', [
      { legacy_id: 'i2', identities },
      { legacy_id: 'i3', invite_code: 'INV1' },
    ]);
    expect(report.rejects).toMatchObject([{ code: 'IDENTITY_TAKEN' }, { code: 'INVITE_CODE_TAKEN' }]);
  });

  test('of records of one file with the same old id, phone or name, the first one has it', async () => {
    const phone = freshPhone();
    const filler = Array.from({ length: 1000 }, (_, index) => ({ legacy_id: `f${index}` }));
    const records = [
      { legacy_id: 'd1', phone, name: 'd_name' },
      { legacy_id: 'd1', name: 'd_other' },
      { legacy_id: 'd2', phone },
      { legacy_id: 'd3', name: 'D_NAME' },
      ...filler,
      { legacy_id: 'd1' },
      { legacy_id: 'd4', phone },
    ];
    const dry = await cli.users('plus', records, '--dry-run');
    const report = await cli.users('plus', records);
    const told = [
      { line: 2, code: 'LEGACY_ID_REPEATED' },
      { line: 3, code: 'PHONE_TAKEN' },
      { line: 1005, code: 'LEGACY_ID_REPEATED' },
      { line: 1006, code: 'PHONE_TAKEN' },
    ];
    expect(report.rejects).toMatchObject(told);
    expect(dry.rejects).toEqual(report.rejects);
    expect(report).toMatchObject({ created: 1002, rejected: 4, renamed: 1 });
    expect(await account('plus', 'd1')).toMatchObject({ phone, name: 'd_name' });
    const again = await cli.users('plus', records);
    expect(again).toMatchObject({ created: 0, unchanged: 1002, rejected: 4 });
  });

  test('a disabled account that is merged stays disabled', async () => {
    const phone = freshPhone();
    await cli.users('plus', [{ legacy_id: 'z1', phone, status: 'DISABLED' }]);
    await cli.users('member', [{ legacy_id: 'z1', phone, status: 'ACTIVE' }], '--on-conflict', 'merge');
    expect(await account('member', 'z1')).toMatchObject({ status: 2 });
  });
});

describe('a second run', () => {
  test('a newer dump updates, field by field, what has not been changed here, and counts who is missing', async () => {
    const phone = freshPhone();
    const first = {
      legacy_id: 'u1',
      name: 'u_one',
      nickname: 'one',
      bio: 'one',
      phone,
      wallet: { balance: 1 },
    };
    await cli.users('account', [first, { legacy_id: 'u2' }, { legacy_id: 'u3', nickname: 'three' }]);
    await app.sql("update users set bio = 'mine' where phone = ?", [phone]);
    const second = { ...first, nickname: 'two', bio: 'two', wallet: { balance: 2 } };
    const dry = await cli.users('account', [second, { legacy_id: 'u3', nickname: 'three' }], '--dry-run');
    const report = await cli.users('account', [second, { legacy_id: 'u3', nickname: 'three' }]);
    const counts = { read: 2, updated: 1, unchanged: 1, missing: 1, created: 0 };
    expect(report).toMatchObject(counts);
    expect(dry).toMatchObject({ ...counts, dryRun: true });
    expect(await account('account', 'u1')).toMatchObject({ nickname: 'two', bio: 'mine' });
    const third = await cli.users('account', [{ ...second, bio: 'three' }]);
    expect(third).toMatchObject({ unchanged: 1, updated: 0, missing: 2 });
    expect(await account('account', 'u1')).toMatchObject({ bio: 'mine' });
  });

  test('a record that a newer dump has wrong is rejected, and is not missing', async () => {
    const report = await cli.users('account', [
      { legacy_id: 'u1', phone: 'x' },
      { legacy_id: 'u2' },
      { legacy_id: 'u3', nickname: 'three' },
    ]);
    expect(report).toMatchObject({ rejected: 1, unchanged: 2, missing: 0 });
  });

  test('a newer password ends the sessions, unless it was changed here', async () => {
    const phone = freshPhone();
    const record = (text: string) => ({ legacy_id: 'w1', phone, password: password(text) });
    await cli.users('account', [record('the first one')]);
    expect(await logIn(phone, 'the first one')).toBeUndefined();
    const { id } = await account('account', 'w1');
    const live = () => count('sessions where user_id = ? and revoked_at is null', [id]);
    expect(await live()).toBe(1);
    await cli.users('account', [record('the second one')]);
    expect(await live()).toBe(0);
    expect(await logIn(phone, 'the first one')).toBe('CREDENTIALS_INVALID');
    expect(await logIn(phone, 'the second one')).toBeUndefined();
    const { value } = record('the second one').password;
    const inCapitals = { ...record(''), password: { format: 'md5', value: value.toUpperCase(), salt: '' } };
    expect(await cli.users('account', [inCapitals])).toMatchObject({ unchanged: 1 });
    expect(await live()).toBe(1);
    await app.sql('update credentials set imported = false where user_id = ?', [id]);
    await cli.users('account', [record('the third one')]);
    expect(await logIn(phone, 'the second one')).toBeUndefined();
  });

  test('a record that a newer dump disables cannot be used any more', async () => {
    const phone = freshPhone();
    const record = { legacy_id: 'q1', phone, password: password('some password') };
    await cli.users('account', [{ ...record, status: 'ACTIVE' }]);
    expect(await logIn(phone, 'some password')).toBeUndefined();
    await cli.users('account', [{ ...record, status: 'DISABLED' }]);
    expect(await logIn(phone, 'some password')).toBe('ACCOUNT_DISABLED');
  });

  test('an account that was cancelled here is never brought back', async () => {
    const phone = freshPhone();
    const record = { legacy_id: 'g1', phone, password: password('some password') };
    await cli.users('account', [record]);
    const { login } = await app.client.data(
      'mutation ($input: LoginInput!) { login(input: $input) { token } }',
      { input: { account: phone, password: 'some password' } },
    );
    await app.client.data('mutation { deleteAccount }', {}, login.token);
    const report = await cli.users('account', [{ ...record, nickname: 'back' }], '--on-conflict', 'merge');
    expect(report).toMatchObject({ skipped: 1, created: 0, skippedRecords: [{ code: 'ACCOUNT_CANCELLED' }] });
    expect(await count('users where phone = ?', [phone])).toBe(0);
  });

  test('a newer dump updates every account, whatever the hashes of its fields look like', async () => {
    const dump = (bio: string) =>
      Array.from({ length: 300 }, (_, index) => ({ legacy_id: `h${index}`, bio: `${bio} ${index}` }));
    expect(await cli.users('account', dump('the first'))).toMatchObject({ created: 300 });
    expect(await cli.users('account', dump('the second'))).toMatchObject({ updated: 300 });
  });

  test('a phone that one account gives up in a newer dump goes to another of the same dump', async () => {
    const phones = Array.from({ length: 4 }, freshPhone);
    const dump = (...owners: (number | null)[]) =>
      owners.map((phone, index) => ({
        legacy_id: `given${index}`,
        phone: phone === null ? null : phones[phone],
      }));
    await cli.users('account', dump(0, 1, 2));
    const report = await cli.users('account', dump(3, 0, 1, 2), '--on-conflict', 'merge');
    expect(report).toMatchObject({ created: 1, updated: 3, rejected: 0, merged: 0 });
    const back = await cli.users('account', dump(null, 3, 0, 1));
    expect(back).toMatchObject({ updated: 4, rejected: 0 });
    const swapped = await cli.users('account', dump(null, 0, 3, 1));
    expect(swapped).toMatchObject({ unchanged: 2, rejected: 2, reasons: { PHONE_TAKEN: 2 } });
  });
});

describe('follows', () => {
  const counters = async (id: string) => {
    const [row] = await app.sql<{ followers_count: number; followings_count: number }>(
      'select followers_count, followings_count from user_extras where user_id = ?',
      [(await account('member', id)).id],
    );
    return [row?.followings_count ?? 0, row?.followers_count ?? 0];
  };

  test('follows of people who come later, in the same run or another one, are made when they come', async () => {
    await cli.users('member', [
      { legacy_id: '501', followings: ['502', '503', '501', '502', 'never'] },
      { legacy_id: '502', followings: ['501'], extra: { followers_count: 99 } },
    ]);
    expect(await counters('501')).toEqual([1, 1]);
    expect(await counters('502')).toEqual([1, 1]);
    await cli.users('member', [{ legacy_id: '503', followings: [] }]);
    expect(await counters('501')).toEqual([2, 1]);
    expect(await counters('503')).toEqual([0, 1]);
  });

  test('who follows a hundred thousand people is imported with all of it', async () => {
    const people = Array.from({ length: 100_000 }, (_, index) => `follower-of-many-${index}`);
    const report = await cli.users('member', [{ legacy_id: '510', followings: [...people, '501'] }]);
    expect(report).toMatchObject({ created: 1, rejected: 0 });
    const { id } = await account('member', '510');
    expect(await count('imported_follows where follower_id = ?', [id])).toBe(100_000);
    expect((await counters('510'))[0]).toBe(1);
    await cli.users('member', [{ legacy_id: '510', followings: [] }]);
    expect(await count('imported_follows where follower_id = ?', [id])).toBe(0);
  });

  test('follows that a newer dump has no more end, unless they were changed here', async () => {
    await cli.users('member', [{ legacy_id: '501', followings: ['503', 'never'] }]);
    expect(await counters('501')).toEqual([1, 1]);
    expect(await counters('502')).toEqual([1, 0]);
    const [one, two] = [await account('member', '501'), await account('member', '502')];
    await app.sql('insert into follows values (?, ?)', [one.id, two.id]);
    await cli.users('member', [{ legacy_id: '501', followings: [] }]);
    expect(await count('follows where follower_id = ?', [one.id])).toBe(2);
  });

  test('nobody follows by an import whom a block here keeps them from, come or yet to come', async () => {
    await cli.users('member', [{ legacy_id: '511' }, { legacy_id: '512' }]);
    const [one, two] = [await account('member', '511'), await account('member', '512')];
    await app.sql('insert into blocks (blocker_id, blocked_id) values (?, ?)', [two.id, one.id]);
    await cli.users('member', [{ legacy_id: '511', followings: ['512', '513'] }]);
    await cli.users('member', [{ legacy_id: '513', followings: ['511'] }]);
    expect(await counters('511')).toEqual([1, 1]);
    expect(await counters('512')).toEqual([0, 0]);
  });
});

describe('one import at a time', () => {
  test('a second import is refused while one runs, and one that was killed lets go', async () => {
    await app.sql(
      `insert into import_guard values (1, 'somebody', now() + interval '1 minute')
       on conflict (id) do update set holder = excluded.holder, expires_at = excluded.expires_at`,
    );
    const run = () => cli.stdin('open', '{"legacy_id":"o1"}\n');
    expect(await run()).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Another import is running'),
    });
    await app.sql("update import_guard set expires_at = now() - interval '1 second'");
    expect(await run()).toMatchObject({ code: 0 });
    expect(await count('import_guard')).toBe(0);
  });

  test('a run that was cut keeps what was written, and the same again does the rest', async () => {
    const lines = Array.from({ length: 2500 }, (_, index) => `{"legacy_id":"cut${index}"}\n`);
    async function* cutOff() {
      yield Buffer.from(lines.slice(0, 2300).join(''));
      throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
    }
    const argv = ['import', 'users', '-', '--system', 'open', '--json'];
    const first = await cli.run(argv, Readable.from(cutOff()));
    expect(first).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('2000 created') });
    const { stdout } = await cli.stdin('open', lines.join(''));
    expect(JSON.parse(stdout)).toMatchObject({ read: 2500, created: 500, unchanged: 2000 });
  });

  test.each([
    ['full', '53100'],
    ['read-only', '25006'],
  ])(
    'a run whose database is %s in the middle says so, and the same again does the rest',
    async (what, state) => {
      const lines = Array.from({ length: 1100 }, (_, index) => {
        return `${JSON.stringify({ legacy_id: `${what}${index}`, bio: index === 700 ? 'in trouble' : 'fine' })}\n`;
      });
      await app.sql(`create function trouble() returns trigger language plpgsql as
      $$ begin raise exception 'in trouble' using errcode = '${state}'; end $$`);
      await app.sql(`create trigger trouble before insert on users for each row
      when (new.bio = 'in trouble') execute function trouble()`);
      const run = () => cli.stdin('open', lines.join(''));
      try {
        const stopped = await run();
        expect(stopped).toMatchObject({ code: 1, stdout: '' });
        expect(stopped.stderr).toContain('in trouble');
        expect(stopped.stderr).toContain('500 created');
      } finally {
        await app.sql('drop function trouble cascade');
      }
      expect(JSON.parse((await run()).stdout)).toMatchObject({ created: 600, unchanged: 500, rejected: 0 });
    },
  );

  test('a dry run writes nothing', async () => {
    const tables = [
      'users',
      'legacy_ids',
      'imported_records',
      'credentials',
      'security_events',
      'import_systems',
    ];
    const all = async () =>
      Promise.all(tables.map((table) => app.sql(`select count(*), max(xmin::text::bigint) from ${table}`)));
    const before = await all();
    const ids = await app.sql('select last_value from users_id_seq');
    const report = await cli.users(
      'open',
      [{ legacy_id: '99999', phone: freshPhone(), followings: ['o1'] }],
      '--dry-run',
    );
    expect(report).toMatchObject({ created: 1, dryRun: true });
    expect(await all()).toEqual(before);
    expect(await app.sql('select last_value from users_id_seq')).toEqual(ids);
  });

  test('the status tells what was imported, and what is left', async () => {
    const { stdout } = await cli.run(['import', 'status', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      systems: expect.arrayContaining([expect.objectContaining({ system: 'open', keepsIds: false })]),
      passwordsLeft: expect.any(Number),
      picturesLeft: 2,
    });
  });
});
