import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import type { Terminal } from '../../src/cli/output.js';
import { runCli } from '../../src/cli/program.js';
import { send } from '../rest/plus.support.js';
import { createWorld, type TestApp, type TestWorld } from '../support/app.js';
import { md5, PASSWORD } from '../support/client.js';
import { type Comer, comer, giveLegacyId } from '../support/comers.js';
import { cancelled, jobsOf, runJob } from '../support/jobs.js';
import { grant, mutate, whoIs } from '../support/operations.js';
import { statementsOf } from '../support/statements.js';

/** Sessions of another system, which its apps go on using. */

let world: TestWorld;
let app: TestApp;
let directory: string;

beforeAll(async () => {
  world = await createWorld();
  app = await world.start();
  directory = await mkdtemp(path.join(tmpdir(), 'sessions-'));
});
afterAll(async () => {
  await world.close();
  await rm(directory, { recursive: true, force: true });
});

let files = 0;

/** A file of that text, or of these records as NDJSON. */
async function fileOf(content: string | Buffer | readonly object[], extension = 'ndjson'): Promise<string> {
  const file = path.join(directory, `${files++}.${extension}`);
  const text =
    typeof content === 'string' || Buffer.isBuffer(content)
      ? content
      : content.map((record) => `${JSON.stringify(record)}\n`).join('');
  await writeFile(file, text);
  return file;
}

const cli = (...args: string[]) => cliWith({}, ...args);

async function cliWith(more: Partial<Terminal>, ...args: string[]) {
  let stdout = '';
  let stderr = '';
  const terminal = {
    env: { DATA_DIR: world.dataDir, DATABASE_URL: world.database.url },
    stdout: (text: string) => {
      stdout += text;
    },
    stderr: (text: string) => {
      stderr += text;
    },
    interactive: false,
    ...more,
  };
  const { pglite } = world.database;
  const code = await runCli(['import', 'sessions', ...args, '--json'], terminal, pglite && { pglite });
  return { code, stdout, stderr };
}

const NOTHING = { read: 0, created: 0, unchanged: 0, skipped: 0, expired: 0, ended: 0, rejected: 0 };

/** Imports sessions of anlife; the counts, and what was rejected. */
async function imports(content: string | readonly object[], ...args: string[]) {
  const rejects = path.join(directory, `${files++}.rejects`);
  const file = await fileOf(content);
  const { code, stdout, stderr } = await cli(file, '--system', 'anlife', '--rejects', rejects, ...args);
  expect(stderr).toBe('');
  const report = JSON.parse(stdout);
  const { read, created, unchanged, skipped, rejected: refused, reasons, seconds } = report;
  expect([code, seconds]).toEqual([read > 0 && refused === read ? 1 : 0, expect.any(Number)]);
  const { SESSION_EXPIRED: expired = 0, SESSION_ENDED: ended = 0 } = reasons;
  const counts = { read, created, unchanged, skipped, expired, ended, rejected: refused };
  expect(report.rejectedRecords).toHaveLength(Math.min(refused, 100));
  const text = await readFile(rejects, 'utf8');
  const rejected = text
    .split('\n')
    .filter(Boolean)
    .map((line): { line: number; legacy_id: string | null; code: string; field?: string } => {
      const { message, ...rest } = JSON.parse(line);
      expect(message).toEqual(expect.any(String));
      return rest;
    });
  return { counts, rejected, text };
}

const freshToken = (): string => randomBytes(16).toString('hex');
const later = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();

const recordOf = ({ legacyId }: Pick<Comer, 'legacyId'>, token: string, more: object = {}) => ({
  token,
  legacy_id: legacyId,
  expires_at: later(10),
  ...more,
});

const sessionsOf = ({ id }: Pick<Comer, 'id'>) =>
  app.sql<{ token_hash: string; days: number; live: boolean }>(
    `select token_hash, revoked_at is null and expires_at > now() as live,
       round(extract(epoch from expires_at - now()) / 86400)::int as days
     from sessions where user_id = ? order by id`,
    [id],
  );

