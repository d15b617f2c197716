import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { rawRequest, readAnswer, sendRaw } from '../rest/raw.support.js';
import { type LoneApp, startTestApp } from '../support/app.js';
import type { Account } from '../support/client.js';

/** Old clients write Chinese into a URL as it is, and their servers took it; Node's parser does not. */

let app: LoneApp;
let account: Account;

beforeAll(async () => {
  app = await startTestApp();
  account = await app.client.register({ name: '张三丰' });
});
afterAll(() => app.close());

/** Every byte of the URL as it stands in the text: `rawRequest` writes the head in latin1. */
const utf8 = (url: string): string => Buffer.from(url).toString('latin1');
const ask = async (request: Parameters<typeof rawRequest>[0]) =>
  readAnswer(await sendRaw(app.url, rawRequest({ ...request, path: utf8(request.path) })));

test.each(['/api/v2/users?name=张三', '/api/v2/users?name=%E5%BC%A0三'])(
  'an unescaped query string finds the user named in it: %s',
  async (path) => {
    const { status, body } = await ask({ method: 'GET', path });
    expect(status).toBe(200);
    expect(body).toEqual([expect.objectContaining({ id: account.id, name: '张三丰' })]);
  },
);

test('an unescaped path is read', async () => {
  expect(await ask({ method: 'GET', path: '/api/v2/users/张三丰' })).toMatchObject({
    status: 200,
    body: { id: account.id },
  });
});

test('an unescaped URL is read with the headers and form body of its request', async () => {
  const { status, body } = await ask({
    path: `/anlife/v1.0/user/modifyInfo?nickname=真人&user_id=${account.id}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `auth_token=${account.token}`,
  });
  expect([status, body]).toEqual([200, { datas: expect.anything() }]);
  const { me } = await app.client.data('{ me { nickname } }', {}, account.token);
  expect(me.nickname).toBe('真人');
});

test('an answer to an unescaped URL carries a request id and security headers, and ends the connection', async () => {
  const headers = { 'x-request-id': 'request-of-old', connection: 'keep-alive' };
  const answer = await sendRaw(
    app.url,
    rawRequest({ method: 'GET', path: utf8('/captcha?用途=登录'), headers }),
  );
  const [head = ''] = answer.split('\r\n\r\n');
  expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(head).toMatch(/\r\nx-request-id: request-of-old\r\n/);
  expect(head).toMatch(/\r\ncontent-type: image\/png\r\n/);
  expect(head).toMatch(/\r\nset-cookie: member_captcha=/);
  expect(head.match(/\r\nconnection: \S+/g)).toEqual(['\r\nconnection: close']);
});

// Elsewhere a machine has one loopback address only.
const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('the client of an unescaped URL is known by the address of its connection', async () => {
  const strict = await app.world.start({ INTERNAL_NETWORKS: '127.0.0.2' });
  const path = utf8('/anlife/v1.0/user/getUseridsByCityId?city_id=110100&device_type=1&城市=北京');
  const askFrom = async (localAddress: string) => {
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(strict.url).port), localAddress });
    socket.write(rawRequest({ method: 'GET', path }));
    return (await text(socket)).split('\r\n\r\n')[1];
  };
  expect(await askFrom('127.0.0.2')).toContain('"datas"');
  expect(await askFrom('127.0.0.1')).toContain('"error_code":1003');
});

test('an unescaped URL in an otherwise malformed request is refused in the envelope of its dialect', async () => {
  expect(await ask({ method: 'GET', path: '/anlife/v1.0/user/getHobbyList?user_id=张' })).toEqual({
    status: 200,
    body: { error_code: 1001, error_msg: '参数错误' },
  });
});

describe('refusals', () => {
  const unescaped = rawRequest({ method: 'GET', path: utf8('/api/v2/users?name=张三') });
  const refused =
    /HTTP\/1\.1 400 Bad Request\r\n[^{]*\{"errors":\[\{"message":"参数错误","extensions":\{"code":"INVALID_INPUT"\}\}\]\}$/;

  test('an unescaped URL behind another request on one connection is refused', async () => {
    const first = rawRequest({ method: 'GET', path: '/livez', headers: { connection: 'keep-alive' } });
    expect(await sendRaw(app.url, Buffer.concat([first, unescaped]))).toMatch(refused);
  });

  test('an unescaped URL in the body of another request is not read as a request', async () => {
    const next = rawRequest({ method: 'GET', path: utf8('/名') });
    const body = Buffer.concat([
      rawRequest({
        method: 'GET',
        path: '/anlife/v1.0/user/getHobbyList',
        headers: { 'content-length': next.length },
      }),
      next,
    ]);
    const first = rawRequest({
      path: '/graphql',
      headers: { connection: 'keep-alive', 'content-length': body.length - next.length },
    });
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(app.url).port) });
    const answers = text(socket);
    const read = once(app.http.server, 'request');
    socket.write(first);
    // The body comes in a packet of its own.
    await read;
    socket.write(body);
    expect(await answers).toMatch(refused);
    expect(await answers).not.toContain('datas');
  });

  test.each([
    [
      'half a body',
      rawRequest({ path: utf8('/upload?名=值'), headers: { 'content-length': 10 }, body: 'half' }),
    ],
    ['chunks', rawRequest({ path: utf8('/upload?名=值'), headers: { 'transfer-encoding': 'chunked' } })],
    ['half a head', unescaped.subarray(0, -4)],
    ['a tab', rawRequest({ method: 'GET', path: utf8('/api/v2/users?name=张\t三') })],
  ])('an unescaped URL is refused with %s', async (_what, bytes) => {
    expect(await sendRaw(app.url, bytes)).toMatch(refused);
  });
});
