import { type LoneApp, startTestApp } from '../support/app.js';
import { freshPhone } from '../support/client.js';
import { ImportCli } from '../support/imports.js';

let app: LoneApp;
let cli: ImportCli;

beforeAll(async () => {
  app = await startTestApp();
  cli = new ImportCli(app);
});

afterAll(() => app.close());

/** The pairs of a system: old id and account, and whether it was given here. */
const pairs = async (system: string): Promise<[string, number, boolean][]> =>
  (
    await app.sql<{ legacy_id: string; user_id: number; given: boolean }>(
      'select legacy_id, user_id, given from legacy_ids where system = ? order by length(legacy_id), legacy_id',
      [system],
    )
  ).map(({ legacy_id, user_id, given }) => [legacy_id, user_id, given]);

const newId = async (): Promise<number> => (await app.client.register()).id;

/** No two accounts go by one number in a system, and no number of an account means somebody else there. */
async function assertUnambiguous(): Promise<void> {
  expect(
    await app.sql(
      `select old.system, same.id from legacy_ids old join users same on same.id = old.number and same.id <> old.user_id
       where not exists (select 1 from legacy_ids own where own.system = old.system and own.user_id = same.id)`,
    ),
  ).toEqual([]);
}

test('kept ids are refused, before anything is written, where they are taken or can be no number of an account', async () => {
  const taken = await newId();
  const records = [
    { legacy_id: '900' },
    { legacy_id: String(taken) },
    { legacy_id: '2147483647' },
    { legacy_id: '007' },
    { legacy_id: 'x' },
  ];
  await expect(cli.users('plus', records, '--keep-ids')).rejects.toThrow(
    new RegExp(
      `--keep-ids is refused: 4 old ids .*\\(${taken}, 2147483647, 007, x\\)\\. Nothing was written`,
    ),
  );
  expect(await pairs('plus')).toEqual([]);
  expect(await app.sql('select 1 from users where id = 900')).toEqual([]);
});

test('with kept ids accounts have the numbers that they had, and those who join come after them', async () => {
  const { id, phone } = await app.client.register();
  const records = [
    { legacy_id: '1000', followings: ['2000'] },
    { legacy_id: '2000' },
    { legacy_id: String(id), phone },
    { legacy_id: '2147483646' },
  ];
  const report = await cli.users('plus', records, '--keep-ids', '--on-conflict', 'merge');
  expect(report).toMatchObject({ created: 3, merged: 1, keepsIds: true });
  expect(await pairs('plus')).toEqual([
    [String(id), id, false],
    ['1000', 1000, false],
    ['2000', 2000, false],
    ['2147483646', 2147483646, false],
  ]);
  expect(await newId()).toBeGreaterThan(2000);
  await assertUnambiguous();
});

test('one system alone keeps its ids, and only from its beginning', async () => {
  await expect(cli.users('anlife', [{ legacy_id: '1' }], '--keep-ids')).rejects.toThrow(
    /accounts of plus keep/,
  );
  const again = await cli.stdin('plus', '{"legacy_id":"3000"}\n', '--keep-ids');
  expect(JSON.parse(again.stdout)).toMatchObject({ created: 1, missing: 4 });
  expect(await app.sql('select 1 from users where id = 3000')).toHaveLength(1);
  const unsaid = await cli.stdin('plus', '{"legacy_id":"4000"}\n');
  expect(JSON.parse(unsaid.stdout)).toMatchObject({ created: 1, keepsIds: true });
  expect(await app.sql('select 1 from users where id = 4000')).toHaveLength(1);
});

test('an account whose number is an old id of somebody else is given another number in that system', async () => {
  const native = await newId();
  const report = await cli.users('anlife', [{ legacy_id: String(native) }, { legacy_id: '1000' }]);
  expect(report).toMatchObject({ created: 2 });
  const given = (await pairs('anlife')).filter(([, , isGiven]) => isGiven);
  expect(given.map(([, userId]) => userId).sort((a, b) => a - b)).toEqual(
    [1000, native].sort((a, b) => a - b),
  );
  await assertUnambiguous();
});

test('a number that was given makes way for the account that had it in the old system', async () => {
  const [given] = (await pairs('anlife')).filter(([, , isGiven]) => isGiven);
  const [number = '', userId] = given ?? [];
  await cli.users('anlife', [{ legacy_id: number, nickname: 'the real one' }]);
  const now = await pairs('anlife');
  const owner = now.find(([legacyId]) => legacyId === number);
  expect(owner?.[1]).not.toBe(userId);
  expect(owner?.[2]).toBe(false);
  expect(now.filter(([, id]) => id === userId)).toMatchObject([
    [expect.not.stringMatching(`^${number}$`), userId, true],
  ]);
  await assertUnambiguous();
});

test('an account that was given a number has its old id instead when it comes', async () => {
  const { id, phone } = await app.client.register();
  await cli.users('member', [{ legacy_id: String(id) }]);
  await cli.users('member', [{ legacy_id: 'its-own', phone }], '--on-conflict', 'merge');
  expect((await pairs('member')).filter(([, userId]) => userId === id)).toEqual([['its-own', id, false]]);
  await assertUnambiguous();
});

test('old ids are texts: two that look alike are two, and no number passes for another', async () => {
  const report = await cli.users(
    'open',
    ['7', '07', ' 7', '7.0', '9007199254740993'].map((legacy_id) => ({ legacy_id })),
  );
  expect(report).toMatchObject({ created: 5 });
  const numbers = await app.sql<{ n: number }>(
    'select count(number)::int as n from legacy_ids where system = ? and not given',
    ['open'],
  );
  expect(numbers).toEqual([{ n: 1 }]);
});

const onServer = process.env.DATABASE_URL ? test : test.skip;

onServer(
  'registrations while an import runs, of the same phones and names, end with one account each',
  async () => {
    const people = Array.from({ length: 12 }, (_, index) => ({
      phone: freshPhone(),
      name: `at_once_${index}`,
    }));
    const filler = Array.from({ length: 1500 }, (_, index) => ({
      legacy_id: `live-${index}`,
      name: `live_${index}`,
    }));
    const records = people.map(({ phone, name }, index) => ({ legacy_id: `p-${index}`, phone, name }));
    const importing = cli.users('account', [...filler, ...records]);
    const joining = await Promise.allSettled(people.map((person) => app.client.register(person)));
    const report = await importing;
    expect(report.read).toBe(1512);
    const joined = joining.filter(({ status }) => status === 'fulfilled').length;
    expect(report.created + report.rejected).toBe(1512);
    expect(report.rejected).toBe(joined);
    const [{ n } = { n: 0 }] = await app.sql<{ n: number }>(
      'select count(*)::int as n from users where phone = any (?::text[])',
      [`{${people.map(({ phone }) => phone).join(',')}}`],
    );
    expect(n).toBe(12);
    await assertUnambiguous();
  },
);