test('imported tokens are good at every door, and what other doors opened stays good too', async () => {
  const user = await comer(app, 'anlife');
  const token = freshToken();
  const { counts } = await imports([recordOf(user, token)]);
  expect(counts).toEqual({ ...NOTHING, read: 1, created: 1 });
  expect(await whoIs(app.client, token)).toBe(user.id);
  const form = { user_id: user.id, auth_token: token, nickname: '阿明' };
  const { body } = await app.client.legacy('POST', '/anlife/v1.0/user/modifyInfo', form);
  expect(body.datas).toEqual(expect.anything());
  expect((await send(app.url, 'GET', '/user', { token })).status).toBe(200);
});

test.each([
  ['16 characters', 'a1b2c3d4e5f60718'],
  ['2,048 characters', randomBytes(1024).toString('hex')],
  ['every visible character', String.fromCharCode(...Array.from({ length: 94 }, (_, index) => 33 + index))],
  ['the form of ours', randomBytes(32).toString('base64url')],
  ['the form of a JWT', `${'e30'.repeat(20)}.${'e30'.repeat(20)}.${randomBytes(256).toString('base64url')}`],
])('an imported token of %s is good', async (_what, token) => {
  const user = await comer(app, 'anlife');
  expect((await imports([recordOf(user, token)])).counts).toMatchObject({ created: 1 });
  expect(await whoIs(app.client, token)).toBe(user.id);
});

test('an imported session is listed with what is known of it, and nothing that is not', async () => {
  const user = await comer(app, 'anlife');
  const token = freshToken();
  const expiresAt = later(10);
  await imports([recordOf(user, token, { expires_at: expiresAt, device_type: 'ANDROID' })]);
  const { sessions } = await app.client.data('{ sessions { deviceType ip userAgent expiresAt } }', {}, token);
  expect(sessions).toEqual([{ deviceType: 'ANDROID', ip: null, userAgent: null, expiresAt }]);
});

test('an imported session makes no source known to the guard', async () => {
  const user = await comer(app, 'anlife');
  const token = freshToken();
  await imports([recordOf(user, token)]);
  await whoIs(app.client, token);
  const em = app.infrastructure.database.fork();
  for (const ip of ['127.0.0.1', '0.0.0.0', '']) {
    expect(await app.services.sessions.isKnownSource({ em }, user.id, ip)).toBe(false);
  }
});

test('an imported session is good for a year at most, however long its token was', async () => {
  const user = await comer(app, 'anlife');
  await imports([recordOf(user, freshToken(), { expires_at: '2999-12-31T23:59:59Z' })]);
  expect(await sessionsOf(user)).toMatchObject([{ live: true, days: 365 }]);
});

test.each<[string, unknown]>([
  ['a time with a zone', '2400-01-06T07:35:01+08:00'],
  ['Unix seconds', 13_600_000_000],
  ['Unix seconds as a text', '13600000000'],
])('expires_at may be %s', async (_what, expires_at) => {
  const user = await comer(app, 'anlife');
  expect((await imports([recordOf(user, freshToken(), { expires_at })])).counts).toMatchObject({
    created: 1,
  });
});

test.each<[unknown, string]>([
  ['IOS', 'IOS'],
  [2, 'ANDROID'],
  ['1', 'IOS'],
  [null, 'UNKNOWN'],
  [undefined, 'UNKNOWN'],
])('device_type may be %j', async (device_type, shown) => {
  const user = await comer(app, 'anlife');
  const token = freshToken();
  await imports([recordOf(user, token, { device_type })]);
  expect((await app.client.data('{ sessions { deviceType } }', {}, token)).sessions).toEqual([
    { deviceType: shown },
  ]);
});

