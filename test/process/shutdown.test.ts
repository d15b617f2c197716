import { rm } from 'node:fs/promises';
import { Agent, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import sharp from 'sharp';
import { freshPhone, md5, PASSWORD } from '../support/client.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { copyDataDir } from '../support/template.js';
import { until } from '../support/until.js';

/**
 * SIGTERM drains: what is under way is finished, nothing new is taken, and then it ends by itself. The processes run
 * one after the other on one directory, so each also shows that the ending before left it in order.
 */

let directory: string;
let gateway: GatewayProcess;

beforeAll(async () => {
  directory = await copyDataDir({ database: true });
});
afterEach(() => gateway.stop());
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Less than idle connections are kept for by themselves: waiting for one would end the process with 1. */
const IMPATIENT = { SHUTDOWN_SECONDS: '10' };

const start = async (settings: Record<string, string> = {}) => {
  gateway = await GatewayProcess.start({ DATA_DIR: directory, ...settings });
};

async function register(): Promise<string> {
  const phone = freshPhone();
  const post = (url: string, form: Record<string, string>) =>
    fetch(gateway.url + url, { method: 'POST', body: new URLSearchParams(form) }).then((answer) =>
      answer.json(),
    );
  await post('/anlife/v1.0/user/getRegisterSms', { phone });
  const form = { phone, password: md5(PASSWORD), sms_code: await gateway.code(phone) };
  const { datas } = (await post('/anlife/v1.0/user/register', form)) as { datas: { auth_token: string } };
  return datas.auth_token;
}

interface HeldRequest {
  /** Sends the rest of the body and reads the answer. */
  finish(): Promise<{ status: number | undefined; body: string; headers: IncomingMessage['headers'] }>;
}

/** A request whose body is half sent when this resolves: the gateway has said that it goes on reading. */
async function hold(
  url: string,
  headers: Record<string, string>,
  body: Buffer,
  agent?: Agent,
): Promise<HeldRequest> {
  const sending = request(gateway.url + url, {
    method: 'POST',
    agent,
    headers: { ...headers, 'content-length': body.length, expect: '100-continue' },
  });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    sending.on('response', resolve).on('error', reject);
  });
  // Looked at by whoever finishes the request; until then a failure is nobody's fault.
  answered.catch(() => undefined);
  sending.flushHeaders();
  await new Promise((resolve) => sending.on('continue', resolve));
  sending.write(body.subarray(0, body.length / 2));
  return {
    finish: async () => {
      sending.end(body.subarray(body.length / 2));
      const response = await answered;
      let text = '';
      for await (const chunk of response.setEncoding('utf8')) text += chunk;
      return { status: response.statusCode, body: text, headers: response.headers };
    },
  };
}

/** An avatar as a form sends it. */
async function uploadForm(): Promise<{ headers: Record<string, string>; body: Buffer }> {
  const create = { width: 100, height: 100, channels: 3 as const, background: '#336699' };
  const png = await sharp({ create }).png().toBuffer();
  const boundary = 'the-boundary-of-the-form';
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="a.png"\r\ncontent-type: image/png\r\n\r\n`;
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: Buffer.concat([Buffer.from(head), png, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  };
}

const refusesConnections = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(false)).on('error', () => resolve(true));
    socket.on('connect', () => socket.destroy());
  });

let picture: string;

test('a gateway that stops waits for no request beyond SHUTDOWN_SECONDS', async () => {
  // Whoever waited for longer would see the body given up, and end with 0.
  await start({ SHUTDOWN_SECONDS: '1', BODY_STALL_SECONDS: '2' });
  const held = await hold('/graphql', { 'content-type': 'application/json' }, Buffer.alloc(40_000, ' '));
  gateway.kill('SIGTERM');
  expect(await gateway.ended).toEqual({ code: 1, signal: null });
  await expect(held.finish()).rejects.toThrow();
});

test('a gateway that stops finishes what is under way, for GraphQL and anlife, and takes nothing new', async () => {
  await start(IMPATIENT);
  const token = await register();
  const { headers, body } = await uploadForm();
  const agent = new Agent({ keepAlive: true });
  const upload = await hold('/upload', { ...headers, auth_token: token }, body, agent);
  const query = Buffer.from(JSON.stringify({ query: '{ me { id phone } hobbies { id } }' }));
  const json = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const graphql = await hold('/graphql', json, query, agent);

  gateway.kill('SIGTERM');
  await until('no new connections', () => refusesConnections(gateway.port));

  const answers = await Promise.all([upload.finish(), graphql.finish()]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect(JSON.parse(answers[0].body)).toMatchObject({ status: 'ok', image: { width: 100, height: 100 } });
  expect(JSON.parse(answers[1].body)).toMatchObject({ data: { me: { phone: expect.any(String) } } });
  // The client would keep its connections; the gateway does not wait for it.
  expect(await gateway.ended).toEqual({ code: 0, signal: null });
  agent.destroy();
  picture = new URL(JSON.parse(answers[0].body).image.url).pathname;
});

test('a gateway that stops by SIGINT has done what it answered, and idle connections do not hold it up', async () => {
  await start(IMPATIENT);
  const agent = new Agent({ keepAlive: true });
  const answer = await new Promise<IncomingMessage>((resolve) =>
    request(gateway.url + picture, { agent }, resolve).end(),
  );
  expect(answer.statusCode).toBe(200);
  answer.resume();
  const silent = connect(gateway.port, '127.0.0.1');
  await new Promise((resolve) => silent.on('connect', resolve));
  gateway.kill('SIGINT');
  expect(await gateway.ended).toEqual({ code: 0, signal: null });
  silent.destroy();
  agent.destroy();
});

test('a second signal ends the gateway at once', async () => {
  await start({ SHUTDOWN_SECONDS: '300' });
  const { headers, body } = await uploadForm();
  const held = await hold('/upload', headers, body);
  gateway.kill('SIGTERM');
  await until('no new connections', () => refusesConnections(gateway.port));
  gateway.kill('SIGTERM');
  expect(await gateway.ended).toEqual({ code: 1, signal: null });
  await expect(held.finish()).rejects.toThrow();
});
