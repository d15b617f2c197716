import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freshPhone, md5, PASSWORD } from '../support/client.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { copyDataDir } from '../support/template.js';

/** Starting, as an operator sees it: without anything but a directory, as after `npm ci && npm start`. */

let directory: string;
const processes: GatewayProcess[] = [];

const start = async (settings: Record<string, string> = {}): Promise<GatewayProcess> => {
  const gateway = await GatewayProcess.start({ DATA_DIR: directory, ...settings });
  processes.push(gateway);
  return gateway;
};

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'ug-process-'));
});
afterAll(async () => {
  await Promise.all(processes.map((gateway) => gateway.stop()));
  await rm(directory, { recursive: true, force: true });
});

const lock = (): string => path.join(directory, 'gateway.pid');

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const post = async (gateway: GatewayProcess, url: string, form: Record<string, string>) => {
  const response = await fetch(gateway.url + url, { method: 'POST', body: new URLSearchParams(form) });
  return (await response.json()) as { datas?: { user_id: number; auth_token: string }; error_code?: number };
};

describe('a gateway on an empty directory', () => {
  let gateway: GatewayProcess;
  const phone = freshPhone();
  let userId: number;
  let token: string;

  test('a gateway on an empty directory says first where everything is, and what is embedded', async () => {
    gateway = await start();
    const [listens, ...rest] = gateway.stdout.split('\n').filter((line) => !line.startsWith('{'));
    expect(listens).toMatch(/^The user gateway listens at http:\/\/127\.0\.0\.1:\d+$/);
    const { url } = gateway;
    const facts = rest.filter((line) => line.trim() !== '').map((line) => line.trim().split(/ {2,}/));
    expect(Object.fromEntries(facts)).toMatchObject({
      GraphQL: `${url}/graphql`,
      Playground: expect.stringContaining(`${url}/graphql`),
      'API docs': expect.stringContaining(url),
      Database: expect.stringContaining(`embedded, in ${directory}`),
      Redis: expect.stringContaining('embedded'),
    });
    expect(gateway.stderr).toBe('');
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });

  test('a development gateway prints each SMS as one line of JSON with exactly four fields', async () => {
    await post(gateway, '/anlife/v1.0/user/getRegisterSms', { phone });
    const code = await gateway.code(phone);
    expect(code).toMatch(/^\d{6}$/);
    const line = gateway.stdout.split('\n').find((one) => one.includes('"sms"'));
    expect(line).toBe(`{"event":"sms","to":"${phone}","code":"${code}","purposes":["REGISTER"]}`);

    const { datas } = await post(gateway, '/anlife/v1.0/user/register', {
      phone,
      password: md5(PASSWORD),
      sms_code: code,
    });
    userId = datas?.user_id ?? 0;
    token = datas?.auth_token ?? '';
    expect(token).not.toBe('');
  });

  test('a development gateway prints each mail as one line of JSON with exactly four fields', async () => {
    const query =
      'mutation { sendCode(input: { email: "Some.One@Example.com", purposes: [REGISTER, BIND] }) { resendAfter } }';
    await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    await gateway.code('some.one@example.com');
    expect(gateway.messages.at(-1)).toEqual({
      event: 'mail',
      to: 'some.one@example.com',
      code: expect.stringMatching(/^\d{6}$/),
      purposes: ['REGISTER', 'BIND'],
    });
  });

  test('a gateway keeps a second one off its directory, with a message that says what to do', async () => {
    const second = GatewayProcess.spawn({ DATA_DIR: directory });
    processes.push(second);
    expect(await second.ended).toEqual({ code: 1, signal: null });
    expect(second.stderr).toMatch(
      /^The embedded database in .+ is in use by process \d+\. Stop that server first, or set DATABASE_URL .+\n$/,
    );
    expect(second.stderr).toContain(directory);
    expect(second.stdout).toBe('');
    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200);
  });

  test('a gateway on an address that is taken ends, and says so', async () => {
    const other = await copyDataDir({ database: true });
    const second = GatewayProcess.spawn({ DATA_DIR: other, PORT: String(gateway.port) });
    processes.push(second);
    expect(await second.ended).toEqual({ code: 1, signal: null });
    expect(second.stderr).toBe(
      `The address 127.0.0.1:${gateway.port} is taken by another process: stop that one, or set PORT.\n`,
    );
    expect(second.stdout).not.toContain('listens');
    await rm(other, { recursive: true, force: true });
  });

  test('a gateway killed without warning starts again on its directory, whatever the lock says', async () => {
    const { url } = gateway;
    gateway.kill('SIGKILL');
    expect(await gateway.ended).toEqual({ code: null, signal: 'SIGKILL' });
    await expect(fetch(url)).rejects.toThrow();
    expect(isAlive(Number(await readFile(lock(), 'utf8')))).toBe(false);

    gateway = await start();
    const login = await post(gateway, '/anlife/v1.0/user/loginAndGetUserInfo', {
      phone,
      password: md5(PASSWORD),
    });
    expect(login.datas?.user_id).toBe(userId);
    // The embedded Redis is gone with its process; sessions are in the database.
    const own = await post(gateway, '/anlife/v1.0/user/getUserInfo', {
      user_id: String(userId),
      auth_token: token,
    });
    expect(own.datas).toMatchObject({ user_id: userId, phone });
  });

  test('a gateway that was stopped leaves no lock behind', async () => {
    gateway.kill('SIGTERM');
    expect(await gateway.ended).toEqual({ code: 0, signal: null });
    await expect(readFile(lock())).rejects.toThrow(/ENOENT/);
  });
});