describe('rejected sessions', () => {
  let user: Comer;
  beforeAll(async () => {
    user = await comer(app, 'anlife');
  });

  test.each<[string, object, string, string | undefined]>([
    ['of an unknown account', { legacy_id: 'nobody' }, 'USER_NOT_FOUND', 'legacy_id'],
    ['of a token with a blank', { token: 'a1b2c3d4 e5f60718293a4b5c' }, 'INVALID_INPUT', 'token'],
    ['of a token beyond ASCII', { token: 'a1b2c3d4e5f60718293a4b5cé' }, 'INVALID_INPUT', 'token'],
    ['of a token too long', { token: 'a1b2c3d4'.repeat(257) }, 'INVALID_INPUT', 'token'],
    ['without a token', { token: undefined }, 'INVALID_INPUT', 'token'],
    ['of a token that is a number', { token: 1234567890 }, 'INVALID_INPUT', 'token'],
    ['of a token too short', { token: '5f3c1d2e4b6a708' }, 'TOKEN_GUESSABLE', 'token'],
    ['of a token of few characters', { token: 'aaaaaaaaaaaaaaaaaaaa-bcd' }, 'TOKEN_GUESSABLE', 'token'],
    ['of a token of digits alone', { token: '1764554400000012345' }, 'TOKEN_GUESSABLE', 'token'],
    ['without a time', { expires_at: undefined }, 'INVALID_INPUT', 'expires_at'],
    ['with a time without a zone', { expires_at: '2999-01-01T00:00:00' }, 'INVALID_INPUT', 'expires_at'],
    ['with a time in milliseconds', { expires_at: 1_900_000_000_000 }, 'INVALID_INPUT', 'expires_at'],
    [
      'with a time beyond calendars',
      { expires_at: '9999-12-31T23:59:59-12:00' },
      'INVALID_INPUT',
      'expires_at',
    ],
    ['of an unknown device', { device_type: 'WATCH' }, 'INVALID_INPUT', 'device_type'],
    ['with an old id that no database takes', { legacy_id: '1\u0000' }, 'INVALID_INPUT', 'legacy_id'],
    ['with an unknown field', { ip: '192.0.2.1' }, 'INVALID_INPUT', undefined],
  ])('a session %s is rejected with its line, and harms no other', async (_what, wrong, code, field) => {
    const [before, bad, after] = [freshToken(), freshToken(), freshToken()];
    const { counts, rejected } = await imports([
      recordOf(user, before),
      recordOf(user, bad, wrong),
      recordOf(user, after),
    ]);
    expect(counts).toEqual({ ...NOTHING, read: 3, created: 2, rejected: 1 });
    const legacyId =
      'legacy_id' in wrong ? (code === 'INVALID_INPUT' ? null : wrong.legacy_id) : user.legacyId;
    expect(rejected).toEqual([{ line: 2, legacy_id: legacyId, code, ...(field && { field }) }]);
    expect(await Promise.all([before, bad, after].map((token) => whoIs(app.client, token)))).toEqual([
      user.id,
      null,
      user.id,
    ]);
  });

  test('a session that is no JSON is rejected with its line, and so is one that is no record', async () => {
    const good = JSON.stringify(recordOf(user, freshToken()));
    const { counts, rejected } = await imports(`{"token": \n\n[]\n"text"\n${good}\n`);
    expect(counts).toEqual({ ...NOTHING, read: 4, created: 1, rejected: 3 });
    expect(rejected.map(({ line, code }) => [line, code])).toEqual([
      [1, 'RECORD_MALFORMED'],
      [3, 'INVALID_INPUT'],
      [4, 'INVALID_INPUT'],
    ]);
  });

  test('a line of megabytes is rejected, and the next one is read', async () => {
    const good = JSON.stringify(recordOf(user, freshToken()));
    const { counts, rejected } = await imports(`{"token": "${'a1b2c3d4'.repeat(1_100_000)}"}\n${good}`);
    expect(counts).toEqual({ ...NOTHING, read: 2, created: 1, rejected: 1 });
    expect(rejected).toEqual([{ line: 1, legacy_id: null, code: 'RECORD_TOO_LONG' }]);
  });

  test('a token that is the session of another account stays with it', async () => {
    const owner = await app.client.register();
    const stranger = await comer(app, 'anlife');
    const theirs = freshToken();
    await imports([recordOf(user, theirs)]);
    const { counts, rejected } = await imports([recordOf(stranger, owner.token), recordOf(stranger, theirs)]);
    expect(counts).toEqual({ ...NOTHING, read: 2, rejected: 2 });
    expect(rejected.map(({ code }) => code)).toEqual(['TOKEN_TAKEN', 'TOKEN_TAKEN']);
    expect([await whoIs(app.client, owner.token), await whoIs(app.client, theirs)]).toEqual([
      owner.id,
      user.id,
    ]);
  });

  test('a token that a file gives to two accounts belongs to the first', async () => {
    const other = await comer(app, 'anlife');
    const token = freshToken();
    const { counts, rejected } = await imports([
      recordOf(user, token),
      recordOf(other, token),
      recordOf(user, token),
    ]);
    expect(counts).toEqual({ ...NOTHING, read: 3, created: 1, unchanged: 1, rejected: 1 });
    expect(rejected).toEqual([{ line: 2, legacy_id: other.legacyId, code: 'TOKEN_TAKEN', field: 'token' }]);
    expect(await whoIs(app.client, token)).toBe(user.id);
  });

  test('old ids are those of the system that is named, and no number that was given here', async () => {
    const [plus, given] = [await comer(app, 'plus'), await comer(app, 'anlife')];
    await app.sql('update legacy_ids set given = true where user_id = ?', [given.id]);
    const { counts } = await imports([recordOf(plus, freshToken()), recordOf(given, freshToken())]);
    expect(counts).toEqual({ ...NOTHING, read: 2, rejected: 2 });
  });

  test('a token is in no report, no reject and no table, imported or not', async () => {
    const tokens = Array.from({ length: 4 }, freshToken);
    const [good = '', unknown = '', short = '', misplaced = ''] = tokens;
    const { text, counts } = await imports([
      recordOf(user, good),
      recordOf({ legacyId: 'nobody' }, unknown),
      recordOf(user, short, { expires_at: short }),
      { ...recordOf(user, freshToken()), [misplaced]: misplaced },
    ]);
    expect(counts).toMatchObject({ created: 1, rejected: 3 });
    const { stdout, stderr } = await cli(
      await fileOf([{ [misplaced]: unknown, token: short }]),
      '--system',
      'anlife',
    );
    const rows = await app.sql('select s::text as row from sessions s');
    for (const token of tokens) expect(text + stdout + stderr + JSON.stringify(rows)).not.toContain(token);
    expect(stdout).toContain('"line":1');
  });

  test('a file of rejects is for its owner alone', async () => {
    const rejects = path.join(directory, 'private.rejects');
    await cli(await fileOf([]), '--system', 'anlife', '--rejects', rejects);
    expect((await stat(rejects)).mode & 0o077).toBe(0);
  });
});

