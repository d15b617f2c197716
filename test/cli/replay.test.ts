import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { Codes } from '../../src/cli/replay/codes.js';
import { asGor, asHar, asNdjson, type Recorded, Recorder } from '../support/recorder.js';
import {
  CHANGED_PASSWORD,
  cli,
  copyOpenApps,
  createOpenApp,
  ID_NUMBER,
  PASSWORD,
  PHONES,
  type ReplayGateway,
  recordReads,
  recordSession,
  startGateway,
} from './replay.support.js';

/** Recordings of a gateway's own traffic, sent again. */

let gateway: ReplayGateway;
/** Clients of every dialect, who register, log in, write and read. */
let session: Recorded[];
/** Reads that answer the same again. */
let reads: Recorded[];

beforeAll(async () => {
  gateway = await startGateway();
  session = await recordSession(gateway, await createOpenApp(gateway.app));
  reads = await recordReads(gateway);
});
afterAll(() => gateway.close());

const fileOf = async (name: string, content: string | Buffer): Promise<string> => {
  const file = path.join(gateway.directory, name);
  await writeFile(file, content);
  return file;
};

/** Replays and returns the report; whatever was written is in `written`. */
async function replay(file: string, ...options: string[]) {
  const { code, stdout, stderr } = await cli('replay', file, ...options, '--json');
  return { code, stderr, report: JSON.parse(stdout), written: stdout + stderr };
}

/** A report without the rows that have nothing to say. */
const differing = ({ rows }: { rows: { row: string; found: object[] }[] }) =>
  rows.filter(({ found }) => found.length > 0).map(({ row, found }) => ({ row, found }));

/** A gateway with the same people, where nothing has happened yet. */
async function freshGateway(): Promise<ReplayGateway> {
  const fresh = await startGateway();
  await copyOpenApps(gateway.app, fresh.app);
  return fresh;
}

/** A copy whose answers can be changed. */
const copyOf = (recorded: readonly Recorded[]): Recorded[] =>
  recorded.map((one) => ({ ...one, response: { ...one.response } }));

/** Changes what was answered to the n-th request whose target holds a text. */
// biome-ignore lint/suspicious/noExplicitAny: an answer is whatever the dialect makes it.
function plant(recorded: Recorded[], target: string, change: (body: any) => unknown, nth = 0): void {
  const { response } = recorded.filter((one) => one.target.includes(target))[nth] as Recorded;
  const body: unknown = JSON.parse(response.body.toString());
  response.body = Buffer.from(JSON.stringify(change(body) ?? body));
}

test('a HAR of every dialect, with binary forms, replayed against the same people differs nowhere', async () => {
  const fresh = await freshGateway();
  try {
    const file = await fileOf('session.har', asHar(session));
    const { code, report, stderr } = await replay(file, '--to', fresh.url, '--log', fresh.log);
    expect({ differing: differing(report), stderr, code }).toEqual({ differing: [], stderr: '', code: 0 });
    expect(report).toMatchObject({ requests: session.length, same: session.length, differences: 0 });
    expect(session.length).toBeGreaterThan(55);
    const [{ count } = { count: 0 }] = await fresh.app.sql<{ count: number }>(
      'select count(*)::int as count from users where phone is not null',
    );
    expect(count).toBeGreaterThanOrEqual(PHONES.length);
  } finally {
    await fresh.close();
  }
});

test('a GoReplay file replayed against two fresh gateways, each with its own sessions and codes, differs nowhere', async () => {
  const sides = [await freshGateway(), await freshGateway()] as const;
  try {
    const command = await fileOf(
      'codes.sh',
      [
        '#!/bin/sh',
        `case "$REPLAY_URL" in ${sides[0].url}*) log=${sides[0].log};; *) log=${sides[1].log};; esac`,
        'grep "\\"to\\":\\"$1\\"" "$log" | tail -1 | sed \'s/.*"code":"\\([^"]*\\)".*/\\1/\'',
      ].join('\n'),
    );
    await chmod(command, 0o700);
    const file = await fileOf('session.gor.gz', gzipSync(asGor(session)));
    const { code, report, written } = await replay(
      file,
      ...['--to', sides[0].url, '--against', sides[1].url, '--codes', command],
    );
    expect({ differing: differing(report), code }).toEqual({ differing: [], code: 0 });
    expect(report.same).toBe(session.length);
    const codes = sides.flatMap((side) => [...side.codes.values()]);
    expect(codes.length).toBeGreaterThan(6);
    for (const secret of codes) expect(written).not.toContain(secret);
  } finally {
    for (const side of sides) await side.close();
  }
});

