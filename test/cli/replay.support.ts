import { createHash } from 'node:crypto';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import type { Terminal } from '../../src/cli/output.js';
import { runCli } from '../../src/cli/program.js';
import { seedDemo } from '../../src/seeders/demo.seeder.js';
import { createWorld, type TestApp } from '../support/app.js';
import { md5 } from '../support/client.js';
import { picture } from '../support/pictures.js';
import { type Recorded, Recorder } from '../support/recorder.js';

/** A gateway with people in it, whose log tells the codes that it sends; each such gateway has the same people. */
export async function startGateway() {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'replay-'));
  const log = path.join(directory, 'gateway.log');
  await writeFile(log, '{"level":30,"msg":"listening"}\n');
  const codes = new Map<string, string>();
  const sender = createServer(async (request, response) => {
    const letter = JSON.parse(await text(request)) as { to: string; code: string };
    codes.set(letter.to, letter.code);
    await appendFile(
      log,
      `${JSON.stringify({ event: letter.to.includes('@') ? 'mail' : 'sms', ...letter })}\n`,
    );
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => sender.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(sender.address() as AddressInfo).port}`;
  const world = await createWorld();
  const app = await world.start({
    CAPTCHA_ANSWER: 'abcd',
    GUARD_IP_HOURLY: '10000',
    SMS_WEBHOOK_URL: url,
    MAIL_WEBHOOK_URL: url,
  });
  await seedDemo(app.infrastructure.database.fork(), { users: 30, orders: 200, seed: 'replay' });
  return {
    app,
    url: app.url,
    log,
    directory,
    codes,
    close: async () => {
      await world.close();
      sender.closeAllConnections();
      await new Promise((resolve) => sender.close(resolve));
      await rm(directory, { recursive: true });
    },
  };
}

export type ReplayGateway = Awaited<ReturnType<typeof startGateway>>;

/** An application of the open API that every gateway knows by the same secret. */
export async function createOpenApp(app: TestApp): Promise<{ id: number; secret: string }> {
  const { OpenAppService } = await import('../../src/modules/openapp/open-app.service.js');
  const { SecretBox } = await import('../../src/infra/secret-box.js');
  const created = await new OpenAppService(new SecretBox(app.config.DATA_KEYS)).create(
    { em: app.infrastructure.database.fork() },
    { name: 'replay', allowedIps: [] },
  );
  return { id: created.app.id, secret: created.secret };
}

/** Gives a gateway the applications of another one. */
export async function copyOpenApps(from: TestApp, to: TestApp): Promise<void> {
  const rows = await from.sql('select row_to_json(a) as app from open_apps a');
  for (const { app } of rows) {
    await to.sql('insert into open_apps select * from json_populate_record(null::open_apps, ?::json)', [
      JSON.stringify(app),
    ]);
  }
}

export const PHONES = ['13800001001', '13800001002', '13800001003', '13800001004'] as const;
export const PASSWORD = 'correct-horse-7';
/** The one after it was retrieved. */
export const CHANGED_PASSWORD = `${PASSWORD}8`;
export const ID_NUMBER = '11010519491231002X';

type Params = Record<string, string | number>;

/** A client that keeps cookies and comes through a proxy that records. */
class Session {
  private readonly jar = new Map<string, string>();

  constructor(private readonly url: string) {}

  async send(method: string, target: string, init: RequestInit & { token?: string } = {}) {
    const cookie = [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const { token, ...rest } = init;
    const response = await fetch(this.url + target, {
      ...rest,
      method,
      redirect: 'manual',
      headers: {
        ...(cookie && { cookie }),
        ...(token && { authorization: `Bearer ${token}` }),
        ...(rest.headers as Record<string, string>),
      },
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      this.jar.set(name, value);
    }
    const bytes = Buffer.from(await response.arrayBuffer());
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    // biome-ignore lint/suspicious/noExplicitAny: what comes back is sent again.
    const body: any = isJson ? JSON.parse(bytes.toString()) : bytes;
    return { status: response.status, body };
  }

  get(target: string, params: Params = {}, token?: string) {
    return this.send('GET', `${target}?${new URLSearchParams(texts(params))}`, { token });
  }

  form(target: string, params: Params = {}, headers: Record<string, string> = {}) {
    return this.send('POST', target, { body: new URLSearchParams(texts(params)), headers });
  }

  json(method: string, target: string, params: unknown, token?: string) {
    return this.send(method, target, {
      body: JSON.stringify(params),
      headers: { 'content-type': 'application/json' },
      token,
    });
  }
}

const texts = (params: Params) =>
  Object.entries(params).map(([name, value]): [string, string] => [name, String(value)]);

type Code = (to: string) => string;

async function anlife(client: Session, code: Code): Promise<void> {
  const at = '/anlife/v1.0';
  const [phone] = PHONES;
  const password = md5(PASSWORD);
  await client.get(`${at}/user/getRegisterSms`, { phone });
  const { body } = await client.form(`${at}/user/register`, { phone, password, sms_code: code(phone) });
  const { user_id, auth_token } = body.datas;
  await client.get(`${at}/user/getUserInfo`, { user_id });
  await client.get(`${at}//user/getUserInfo/`, { user_id, auth_token, device_type: 1 });
  await client.get(`${at}/user/getHobbyList`, { user_id });
  await client.get(`${at}/user/getUserInfo`, { user_id: 3 });
  await client.get(`${at}/user/getUseridsByCityId`, { city_id: 510100, device_type: 0 });
  await client.get(`${at}/user/getDefaultPhotoList`);
  await client.get(`${at}/support/upgrade`, { app_type: 1 });
  const file = await picture(120, 80).jpeg().toBuffer();
  const form = new FormData();
  form.set('auth_token', auth_token);
  form.set('file', new Blob([new Uint8Array(file)], { type: 'image/jpeg' }), '头像.jpg');
  const { body: uploaded } = await client.send('POST', '/upload', { body: form });
  await client.form(
    `${at}/user/modifyInfo`,
    { user_id, nickname: '小明', photo_id: uploaded.image.id, sex: 1, birthday: 645379200 },
    { auth_token },
  );
  const { pathname } = new URL(uploaded.image.url);
  await client.get(pathname);
  await client.form(`${at}/user/loginAndGetUserInfo`, { phone, password: md5('wrong') });
  const again = await client.form(`${at}/user/loginAndGetUserInfo`, { phone, password });
  await client.get(`${at}/user/logout`, { user_id, auth_token: again.body.datas.auth_token });
  await client.get(`${at}/user/logout`, { user_id, auth_token: again.body.datas.auth_token });
}