describe('a repeated import', () => {
  test('a second import changes nothing, and revives no session that has ended', async () => {
    const user = await comer(app, 'anlife');
    const [kept, loggedOut, expired] = [freshToken(), freshToken(), freshToken()];
    const records = [kept, loggedOut, expired].map((token) => recordOf(user, token));
    await imports(records);
    await app.client.data('mutation { logout }', {}, loggedOut);
    const [, , last] = await sessionsOf(user);
    await app.sql('update sessions set expires_at = now() where token_hash = ?', [last?.token_hash]);
    const before = await app.sql('select * from sessions where user_id = ? order by id', [user.id]);
    const { counts } = await imports(records.map((record) => ({ ...record, expires_at: later(300) })));
    expect(counts).toEqual({ ...NOTHING, read: 3, unchanged: 1, skipped: 2, ended: 2 });
    expect(await app.sql('select * from sessions where user_id = ? order by id', [user.id])).toEqual(before);
    expect([await whoIs(app.client, kept), await whoIs(app.client, loggedOut)]).toEqual([user.id, null]);
  });

  test('an import long after revives no session whose row the purge might have taken', async () => {
    const user = await comer(app, 'anlife');
    const token = freshToken();
    // Good for ever in the old system, and so a year here.
    const record = recordOf(user, token, { expires_at: '2999-12-31T23:59:59Z' });
    await imports([record]);
    await app.client.data('mutation { logout }', {}, token);
    await app.sql(
      `update sessions set created_at = now() - interval '400 days', expires_at = now() - interval '35 days',
         revoked_at = now() - interval '390 days' where user_id = ?`,
      [user.id],
    );
    await runJob(jobsOf(app), 'purge-sessions');
    expect((await imports([record])).counts).toEqual({ ...NOTHING, read: 1, skipped: 1, ended: 1 });
    expect(await whoIs(app.client, token)).toBeNull();
  });

  test('an imported session is purged 30 days after its token expired', async () => {
    const user = await comer(app, 'anlife');
    await imports([recordOf(user, freshToken()), recordOf(user, freshToken())]);
    const [first] = await sessionsOf(user);
    await app.sql(
      `update sessions set expires_at = now() - interval '31 days', token_expires_at = now() - interval '31 days'
       where token_hash = ?`,
      [first?.token_hash],
    );
    await runJob(jobsOf(app), 'purge-sessions');
    expect(await sessionsOf(user)).toMatchObject([{ live: true }]);
  });

  test('a session that has expired is skipped', async () => {
    const user = await comer(app, 'anlife');
    const { counts } = await imports([recordOf(user, freshToken(), { expires_at: later(-1) })]);
    expect(counts).toEqual({ ...NOTHING, read: 1, skipped: 1, expired: 1 });
    expect(await sessionsOf(user)).toEqual([]);
  });
});