describe('production', () => {
  test('a gateway in production refuses to start without its settings, and lists every missing and invalid one at once', async () => {
    const gateway = GatewayProcess.spawn({
      NODE_ENV: 'production',
      DATA_DIR: directory,
      PORT: '70000',
      PASSWORD_PEPPER: 'too-short-a-pepper',
      RATE_LIMIT: 'off',
      CAPTCHA_ANSWER: 'abcd',
    });
    processes.push(gateway);
    expect(await gateway.ended).toEqual({ code: 1, signal: null });
    const [first, ...problems] = gateway.stderr.trim().split('\n');
    expect(first).toBe('The configuration is not usable:');
    expect(problems.map((line) => /^ {2}- (\w+): ./.exec(line)?.[1]).toSorted()).toEqual([
      'CAPTCHA_ANSWER',
      'DATABASE_URL',
      'DATA_KEYS',
      'MAIL_PROVIDER',
      'PASSWORD_PEPPER',
      'PORT',
      'PUBLIC_URL',
      'RATE_LIMIT',
      'REDIS_URL',
      'SMS_PROVIDER',
    ]);
    expect(gateway.stderr).not.toContain('too-short-a-pepper');
    expect(gateway.stdout).toBe('');
  });
});

describe('problems at the start', () => {
  const refusal = async (settings: Record<string, string>): Promise<string> => {
    const gateway = GatewayProcess.spawn({ DATA_DIR: directory, LOG_LEVEL: 'error', ...settings });
    processes.push(gateway);
    expect(await gateway.ended).toEqual({ code: 1, signal: null });
    expect(gateway.stdout).toBe('');
    return gateway.stderr;
  };

  test('an address that is not of this machine ends the start with one sentence, without secrets', async () => {
    expect(await refusal({ HOST: '192.0.2.1' })).toBe(
      'The address 192.0.2.1:0 is not of this machine: set HOST to one of its addresses, or to 0.0.0.0 for all.\n',
    );
  });

  test('a data directory that is no directory ends the start with one sentence, without secrets', async () => {
    const file = path.join(directory, 'a-file');
    await writeFile(file, '');
    for (const wrong of [file, path.join(file, 'below')]) {
      expect(await refusal({ DATA_DIR: wrong })).toBe(
        `The directory ${wrong} is not a directory: set DATA_DIR to one that can be used.\n`,
      );
    }
  });

  test('a database that does not answer ends the start with one sentence, without secrets', async () => {
    const DATABASE_URL = 'postgres://someone:database-secret@127.0.0.1:1/gateway';
    expect(await refusal({ DATABASE_URL })).toBe(
      'PostgreSQL at 127.0.0.1:1 does not answer (ECONNREFUSED). Start it, or set DATABASE_URL to where it is.\n',
    );
  });

  const server = process.env.DATABASE_URL;
  (server ? test : test.skip).each([
    [
      'no such database',
      { pathname: '/nobody_made_this' },
      /lacks the database \(database "nobody_made_this" does/,
    ],
    [
      'no such user',
      { username: 'nobody', password: 'database-secret' },
      /refuses to log in \(.*"nobody".*Check the user/,
    ],
    ['an unknown certificate', { search: '?sslmode=verify-full' }, /do not agree on TLS \(.+See sslmode/],
  ])('a database server with %s ends the start with one sentence', async (_name, change, sentence) => {
    const stderr = await refusal({ DATABASE_URL: Object.assign(new URL(server ?? ''), change).href });
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toMatch(/database-secret|\n.*\n/);
  });
});