test('ten planted differences are found, and nothing else, though tokens and times are others', async () => {
  const planted = copyOf(reads);
  plant(planted, '/api/v2/user?', (body) => ({ ...body, sex: String(body.sex), vip_level: 1 }));
  plant(planted, '/users?limit=10', (body) => void body[2].extra.followers_count++);
  plant(planted, '/users?limit=10', (body) => void delete body[4].location);
  plant(planted, '/users?limit=5', (body) => void body.push(body.shift()));
  plant(planted, 'income-rank', (body) => {
    body.rank_list[0].user.created_at = 1700000000;
  });
  plant(planted, 'getUseridsByCityId', (body) => void body.datas.user_ids.shift());
  plant(planted, 'getUserInfo?', (body) => {
    body.datas.user_id += 1;
  });
  plant(planted, 'no/such/thing', (body) => {
    body.message = 'elsewhere';
  });
  const hobbies = planted.find(({ target }) => target.includes('getHobbyList')) as Recorded;
  hobbies.response.status = 500;
  // None of these is one: a time and a token are what they are.
  plant(planted, 'income-rank', (body) => {
    body.rank_list[1].user.updated_at = '2020-01-01T00:00:00Z';
  });
  const file = await fileOf('planted.ndjson', asNdjson(planted));
  const { code, report } = await replay(file, '--to', gateway.url, '--only', 'reads');
  expect({ code, differences: report.differences }).toEqual({ code: 1, differences: 10 });
  const found = report.rows.flatMap((row: { found: { path: string; what: string }[] }) => row.found);
  expect(found.map(({ path: at, what }: { path: string; what: string }) => `${what} ${at}`).sort()).toEqual(
    [
      'extra [4].location',
      'length datas.user_ids[]',
      'missing vip_level',
      'order []',
      'status (status)',
      'type rank_list[0].user.created_at',
      'type sex',
      'value [2].extra.followers_count',
      'value datas.user_id',
      'value message',
    ].sort(),
  );
});

test('with --only reads a log-in is sent and a write is not, and the session that it opened is used', async () => {
  await gateway.app.sql("update users set location = '上海市' where phone = ?", [PHONES[1]]);
  const file = await fileOf('reads.ndjson', asNdjson(reads));
  const { report } = await replay(file, '--to', gateway.url, '--only', 'reads');
  const byUrl = (url: string) => report.rows.find((row: { url: string }) => row.url === url);
  expect(byUrl('PATCH /api/v2/user')).toMatchObject({ requests: 1, unsent: 1, same: 0 });
  expect(byUrl('POST /api/v2/auth/login')).toMatchObject({ same: 1 });
  expect(byUrl('GET /api/v2/user').found).toEqual([
    expect.objectContaining({ path: 'location', right: '"上海市"', request: 'line 2' }),
  ]);
  const [row] = await gateway.app.sql('select location from users where phone = ?', [PHONES[1]]);
  expect(row).toEqual({ location: '上海市' });
});

test('a rule leaves out what it names, a rule of an unknown row is refused, and a second call finds noise', async () => {
  const planted = copyOf(reads);
  plant(planted, '/users?limit=10', (body) => void body[2].extra.followers_count++);
  plant(planted, '/user/addresses', (body) => {
    body[0].postcode = '000000';
  });
  const file = await fileOf('ruled.ndjson', asNdjson(planted));
  const to = ['--to', gateway.url, '--only', 'reads'];
  const ignore = [
    { row: 'plus:获取所有用户', ignore: ['[].extra.followers_count'] },
    { row: 'plus:获取收货地址列表', ignore: ['[].postcode'] },
    { row: 'plus:当前登录用户信息', ignore: ['location'] },
  ];
  const rules = await fileOf('rules.json', JSON.stringify(ignore));
  expect((await replay(file, ...to, '--rules', rules)).report.differences).toBe(0);
  const unknown = await fileOf('unknown.json', JSON.stringify([{ row: 'plus:没有', ignore: [] }]));
  const refused = await cli('replay', file, ...to, '--rules', unknown);
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toContain('rules[0].row: there is no row plus:没有');
  const against = await replay(file, ...to, '--against', gateway.url);
  expect(against).toMatchObject({ code: 0, report: { differences: 0 } });
});