describe('sessions of accounts that are not to have them', () => {
  const ended = { ...NOTHING, read: 1, skipped: 1, ended: 1 };

  test('no session of an account that is disabled comes along, nor later when it is enabled', async () => {
    const user = await comer(app, 'anlife');
    const administrator = await app.client.register();
    await grant(app, administrator.id, ['[user] Disabled User']);
    const act = (name: string) =>
      app.client.data(
        `mutation ($id: ID!) { ${name}(id: $id) { id } }`,
        { id: user.id },
        administrator.token,
      );
    const token = freshToken();
    await act('disableUser');
    expect((await imports([recordOf(user, token)])).counts).toEqual(ended);
    await act('enableUser');
    expect((await imports([recordOf(user, token)])).counts).toEqual(ended);
    expect(await whoIs(app.client, token)).toBeNull();
  });

  test('no session of an account that was cancelled comes along, nor after it was erased', async () => {
    const account = await app.client.register();
    const legacyId = await giveLegacyId(app, account.id, 'anlife');
    const token = freshToken();
    await imports([recordOf({ legacyId }, token)]);
    await cancelled(app, account);
    expect((await imports([recordOf({ legacyId }, token)])).counts).toEqual(ended);
    await runJob(jobsOf(app), 'erase-cancelled-accounts');
    expect(await sessionsOf(account)).toEqual([]);
    expect((await imports([recordOf({ legacyId }, token)])).counts).toEqual(ended);
    expect(await whoIs(app.client, token)).toBeNull();
  });

  test.each<[string, (token: string, user: Comer) => Promise<unknown>]>([
    ['logged out everywhere', (token) => app.client.data('mutation { logout(everywhere: true) }', {}, token)],
    [
      'retrieved their password',
      async (_token, { phone }) => {
        const code = await app.client.sendCode(phone, ['RETRIEVE']);
        await mutate(app.client, 'retrievePassword', { phone, code, password: PASSWORD });
      },
    ],
  ])('no session comes along of who has %s since they came, known before or not', async (_what, end) => {
    const user = await comer(app, 'anlife');
    const [known, unknown] = [freshToken(), freshToken()];
    await imports([recordOf(user, known)]);
    await end(known, user);
    const { counts } = await imports([recordOf(user, known), recordOf(user, unknown)]);
    expect(counts).toEqual({ ...NOTHING, read: 2, skipped: 2, ended: 2 });
    expect([await whoIs(app.client, known), await whoIs(app.client, unknown)]).toEqual([null, null]);
  });

  test('sessions come along of who logged out everywhere here before the old account was theirs', async () => {
    const account = await app.client.register();
    await app.client.data('mutation { logout(everywhere: true) }', {}, account.token);
    const legacyId = await giveLegacyId(app, account.id, 'anlife');
    const token = freshToken();
    expect((await imports([recordOf({ legacyId }, token)])).counts).toMatchObject({ created: 1 });
    expect(await whoIs(app.client, token)).toBe(account.id);
  });
});

