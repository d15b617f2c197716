import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { rawRequest, readAnswer } from '../rest/raw.support.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { copyDataDir } from '../support/template.js';

/** What was sent before anybody could know of the end is answered, on whatever kind of connection it came. */

let directory: string;
let gateway: GatewayProcess;

beforeAll(async () => {
  directory = await copyDataDir({ database: true });
});
beforeEach(async () => {
  gateway = await GatewayProcess.start({
    DATA_DIR: directory,
    SHUTDOWN_SECONDS: '30',
    GUARD_LOCK_AFTER: '1000',
    GUARD_IP_HOURLY: '1000',
  });
});
afterEach(() => gateway.stop());
afterAll(() => rm(directory, { recursive: true, force: true }));

const LOGIN = rawRequest({
  path: '/api/v2/auth/login',
  headers: { 'content-type': 'application/json', connection: 'keep-alive' },
  body: JSON.stringify({ login: 'nobody', password: 'wrong-horse-7' }),
});

async function open(): Promise<Socket> {
  const socket = connect(gateway.port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

/** A log-in on a connection of its own; resolves once it is written, to what will be answered. */
async function logIn(): Promise<{ answer: Promise<string> }> {
  const socket = await open();
  const answer = buffer(socket).then(String);
  await new Promise((written) => socket.write(LOGIN, written));
  return { answer };
}

/** A log-in of nobody, refused by the gateway itself and in the envelope of its door. */
const REFUSED = { status: 422, body: { message: expect.anything() } };

test.each([0, 15, 30])(
  'of thirty log-ins before a stop, %i of them written, none is lost',
  async (written) => {
    const requests = Array.from({ length: 30 }, () => logIn());
    await Promise.all(requests.slice(0, written));
    gateway.kill('SIGTERM');
    const answers = await Promise.all((await Promise.all(requests)).map(({ answer }) => answer));
    for (const answer of answers) {
      expect(readAnswer(answer)).toEqual(REFUSED);
      expect(answer.match(/^connection: .*$/gim)).toEqual(['connection: close']);
    }
    expect(await gateway.ended).toEqual({ code: 0, signal: null });
  },
);

test('while the gateway stops, the next request on a kept connection is answered in its own dialect, and is the last one', async () => {
  const socket = await open();
  const answered = once(socket, 'data');
  socket.write(LOGIN);
  expect(readAnswer(String((await answered)[0]))).toEqual(REFUSED);

  gateway.kill('SIGTERM');
  const last = buffer(socket).then(String);
  socket.write(LOGIN);
  const answer = await last;
  expect(readAnswer(answer)).toEqual(REFUSED);
  expect(answer).toMatch(/^connection: close\r$/im);
  expect(await gateway.ended).toEqual({ code: 0, signal: null });
});

test('while the gateway stops, requests that were sent without waiting for each other are all answered', async () => {
  const socket = await open();
  const answers = buffer(socket).then(String);
  await new Promise((written) => socket.write(Buffer.concat([LOGIN, LOGIN, LOGIN]), written));
  gateway.kill('SIGTERM');
  expect((await answers).match(/HTTP\/1\.1 422 /g)).toHaveLength(3);
  expect((await answers).match(/^connection: close\r$/gim)).toHaveLength(1);
  expect(await gateway.ended).toEqual({ code: 0, signal: null });
});