test('no secret of the requests or the answers is in a report, declared or not', async () => {
  const planted = copyOf(reads);
  const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOjF9.c2lnbmF0dXJl';
  const leak = `pw ${CHANGED_PASSWORD}, call ${PHONES[1]}, id ${ID_NUMBER}, ${jwt}`;
  plant(planted, 'auth/login', (body) => ({ ...body, note: leak, [PHONES[1]]: 1, mobile: 'abc' }));
  plant(planted, '/api/v2/user?', (body) => {
    body.phone = '13911112222';
  });
  plant(planted, '/user/verification', (body) => {
    body.id_card.number = '110105194912310011';
    body.real_name = '八夜';
  });
  plant(planted, 'loginAndGetUserInfo', (body) => {
    body.datas.nickname = `hash ${'0a'.repeat(16)}`;
  });
  const file = await fileOf('secrets.ndjson', asNdjson(planted));
  const { report, written } = await replay(file, '--to', gateway.url, '--only', 'reads');
  const text = (await cli('replay', file, '--to', gateway.url, '--only', 'reads')).stdout;
  expect(report.differences).toBeGreaterThanOrEqual(7);
  const tokens = reads.flatMap(
    ({ response }) => /(?:access|auth)_token":"([^"]+)/.exec(response.body.toString())?.[1] ?? [],
  );
  expect(tokens).toHaveLength(2);
  const secrets = [
    PASSWORD,
    ...PHONES,
    '13911112222',
    ID_NUMBER,
    '110105194912310011',
    '七夜',
    '八夜',
    jwt,
    ...tokens,
  ];
  for (const secret of [...secrets, '0a0a0a', '"abc"']) expect(written + text).not.toContain(secret);
  expect(text).toContain('[redacted]');
});

test('the command of codes gets a recipient as it is, and none that it could take for an option', async () => {
  const told = new Codes({ command: 'printf %s' }, gateway.url);
  expect(await told.codeFor('+86 138-1234-5678')).toBe('13812345678');
  const codes = new Codes({ command: 'echo 1234; :' }, gateway.url);
  expect(await codes.codeFor('$(exit 1)@example.com')).toBe('1234');
  expect(await codes.codeFor('--help@example.com')).toBeUndefined();
});

test('a server that is gone is a difference of every request', async () => {
  const file = await fileOf('gone.ndjson', asNdjson(reads.slice(0, 3)));
  const { code, report } = await replay(file, '--to', 'http://127.0.0.1:9');
  expect(code).toBe(1);
  expect(report).toMatchObject({ requests: 3, different: 3, differences: 3 });
  expect(report.rows[0].found[0]).toMatchObject({ path: '(answer)', right: 'no answer: ECONNREFUSED' });
});

test.each([
  ['cut.gor', () => asGor(reads).subarray(0, -9), /byte \d+: the file ends within a record/],
  ['other.gor', () => Buffer.from('hello\n🐵🙈🙉\n'), /byte 0: not the beginning of a record/],
  ['bad.ndjson', () => '{"method":"GET","path":"/"}\n{"password":"hunter2', /line 2: not JSON/],
  ['lacks.ndjson', () => '{"method":"GET"}', /line 1: path: /],
  [
    'bad.har',
    () => '{"log":{"entries":[{"request":{"method":"GET"}}]}}',
    /log\.entries\[0\]\.request\.url: /,
  ],
  ['none.har', () => '[1]', /log\.entries: not the list of a HAR file/],
])('a malformed recording is refused with the place in it: %s', async (name, content, message) => {
  const file = await fileOf(name, content());
  const { code, stderr } = await cli('replay', file, '--to', gateway.url, '--only', 'reads');
  expect(code).toBe(1);
  expect(stderr).toMatch(message);
  expect(stderr).not.toContain('hunter2');
});

test('a recording without answers compares nothing on its own, and follows sessions against another server', async () => {
  const file = await fileOf('silent.gor', asGor(reads, { answers: false }));
  const alone = await replay(file, '--to', gateway.url, '--only', 'reads');
  expect(alone).toMatchObject({ code: 1, report: { same: 0, different: 0 } });
  expect(alone.stderr).toContain('nothing was compared');
  const seen = await Recorder.open(gateway.url);
  const { code, report } = await replay(file, '--to', seen.url, '--against', gateway.url, '--only', 'reads');
  await seen.close();
  expect({ code, differences: report.differences }).toEqual({ code: 0, differences: 0 });
  expect(seen.recorded.map(({ response }) => response.status)).not.toContain(401);
});
