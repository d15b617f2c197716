import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { loadConfig } from '../../src/config.js';
import { LogSender } from '../../src/infra/message/log.js';
import { createMailSender } from '../../src/infra/message/senders.js';
import { WebhookSender } from '../../src/infra/message/webhook.js';
import { composeMail } from '../../src/modules/code/mail.text.js';

const SENT = { to: '13800138000', code: '493817', purposes: ['LOGIN', 'REGISTER'] };
const MESSAGE = { ...SENT, lifeSeconds: 300, locale: 'zh' as const };

test.each(['sms', 'mail'] as const)('the log sender writes one line of JSON for %s', async (channel) => {
  const lines: string[] = [];
  await new LogSender(channel, (line) => lines.push(line)).send(MESSAGE);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^[^\n]+\n$/);
  expect(JSON.parse(lines[0] as string)).toEqual({ event: channel, ...SENT });
});

describe('the webhook sender', () => {
  let server: Server;
  let url: string;
  let answer: { status: number; headers?: Record<string, string> } | 'silent';
  const seen: { request: IncomingMessage; body: string }[] = [];

  beforeAll(async () => {
    server = createServer(async (request, response) => {
      seen.push({ request, body: await text(request) });
      if (answer !== 'silent') response.writeHead(answer.status, answer.headers).end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    seen.length = 0;
    answer = { status: 200 };
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  /** The whole of an error, as a log would print it. */
  const failure = async (sender: WebhookSender): Promise<string> => {
    const error = await sender.send(MESSAGE).then(
      () => null,
      (reason: Error) => reason,
    );
    expect(error).toBeInstanceOf(Error);
    return `${error?.stack} ${JSON.stringify(error)} ${String(error?.cause)}`;
  };

  const expectNoSecret = (printed: string) => expect(printed).not.toMatch(/493817|13800138000|s3cret/);

  test.each([
    ['a token', 's3cret', 'Bearer s3cret'],
    ['no token', undefined, undefined],
  ])('the webhook sender posts JSON with %s', async (_, token, authorization) => {
    await new WebhookSender({ url: `${url}/sms`, token }).send(MESSAGE);
    expect(seen).toHaveLength(1);
    const { request, body } = seen[0] as (typeof seen)[0];
    expect([request.method, request.url]).toEqual(['POST', '/sms']);
    expect(request.headers['content-type']).toBe('application/json');
    expect(request.headers.authorization).toBe(authorization);
    expect(JSON.parse(body)).toEqual(SENT);
  });

  test.each([204, 202])('the webhook sender takes status %i for sent', async (status) => {
    answer = { status };
    await new WebhookSender({ url }).send(MESSAGE);
  });

  test.each([400, 401, 500, 503])('the webhook sender takes status %i for a failure', async (status) => {
    answer = { status };
    const printed = await failure(new WebhookSender({ url, token: 's3cret' }));
    expect(printed).toContain(`status ${status}`);
    expectNoSecret(printed);
  });

  test('the webhook sender does not follow a redirect', async () => {
    answer = { status: 307, headers: { location: `${url}/elsewhere` } };
    expectNoSecret(await failure(new WebhookSender({ url, token: 's3cret' })));
    expect(seen).toHaveLength(1);
  });

  test('the webhook sender gives up on a silent provider', async () => {
    answer = 'silent';
    const printed = await failure(new WebhookSender({ url, token: 's3cret', timeoutMs: 50 }));
    expect(printed).toContain('timeout');
    expectNoSecret(printed);
  });

  test('the webhook sender says why nobody could be reached, and never quotes the token', async () => {
    expect(await failure(new WebhookSender({ url: 'http://127.0.0.1:1', token: 's3cret' }))).toContain(
      'webhook',
    );
    expectNoSecret(await failure(new WebhookSender({ url, token: 's3cret\nx' })));
  });
});

test('the settings choose the sender of mails', () => {
  const config = { MAIL_PROVIDER: 'webhook', MAIL_WEBHOOK_URL: 'https://mail.example.com/send' };
  expect(createMailSender(loadConfig(config), composeMail)).toBeInstanceOf(WebhookSender);
  expect(createMailSender(loadConfig({}), composeMail)).toBeInstanceOf(LogSender);
});
