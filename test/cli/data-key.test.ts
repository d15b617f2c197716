import { randomBytes } from 'node:crypto';
import { runCli } from '../../src/cli/program.js';
import { parseDataKeys, SecretBox } from '../../src/infra/secret-box.js';
import { User } from '../../src/modules/user/user.entity.js';
import { Verification } from '../../src/modules/verification/verification.entity.js';
import { VerificationSecrets } from '../../src/modules/verification/verification.secrets.js';
import { createWorld, type TestApp, type TestWorld } from '../support/app.js';
import { md5 } from '../support/client.js';
import { importAccount, oldPassword, storedPassword } from '../support/imported.js';
import { logIn } from '../support/operations.js';
import { type Applicant, applicant, ID_NUMBER, personOf, seen, submit } from '../support/verification.js';

const key = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;
const OLD = key('old');
const NEW = key('new');
const LOST = key('lost');

let world: TestWorld;

beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

/** What `data-key reencrypt` prints and how it ends, with these keys. */
async function reencrypt(dataKeys: string) {
  const { pglite, url } = world.database;
  let stdout = '';
  let stderr = '';
  const terminal = {
    env: { DATA_DIR: world.dataDir, DATABASE_URL: url, DATA_KEYS: dataKeys },
    stdout: (text: string) => {
      stdout += text;
    },
    stderr: (text: string) => {
      stderr += text;
    },
    interactive: false,
  };
  const code = await runCli(['data-key', 'reencrypt', '--json'], terminal, pglite && { pglite });
  expect(stderr).toBe('');
  return { code, ...JSON.parse(stdout) };
}

const nothingLeft = {
  code: 0,
  keyId: 'new',
  verifications: 0,
  openApps: 0,
  passwords: 0,
  webhooks: 0,
  unreadable: 0,
  unreadableKeys: [],
};

/** How many verifications name each key. */
async function keysOf(app: TestApp): Promise<Record<string, number>> {
  const rows = await app.infrastructure.database
    .fork()
    .execute<{ key_id: string; n: number }[]>(
      'select key_id, count(*)::int as n from verifications group by key_id',
    );
  return Object.fromEntries(rows.map(({ key_id, n }) => [key_id, n]));
}

const secretsUnder = (dataKeys: string) =>
  new VerificationSecrets(new SecretBox(parseDataKeys(dataKeys) ?? []));

/** Verifications of so many new accounts, stored under a key. */
async function insertVerifications(app: TestApp, dataKeys: string, count: number): Promise<number[]> {
  const em = app.infrastructure.database.fork();
  const prefix = `bulk_${randomBytes(4).toString('hex')}_`;
  const users = Array.from({ length: count }, (_, index) => ({ name: prefix + index }));
  await em.insertMany(User, users as never);
  const inserted = await em.execute<{ id: number }[]>('select id from users where starts_with(name, ?)', [
    prefix,
  ]);
  const ids = inserted.map(({ id }) => id);
  const secrets = secretsUnder(dataKeys);
  const rows = ids.map((userId) => ({
    userId,
    type: 'user',
    phoneNumber: '15694005009',
    ...secrets.seal(userId, { realName: `Person ${userId}`, idNumber: ID_NUMBER }),
  }));
  await em.insertMany(Verification, rows as never);
  return ids;
}

/** Whether a call that the app signs with this secret gets as far as its own question. */
async function isStillBelieved(app: TestApp, id: number, secret: string): Promise<boolean> {
  const signed = ['account=2000000000', `app_id=${id}`, `timestamp=${Math.floor(Date.now() / 1000)}`];
  const query = `${signed.join('&')}&sign=${md5(signed.join('') + secret)}`;
  const response = await fetch(`${app.url}/v1/user/get-info?${query}`);
  return ((await response.json()) as { code: number }).code === 1011;
}