describe('what imported sessions can do', () => {
  test('an imported session is revoked, and ended by a new password, like every other', async () => {
    const user = await comer(app, 'anlife');
    const tokens = [freshToken(), freshToken(), freshToken()];
    const [mine = '', revoked = '', third = ''] = tokens;
    await imports(tokens.map((token) => recordOf(user, token)));
    const { sessions } = await app.client.data('{ sessions { id } }', {}, mine);
    const revoke = 'mutation ($id: ID!) { revokeSession(id: $id) }';
    await app.client.data(revoke, { id: sessions[1].id }, mine);
    expect(await Promise.all(tokens.map((token) => whoIs(app.client, token)))).toEqual([
      user.id,
      null,
      user.id,
    ]);
    await mutate(app.client, 'changePassword', { password: PASSWORD }, mine);
    expect([await whoIs(app.client, mine), await whoIs(app.client, third), revoked]).toEqual([
      user.id,
      null,
      revoked,
    ]);
  });

  test('refreshing an imported session gives a token of ours, and its own is good no more', async () => {
    const user = await comer(app, 'anlife');
    const token = freshToken();
    await imports([recordOf(user, token)]);
    const { refreshSession } = await app.client.data('mutation { refreshSession { token } }', {}, token);
    expect([await whoIs(app.client, refreshSession.token), await whoIs(app.client, token)]).toEqual([
      user.id,
      null,
    ]);
  });

  test('an imported session costs the statements of any other', async () => {
    const user = await comer(app, 'anlife');
    const token = freshToken();
    await imports([recordOf(user, token)]);
    const own = await app.client.register();
    await Promise.all([whoIs(app.client, token), whoIs(app.client, own.token)]);
    const costs = async (one: string) => (await statementsOf(app, () => whoIs(app.client, one))).length;
    expect(await costs(token)).toBe(await costs(own.token));
  });

  test.each([
    ['too short', 'a'.repeat(15)],
    ['too long', 'a'.repeat(2049)],
    ['beyond ASCII', `${md5('a')}\u00e9`],
  ])('what is no token, %s, is not looked up', async (_what, text) => {
    const ask = () => app.client.legacy('GET', '/api/v2/user', { token: text });
    expect(await statementsOf(app, ask)).toEqual([]);
    expect((await ask()).status).toBe(401);
  });
});