async function plus(client: Session, code: Code): Promise<void> {
  const at = '/api/v2';
  const [other, phone] = PHONES;
  await client.json('POST', `${at}/verifycodes/register`, { phone });
  const registration = { name: '张三丰', phone, verifiable_type: 'sms', password: PASSWORD };
  const { body } = await client.json('POST', `${at}/users`, {
    ...registration,
    verifiable_code: code(phone),
  });
  const me = await client.get(`${at}/user`, {}, body.token);
  await client.get(`${at}/users/${phone}`, {}, body.token);
  await client.get(`${at}/users/${encodeURIComponent('张三丰')}`);
  await client.get(`${at}/users`, { limit: 10, order: 'asc' });
  await client.get(`${at}/users/${me.body.id}`, { following: 5 }, body.token);
  await client.send('PUT', `${at}/user/followings/5`, { token: body.token });
  await client.get(`${at}/user/currency/income-rank`, { limit: 10 });
  const login = await client.form(`${at}/auth/login`, { login: phone, password: PASSWORD });
  const token: string = login.body.access_token;
  const address = { name: '小明', phone: other, detail: '环球中心E1区9楼', is_default: true };
  const first = await client.json('POST', `${at}/user/addresses`, address, token);
  await client.json('POST', `${at}/user/addresses`, { ...address, alias: '公司' }, token);
  await client.json('PATCH', `${at}/user/addresses/${first.body.id}`, { postcode: '610000' }, token);
  await client.get(`${at}/user/addresses/${first.body.id}`, { token });
  await client.get(`${at}/user/addresses`, { token });
  const file = await picture(60, 60).png().toBuffer();
  const task = { filename: 'a.png', size: file.length, mime_type: 'image/png', hash: md5(file) };
  const { body: ticket } = await client.json('POST', `${at}/storage`, task, token);
  const { pathname } = new URL(ticket.uri);
  await client.send('PUT', pathname, { body: new Uint8Array(file), headers: ticket.headers });
  await client.json('PATCH', `${at}/user`, { bio: '你好', location: '成都市', avatar: ticket.node }, token);
  const identity = {
    id_card: { number: ID_NUMBER, front: ticket.node, rear: ticket.node },
    real_name: '七夜',
  };
  await client.json(
    'POST',
    `${at}/user/verification`,
    { type: 'user', data: { ...identity, phone_number: other, desc: '本人' } },
    token,
  );
  await client.get(`${at}/user/verification`, {}, token);
  const refreshed = await client.send('POST', `${at}/auth/refresh`, { token });
  await client.get(`${at}/user`, {}, refreshed.body.access_token);
  await client.get(`${at}/user`, {}, token);
  await client.json('POST', `${at}/verifycodes`, { phone });
  const proof = { phone, verifiable_type: 'sms', password: CHANGED_PASSWORD };
  await client.json('PUT', `${at}/user/retrieve-password`, { ...proof, verifiable_code: code(phone) });
  await client.get(`${at}/bootstrappers`);
  await client.get(`${at}/no/such/thing`);
}