test('a rotated data key loses nothing: both keys open everything before, the new key alone after', async () => {
  let app = await world.start({ DATA_KEYS: OLD });
  const early = await applicant(app.client);
  await submit(app.client, early.token, personOf(early));
  const asSubmitted = await seen(app.client, early.id, early.token);
  const imported = await importAccount(app, 'old-horse-9', oldPassword('md5-salt', 'old-horse-9'));
  const openApp = await app.services.openApps.create(app.infrastructure.database, {});
  const { em } = app.infrastructure.database;
  const hook = { url: 'https://example.com/hooks', types: ['*'], private: false };
  const added = await app.services.webhooks.add({ em }, hook);
  const rotated = await app.services.webhooks.rotate({ em }, added.webhook.id);
  await app.close();

  app = await world.start({ DATA_KEYS: `${NEW},${OLD}` });
  expect(await seen(app.client, early.id, early.token)).toEqual(asSubmitted);
  const late: Applicant = await applicant(app.client);
  await submit(app.client, late.token, personOf(late));
  expect(await keysOf(app)).toEqual({ old: 1, new: 1 });
  await app.close();

  expect(await reencrypt(`${NEW},${OLD}`)).toEqual({
    ...nothingLeft,
    verifications: 1,
    openApps: 1,
    passwords: 1,
    webhooks: 1,
  });
  expect(await reencrypt(`${NEW},${OLD}`)).toEqual(nothingLeft);

  app = await world.start({ DATA_KEYS: NEW });
  expect(await keysOf(app)).toEqual({ new: 2 });
  expect(await seen(app.client, early.id, early.token)).toEqual(asSubmitted);
  expect((await seen(app.client, late.id, late.token)).idNumber).toBe(ID_NUMBER);
  expect(await isStillBelieved(app, openApp.app.id, openApp.secret)).toBe(true);
  expect(await storedPassword(app, imported.id)).toMatchObject({ key_id: 'new', imported: true });
  await logIn(app.client, imported.phone, imported.password);
  expect(await isStillBelieved(app, openApp.app.id, 'another secret')).toBe(false);
  const [listed] = await app.services.webhooks.list(app.infrastructure.database);
  expect(listed && app.services.webhooks.secretsOf(listed.webhook)).toEqual([rotated.secret, added.secret]);
  await app.close();
});

test('two rotations of data keys at once re-encrypt every row once, and each row still opens', async () => {
  const app = await world.start({ DATA_KEYS: NEW });
  const ids = await insertVerifications(app, OLD, 450);
  const runs = await Promise.all([reencrypt(`${NEW},${OLD}`), reencrypt(`${NEW},${OLD}`)]);
  expect(runs.map(({ code }) => code)).toEqual([0, 0]);
  expect(runs[0].verifications + runs[1].verifications).toBe(450);
  const rows = await app.infrastructure.database.fork().find(Verification, { userId: { $in: ids } });
  const secrets = secretsUnder(NEW);
  for (const row of rows) {
    expect([secrets.realName(row), secrets.idNumber(row)]).toEqual([`Person ${row.userId}`, ID_NUMBER]);
  }
  expect(rows).toHaveLength(450);
  await app.close();
});

test('the rotation of data keys leaves and names the rows that it cannot read, and does the others', async () => {
  const app = await world.start({ DATA_KEYS: NEW });
  const em = app.infrastructure.database.fork();
  const [lost] = await insertVerifications(app, LOST, 1);
  const [altered] = await insertVerifications(app, OLD, 1);
  const [readable] = await insertVerifications(app, OLD, 1);
  await em.execute('update verifications set encrypted_real_name = ? where user_id = ?', ['AAAA', altered]);
  const stored = () =>
    em.execute('select * from verifications where user_id in (?, ?) order by user_id', [lost, altered]);
  const before = await stored();
  expect(await reencrypt(`${NEW},${OLD}`)).toEqual({
    ...nothingLeft,
    code: 1,
    verifications: 1,
    unreadable: 2,
    unreadableKeys: ['lost', 'old'],
  });
  expect(await stored()).toEqual(before);
  const [row] = await em.execute('select key_id from verifications where user_id = ?', [readable]);
  expect(row).toEqual({ key_id: 'new' });
  await app.close();
});