describe('sources', () => {
  test('a CSV file is read by its columns, in any order, with quotes and a byte order mark', async () => {
    const [first, second] = [await comer(app, 'anlife'), await comer(app, 'anlife')];
    const tokens = [`quoted,"${freshToken()}`, freshToken()];
    const [quoted = '', plain = ''] = tokens;
    const csv = [
      '\uFEFFlegacy_id,expires_at,token,device_type',
      `${first.legacyId},13600000000,"${quoted.replaceAll('"', '""')}",2`,
      '',
      `${second.legacyId},2999-01-01T00:00:00Z,${plain},`,
      '',
    ].join('\r\n');
    const { code, stdout } = await cli(await fileOf(csv, 'csv'), '--system', 'anlife');
    expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ read: 2, created: 2 })]);
    expect([await whoIs(app.client, quoted), await whoIs(app.client, plain)]).toEqual([first.id, second.id]);
  });

  test('a CSV file without a header is refused without a word of what it holds', async () => {
    const token = freshToken();
    const { code, stdout, stderr } = await cli(
      await fileOf(`${token},12,13600000000\n`, 'csv'),
      '--system',
      'anlife',
    );
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^error: .+ has a column that no record has\..*\n$/);
    expect(stderr).not.toContain(token);
  });

  test.each<[string, string, string, string]>([
    ['with a quote that is not closed', `"${md5('secret')},1,2\n`, 'csv', 'RECORD_MALFORMED'],
    ['with cells too many', `${md5('secret')},1,2,3\n`, 'csv', 'RECORD_MALFORMED'],
    ['in another encoding', `${md5('secret')},\xe9,2\n`, 'csv', 'ENCODING_INVALID'],
    ['in another encoding', `{"token":"${md5('secret')}","legacy_id":"\xe9"}`, 'ndjson', 'ENCODING_INVALID'],
  ])('a record %s is rejected without a word of what it holds', async (_what, record, extension, reason) => {
    const content = `${extension === 'csv' ? 'token,legacy_id,expires_at\n' : ''}${record}`;
    const file = await fileOf(Buffer.from(content, 'latin1'), extension);
    const { code, stdout, stderr } = await cli(file, '--system', 'anlife');
    expect([code, JSON.parse(stdout).reasons]).toEqual([1, { [reason]: 1 }]);
    expect(stdout + stderr).not.toContain(md5('secret'));
  });

  test('sessions are read from standard input', async () => {
    const user = await comer(app, 'anlife');
    const token = freshToken();
    const stdin = Readable.from([Buffer.from(JSON.stringify(recordOf(user, token)))]);
    const { code, stdout } = await cliWith({ stdin }, '-', '--system', 'anlife');
    expect([code, JSON.parse(stdout).created]).toEqual([0, 1]);
    expect(await whoIs(app.client, token)).toBe(user.id);
  });

  test('sessions are not imported while another import runs', async () => {
    const user = await comer(app, 'anlife');
    await app.sql(
      `insert into import_guard (id, holder, expires_at) values (1, 'other', now() + interval '20 seconds')
       on conflict (id) do update set holder = excluded.holder, expires_at = excluded.expires_at`,
    );
    const { code, stderr } = await cli(await fileOf([recordOf(user, freshToken())]), '--system', 'anlife');
    await app.sql('delete from import_guard');
    expect([code, stderr]).toEqual([1, expect.stringContaining('Another import is running')]);
    expect(await sessionsOf(user)).toEqual([]);
  });

  test('a file that is not there, and a system that is none, are refused', async () => {
    const missing = await cli(path.join(directory, 'missing.ndjson'), '--system', 'anlife');
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('missing.ndjson')]);
    expect((await cli(await fileOf([]), '--system', 'other')).code).toBe(2);
    expect((await cli(await fileOf([]))).code).toBe(2);
  });

  test('a dry run says what a run would do, over batches, and writes nothing', async () => {
    const [user, other] = [await comer(app, 'anlife'), await comer(app, 'anlife')];
    const tokens = Array.from({ length: 1200 }, freshToken);
    const records = [
      ...tokens.map((token) => recordOf(user, token)),
      recordOf(user, tokens[0] ?? ''),
      recordOf(other, tokens[1] ?? ''),
      recordOf(user, freshToken(), { expires_at: later(-1) }),
      recordOf({ legacyId: 'nobody' }, freshToken()),
    ];
    const dry = await imports(records, '--dry-run');
    expect(await sessionsOf(user)).toEqual([]);
    const real = await imports(records);
    expect(dry).toEqual(real);
    expect(real.counts).toEqual({
      ...NOTHING,
      read: 1204,
      created: 1200,
      unchanged: 1,
      skipped: 1,
      expired: 1,
      rejected: 2,
    });
    expect(await sessionsOf(user)).toHaveLength(1200);
    expect((await imports(records, '--dry-run')).counts).toMatchObject({ created: 0, unchanged: 1201 });
  });

  test('a run that was cut is repeated and does what is left', async () => {
    const user = await comer(app, 'anlife');
    const tokens = Array.from({ length: 1500 }, freshToken);
    const lines = tokens.map((token) => JSON.stringify(recordOf(user, token)));
    const stopping = createHash('sha256')
      .update(tokens[1200] ?? '')
      .digest('hex');
    await app.sql(`create function stops_here() returns trigger language plpgsql as
      $$ begin raise exception 'cut' using errcode = '57P01'; end $$`);
    await app.sql(`create trigger stops_here before insert on sessions for each row
      when (new.token_hash = '${stopping}') execute function stops_here()`);
    const cut = await cli(await fileOf(lines.join('\n')), '--system', 'anlife');
    await app.sql('drop trigger stops_here on sessions');
    expect([cut.code, cut.stderr]).toEqual([1, expect.stringContaining('1000 created')]);
    expect(await sessionsOf(user)).toHaveLength(1000);
    expect((await imports(lines.join('\n'))).counts).toMatchObject({ created: 500, unchanged: 1000 });
    expect(await sessionsOf(user)).toHaveLength(1500);
  });

  test('sessions end with their account while they are imported', async () => {
    const user = await comer(app, 'anlife');
    const administrator = await app.client.register();
    await grant(app, administrator.id, ['[user] Disabled User']);
    const tokens = Array.from({ length: 400 }, freshToken);
    await Promise.all([
      imports(tokens.map((token) => recordOf(user, token))),
      app.client.data(
        'mutation ($id: ID!) { disableUser(id: $id) { id } }',
        { id: user.id },
        administrator.token,
      ),
    ]);
    expect((await sessionsOf(user)).filter(({ live }) => live)).toEqual([]);
  });
});