async function account(client: Session, code: Code): Promise<void> {
  const phone = PHONES[2];
  await client.get('/api/login/sendtophone', { phone });
  await client.form('/user/register', { phone, password: 'abcd1234', verifycode: code(phone) });
  const login = await client.form('/user/login', { user_type: 1, account: phone, password: 'abcd1234' });
  const { token } = login.body.data.user_info;
  await client.form('/user/update_info', { token, name: '小红', gender: 0 });
  const form = new FormData();
  form.set('token', token);
  const bytes = new Uint8Array(await picture(300).png().toBuffer());
  form.set('file', new Blob([bytes], { type: 'image/png' }), 'a.png');
  await client.send('POST', '/user/update_avator', { body: form });
}

async function member(client: Session, code: Code): Promise<void> {
  const phone = PHONES[3];
  const headers = { accept: 'application/json' };
  await client.get('/api/login/checkphone', { phone });
  await client.get('/api/login/sendtophone', { phone });
  await client.get('/api/login/checkphonecode', { phone, code: code(phone) });
  await client.form('/api/login/phonesubmit', { phone, code: code(phone) }, headers);
  await client.get('/api/login/username', { username: '张三丰' });
  await client.get('/api/login/number', { username: phone });
  await client.form('/api/login/submit', { username: phone, password: 'no password of his' }, headers);
  await client.get('/captcha');
  await client.get('/checkcaptcha', { captcha: 'abcd' });
  await client.form('/api/login/submit', { username: PHONES[0], password: PASSWORD });
}

async function open(client: Session, { id, secret }: { id: number; secret: string }): Promise<void> {
  const call = (action: string, own: Record<string, string>) => {
    const params: Record<string, string> = {
      app_id: String(id),
      timestamp: String(Math.floor(Date.now() / 1000)),
      format: 'json',
      ...own,
    };
    const pairs = Object.entries(params).map(([name, value]) => `${name}=${value}`);
    pairs.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const sign = createHash('md5')
      .update(pairs.join('') + secret)
      .digest('hex');
    return client.get(`/site/v1/user/${action}`, { ...params, sign });
  };
  await call('register', { name: 'ken', phone: '13800001009', password: 'anjuke2015' });
  await call('get-info', { account: '13800001009', type: 'phone' });
}

/** Reads that answer the same whenever they are asked, behind log-ins; and one write. */
async function reads(client: Session): Promise<void> {
  const { body } = await client.form('/api/v2/auth/login', { login: PHONES[1], password: CHANGED_PASSWORD });
  const token: string = body.access_token;
  await client.get('/api/v2/user', {}, token);
  await client.get('/api/v2/users', { limit: 10, order: 'asc' });
  await client.get('/api/v2/users', { limit: 5, order: 'asc' });
  await client.get('/api/v2/user/currency/income-rank', { limit: 10 });
  await client.get('/api/v2/user/addresses', { token });
  await client.get('/api/v2/user/verification', {}, token);
  const login = { phone: PHONES[0], password: md5(PASSWORD) };
  const { datas } = (await client.form('/anlife/v1.0/user/loginAndGetUserInfo', login)).body;
  await client.get('/anlife/v1.0/user/getUserInfo', { user_id: datas.user_id, auth_token: datas.auth_token });
  await client.get('/anlife/v1.0/user/getHobbyList', { user_id: datas.user_id });
  await client.get('/anlife/v1.0/user/getUseridsByCityId', { city_id: 510100, device_type: 0 });
  await client.json('PATCH', '/api/v2/user', { location: '成都市' }, token);
  await client.get('/api/v2/no/such/thing');
}

async function recording(gateway: ReplayGateway, run: (url: string) => Promise<void>): Promise<Recorded[]> {
  const recorder = await Recorder.open(gateway.url);
  await run(recorder.url);
  await recorder.close();
  return recorder.recorded;
}

/** Reads of clients, as a proxy records them; {@link recordSession} came before. */
export const recordReads = (gateway: ReplayGateway) => recording(gateway, (url) => reads(new Session(url)));

/** What clients of every dialect do, as a proxy before the gateway records it. */
export function recordSession(gateway: ReplayGateway, app: { id: number; secret: string }) {
  const code: Code = (to) => {
    const found = gateway.codes.get(to);
    if (found === undefined) throw new Error('no code was sent');
    return found;
  };
  return recording(gateway, async (url) => {
    for (const run of [anlife, plus, account, member]) await run(new Session(url), code);
    await open(new Session(url), app);
  });
}

/** Runs one command line as the shell would. */
export async function cli(...argv: string[]) {
  const written = { stdout: '', stderr: '' };
  const terminal: Terminal = {
    env: {},
    stdout: (text) => {
      written.stdout += text;
    },
    stderr: (text) => {
      written.stderr += text;
    },
    interactive: false,
  };
  const code = await runCli(argv, terminal);
  return { code, ...written };
}
